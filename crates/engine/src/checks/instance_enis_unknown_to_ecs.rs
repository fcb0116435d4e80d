use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::cluster_slots::{judge_clusters, no_instance};
use super::words::{counted, listed};
use crate::facts::{FactKind, Missing, Reason};
use crate::fix::Fix;
use crate::headroom::{Assessment, Cluster};

/// Interfaces that somebody else attached take slots, of which the scheduler doesn't know.
pub(super) static CHECK: Check = Check {
    id: "instance-enis-unknown-to-ecs",
    title: "interfaces that ECS doesn't know of take slots of instances",
    severity: Severity::Medium,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[
        FactKind::ContainerInstances,
        FactKind::Tasks,
        FactKind::Instances,
        FactKind::InstanceTypes,
    ],
    page: include_str!("instance_enis_unknown_to_ecs.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    judge_clusters(assessment, |cluster| judge(assessment, cluster))
}

fn judge(assessment: &Assessment<'_, '_>, cluster: &Cluster<'_>) -> Judgement {
    let name = cluster.arn.name();
    let hosts: Vec<_> = cluster.open_hosts().collect();
    if hosts.is_empty() {
        return no_instance(cluster);
    }
    let holding = hosts.iter().filter_map(|host| {
        let count = host.foreign.filter(|count| *count > 0)?;
        Some((host.name(), count))
    });
    let holding: Vec<_> = holding.collect();
    let unseen = hosts.iter().find(|host| host.foreign.is_none());
    match (holding.is_empty(), unseen) {
        (true, Some(host)) => {
            let what = || Reason::NotInFacts(format!("what is attached to {}", host.name()));
            let missing = assessment.region.snapshot.instances.complete().err();
            let reason = missing.map_or_else(what, |missing| missing.reason);
            Judgement::unknown(name, Missing::new(FactKind::Instances, reason))
        }
        (true, None) => {
            let message = format!(
                "every interface on the instances of {name} is the instance's own or a task's"
            );
            Judgement::pass(name, message)
        }
        (false, _) => Judgement::Fail(Fault {
            message: format!(
                "{} of {name} {} interfaces that ECS didn't attach: {}. ECS counts their slots as free: a task \
                 that it places there when no other slot is left stops before it runs",
                counted(holding.len() as u64, "instance"),
                if holding.len() == 1 { "holds" } else { "hold" },
                listed(
                    holding
                        .iter()
                        .map(|(host, count)| format!("{host} ({count})"))
                )
            ),
            fixes: holding
                .first()
                .map(|(host, _)| look(assessment, host))
                .into_iter()
                .collect(),
            components: vec![name.to_owned()],
            resource: name.to_owned(),
            ..Fault::default()
        }),
    }
}

/// The command that shows what they are.
fn look(assessment: &Assessment<'_, '_>, instance: &str) -> Fix {
    Fix::unverified(format!(
        "aws ec2 describe-network-interfaces --filters Name=attachment.instance-id,Values={instance} --region {}",
        assessment.region.name
    ))
}
