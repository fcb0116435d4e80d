use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::cluster_slots::{
    NEEDS, growth, judge_clusters, no_instance, trunk_fixes, trunks, unknown_slots,
};
use super::words::{are, counted};
use crate::fix::Fix;
use crate::headroom::{Assessment, Cluster, ClusterSlots};

/// No container instance of a cluster has a slot left for a task's interface.
pub(super) static CHECK: Check = Check {
    id: "eni-slots-exhausted",
    title: "no container instance of a cluster has a free interface slot",
    severity: Severity::Critical,
    step: Step::Headroom,
    since: "0.1.0",
    needs: NEEDS,
    page: include_str!("eni_slots_exhausted.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    judge_clusters(assessment, |cluster| judge(assessment, cluster))
}

fn judge(assessment: &Assessment<'_, '_>, cluster: &Cluster<'_>) -> Judgement {
    let name = cluster.arn.name();
    let slots = ClusterSlots::of(cluster);
    if slots.instances == 0 {
        return no_instance(cluster);
    }
    if slots.free > 0 {
        if let (0, Some(missing)) = ClusterSlots::surely_free(cluster) {
            return Judgement::unknown(name, missing);
        }
        let message = format!(
            "{} of {} interface slots of {name} {} free",
            slots.free,
            slots.total,
            are(slots.free)
        );
        return Judgement::pass(name, message);
    }
    if let Some(missing) = unknown_slots(cluster) {
        return Judgement::unknown(name, missing);
    }
    let state = format!(
        "no interface slot is free on {} of {name}, which {} {} together",
        counted(slots.instances, "instance"),
        if slots.instances == 1 { "has" } else { "have" },
        slots.total
    );
    match growth(assessment, cluster) {
        Err(missing) => return Judgement::unknown(name, missing),
        Ok(Some(growth)) => return Judgement::pass(name, format!("{state}, but {growth}")),
        Ok(None) => {}
    }
    let mut fixes = vec![Fix::unverified(
        "aws autoscaling set-desired-capacity --auto-scaling-group-name <group> --desired-capacity \
         <one-more>",
    )];
    fixes.extend(trunk_fixes(cluster));
    Judgement::Fail(Fault {
        message: format!(
            "{state}: the next task in awsvpc mode stays PROVISIONING or is refused with RESOURCE:ENI{}",
            trunks(cluster)
        ),
        fixes,
        components: vec![name.to_owned()],
        resource: name.to_owned(),
        ..Fault::default()
    })
}
