use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use std::collections::BTreeMap;

use super::words::{counted, free_slots, listed};
use crate::facts::{EcsArn, FactKind, Task};
use crate::fix::Fix;
use crate::headroom::{Assessment, Cluster, Host};

/// Several tasks stopped on one instance because their interface did not come.
pub(super) static CHECK: Check = Check {
    id: "instance-eni-attachments-failing",
    title: "tasks keep failing on an instance because their interface isn't attached in time",
    severity: Severity::High,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[
        FactKind::ContainerInstances,
        FactKind::Tasks,
        FactKind::Instances,
        FactKind::InstanceTypes,
    ],
    page: include_str!("instance_eni_attachments_failing.md"),
    run: Run::Headroom(run),
};

/// By instance: the tasks whose interface did not come.
type Failures<'a> = BTreeMap<&'a EcsArn, Vec<&'a Task>>;

/// One may be chance.
const OFTEN: usize = 2;

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let region = assessment.region;
    let tasks = region.snapshot.tasks.seen();
    let mut failures: BTreeMap<&EcsArn, Failures<'_>> = BTreeMap::new();
    for task in tasks.filter(|task| is_interface_failure(task)) {
        if let Some(instance) = &task.container_instance_arn {
            let of_cluster = failures.entry(&task.cluster_arn).or_default();
            let of_instance = of_cluster.entry(instance).or_default();
            of_instance.push(task);
        }
    }
    let mut own = |cluster: &Cluster<'_>| failures.remove(&cluster.arn).unwrap_or_default();
    let clusters = region.clusters.iter();
    clusters
        .flat_map(|cluster| judge(cluster, own(cluster)))
        .collect()
}

/// What ECS says when an interface did not come.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>
fn is_interface_failure(task: &Task) -> bool {
    let reason = task
        .stopped_reason
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    [
        "network interface provision",
        "resource:eni",
        "attach network interface",
        "eni attachment",
    ]
    .iter()
    .any(|text| reason.contains(text))
}

fn judge(cluster: &Cluster<'_>, failures: Failures<'_>) -> Vec<Judgement> {
    let name = cluster.arn.name();
    let hosts = match &cluster.hosts {
        Ok(hosts) => hosts,
        Err(missing) => return vec![Judgement::unknown(name, missing.clone())],
    };
    // An instance that left, or takes no more tasks, fails no further one.
    let faults = failures.into_iter().filter_map(|(arn, tasks)| {
        let mut hosts = hosts.iter().filter(|host| host.takes_tasks());
        let host = hosts.find(|host| host.facts.container_instance_arn == *arn)?;
        (tasks.len() >= OFTEN).then(|| fault(name, host, &tasks))
    });
    let faults: Vec<_> = faults.collect();
    if faults.is_empty() {
        let message = format!(
            "no instance of {name} that takes tasks had two or more stop for want of their interface"
        );
        return vec![Judgement::pass(name, message)];
    }
    faults
}

fn fault(cluster: &str, host: &Host<'_>, tasks: &[&Task]) -> Judgement {
    let resource = host.name().to_owned();
    let slots = host.slots.as_ref();
    let slots = slots.map_or_else(
        |_| String::new(),
        |slots| format!("; {}", free_slots(slots)),
    );
    let latest = tasks.iter().max_by_key(|task| task.stopped_at);
    let reason = latest.and_then(|task| task.stopped_reason.as_deref());
    let reason = reason.unwrap_or_default().trim_end_matches('.');
    Judgement::Fail(Fault {
        message: format!(
            "{} stopped on {resource} of {cluster} because their network interface was not attached, the \
             last with \"{reason}\"{slots}: {}",
            counted(tasks.len() as u64, "task"),
            listed(tasks.iter().map(|task| task.task_arn.name()))
        ),
        fixes: vec![Fix::unverified(format!(
            "aws ecs update-container-instances-state --cluster {cluster} --container-instances {} --status \
             DRAINING",
            host.facts.container_instance_arn.name()
        ))],
        components: vec![resource.clone()],
        resource,
        ..Fault::default()
    })
}
