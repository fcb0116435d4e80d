use std::collections::{BTreeMap, BTreeSet};

use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::words::{counted, free_slots, listed, minutes};
use crate::facts::FactKind;
use crate::fix::Fix;
use crate::headroom::{Assessment, Cluster, Fit, Stuck};

/// Tasks have been PROVISIONING or PENDING for longer than a threshold.
pub(super) static CHECK: Check = Check {
    id: "task-stuck-provisioning",
    title: "tasks have been waiting too long to get their interface and start",
    severity: Severity::Critical,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[
        FactKind::ContainerInstances,
        FactKind::Tasks,
        FactKind::Instances,
        FactKind::InstanceTypes,
        FactKind::Services,
        FactKind::TaskDefinitions,
        FactKind::Subnets,
        FactKind::NetworkInterfaces,
        FactKind::ServiceQuotas,
    ],
    page: include_str!("task_stuck_provisioning.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let clusters = assessment.region.clusters.iter();
    clusters
        .flat_map(|cluster| judge(assessment, cluster))
        .collect()
}

fn judge(assessment: &Assessment<'_, '_>, cluster: &Cluster<'_>) -> Vec<Judgement> {
    let name = cluster.arn.name();
    let stuck = match &cluster.stuck {
        Ok(stuck) => stuck,
        Err(missing) => return vec![Judgement::unknown(name, missing.clone())],
    };
    let limit = assessment.region.options.thresholds.stuck_minutes;
    if stuck.is_empty() {
        let message = format!(
            "no task of {name} has been PROVISIONING or PENDING for {limit} minutes or longer"
        );
        return vec![Judgement::pass(name, message)];
    }
    let mut by_owner: BTreeMap<&str, Vec<&Stuck<'_>>> = BTreeMap::new();
    for one in stuck {
        let owner = one.task.group.as_deref().unwrap_or_default();
        by_owner.entry(owner).or_default().push(one);
    }
    let groups = by_owner.into_iter();
    groups
        .map(|(owner, tasks)| Judgement::Fail(fault(assessment, cluster, owner, &tasks)))
        .collect()
}

fn fault(
    assessment: &Assessment<'_, '_>,
    cluster: &Cluster<'_>,
    group: &str,
    tasks: &[&Stuck<'_>],
) -> Fault {
    let name = cluster.arn.name();
    let owner = match group.split_once(':') {
        Some((_, owner)) => format!("{name}/{owner}"),
        None => name.to_owned(),
    };
    let ages = tasks.iter().map(|stuck| stuck.seconds);
    let age = minutes(ages.max().unwrap_or_default());
    let names = listed(tasks.iter().map(|stuck| stuck.task.task_arn.name()));
    let cause = cause(assessment, cluster, tasks);
    let statuses: BTreeSet<_> = tasks.iter().map(|s| s.task.last_status.as_str()).collect();
    let statuses: Vec<_> = statuses.into_iter().rev().collect();
    let status = statuses.join(" or ");
    let count = counted(tasks.len() as u64, "task");
    let so_long = match tasks.len() {
        1 => format!("has been {status} for {age}"),
        _ => format!("have been {status} for up to {age}"),
    };
    let describe = format!(
        "aws ecs describe-tasks --cluster {name} --tasks {}",
        tasks
            .first()
            .map_or("<task>", |stuck| stuck.task.task_arn.name())
    );
    let events = group.strip_prefix("service:").map(|service| {
        format!(
            "aws ecs describe-services --cluster {name} --services {service} --query 'services[].events[:5]'"
        )
    });
    Fault {
        message: format!("{count} of {owner} {so_long}: {names}. {cause}"),
        fixes: [Some(describe), events]
            .into_iter()
            .flatten()
            .map(Fix::unverified)
            .collect(),
        components: vec![owner.clone()],
        resource: owner,
        ..Fault::default()
    }
}

/// What they wait for.
fn cause(assessment: &Assessment<'_, '_>, cluster: &Cluster<'_>, tasks: &[&Stuck<'_>]) -> String {
    let is_one = tasks.len() == 1;
    let is_attached = |stuck: &&Stuck<'_>| {
        let interface = stuck.task.network_interface();
        interface.is_some_and(|interface| interface.status.as_deref() == Some("ATTACHED"))
    };
    let hosts = hosts(cluster, tasks);
    if tasks.iter().all(is_attached) {
        let whose = if is_one {
            "Its interface is"
        } else {
            "Their interfaces are"
        };
        let agents = if hosts.is_empty() {
            String::new()
        } else {
            format!(", or the agent of {}", listed(hosts))
        };
        return format!(
            "{whose} attached: what is late comes after that, such as an image or a secret{agents}"
        );
    }
    if !hosts.is_empty() {
        let wait = if is_one {
            "It waits for its interface"
        } else {
            "They wait for their interfaces"
        };
        return format!("{wait} on {}", listed(hosts));
    }
    let service = tasks.first().and_then(|stuck| stuck.task.service_name());
    let mut services = assessment.services.iter();
    let fit = services
        .find(|own| {
            own.cluster.arn == cluster.arn
                && Some(own.plan.service.service_name.as_str()) == service
        })
        .map(|own| &own.fit);
    match fit {
        Some(Ok(fit)) if fit.tasks == 0 => {
            format!("No further task fits: there is room for {}", bounds(fit))
        }
        Some(Ok(fit)) => format!(
            "There is room for {}: the events of the service may say what else it is",
            bounds(fit)
        ),
        Some(Err(_)) | None => "No instance is known on which to look".to_owned(),
    }
}

/// The instances that they are on, with what is left there.
fn hosts(cluster: &Cluster<'_>, tasks: &[&Stuck<'_>]) -> BTreeSet<String> {
    let on = |arn| {
        let mut hosts = cluster.known_hosts().iter();
        hosts.find(|host| Some(&host.facts.container_instance_arn) == arn)
    };
    let hosts = tasks
        .iter()
        .filter_map(|stuck| on(stuck.task.container_instance_arn.as_ref()));
    hosts
        .map(|host| {
            let slots = host.slots.as_ref().map(free_slots);
            let agent = (host.facts.agent_connected == Some(false)).then_some("no agent connected");
            let notes: Vec<_> = slots
                .ok()
                .into_iter()
                .chain(agent.map(str::to_owned))
                .collect();
            if notes.is_empty() {
                host.name().to_owned()
            } else {
                format!("{} ({})", host.name(), notes.join(", "))
            }
        })
        .collect()
}

/// For how many more tasks there is room, by what may bound them.
fn bounds(fit: &Fit) -> String {
    let bounds = [
        ("interface slots", fit.by_slots),
        ("addresses", fit.by_addresses),
        ("CPU and memory", fit.by_resources),
        ("quotas", fit.by_quota),
    ];
    let bounds = bounds
        .into_iter()
        .filter(|(_, tasks)| *tasks < Fit::ENDLESS);
    let bounds: Vec<_> = bounds
        .map(|(what, tasks)| format!("{tasks} by {what}"))
        .collect();
    if bounds.is_empty() {
        "any number".to_owned()
    } else {
        bounds.join(", ")
    }
}
