//! A rolling deployment, step by step: what starts when, what stops when, and where it ends.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>

use std::collections::BTreeSet;

use super::placement::Order;
use super::progress::{Progress, Stage};
use super::site::{Demand, Lack, Spot, World};

/// How many tasks a service has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Replicas(u32),
    /// One on each place that it may be on.
    OneOnEach,
}

/// A rolling deployment that replaces every task of a service.
#[derive(Debug, Clone)]
pub struct Rollout {
    /// How many tasks the service has.
    pub count: Count,
    /// The most tasks at once, in percent of that, rounded down. Draining ones don't count.
    pub maximum_percent: u32,
    /// The fewest tasks at once, in percent of that, rounded up; [`Self::SECOND_SET`] when old tasks stop
    /// only after all new ones have started.
    pub minimum_healthy_percent: u32,
    /// What a new task takes.
    pub demand: Demand,
    /// What a task that runs now gives back.
    pub present: Demand,
    /// For each place, whether constraints, capacity provider and subnets allow it.
    pub allowed: Vec<bool>,
    /// Whether a place may have only one task of the service; draining ones don't count.
    pub distinct: bool,
    /// Which place comes first.
    pub strategy: Vec<Order>,
    /// The subnets that its tasks may be in.
    pub subnets: Vec<usize>,
    /// The Fargate quota that its tasks count against.
    pub quota: Option<usize>,
    /// The tasks that run now.
    pub running: Vec<Spot>,
    /// Tasks that were stopped already and still hold what they took.
    pub draining: Vec<Spot>,
}

impl Rollout {
    /// Both percentages of a deployment with a second set of tasks: it starts all, then stops all.
    pub const SECOND_SET: u32 = u32::MAX;

    /// Whether it matters which ports are taken.
    pub(super) fn asks_for_ports(&self) -> bool {
        !self.demand.ports.is_empty() || !self.present.ports.is_empty()
    }

    /// Whether its old tasks stay until all new ones have started.
    pub fn is_second_set(&self) -> bool {
        self.minimum_healthy_percent == Self::SECOND_SET
    }
}

/// How a deployment went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// How many tasks it was to place.
    pub desired: u32,
    /// How many it placed.
    pub placed: u32,
    /// Whether every task was replaced.
    pub finishes: bool,
    /// Whether tasks had to wait until stopped ones had given back what they held.
    pub waited: bool,
    /// The most tasks that held resources at once: old, new and draining.
    pub peak: u32,
    /// What was short where it came nearest to going on; empty when it finished, when
    /// [`Self::no_step`], and when no place is allowed.
    pub short: BTreeSet<Lack>,
    /// How many places were looked at in vain.
    pub places: u32,
    /// Whether the percentages allow neither to start nor to stop a task.
    pub no_step: bool,
    /// Where the new tasks are.
    pub spots: Vec<Spot>,
}

/// Simulates deployments that run together, each getting its turn in the order given.
///
/// A round: each deployment starts what its maximum allows, then stops what its minimum allows. New
/// tasks count as healthy at once. Tasks that were stopped hold their interface, CPU and memory until
/// the end of the next round, so that a replacement can meet the task that it replaces.
///
/// Where ECS chooses freely, such as which old task of a daemon service goes first, one course is played
/// and not the luckiest.
pub fn simulate(world: &World, rollouts: &[Rollout]) -> Vec<Course> {
    let with_ports = rollouts.iter().any(Rollout::asks_for_ports);
    let mut stage = Stage::new(world.copied(with_ports));
    let mut states: Vec<_> = rollouts.iter().map(Progress::new).collect();
    loop {
        let mut goes_on = false;
        let leaving: Vec<_> = states
            .iter_mut()
            .map(|state| std::mem::take(&mut state.draining))
            .collect();
        for (state, leaving) in states.iter_mut().zip(&leaving) {
            goes_on |= state.start(&mut stage, leaving.len());
            goes_on |= state.stop(&mut stage, leaving.len());
        }
        for (state, leaving) in states.iter().zip(leaving) {
            goes_on |= !leaving.is_empty();
            for spot in leaving {
                stage.give_back(spot, state.rollout);
            }
        }
        if !goes_on {
            break;
        }
    }
    states.iter().map(|state| state.course(&stage)).collect()
}
