use std::collections::BTreeSet;

use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::words::{are, counted, listed};
use crate::facts::{FactKind, Missing};
use crate::fix::Fix;
use crate::headroom::{Assessment, Cluster, ClusterSlots, Growth, Host, TrunkStep, Trunking};

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

/// What it takes to count slots, and to tell what would add some.
pub(super) const NEEDS: &[FactKind] = &[
    FactKind::ContainerInstances,
    FactKind::Tasks,
    FactKind::Instances,
    FactKind::InstanceTypes,
    FactKind::Subnets,
    FactKind::CapacityProviders,
    FactKind::AutoScalingGroups,
    FactKind::AccountSettings,
];

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let clusters = assessment.region.clusters.iter();
    clusters.map(|cluster| judge(assessment, cluster)).collect()
}

fn judge(assessment: &Assessment<'_, '_>, cluster: &Cluster<'_>) -> Judgement {
    let limit = assessment.region.options.thresholds.cluster_slots_percent;
    let name = cluster.arn.name();
    if let Err(missing) = &cluster.hosts {
        return Judgement::unknown(name, missing.clone());
    }
    let slots = ClusterSlots::of(cluster);
    let Some(percent) = slots.percent_free() else {
        return match unknown_slots(cluster) {
            Some(missing) => Judgement::unknown(name, missing),
            None => {
                Judgement::skipped(format!("{name} has no container instance for awsvpc tasks"))
            }
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

/// Why nobody knows the slots of an instance that takes tasks, if there is one.
pub(super) fn unknown_slots(cluster: &Cluster<'_>) -> Option<Missing> {
    cluster.open_hosts().find_map(Host::doubt)
}

/// What capacity providers may add, in words.
pub(super) fn growth(
    assessment: &Assessment<'_, '_>,
    cluster: &Cluster<'_>,
) -> Result<Option<String>, Missing> {
    let growth = Growth::of(assessment.region.snapshot, cluster)?;
    Ok(growth.map(|growth| {
        let more = counted(growth.instances, "instance");
        format!("{} may add {more}", listed(&growth.providers))
    }))
}

/// What trunks would give, in words that follow a finding about slots.
pub(super) fn trunks(cluster: &Cluster<'_>) -> String {
    let (mut now, mut then, mut count) = (0, 0, 0_u32);
    let mut obstacles = BTreeSet::new();
    let mut is_unknown = false;
    for host in cluster.open_hosts() {
        match (&host.trunking, &host.slots) {
            (Trunking::Could { tasks, .. }, Ok(slots)) if *tasks > slots.total => {
                now += slots.total;
                then += tasks;
                count += 1;
            }
            (Trunking::Cannot(obstacle), _) => {
                obstacles.insert(obstacle.text());
            }
            (Trunking::Has, _) => {}
            _ => is_unknown = true,
        }
    }
    if count > 0 {
        let instances = counted(count, "instance");
        format!("; trunks would give {instances} {then} slots in place of {now}")
    } else if is_unknown {
        String::new()
    } else if obstacles.is_empty() {
        "; every instance has a trunk already".to_owned()
    } else {
        format!("; trunks give no more: {}", listed(obstacles))
    }
}

/// The first step towards trunks, where there could be some.
pub(super) fn trunk_fixes(cluster: &Cluster<'_>) -> Vec<Fix> {
    let mut steps: BTreeSet<TrunkStep> = BTreeSet::new();
    for host in cluster.open_hosts() {
        if let (Trunking::Could { steps: own, tasks }, Ok(slots)) = (&host.trunking, &host.slots)
            && *tasks > slots.total
        {
            steps.extend(own);
        }
    }
    if steps.contains(&TrunkStep::EnableSetting) {
        vec![enable_trunks(cluster)]
    } else if steps.contains(&TrunkStep::CheckSetting) {
        let region = region(cluster);
        vec![Fix::unverified(format!(
            "aws ecs list-account-settings --name awsvpcTrunking --effective-settings --region {region}"
        ))]
    } else {
        Vec::new()
    }
}

/// Switches the account setting on, which holds for one region.
pub(super) fn enable_trunks(cluster: &Cluster<'_>) -> Fix {
    let region = region(cluster);
    Fix::unverified(format!(
        "aws ecs put-account-setting-default --name awsvpcTrunking --value enabled --region {region}"
    ))
}

/// `arn:aws:ecs:REGION:…`
fn region<'c>(cluster: &'c Cluster<'_>) -> &'c str {
    let mut parts = cluster.arn.as_str().split(':');
    parts.nth(3).unwrap_or("<region>")
}
