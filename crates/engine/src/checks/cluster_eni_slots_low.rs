use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::cluster_slots::{
    NEEDS, growth, judge_clusters, no_instance, trunk_fixes, trunks, unknown_slots,
};
use super::words::are;
use crate::headroom::{Assessment, Cluster, ClusterSlots};

/// A small part of a cluster's slots is free.
pub(super) static CHECK: Check = Check {
    id: "cluster-eni-slots-low",
    title: "few of a cluster's interface slots are free",
    severity: Severity::Medium,
    step: Step::Headroom,
    since: "0.1.0",
    needs: NEEDS,
    page: include_str!("cluster_eni_slots_low.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    judge_clusters(assessment, |cluster| judge(assessment, cluster))
}

fn judge(assessment: &Assessment<'_, '_>, cluster: &Cluster<'_>) -> Judgement {
    let limit = assessment.region.options.thresholds.cluster_slots_percent;
    let name = cluster.arn.name();
    let slots = ClusterSlots::of(cluster);
    let Some(percent) = slots.percent_free() else {
        return match unknown_slots(cluster) {
            Some(missing) => Judgement::unknown(name, missing),
            None => no_instance(cluster),
        };
    };
    let free = format!(
        "{} of {} interface slots of {name} {} free ({percent} %)",
        slots.free,
        slots.total,
        are(slots.free)
    );
    if percent >= limit {
        let (sure, missing) = ClusterSlots::surely_free(cluster);
        let surely = ClusterSlots {
            free: sure,
            ..slots
        };
        return match missing.filter(|_| surely.percent_free() < Some(limit)) {
            Some(missing) => Judgement::unknown(name, missing),
            None => Judgement::pass(name, free),
        };
    }
    if let Some(missing) = unknown_slots(cluster) {
        return Judgement::unknown(name, missing);
    }
    if slots.free == 0 {
        return Judgement::skipped(format!("{free}: eni-slots-exhausted tells about it"));
    }
    match growth(assessment, cluster) {
        Err(missing) => return Judgement::unknown(name, missing),
        Ok(Some(growth)) => return Judgement::pass(name, format!("{free}, but {growth}")),
        Ok(None) => {}
    }
    Judgement::Fail(Fault {
        message: format!("{free}, fewer than {limit} %{}", trunks(cluster)),
        fixes: trunk_fixes(cluster),
        components: vec![name.to_owned()],
        resource: name.to_owned(),
        ..Fault::default()
    })
}
