//! An example: places, the deployments on them, and how each of them goes.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::headroom::{
    AddressPool, Count, Course, Demand, HostPort, Lack, Order, Resources, Rollout, Site, Spot,
    World, simulate,
};

/// What a task takes of an instance unless the example says otherwise.
const TASK: Resources = Resources {
    cpu: 256,
    memory: 512,
    gpus: 0,
};
const ENOUGH: u32 = 100;

/// An instance in the first zone that has so many slots left and much other room.
pub(crate) fn instance(slots: u32) -> Site {
    Site {
        zone: 0,
        slots,
        room: Resources {
            cpu: TASK.cpu * i64::from(ENOUGH),
            memory: TASK.memory * i64::from(ENOUGH),
            gpus: 0,
        },
        ports: BTreeSet::new(),
    }
}

/// The same in another zone.
pub(crate) fn instance_in(zone: usize, slots: u32) -> Site {
    Site {
        zone,
        ..instance(slots)
    }
}

/// Starts an example with these places, and with one subnet in each zone.
pub(crate) fn on(sites: Vec<Site>) -> Example {
    let zones = sites.iter().map(|site| site.zone + 1).max().unwrap();
    let subnets = (0..zones).map(|zone| AddressPool {
        zone,
        free: ENOUGH.into(),
    });
    Example {
        world: World {
            subnets: subnets.collect(),
            interfaces: vec![ENOUGH.into(); zones],
            fargate: vec![TASK.cpu * i64::from(ENOUGH)],
            sites,
        },
        rollouts: Vec::new(),
        goes: Vec::new(),
    }
}

/// What becomes of a deployment. What is `None` isn't part of the expectation.
struct Goes {
    finishes: bool,
    placed: u32,
    waited: Option<bool>,
    peak: Option<u32>,
    places: Option<u32>,
    short: Vec<Lack>,
    no_step: bool,
}

#[must_use = "nothing is checked before `holds`"]
pub(crate) struct Example {
    world: World,
    rollouts: Vec<Rollout>,
    goes: Vec<Goes>,
}

impl Example {
    /// How many addresses each zone has left.
    pub(crate) fn addresses(mut self, free: &[u64]) -> Self {
        for (pool, free) in self.world.subnets.iter_mut().zip(free) {
            pool.free = *free;
        }
        self
    }

    /// How many more interfaces the quota allows.
    pub(crate) fn interfaces(mut self, left: u64) -> Self {
        self.world.interfaces.fill(left);
        self
    }

    /// How many more tasks the quota of Fargate allows.
    pub(crate) fn fargate_quota(mut self, tasks: i64) -> Self {
        self.world.fargate = vec![TASK.cpu * tasks];
        self
    }

    pub(crate) fn deploys(mut self, service: Service) -> Self {
        let sites = self.world.sites.len();
        let Service {
            mut rollout,
            only_on,
        } = service;
        rollout.allowed = (0..sites)
            .map(|site| {
                only_on
                    .as_ref()
                    .is_none_or(|only_on| only_on.contains(&site))
            })
            .collect();
        rollout.subnets = (0..self.world.subnets.len()).collect();
        let has_interface = rollout.present.interface;
        for spot in rollout.running.iter_mut().chain(&mut rollout.draining) {
            let site = spot.site.map(|site| &self.world.sites[site]);
            let zone = site.map_or(0, |site| site.zone);
            spot.subnet = has_interface.then_some(zone);
        }
        self.rollouts.push(rollout);
        self
    }

    fn goes(mut self, finishes: bool, placed: u32, short: &[Lack]) -> Self {
        self.goes.push(Goes {
            finishes,
            placed,
            waited: None,
            peak: None,
            places: None,
            short: short.to_vec(),
            no_step: false,
        });
        self
    }

    fn expected(&mut self) -> &mut Goes {
        self.goes.last_mut().expect("it goes somehow")
    }

    /// It places all of so many tasks without waiting.
    pub(crate) fn finishes(mut self, placed: u32) -> Self {
        self = self.goes(true, placed, &[]);
        self.expected().waited = Some(false);
        self
    }

    /// It places all of so many tasks, some after others have given back what they held.
    pub(crate) fn finishes_after_waiting(mut self, placed: u32) -> Self {
        self = self.goes(true, placed, &[]);
        self.expected().waited = Some(true);
        self
    }

    /// It places all of so many tasks; whether it waits isn't asked.
    pub(crate) fn finishes_without_telling(self, placed: u32) -> Self {
        self.goes(true, placed, &[])
    }

