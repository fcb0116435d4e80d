//! A rolling deployment, step by step: what starts when, what stops when, and where it ends.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::placement::{Candidates, Order};
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
    let mut world = world.clone();
    let mut states: Vec<_> = rollouts.iter().map(State::new).collect();
    loop {
        let mut goes_on = false;
        let leaving: Vec<_> = states
            .iter_mut()
            .map(|state| std::mem::take(&mut state.draining))
            .collect();
        for (state, leaving) in states.iter_mut().zip(&leaving) {
            goes_on |= state.start(&mut world, leaving.len());
            goes_on |= state.stop(leaving.len());
        }
        for (state, leaving) in states.iter().zip(leaving) {
            goes_on |= !leaving.is_empty();
            for (spot, demand) in leaving {
                world.give_back(spot, demand, state.rollout.quota);
            }
        }
        if !goes_on {
            break;
        }
    }
    states.iter().map(|state| state.course(&world)).collect()
}

struct State<'a> {
    rollout: &'a Rollout,
    desired: usize,
    maximum: usize,
    minimum: usize,
    old: Vec<Spot>,
    new: Vec<Spot>,
    draining: Vec<(Spot, &'a Demand)>,
    /// Tasks of the service on each place, draining ones aside.
    active: Vec<u32>,
    /// Whether a place has a new task.
    renewed: Vec<bool>,
    was_blocked: bool,
    waited: bool,
    peak: usize,
}

fn percent(of: usize, percent: u32) -> usize {
    of.saturating_mul(percent as usize)
}

impl<'a> State<'a> {
    fn new(rollout: &'a Rollout) -> Self {
        let desired = match rollout.count {
            Count::Replicas(count) => count as usize,
            Count::OneOnEach => rollout.allowed.iter().filter(|allowed| **allowed).count(),
        };
        let mut active = vec![0; rollout.allowed.len()];
        for spot in &rollout.running {
            if let Some(count) = spot.site.and_then(|site| active.get_mut(site)) {
                *count += 1;
            }
        }
        let draining = rollout.draining.iter();
        Self {
            rollout,
            desired,
            maximum: percent(desired, rollout.maximum_percent) / 100,
            minimum: percent(desired, rollout.minimum_healthy_percent).div_ceil(100),
            old: rollout.running.clone(),
            new: Vec::new(),
            draining: draining.map(|spot| (*spot, &rollout.present)).collect(),
            active,
            renewed: vec![false; rollout.allowed.len()],
            was_blocked: false,
            waited: false,
            peak: rollout.running.len() + rollout.draining.len(),
        }
    }

    /// How many tasks may be started now.
    fn may_start(&self) -> usize {
        let room = self.maximum.saturating_sub(self.old.len() + self.new.len());
        room.min(self.desired.saturating_sub(self.new.len()))
    }

    /// How many tasks may be stopped now.
    fn may_stop(&self) -> usize {
        let spare = (self.old.len() + self.new.len()).saturating_sub(self.minimum);
        spare.min(self.old.len())
    }

    /// Whether one more task may be put on a place, as far as the service itself decides.
    fn is_open(&self, index: usize) -> bool {
        let is = |flags: &[bool]| flags.get(index).copied().unwrap_or_default();
        let is_free = match self.rollout.count {
            Count::OneOnEach => !is(&self.renewed),
            Count::Replicas(_) => true,
        };
        is(&self.rollout.allowed)
            && is_free
            && (!self.rollout.distinct || self.active.get(index).is_none_or(|count| *count == 0))
    }

    fn fits(&self, world: &World, index: usize) -> bool {
        let rollout = self.rollout;
        let site = world.sites.get(index);
        self.is_open(index)
            && site.is_some_and(|site| {
                world.fits(site, &rollout.demand, &rollout.subnets, rollout.quota)
            })
    }

    fn start(&mut self, world: &mut World, leaving: usize) -> bool {
        let wanted = self.may_start();
        if wanted == 0 {
            return false;
        }
        let rollout = self.rollout;
        let fitting = (0..world.sites.len()).filter(|index| self.fits(world, *index));
        let mut candidates = Candidates::new(&rollout.strategy, world, &self.active, fitting);
        let mut started = 0;
        while started < wanted {
            let Some(index) = candidates.take_best() else {
                break;
            };
            // The last address of its zone may be gone since.
            if !self.fits(world, index) {
                continue;
            }
            let Some(zone) = world.sites.get(index).map(|site| site.zone) else {
                continue;
            };
            let takes_address = rollout.demand.interface;
            let subnet = takes_address.then(|| world.subnet_for(zone, &rollout.subnets));
            let spot = Spot {
                site: Some(index),
                subnet: subnet.flatten(),
            };
            world.take(spot, &rollout.demand, rollout.quota);
            self.new.push(spot);
            if let Some(count) = self.active.get_mut(index) {
                *count += 1;
            }
            if let Some(renewed) = self.renewed.get_mut(index) {
                *renewed = true;
            }
            started += 1;
            let has_room = self.fits(world, index);
            if let Some(site) = world.sites.get(index) {
                candidates.placed(index, site, &self.active, has_room);
            }
        }
        self.waited |= self.was_blocked && started > 0;
        // Having waited once is enough, and to look at every place in every round isn't cheap.
        self.was_blocked = !self.waited && started < wanted && self.lacks_what_others_hold(world);
        self.peak = self.peak.max(self.old.len() + self.new.len() + leaving);
        started > 0
    }

