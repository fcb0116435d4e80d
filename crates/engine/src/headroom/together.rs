use std::collections::BTreeMap;

use super::placement::Order;
use super::region::{Cluster, Region};
use super::rollout::{Course, Rollout, simulate};
use super::scaling;
use super::service::ServicePlan;
use super::site::{Spot, World};
use crate::facts::{FactKind, Missing, Reason};

/// What deployments that run at the same time would do to each other.
#[derive(Debug)]
pub struct Together<'r, 'a> {
    /// The services, with how each goes, in the order of their clusters and names.
    pub courses: Vec<(&'r ServicePlan<'a>, Course)>,
    /// Whether it would end otherwise if the services got their turns in the opposite order.
    pub depends_on_order: bool,
}

/// Plays the deployments of the services that [`super::Options::together`] names; `None` when it names
/// none. What a capacity provider would add is not played through: where it may matter, nobody knows.
pub fn together<'r, 'a>(region: &'r Region<'a>) -> Option<Result<Together<'r, 'a>, Missing>> {
    let names = &region.options.together;
    let is_named = |plan: &ServicePlan<'_>| names.iter().any(|name| plan.is_called(name));
    let mut world = World::default();
    let mut offsets = BTreeMap::new();
    let mut plans = Vec::new();
    for cluster in &region.clusters {
        let own = cluster
            .known_services()
            .iter()
            .filter(|plan| is_named(plan));
        for plan in own {
            offsets
                .entry(&cluster.arn)
                .or_insert_with(|| append(&mut world, cluster));
            plans.push((plan, cluster));
        }
    }
    if plans.is_empty() {
        return None;
    }
    let all = world.sites.len();
    let rollouts = plans.iter().map(|(plan, cluster)| {
        let offset = offsets.get(&cluster.arn).copied().unwrap_or_default();
        let rollout = plan.rollout.as_ref().map_err(Clone::clone)?;
        Ok(moved(rollout, offset, all))
    });
    let rollouts: Result<Vec<Rollout>, Missing> = rollouts.collect();
    Some(rollouts.and_then(|mut rollouts| {
        let courses = simulate(&world, &rollouts);
        for ((plan, cluster), course) in plans.iter().zip(&courses) {
            if !course.finishes {
                may_stall(region, cluster, plan)?;
            }
        }
        // Less than what was played through can't make a deployment finish that stalls.
        if courses.iter().all(|course| course.finishes) {
            let unseen = plans.iter().find_map(|(plan, _)| plan.unseen.clone());
            unseen.map_or(Ok(()), Err)?;
        }
        rollouts.reverse();
        let mut other = simulate(&world, &rollouts);
        other.reverse();
        let ends = |courses: &[Course]| courses.iter().map(|c| c.finishes).collect::<Vec<_>>();
        let depends_on_order = ends(&courses) != ends(&other);
        let plans = plans.into_iter().map(|(plan, _)| plan);
        Ok(Together {
            courses: plans.zip(courses).collect(),
            depends_on_order,
        })
    }))
}

/// An error unless it is known that nothing more than what was played through helps a service.
fn may_stall(
    region: &Region<'_>,
    cluster: &Cluster<'_>,
    plan: &ServicePlan<'_>,
) -> Result<(), Missing> {
    if let Some(missing) = &plan.unclear {
        return Err(missing.clone());
    }
    let Some(scaling) = scaling::of(region, cluster, plan)? else {
        return Ok(());
    };
    let what = format!(
        "whether the instances that {} may add are enough for {} beside the others",
        scaling.providers.join(", "),
        plan.name()
    );
    Err(Missing::new(
        FactKind::AutoScalingGroups,
        Reason::Invisible(what),
    ))
}

/// Adds a cluster's places; where they begin. What clusters share is the same in each.
fn append(world: &mut World, cluster: &Cluster<'_>) -> usize {
    let own = &cluster.terrain.world;
    let offset = world.sites.len();
    world.sites.extend(own.sites.iter().cloned());
    world.subnets.clone_from(&own.subnets);
    world.interfaces.clone_from(&own.interfaces);
    world.fargate.clone_from(&own.fargate);
    offset
}

/// A deployment whose places begin at `offset` among `all`.
fn moved(rollout: &Rollout, offset: usize, all: usize) -> Rollout {
    let mut moved = rollout.clone();
    moved.allowed = vec![false; offset];
    moved.allowed.extend_from_slice(&rollout.allowed);
    moved.allowed.resize(all, false);
    for order in &mut moved.strategy {
        if let Order::SpreadOver(groups) = order {
            let mut padded = vec![0; offset];
            padded.append(groups);
            padded.resize(all, 0);
            *groups = padded;
        }
    }
    for Spot { site, .. } in moved.running.iter_mut().chain(&mut moved.draining) {
        *site = site.map(|site| site + offset);
    }
    moved
}
