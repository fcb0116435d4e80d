//! A scheduler without a plan: it follows every choice that ECS has, task by task, and collects how
//! the deployments can end. Written from the rules alone; it keeps no accounts but counts, each
//! time, what every single task holds.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::headroom::{Count, Demand, Lack, Rollout, Site, World};

use crate::state::{Phase, State, Task, Turn};

/// How a deployment can end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outcome {
    pub(crate) finishes: bool,
    pub(crate) placed: usize,
    pub(crate) peak: usize,
    /// Nothing where the rules leave it open.
    pub(crate) waited: Option<bool>,
    pub(crate) no_step: bool,
    pub(crate) short: BTreeSet<Lack>,
}

/// The clusters as they would be without any task of the services.
struct Scheduler<'a> {
    bare: World,
    rollouts: &'a [Rollout],
}

/// Every way in which deployments that run together can end; nothing if there are too many states.
pub(crate) fn outcomes(
    world: &World,
    rollouts: &[Rollout],
    most_states: usize,
) -> Option<BTreeSet<Vec<Outcome>>> {
    let first = State::first(rollouts);
    let scheduler = Scheduler {
        bare: bare(world, rollouts, &first.tasks),
        rollouts,
    };
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::from([first.clone()]);
    let mut open = vec![first];
    while let Some(state) = open.pop() {
        if seen.len() > most_states {
            return None;
        }
        let next = scheduler.next(&state);
        if next.is_empty() {
            found.insert(scheduler.ends(&state));
        }
        for state in next {
            if seen.insert(state.clone()) {
                open.push(state);
            }
        }
    }
    Some(found)
}

fn bare(world: &World, rollouts: &[Rollout], tasks: &[Task]) -> World {
    let mut bare = world.clone();
    for task in tasks {
        let Demand {
            interface,
            resources,
            ports,
        } = &rollouts[task.service].present;
        let site = &mut bare.sites[task.site];
        let room = &mut site.room;
        room.cpu = room.cpu.saturating_add(resources.cpu);
        room.memory = room.memory.saturating_add(resources.memory);
        room.gpus = room.gpus.saturating_add(resources.gpus);
        site.ports.retain(|port| !ports.contains(port));
        if *interface {
            site.slots = site.slots.saturating_add(1);
            let zone = site.zone;
            bare.interfaces[zone] = bare.interfaces[zone].saturating_add(1);
        }
        if let Some(subnet) = task.subnet {
            let free = &mut bare.subnets[subnet].free;
            *free = free.saturating_add(1);
        }
        if let Some(quota) = rollouts[task.service].quota {
            bare.fargate[quota] += resources.cpu;
        }
    }
    bare
}

/// A count of tasks as a number of whatever it is compared with.
fn number<T: TryFrom<N, Error: std::fmt::Debug>, N>(count: N) -> T {
    T::try_from(count).unwrap()
}

