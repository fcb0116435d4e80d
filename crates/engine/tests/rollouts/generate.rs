//! Makes a cluster and its deployments of a list of numbers. Zero always stands for the plainest
//! choice, so a failing cluster shrinks towards one in which nothing is short.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::headroom::{
    AddressPool, Count, Demand, HostPort, Order, Resources, Rollout, Site, Spot, Transport, World,
};

/// What a cluster may be short of; so small that tasks meet it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scarce {
    Nothing,
    Slots,
    Cpu,
    Memory,
    Addresses,
    Quotas,
    Everything,
}

/// CPU and memory come in such pieces.
pub(crate) const PIECE: i64 = 256;
const PLENTY: usize = 20;
const PORTS: [HostPort; 2] = [(80, Transport::Tcp), (80, Transport::Udp)];

/// How large the clusters are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) sites: usize,
    pub(crate) tasks: usize,
    pub(crate) services: usize,
}

/// Random numbers, used up one by one.
#[derive(Debug)]
struct Choices<'a>(std::slice::Iter<'a, u32>);

impl Choices<'_> {
    /// A number below `count`.
    fn below(&mut self, count: usize) -> usize {
        let number = self.0.next().copied().unwrap_or_default();
        let count = u64::try_from(count).unwrap();
        usize::try_from((u64::from(number) * count) >> 32).unwrap()
    }

    /// Whether something with this probability happens.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    fn pick<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())].clone()
    }

    /// How much there is of something.
    fn supply(&mut self, is_scarce: bool) -> usize {
        if is_scarce {
            self.pick(&[3, 2, 1, 1, 0, 0, 0, 0])
        } else {
            PLENTY
        }
    }
}

/// A cluster and the deployments on it.
pub(crate) fn cluster(numbers: &[u32], size: Size) -> (World, Vec<Rollout>) {
    let choices = &mut Choices(numbers.iter());
    let mut world = world(choices, size);
    let mut rollouts: Vec<Rollout> = Vec::new();
    for _ in 0..size.services {
        let mut rollout = service(choices, &world, size);
        run(choices, &world, &rollouts, &mut rollout, size);
        let held = &rollout.present.ports;
        for spot in rollout.running.iter().chain(&rollout.draining) {
            world.sites[spot.site.unwrap()].ports.extend(held);
        }
        rollouts.push(rollout);
    }
    (world, rollouts)
}

fn world(choices: &mut Choices<'_>, size: Size) -> World {
    let scarce = choices.pick(&[
        Scarce::Nothing,
        Scarce::Slots,
        Scarce::Slots,
        Scarce::Slots,
        Scarce::Slots,
        Scarce::Cpu,
        Scarce::Cpu,
        Scarce::Cpu,
        Scarce::Memory,
        Scarce::Memory,
        Scarce::Memory,
        Scarce::Addresses,
        Scarce::Quotas,
        Scarce::Everything,
    ]);
    let is_scarce = |what| scarce == what || scarce == Scarce::Everything;
    let zones = 1 + choices.below(2);
    let sites = if choices.chance(12) {
        (0..zones).map(fargate).collect()
    } else {
        let count = 1 + choices.below(size.sites);
        let each = (0..count).map(|_| Site {
            zone: choices.below(zones),
            slots: small(choices.supply(is_scarce(Scarce::Slots))),
            room: Resources {
                cpu: PIECE * small::<i64>(choices.supply(is_scarce(Scarce::Cpu))),
                memory: PIECE * small::<i64>(choices.supply(is_scarce(Scarce::Memory))),
                gpus: small(choices.below(3)),
            },
            ports: choices.chance(5).then_some(PORTS[0]).into_iter().collect(),
        });
        each.collect()
    };
    let count = if choices.chance(15) {
        1
    } else {
        zones + choices.below(4 - zones)
    };
    let subnets = (0..count).map(|index| AddressPool {
        zone: if index < zones {
            index
        } else {
            choices.below(zones)
        },
        free: small(choices.supply(is_scarce(Scarce::Addresses))),
    });
    let subnets = subnets.collect();
    let quotas = (0..zones).map(|_| small(choices.supply(is_scarce(Scarce::Quotas))));
    World {
        sites,
        subnets,
        interfaces: quotas.collect(),
        fargate: vec![PIECE * small::<i64>(choices.supply(is_scarce(Scarce::Quotas)))],
    }
}

/// A zone of Fargate.
pub(crate) fn fargate(zone: usize) -> Site {
    Site {
        zone,
        slots: u32::MAX,
        room: Resources {
            cpu: i64::MAX / 4,
            memory: i64::MAX / 4,
            gpus: i64::MAX / 4,
        },
        ports: BTreeSet::new(),
    }
}