    fn stop(&mut self, leaving: usize) -> bool {
        let count = self.may_stop();
        for spot in self.stopped_first(count) {
            self.draining.push((spot, &self.rollout.present));
        }
        let held = self.old.len() + self.new.len() + self.draining.len() + leaving;
        self.peak = self.peak.max(held);
        count > 0
    }

    /// Takes out the old tasks that go first: those whose place has its new task already, then those
    /// where the service has the most.
    fn stopped_first(&mut self, count: usize) -> Vec<Spot> {
        if count >= self.old.len() {
            let all = std::mem::take(&mut self.old);
            for spot in &all {
                self.leave(*spot);
            }
            return all;
        }
        let indices = self.old.iter().enumerate();
        let mut queue: BinaryHeap<_> = indices
            .map(|(index, spot)| (self.crowd(*spot), Reverse(index)))
            .collect();
        let mut gone = BTreeMap::new();
        while gone.len() < count
            && let Some((crowd, Reverse(index))) = queue.pop()
        {
            let Some(spot) = self.old.get(index).copied() else {
                continue;
            };
            // Others of its place may have gone since.
            let now = self.crowd(spot);
            if now == crowd {
                self.leave(spot);
                gone.insert(index, spot);
            } else {
                queue.push((now, Reverse(index)));
            }
        }
        let mut index = 0;
        self.old.retain(|_| {
            index += 1;
            !gone.contains_key(&(index - 1))
        });
        gone.into_values().collect()
    }

    /// Whether a task's place has its new task, and how many of the service it has.
    fn crowd(&self, spot: Spot) -> Option<(bool, u32)> {
        let site = spot.site?;
        let is_renewed = self.rollout.count == Count::OneOnEach && *self.renewed.get(site)?;
        Some((is_renewed, *self.active.get(site)?))
    }

    fn leave(&mut self, spot: Spot) {
        if let Some(count) = spot.site.and_then(|site| self.active.get_mut(site)) {
            *count -= 1;
        }
    }

    fn course(&self, world: &World) -> Course {
        let may_end = self.old.is_empty() || self.rollout.is_second_set();
        let finishes = self.new.len() >= self.desired && may_end;
        let (short, places) = if finishes || self.may_start() == 0 {
            (BTreeSet::new(), 0)
        } else {
            self.shortage(world)
        };
        let whole = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Course {
            desired: whole(self.desired),
            placed: whole(self.new.len()),
            finishes,
            waited: self.waited,
            peak: whole(self.peak),
            short,
            places,
            no_step: !finishes && self.may_start() == 0,
            spots: self.new.clone(),
        }
    }

    /// Whether what stops it is more than that each place has a task of the service already: only then
    /// does it help that stopped tasks give back what they hold.
    fn lacks_what_others_hold(&self, world: &World) -> bool {
        let (short, _) = self.shortage(world);
        short.iter().any(|lack| *lack != Lack::AnotherTask)
    }

    /// What the places lack that lack the fewest things, and how many places there are.
    fn shortage(&self, world: &World) -> (BTreeSet<Lack>, u32) {
        let mut fewest = usize::MAX;
        let mut short = BTreeSet::new();
        let mut places = 0;
        let all = world.sites.iter().enumerate();
        for (index, site) in
            all.filter(|(index, _)| self.rollout.allowed.get(*index) == Some(&true))
        {
            let rollout = self.rollout;
            let is_renewed =
                rollout.count == Count::OneOnEach && self.renewed.get(index) == Some(&true);
            if is_renewed {
                continue;
            }
            places += 1;
            let mut lacks = world.lacks(site, &rollout.demand, &rollout.subnets, rollout.quota);
            if rollout.distinct && self.active.get(index).is_some_and(|count| *count > 0) {
                lacks.insert(Lack::AnotherTask);
            }
            if lacks.len() < fewest {
                fewest = lacks.len();
                short.clear();
            }
            if lacks.len() == fewest {
                short.extend(lacks);
            }
        }
        (short, places)
    }
}
