//! The state of deployments while they are played through.

use super::old_tasks::{Crowd, OldTasks};
use super::placement::Candidates;
use super::rollout::{Count, Course, Rollout};
use super::site::{Lack, Lacks, Spot, World};

/// What the deployments share.
pub(super) struct Stage {
    world: World,
    /// The places that have changed, one after the other. Whoever knows how far it has read needn't look
    /// at all of them in every round.
    changed: Vec<usize>,
}

impl Stage {
    pub(super) fn new(world: World) -> Self {
        Self {
            world,
            changed: Vec::new(),
        }
    }

    fn take(&mut self, spot: Spot, rollout: &Rollout) {
        self.world.take(spot, &rollout.demand, rollout.quota);
        self.changed.extend(spot.site);
    }

    pub(super) fn give_back(&mut self, spot: Spot, rollout: &Rollout) {
        self.world.give_back(spot, &rollout.present, rollout.quota);
        self.changed.extend(spot.site);
    }
}

/// How far a deployment is.
pub(super) struct Progress<'a> {
    pub(super) rollout: &'a Rollout,
    desired: usize,
    maximum: usize,
    minimum: usize,
    old: OldTasks<'a>,
    new: Vec<Spot>,
    /// The tasks that were stopped in this round.
    pub(super) draining: Vec<Spot>,
    /// Tasks of the service on each place, draining ones aside.
    active: Vec<u32>,
    /// Whether a place has a new task.
    renewed: Vec<bool>,
    /// The places that its next task fits on, once it has started some.
    candidates: Option<Candidates<'a>>,
    /// How many of [`Stage::changed`] they know of.
    seen: usize,
    was_blocked: bool,
    waited: bool,
    peak: usize,
}

fn percent(of: usize, percent: u32) -> usize {
    of.saturating_mul(percent as usize)
}