fn small<T: TryFrom<usize, Error: std::fmt::Debug>>(number: usize) -> T {
    T::try_from(number).unwrap()
}

fn demand(choices: &mut Choices<'_>, has_interface: bool) -> Demand {
    let pieces = [1, 1, 1, 2];
    Demand {
        interface: has_interface,
        resources: Resources {
            cpu: PIECE * choices.pick(&pieces),
            memory: PIECE * choices.pick(&pieces),
            gpus: i64::from(choices.chance(10)),
        },
        ports: if has_interface || choices.chance(50) {
            BTreeSet::new()
        } else {
            BTreeSet::from([choices.pick(&PORTS)])
        },
    }
}

fn service(choices: &mut Choices<'_>, world: &World, size: Size) -> Rollout {
    let is_fargate = world.sites[0].slots == u32::MAX;
    let has_interface = is_fargate || !choices.chance(15);
    let demand = demand(choices, has_interface);
    let present = if choices.chance(20) {
        let has_interface = is_fargate || choices.chance(50);
        self::demand(choices, has_interface)
    } else {
        demand.clone()
    };
    let sites = world.sites.len();
    let zones = world.sites.iter().map(|site| small(site.zone)).collect();
    let orders = [
        Order::SpreadOver(zones),
        Order::SpreadOverSites,
        Order::PackCpu,
        Order::PackMemory,
    ];
    Rollout {
        count: if choices.chance(20) {
            Count::OneOnEach
        } else {
            Count::Replicas(small(choices.below(size.tasks + 1)))
        },
        maximum_percent: choices.pick(&[200, 200, 200, 150, 125, 100]),
        minimum_healthy_percent: choices.pick(&[100, 50, 50, 0, 75, 34]),
        demand,
        present,
        allowed: (0..sites).map(|_| !choices.chance(15)).collect(),
        distinct: choices.chance(15),
        strategy: (0..choices.below(3))
            .map(|_| choices.pick(&orders))
            .collect(),
        subnets: (0..world.subnets.len())
            .filter(|_| !choices.chance(10))
            .collect(),
        quota: is_fargate.then_some(0),
        running: Vec::new(),
        draining: Vec::new(),
    }
}

/// Gives a service the tasks that it has before.
fn run(
    choices: &mut Choices<'_>,
    world: &World,
    earlier: &[Rollout],
    rollout: &mut Rollout,
    limits: Size,
) {
    let allowed: Vec<usize> = (0..world.sites.len())
        .filter(|site| rollout.allowed[*site])
        .collect();
    let wanted = match rollout.count {
        _ if choices.chance(15) => choices.below(limits.tasks + 1),
        Count::Replicas(count) => usize::try_from(count).unwrap(),
        Count::OneOnEach => allowed.len(),
    };
    let draining = if choices.chance(20) {
        1 + choices.below(2)
    } else {
        0
    };
    for index in 0..(wanted + draining) {
        let site = if choices.chance(5) || allowed.is_empty() {
            choices.below(world.sites.len())
        } else if rollout.count == Count::OneOnEach || rollout.distinct {
            allowed[index % allowed.len()]
        } else {
            choices.pick(&allowed)
        };
        let Some(spot) = spot(choices, world, rollout, site) else {
            continue;
        };
        let is_taken = |other| is_port_taken(rollout, other, site);
        if is_taken(rollout) || earlier.iter().any(is_taken) {
            continue;
        }
        if index < wanted {
            rollout.running.push(spot);
        } else {
            rollout.draining.push(spot);
        }
    }
}

fn spot(choices: &mut Choices<'_>, world: &World, rollout: &Rollout, site: usize) -> Option<Spot> {
    let zone = world.sites[site].zone;
    let subnets = 0..world.subnets.len();
    let in_zone: Vec<usize> = subnets
        .filter(|subnet| world.subnets[*subnet].zone == zone)
        .collect();
    let has_interface = rollout.present.interface;
    if has_interface && in_zone.is_empty() {
        return None;
    }
    Some(Spot {
        site: Some(site),
        subnet: has_interface.then(|| choices.pick(&in_zone)),
    })
}

/// Whether a task of another service, or of the service itself, has a port already.
fn is_port_taken(rollout: &Rollout, other: &Rollout, site: usize) -> bool {
    let mut spots = other.running.iter().chain(&other.draining);
    let is_shared = !rollout.present.ports.is_disjoint(&other.present.ports);
    is_shared && spots.any(|spot| spot.site == Some(site))
}
