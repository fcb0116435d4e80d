use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::cluster_slots::{judge_clusters, no_instance, trunk_fixes, trunks, unknown_slots};
use super::words::{counted, listed};
use crate::facts::{FactKind, Missing, SchedulingStrategy};
use crate::headroom::{Assessment, Cluster, Host, Launch, Resources};

/// Instances whose slots are used up before their CPU and memory are.
pub(super) static CHECK: Check = Check {
    id: "instance-eni-slots-low",
    title: "instances have CPU and memory left, but no interface slot",
    severity: Severity::Low,
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
        FactKind::AccountSettings,
    ],
    page: include_str!("instance_eni_slots_low.md"),
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
    if let Err(missing) = &cluster.services {
        return Judgement::unknown(name, missing.clone());
    }
    let demands = match demands(assessment, cluster) {
        Ok(demands) => demands,
        Err(missing) => return Judgement::unknown(name, missing.clone()),
    };
    if demands.is_empty() {
        let message = "no service places further awsvpc tasks on its instances";
        return Judgement::skipped(format!("{name}: {message}"));
    }
    let is_stranded = |host: &&&Host<'_>| {
        let (room, slots) = (host.room(), host.slots.as_ref());
        slots.is_ok_and(|slots| slots.free() == 0 && slots.total == slots.total_at_most)
            && demands.iter().any(|task| fits(room, *task))
    };
    let stranded: Vec<_> = hosts.iter().filter(is_stranded).collect();
    if stranded.is_empty() {
        if let Some(missing) = unknown_slots(cluster) {
            return Judgement::unknown(name, missing);
        }
        let message =
            format!("no instance of {name} runs out of interface slots before CPU and memory");
        return Judgement::pass(name, message);
    }
    let have = if stranded.len() == 1 { "has" } else { "have" };
    let left = stranded.iter().map(|host| {
        let Resources { cpu, memory, .. } = host.room();
        format!("{} ({cpu} CPU units, {memory} MiB)", host.name())
    });
    Judgement::Fail(Fault {
        message: format!(
            "{} of {} of {name} {have} no interface slot left, but CPU and memory for another task: {}{}",
            stranded.len(),
            counted(hosts.len() as u64, "instance"),
            listed(left),
            trunks(cluster)
        ),
        fixes: trunk_fixes(cluster),
        components: vec![name.to_owned()],
        resource: name.to_owned(),
        ..Fault::default()
    })
}

fn fits(room: Resources, task: Resources) -> bool {
    room.cpu >= task.cpu && room.memory >= task.memory && room.gpus >= task.gpus
}

/// What the tasks take that the cluster's services may place on its instances. Fargate's don't come
/// there, and a daemon service has its one task on each already.
fn demands(
    assessment: &Assessment<'_, '_>,
    cluster: &Cluster<'_>,
) -> Result<Vec<Resources>, Missing> {
    let services = assessment.services.iter();
    let own = services.filter(|service| {
        service.cluster.arn == cluster.arn
            && service.plan.launch == Launch::Instances
            && service.plan.service.scheduling_strategy == SchedulingStrategy::Replica
    });
    own.map(|service| match &service.plan.demand {
        Ok(demand) => Ok(demand.resources),
        Err(missing) => Err(missing.clone()),
    })
    .collect()
}