impl Scheduler<'_> {
    fn desired(&self, service: usize) -> usize {
        let rollout = &self.rollouts[service];
        match rollout.count {
            Count::Replicas(count) => number(count),
            Count::OneOnEach => rollout.allowed.iter().filter(|allowed| **allowed).count(),
        }
    }

    fn maximum(&self, service: usize) -> usize {
        let percent: usize = number(self.rollouts[service].maximum_percent);
        self.desired(service) * percent / 100
    }

    fn minimum(&self, service: usize) -> usize {
        let percent: usize = number(self.rollouts[service].minimum_healthy_percent);
        (self.desired(service) * percent).div_ceil(100)
    }

    fn may_start(&self, state: &State, service: usize) -> bool {
        let new = state.count(service, &[Phase::New]);
        let active = state.count(service, &[Phase::Old, Phase::New]);
        active < self.maximum(service) && new < self.desired(service)
    }

    fn may_stop(&self, state: &State, service: usize) -> bool {
        let old = state.count(service, &[Phase::Old]);
        let active = state.count(service, &[Phase::Old, Phase::New]);
        active > self.minimum(service) && old > 0
    }

    /// Everything that can come next; nothing where it ends.
    fn next(&self, state: &State) -> Vec<State> {
        match state.turn {
            Turn::Start(service) if self.may_start(state, service) => {
                let started = self.starts(state, service);
                if !started.is_empty() {
                    return started;
                }
                let mut blocked = state.with_turn(Turn::Stop(service));
                blocked.pasts[service].was_blocked = true;
                vec![blocked]
            }
            Turn::Start(service) => vec![state.with_turn(Turn::Stop(service))],
            Turn::Stop(service) if self.may_stop(state, service) => state.stops(service),
            Turn::Stop(service) if service + 1 < self.rollouts.len() => {
                vec![state.with_turn(Turn::Start(service + 1))]
            }
            Turn::Stop(_) => vec![state.with_turn(Turn::End)],
            Turn::End => state.next_round().into_iter().collect(),
        }
    }

    /// The sites that one more task may be on. With one on each, those that have theirs are done.
    fn places(&self, state: &State, service: usize) -> Vec<usize> {
        let rollout = &self.rollouts[service];
        let is_done =
            |site| rollout.count == Count::OneOnEach && state.has(service, Phase::New, site);
        let sites = 0..self.bare.sites.len();
        let allowed = sites.filter(|site| rollout.allowed[*site]);
        allowed.filter(|site| !is_done(*site)).collect()
    }

    /// One more task, anywhere.
    fn starts(&self, state: &State, service: usize) -> Vec<State> {
        let rollout = &self.rollouts[service];
        let mut started = Vec::new();
        for site in self.places(state, service) {
            if !self.lacks(state, service, site).is_empty() {
                continue;
            }
            let subnets = self.free_subnets(state, service, site);
            let subnets: Vec<_> = if rollout.demand.interface {
                subnets.into_iter().map(Some).collect()
            } else {
                vec![None]
            };
            started.extend(subnets.into_iter().map(|subnet| {
                state.with_new(Task {
                    service,
                    phase: Phase::New,
                    site,
                    subnet,
                })
            }));
        }
        started
    }

    fn holds(&self, task: &Task) -> &Demand {
        let rollout = &self.rollouts[task.service];
        match task.phase {
            Phase::New => &rollout.demand,
            Phase::Old | Phase::Stopped | Phase::Leaving => &rollout.present,
        }
    }

    fn interfaces(&self, state: &State, is_there: impl Fn(&Task) -> bool) -> usize {
        let tasks = state.tasks.iter().filter(|task| is_there(task));
        tasks.filter(|task| self.holds(task).interface).count()
    }

    fn free_subnets(&self, state: &State, service: usize, site: usize) -> Vec<usize> {
        let zone = self.bare.sites[site].zone;
        let subnets = self.rollouts[service].subnets.iter().copied();
        let is_free = |subnet: &usize| {
            let pool = self.bare.subnets[*subnet];
            let tasks = state.tasks.iter();
            let taken = tasks.filter(|task| task.subnet == Some(*subnet)).count();
            pool.zone == zone && number::<u64, _>(taken) < pool.free
        };
        subnets.filter(is_free).collect()
    }

    /// What is missing for one more task on a site.
    fn lacks(&self, state: &State, service: usize, site: usize) -> BTreeSet<Lack> {
        let mut lacks = self.lacks_of_site(state, service, site);
        let rollout = &self.rollouts[service];
        let zone = self.bare.sites[site].zone;
        if rollout.demand.interface {
            if self.free_subnets(state, service, site).is_empty() {
                lacks.insert(Lack::Address);
            }
            let in_zone = self.interfaces(state, |task| self.bare.sites[task.site].zone == zone);
            if number::<u64, _>(in_zone) >= self.bare.interfaces[zone] {
                lacks.insert(Lack::InterfaceQuota);
            }
        }
        if let Some(quota) = rollout.quota {
            let tasks = state.tasks.iter();
            let counted = tasks.filter(|task| self.rollouts[task.service].quota == Some(quota));
            let used: i64 = counted.map(|task| self.holds(task).resources.cpu).sum();
            if used + rollout.demand.resources.cpu > self.bare.fargate[quota] {
                lacks.insert(Lack::FargateQuota);
            }
        }
        let own = [Phase::Old, Phase::New];
        if rollout.distinct && own.iter().any(|phase| state.has(service, *phase, site)) {
            lacks.insert(Lack::AnotherTask);
        }
        lacks
    }

    fn lacks_of_site(&self, state: &State, service: usize, site: usize) -> BTreeSet<Lack> {
        let demand = &self.rollouts[service].demand;
        let Site {
            slots, room, ports, ..
        } = &self.bare.sites[site];
        let there = || state.tasks.iter().filter(|task| task.site == site);
        let held = || there().map(|task| self.holds(task).resources);
        let wanted = demand.resources;
        let cpu: i64 = held().map(|held| held.cpu).sum();
        let memory: i64 = held().map(|held| held.memory).sum();
        let gpus: i64 = held().map(|held| held.gpus).sum();
        let slots_taken = self.interfaces(state, |task| task.site == site);
        let mut ports_taken = there()
            .flat_map(|task| &self.holds(task).ports)
            .chain(ports);
        let tests = [
            (
                demand.interface && number::<u32, _>(slots_taken) >= *slots,
                Lack::Slot,
            ),
            (cpu + wanted.cpu > room.cpu, Lack::Cpu),
            (memory + wanted.memory > room.memory, Lack::Memory),
            (gpus + wanted.gpus > room.gpus, Lack::Gpu),
            (
                ports_taken.any(|port| demand.ports.contains(port)),
                Lack::Port,
            ),
        ];
        let missing = tests.into_iter().filter(|(is_missing, _)| *is_missing);
        missing.map(|(_, lack)| lack).collect()
    }

    fn ends(&self, state: &State) -> Vec<Outcome> {
        let services = 0..self.rollouts.len();
        services.map(|service| self.end(state, service)).collect()
    }

    fn end(&self, state: &State, service: usize) -> Outcome {
        let placed = state.count(service, &[Phase::New]);
        let is_done = state.count(service, &[Phase::Old]) == 0;
        let finishes = placed == self.desired(service) && is_done;
        let may_start = self.may_start(state, service);
        let past = state.pasts[service];
        let is_open = past.waited && self.rollouts[service].distinct;
        Outcome {
            finishes,
            placed,
            peak: past.peak,
            waited: (!is_open).then_some(past.waited),
            no_step: !finishes && !may_start,
            short: if may_start {
                self.short(state, service)
            } else {
                BTreeSet::new()
            },
        }
    }

    /// What the sites lack that lack the fewest things.
    fn short(&self, state: &State, service: usize) -> BTreeSet<Lack> {
        let places = self.places(state, service).into_iter();
        let lacks: Vec<_> = places
            .map(|site| self.lacks(state, service, site))
            .collect();
        let fewest = lacks.iter().map(|lacks| lacks.len()).min();
        let nearest = lacks.iter().filter(|lacks| Some(lacks.len()) == fewest);
        nearest.flatten().copied().collect()
    }
}
