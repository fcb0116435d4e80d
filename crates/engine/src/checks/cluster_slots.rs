//! What the checks of clusters' interface slots have in common: whom they judge, and what would add slots.

use std::collections::BTreeSet;

use super::check::Judgement;
use super::words::{counted, listed};
use crate::facts::{EcsArn, FactKind, Missing};
use crate::fix::Fix;
use crate::headroom::{Assessment, Cluster, Growth, Host, TrunkStep, Trunking};

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

/// Judges each cluster whose instances somebody could list; the others are unknown.
pub(super) fn judge_clusters<'a>(
    assessment: &Assessment<'_, 'a>,
    judge: impl Fn(&Cluster<'a>) -> Judgement,
) -> Vec<Judgement> {
    let clusters = assessment.region.clusters.iter();
    clusters
        .map(|cluster| match &cluster.hosts {
            Ok(_) => judge(cluster),
            Err(missing) => Judgement::unknown(cluster.arn.name(), missing.clone()),
        })
        .collect()
}

/// That a cluster has nothing to judge.
pub(super) fn no_instance(cluster: &Cluster<'_>) -> Judgement {
    let name = cluster.arn.name();
    Judgement::skipped(format!("{name} has no container instance for awsvpc tasks"))
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
    trunks_on(cluster.open_hosts())
}

/// What trunks would give these instances.
pub(super) fn trunks_on<'h>(hosts: impl Iterator<Item = &'h Host<'h>>) -> String {
    let (mut now, mut then, mut count) = (0, 0, 0_u32);
    let mut obstacles = BTreeSet::new();
    let mut is_unknown = false;
    for host in hosts {
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
    trunk_fixes_on(&cluster.arn, cluster.open_hosts())
}

/// The first step towards trunks on these instances of a cluster.
pub(super) fn trunk_fixes_on<'h>(
    cluster: &EcsArn,
    hosts: impl Iterator<Item = &'h Host<'h>>,
) -> Vec<Fix> {
    let mut steps: BTreeSet<TrunkStep> = BTreeSet::new();
    for host in hosts {
        if let (Trunking::Could { steps: own, tasks }, Ok(slots)) = (&host.trunking, &host.slots)
            && *tasks > slots.total
        {
            steps.extend(own);
        }
    }
    if steps.contains(&TrunkStep::EnableSetting) {
        vec![enable_trunks_in(region(cluster))]
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
    enable_trunks_in(region(&cluster.arn))
}

fn enable_trunks_in(region: &str) -> Fix {
    Fix::unverified(format!(
        "aws ecs put-account-setting-default --name awsvpcTrunking --value enabled --region {region}"
    ))
}

/// `arn:aws:ecs:REGION:…`
fn region(cluster: &EcsArn) -> &str {
    let mut parts = cluster.as_str().split(':');
    parts.nth(3).unwrap_or("<region>")
}