impl<'a> Progress<'a> {
    pub(super) fn new(rollout: &'a Rollout) -> Self {
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
        Self {
            rollout,
            desired,
            maximum: percent(desired, rollout.maximum_percent) / 100,
            minimum: percent(desired, rollout.minimum_healthy_percent).div_ceil(100),
            old: OldTasks::new(&rollout.running),
            new: Vec::new(),
            draining: rollout.draining.clone(),
            active,
            renewed: vec![false; rollout.allowed.len()],
            candidates: None,
            seen: 0,
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

    /// Looks at the places that have changed, the first time at all.
    fn look(&mut self, stage: &Stage) {
        let seen = std::mem::replace(&mut self.seen, stage.changed.len());
        if self.candidates.is_some() {
            for index in stage.changed.iter().skip(seen) {
                self.look_at(&stage.world, *index);
            }
        } else {
            let sites = &stage.world.sites;
            let candidates = Candidates::new(&self.rollout.strategy, sites, &self.active);
            self.candidates = Some(candidates);
            for index in 0..sites.len() {
                self.look_at(&stage.world, index);
            }
        }
    }

    fn look_at(&mut self, world: &World, index: usize) {
        let is_open = self.is_open(index);
        if let (Some(site), Some(candidates)) = (world.sites.get(index), &mut self.candidates) {
            let fits = is_open && site.takes(&self.rollout.demand);
            let tasks = self.active.get(index).copied().unwrap_or_default();
            candidates.update(index, site, tasks, fits);
        }
    }

    /// Starts what its maximum allows, as far as it fits, while so many stopped tasks leave; whether that
    /// is any.
    pub(super) fn start(&mut self, stage: &mut Stage, leaving: usize) -> bool {
        let wanted = self.may_start();
        if wanted == 0 {
            return false;
        }
        self.look(stage);
        if let Some(candidates) = &mut self.candidates {
            candidates.rank();
        }
        let mut started = 0;
        while started < wanted && self.start_one(stage) {
            started += 1;
        }
        self.waited |= self.was_blocked && started > 0;
        // Having waited once is enough, and to look at every place in every round isn't cheap.
        self.was_blocked =
            !self.waited && started < wanted && self.lacks_what_others_hold(&stage.world);
        self.peak = self.peak.max(self.old.len() + self.new.len() + leaving);
        started > 0
    }

    /// Puts one more task on the best place; whether there is one.
    fn start_one(&mut self, stage: &mut Stage) -> bool {
        let rollout = self.rollout;
        let world = &stage.world;
        let Some(candidates) = &mut self.candidates else {
            return false;
        };
        if !world.has_quota(&rollout.demand, rollout.quota) {
            return false;
        }
        let best = candidates
            .take_best(|zone| world.has_interface(zone, &rollout.demand, &rollout.subnets));
        let Some((index, site)) = best.and_then(|index| Some((index, world.sites.get(index)?)))
        else {
            return false;
        };
        let takes_address = rollout.demand.interface;
        let subnet = takes_address.then(|| world.subnet_for(site.zone, &rollout.subnets));
        let spot = Spot {
            site: Some(index),
            subnet: subnet.flatten(),
        };
        stage.take(spot, rollout);
        self.new.push(spot);
        if let Some(count) = self.active.get_mut(index) {
            *count += 1;
        }
        if let Some(renewed) = self.renewed.get_mut(index) {
            *renewed = true;
        }
        self.old.changed(index, self.crowd(spot));
        self.look_at(&stage.world, index);
        if let Some(candidates) = &mut self.candidates {
            candidates.placed(index);
        }
        true
    }

    /// Stops what its minimum allows; whether that is any.
    pub(super) fn stop(&mut self, stage: &mut Stage, leaving: usize) -> bool {
        let count = self.may_stop();
        if count >= self.old.len() {
            for spot in self.old.take_all() {
                self.leave(stage, spot);
            }
        } else {
            for _ in 0..count {
                let (active, renewed) = (&self.active, &self.renewed);
                let crowd = |spot| crowd(self.rollout, active, renewed, spot);
                if let Some(spot) = self.old.take_first(active.len(), crowd) {
                    self.leave(stage, spot);
                }
            }
        }
        let held = self.old.len() + self.new.len() + self.draining.len() + leaving;
        self.peak = self.peak.max(held);
        count > 0
    }

    fn crowd(&self, spot: Spot) -> Crowd {
        crowd(self.rollout, &self.active, &self.renewed, spot)
    }

    /// An old task is stopped, and drains.
    fn leave(&mut self, stage: &mut Stage, spot: Spot) {
        self.draining.push(spot);
        let Some(index) = spot.site else {
            return;
        };
        if let Some(count) = self.active.get_mut(index) {
            *count -= 1;
            if let Some(candidates) = &mut self.candidates {
                candidates.left(index);
            }
        }
        self.old.changed(index, self.crowd(spot));
        stage.changed.push(index);
    }

    /// How it went.
    pub(super) fn course(&self, stage: &Stage) -> Course {
        let may_end = self.old.len() == 0 || self.rollout.is_second_set();
        let finishes = self.new.len() >= self.desired && may_end;
        let (short, places) = if finishes || self.may_start() == 0 {
            (Lacks::default(), 0)
        } else {
            self.shortage(&stage.world)
        };
        let whole = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Course {
            desired: whole(self.desired),
            placed: whole(self.new.len()),
            finishes,
            waited: self.waited,
            peak: whole(self.peak),
            short: short.all(),
            places,
            no_step: !finishes && self.may_start() == 0,
            spots: self.new.clone(),
        }
    }

    /// Whether what stops it is more than that each place has a task of the service already: only then
    /// does it help that stopped tasks give back what they hold.
    fn lacks_what_others_hold(&self, world: &World) -> bool {
        let (mut short, _) = self.shortage(world);
        short.remove(Lack::AnotherTask);
        short.count() > 0
    }

    /// What the places lack that lack the fewest things, and how many places there are.
    fn shortage(&self, world: &World) -> (Lacks, u32) {
        let mut fewest = u32::MAX;
        let mut short = Lacks::default();
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
            if lacks.count() < fewest {
                fewest = lacks.count();
                short = Lacks::default();
            }
            if lacks.count() == fewest {
                short.extend(lacks);
            }
        }
        (short, places)
    }
}

/// Whether a task's place has its new task, and how many of the service it has.
fn crowd(rollout: &Rollout, active: &[u32], renewed: &[bool], spot: Spot) -> Crowd {
    let site = spot.site?;
    let is_renewed = rollout.count == Count::OneOnEach && *renewed.get(site)?;
    Some((is_renewed, *active.get(site)?))
}