    pub(crate) fn stalls_at(self, placed: u32, short: &[Lack]) -> Self {
        self.goes(false, placed, short)
    }

    /// The percentages keep it from doing anything.
    pub(crate) fn has_no_step(mut self) -> Self {
        self = self.goes(false, 0, &[]);
        self.expected().no_step = true;
        self
    }

    /// The most tasks at once.
    pub(crate) fn with_at_most(mut self, tasks: u32) -> Self {
        self.expected().peak = Some(tasks);
        self
    }

    pub(crate) fn after_looking_at(mut self, places: u32) -> Self {
        self.expected().places = Some(places);
        self
    }

    pub(crate) fn holds(self) {
        let courses = simulate(&self.world, &self.rollouts);
        assert_eq!(courses.len(), self.goes.len(), "an expectation for each");
        for (index, (course, goes)) in courses.into_iter().zip(self.goes).enumerate() {
            let expected = Course {
                desired: course.desired,
                placed: goes.placed,
                finishes: goes.finishes,
                waited: goes.waited.unwrap_or(course.waited),
                peak: goes.peak.unwrap_or(course.peak),
                short: goes.short.into_iter().collect(),
                places: goes.places.unwrap_or(course.places),
                no_step: goes.no_step,
                spots: course.spots.clone(),
            };
            assert_eq!(course, expected, "deployment {index}");
        }
    }
}

/// A service whose tasks are all replaced.
pub(crate) struct Service {
    rollout: Rollout,
    only_on: Option<Vec<usize>>,
}

/// So many tasks in awsvpc mode, at 100 and 200 percent.
pub(crate) fn service(count: u32) -> Service {
    of(Count::Replicas(count))
}

/// One task in awsvpc mode on each place.
pub(crate) fn daemon() -> Service {
    of(Count::OneOnEach)
}

fn of(count: Count) -> Service {
    let demand = Demand {
        interface: true,
        resources: TASK,
        ports: BTreeSet::new(),
    };
    let rollout = Rollout {
        count,
        maximum_percent: 200,
        minimum_healthy_percent: 100,
        present: demand.clone(),
        demand,
        allowed: Vec::new(),
        distinct: false,
        strategy: Vec::new(),
        subnets: Vec::new(),
        quota: None,
        running: Vec::new(),
        draining: Vec::new(),
    };
    Service {
        rollout,
        only_on: None,
    }
}

fn spots(sites: &[usize]) -> Vec<Spot> {
    let spots = sites.iter().map(|site| Spot {
        site: Some(*site),
        subnet: None,
    });
    spots.collect()
}

impl Service {
    /// The place of each task that runs.
    pub(crate) fn runs_on(mut self, sites: &[usize]) -> Self {
        self.rollout.running = spots(sites);
        self
    }

    /// A task runs on an instance that nobody described.
    pub(crate) fn runs_somewhere(mut self) -> Self {
        self.rollout.running.push(Spot {
            site: None,
            subnet: None,
        });
        self
    }

    pub(crate) fn drains_on(mut self, sites: &[usize]) -> Self {
        self.rollout.draining = spots(sites);
        self
    }

    pub(crate) fn percent(mut self, minimum: u32, maximum: u32) -> Self {
        self.rollout.minimum_healthy_percent = minimum;
        self.rollout.maximum_percent = maximum;
        self
    }

    pub(crate) fn only_on(mut self, sites: &[usize]) -> Self {
        self.only_on = Some(sites.to_vec());
        self
    }

    pub(crate) fn distinct(mut self) -> Self {
        self.rollout.distinct = true;
        self
    }

    pub(crate) fn placed_by(mut self, strategy: &[Order]) -> Self {
        self.rollout.strategy = strategy.to_vec();
        self
    }

    /// Its tasks run on Fargate.
    pub(crate) fn on_fargate(mut self) -> Self {
        self.rollout.quota = Some(0);
        self
    }

    /// A new task takes more than one that runs.
    pub(crate) fn grows_to(mut self, memory: i64) -> Self {
        self.rollout.demand.resources.memory = memory;
        self
    }

    /// Its tasks have no interface of their own but a port of the instance.
    pub(crate) fn in_host_mode(mut self, port: HostPort) -> Self {
        for demand in [&mut self.rollout.demand, &mut self.rollout.present] {
            demand.interface = false;
            demand.ports = BTreeSet::from([port]);
        }
        self
    }

    /// Each of its tasks takes a GPU.
    pub(crate) fn with_gpu(mut self) -> Self {
        for demand in [&mut self.rollout.demand, &mut self.rollout.present] {
            demand.resources.gpus = 1;
        }
        self
    }
}
