use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use std::collections::BTreeSet;

use super::cluster_slots::{judge_clusters, no_instance};
use super::words::{counted, listed};
use crate::facts::{FactKind, Missing, Reason};
use crate::fix::Fix;
use crate::headroom::{Assessment, Cluster, TrunkStep, Trunking, trunking_setting};

/// Instances without a trunk, in an account that wants trunks.
pub(super) static CHECK: Check = Check {
    id: "instance-not-trunked",
    title: "trunking is on, but instances that could have a trunk have none",
    severity: Severity::Medium,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[
        FactKind::ContainerInstances,
        FactKind::Tasks,
        FactKind::Instances,
        FactKind::InstanceTypes,
        FactKind::AccountSettings,
        FactKind::Subnets,
        FactKind::Services,
    ],
    page: include_str!("instance_not_trunked.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let snapshot = assessment.region.snapshot;
    match trunking_setting(snapshot) {
        None => {
            let missing = snapshot.account_settings.complete().err();
            let what = || Reason::NotInFacts("the account setting awsvpcTrunking".to_owned());
            let missing =
                missing.unwrap_or_else(|| Missing::new(FactKind::AccountSettings, what()));
            vec![Judgement::unknown(&assessment.region.name, missing)]
        }
        Some(false) => vec![Judgement::skipped(
            "the account setting awsvpcTrunking is off: no instance is meant to have a trunk",
        )],
        Some(true) => {
            let region = &assessment.region.name;
            judge_clusters(assessment, |cluster| judge(region, cluster))
        }
    }
}

fn judge(region: &str, cluster: &Cluster<'_>) -> Judgement {
    let name = cluster.arn.name();
    let hosts: Vec<_> = cluster.open_hosts().collect();
    if !cluster.wants_interfaces() {
        return Judgement::skipped(format!(
            "{name} has no task in awsvpc mode on its instances"
        ));
    }
    let mut steps: BTreeSet<TrunkStep> = BTreeSet::new();
    let (mut instances, mut now, mut then) = (Vec::new(), Some(0), 0);
    for host in &hosts {
        if let Trunking::Could { steps: own, tasks } = &host.trunking {
            steps.extend(own);
            instances.push(host.name());
            let slots = host.slots.as_ref().ok();
            now = now.zip(slots).map(|(now, slots)| now + slots.total);
            then += tasks;
        }
    }
    if instances.is_empty() {
        let unknown = hosts.iter().find_map(|host| match &host.trunking {
            Trunking::Unknown(missing) => Some(missing.clone()),
            _ => None,
        });
        return match unknown {
            Some(missing) => Judgement::unknown(name, missing),
            None if hosts.is_empty() => no_instance(cluster),
            None => Judgement::pass(
                name,
                format!("every instance of {name} that can have a trunk has one"),
            ),
        };
    }
    let steps: Vec<_> = steps.iter().map(|step| step.text()).collect();
    Judgement::Fail(Fault {
        message: format!(
            "{} of {name} without a trunk could have one: {}. With trunks they take {then} tasks in awsvpc \
             mode{}. To get there: {}. The setting works only for instances launched after it was switched \
             on, and for the role that they register with",
            counted(instances.len() as u64, "instance"),
            listed(&instances),
            now.map_or_else(String::new, |now| format!(", in place of {now}")),
            steps.join(", ")
        ),
        fixes: vec![Fix::unverified(format!(
            "aws autoscaling start-instance-refresh --auto-scaling-group-name <group> --region {region}"
        ))],
        components: vec![name.to_owned()],
        resource: name.to_owned(),
        ..Fault::default()
    })
}
