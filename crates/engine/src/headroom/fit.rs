use std::collections::BTreeSet;

use super::region::Cluster;
use super::rollout::{Count, Rollout};
use super::site::{Demand, Lack, Site, World};

/// How many more tasks of a service fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// All bounds together: what the scheduler would find.
    pub tasks: u64,
    /// By free slots alone.
    pub by_slots: u64,
    /// By CPU, memory, GPUs and ports of the same instances alone.
    pub by_resources: u64,
    /// By free addresses of its subnets alone.
    pub by_addresses: u64,
    /// By what the quotas leave alone.
    pub by_quota: u64,
    /// What ends it: the scarcest of these; `None` when nothing known does, and when no place is
    /// allowed.
    pub bound: Option<Lack>,
}

/// What a place has one by one; the first that is scarcest is named.
const OF_PLACES: [Lack; 6] = [
    Lack::Slot,
    Lack::Cpu,
    Lack::Memory,
    Lack::Gpu,
    Lack::Port,
    Lack::AnotherTask,
];

/// How many more tasks fit on the places of a zone.
#[derive(Clone, Copy, Default)]
struct Zone {
    tasks: u64,
    is_used: bool,
}

impl Fit {
    /// More than anybody starts: a bound that reaches it is none.
    pub const ENDLESS: u64 = ENDLESS;

    /// How many more tasks of a deployment's kind fit on a cluster.
    pub(super) fn of(cluster: &Cluster<'_>, rollout: &Rollout) -> Self {
        let world = &cluster.terrain.world;
        let demand = &rollout.demand;
        let taken: BTreeSet<usize> = if is_single(rollout) {
            rollout
                .running
                .iter()
                .filter_map(|spot| spot.site)
                .collect()
        } else {
            BTreeSet::new()
        };
        let mut zones = vec![Zone::default(); world.interfaces.len()];
        let mut sums = [0; OF_PLACES.len()];
        let mut by_resources = 0;
        let sites = world.sites.iter().zip(&rollout.allowed).enumerate();
        for (index, (site, _)) in sites.filter(|(_, (_, allowed))| **allowed) {
            let Some(zone) = zones.get_mut(site.zone) else {
                continue;
            };
            let single = if is_single(rollout) {
                u64::from(!taken.contains(&index))
            } else {
                ENDLESS
            };
            let [slots, resources @ ..] = bounds(site, demand);
            let resources_alone = resources.into_iter().min().unwrap_or(ENDLESS);
            let [cpu, memory, gpus, ports] = resources;
            for (sum, own) in sums
                .iter_mut()
                .zip([slots, cpu, memory, gpus, ports, single])
            {
                add(sum, own);
            }
            add(&mut by_resources, resources_alone);
            add(&mut zone.tasks, slots.min(resources_alone).min(single));
            zone.is_used = true;
        }
        let mut fit = Self {
            tasks: 0,
            by_slots: sums.first().copied().unwrap_or_default(),
            by_resources,
            by_addresses: 0,
            by_quota: 0,
            bound: None,
        };
        for (zone, place) in zones.iter().enumerate().filter(|(_, zone)| zone.is_used) {
            let (addresses, left) = if demand.interface {
                shared(world, rollout, zone)
            } else {
                (ENDLESS, ENDLESS)
            };
            add(&mut fit.by_addresses, addresses);
            add(&mut fit.by_quota, left);
            add(&mut fit.tasks, place.tasks.min(addresses).min(left));
        }
        let fargate = rollout.quota.and_then(|quota| world.fargate.get(quota));
        let by_fargate = fargate.map_or(ENDLESS, |left| count(*left, demand.resources.cpu));
        let mut scarcest: Vec<_> = sums.into_iter().zip(OF_PLACES).collect();
        scarcest.push((fit.by_addresses, Lack::Address));
        scarcest.push((fit.by_quota, Lack::InterfaceQuota));
        scarcest.push((by_fargate, Lack::FargateQuota));
        fit.by_quota = fit.by_quota.min(by_fargate);
        fit.tasks = fit.tasks.min(by_fargate);
        let scarcest = scarcest.into_iter().min_by_key(|(tasks, _)| *tasks);
        let is_allowed = zones.iter().any(|zone| zone.is_used);
        fit.bound = scarcest
            .filter(|(tasks, _)| is_allowed && *tasks < ENDLESS)
            .map(|(_, lack)| lack);
        fit
    }
}

fn add(sum: &mut u64, more: u64) {
    *sum = (*sum + more).min(ENDLESS);
}

const ENDLESS: u64 = 1_000_000;

/// Whether each place takes one task of the service only.
fn is_single(rollout: &Rollout) -> bool {
    rollout.distinct || rollout.count == Count::OneOnEach
}

/// The addresses and the interfaces that are left in a zone.
fn shared(world: &World, rollout: &Rollout, zone: usize) -> (u64, u64) {
    let subnets = rollout.subnets.iter();
    let pools = subnets.filter_map(|subnet| world.subnets.get(*subnet));
    let free = pools.filter(|pool| pool.zone == zone).map(|pool| pool.free);
    let addresses = free.fold(0_u64, u64::saturating_add);
    let left = world.interfaces.get(zone).copied().unwrap_or(u64::MAX);
    (addresses.min(ENDLESS), left.min(ENDLESS))
}

/// How many more tasks a place takes by its slots, CPU, memory, GPUs and ports, each alone.
fn bounds(site: &Site, demand: &Demand) -> [u64; 5] {
    let (room, wanted) = (site.room, demand.resources);
    let slots = if demand.interface && site.slots != u32::MAX {
        site.slots.into()
    } else {
        ENDLESS
    };
    let ports = if demand.ports.is_empty() {
        ENDLESS
    } else {
        u64::from(site.ports.is_disjoint(&demand.ports))
    };
    [
        slots,
        count(room.cpu, wanted.cpu),
        count(room.memory, wanted.memory),
        count(room.gpus, wanted.gpus),
        ports,
    ]
}

/// How often an amount is in what is left.
fn count(left: i64, wanted: i64) -> u64 {
    if wanted <= 0 {
        return ENDLESS;
    }
    u64::try_from(left / wanted)
        .unwrap_or_default()
        .min(ENDLESS)
}
