//! What tasks are placed on, in numbers.

use std::collections::BTreeSet;

/// CPU, memory and GPUs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resources {
    /// In 1024ths of a vCPU.
    pub cpu: i64,
    /// In MiB.
    pub memory: i64,
    /// Whole ones.
    pub gpus: i64,
}

/// The protocol of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A port of a container instance that a task takes for itself; tasks in awsvpc mode take none.
pub type HostPort = (u16, Transport);

/// What one task takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    /// Whether it has a network interface of its own: a slot, an address and a part of the quota.
    pub interface: bool,
    /// CPU, memory and GPUs.
    pub resources: Resources,
    /// Ports of the instance.
    pub ports: BTreeSet<HostPort>,
}

/// A place for tasks: a container instance, or a zone of Fargate, which has room without end.
#[derive(Debug, Clone)]
pub struct Site {
    /// The zone, by its place in [`World::interfaces`].
    pub zone: usize,
    /// Network interfaces that can still be attached.
    pub slots: u32,
    /// What is left of it.
    pub room: Resources,
    /// The ports that are taken.
    pub ports: BTreeSet<HostPort>,
}

impl Site {
    /// Whether it has itself what a task takes. What its zone has left is the world's to say.
    pub(super) fn takes(&self, demand: &Demand) -> bool {
        let (room, wanted) = (self.room, demand.resources);
        room.cpu >= wanted.cpu
            && room.memory >= wanted.memory
            && room.gpus >= wanted.gpus
            && (demand.ports.is_empty() || self.ports.is_disjoint(&demand.ports))
            && (!demand.interface || self.slots > 0)
    }
}

/// The free addresses of a subnet.
#[derive(Debug, Clone, Copy)]
pub struct AddressPool {
    /// Its zone.
    pub zone: usize,
    /// How many; without end in an IPv6-only subnet.
    pub free: u64,
}

/// Everything that tasks share.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The places.
    pub sites: Vec<Site>,
    /// The subnets.
    pub subnets: Vec<AddressPool>,
    /// For each zone: how many more interfaces the quota allows.
    pub interfaces: Vec<u64>,
    /// How much CPU each quota of Fargate allows beyond what is in use, in 1024ths of a vCPU.
    pub fargate: Vec<i64>,
}

/// What a place lacks for one more task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// A slot for a network interface.
    Slot,
    /// An address in a subnet of its zone.
    Address,
    /// Room in the quota of network interfaces.
    InterfaceQuota,
    /// Room in Fargate's quota of vCPUs.
    FargateQuota,
    /// CPU.
    Cpu,
    /// Memory.
    Memory,
    /// GPUs.
    Gpu,
    /// A port that another task has.
    Port,
    /// It has a task of the service, and may have one only.
    AnotherTask,
}

impl Lack {
    const ALL: [Self; 9] = [
        Self::Slot,
        Self::Address,
        Self::InterfaceQuota,
        Self::FargateQuota,
        Self::Cpu,
        Self::Memory,
        Self::Gpu,
        Self::Port,
        Self::AnotherTask,
    ];

    /// In a word or two.
    pub fn text(self) -> &'static str {
        match self {
            Self::Slot => "interface slots",
            Self::Address => "addresses",
            Self::InterfaceQuota => "interface quota",
            Self::FargateQuota => "Fargate vCPU quota",
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::Gpu => "GPUs",
            Self::Port => "host ports",
            Self::AnotherTask => "instances without a task of it",
        }
    }
}

/// Some [`Lack`]s. One number, because every place has its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lacks(u16);

impl Lacks {
    pub(super) fn insert(&mut self, lack: Lack) {
        self.0 |= 1 << lack as u16;
    }

    pub(super) fn remove(&mut self, lack: Lack) {
        self.0 &= !(1 << lack as u16);
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.0 |= others.0;
    }

    pub(super) fn contains(self, lack: Lack) -> bool {
        self.0 & (1 << lack as u16) != 0
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) fn all(self) -> BTreeSet<Lack> {
        let all = Lack::ALL.into_iter();
        all.filter(|lack| self.contains(*lack)).collect()
    }
}

/// Where a task is: its place, and the subnet of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The place; unknown for a task on an instance that nobody described.
    pub site: Option<usize>,
    /// The subnet.
    pub subnet: Option<usize>,
}

impl World {
    /// The subnet that a task of a service gets its address from: the one with the most free, of those
    /// in the zone. ECS picks one without looking, and tries again when it has none free.
    pub(super) fn subnet_for(&self, zone: usize, allowed: &[usize]) -> Option<usize> {
        let all = allowed.iter().copied();
        let in_zone = all.filter_map(|index| Some((index, self.subnets.get(index)?)));
        let free = in_zone.filter(|(_, pool)| pool.zone == zone && pool.free > 0);
        free.max_by_key(|(index, pool)| (pool.free, std::cmp::Reverse(*index)))
            .map(|(index, _)| index)
    }

    /// A copy to play with; without the ports where nobody asks for any, of which every place has a set
    /// of its own.
    pub(super) fn copied(&self, with_ports: bool) -> Self {
        if with_ports {
            return self.clone();
        }
        let sites = self.sites.iter().map(|site| Site {
            ports: BTreeSet::new(),
            ..*site
        });
        Self {
            sites: sites.collect(),
            subnets: self.subnets.clone(),
            interfaces: self.interfaces.clone(),
            fargate: self.fargate.clone(),
        }
    }

    /// What a place lacks for a task. `allowed` are the service's subnets, `quota` its Fargate quota.
    pub(super) fn lacks(
        &self,
        site: &Site,
        demand: &Demand,
        allowed: &[usize],
        quota: Option<usize>,
    ) -> Lacks {
        let (room, wanted) = (site.room, demand.resources);
        let left = |zone: usize| self.interfaces.get(zone).copied().unwrap_or(u64::MAX);
        let no_address = || self.subnet_for(site.zone, allowed).is_none();
        let tests = [
            (demand.interface && site.slots == 0, Lack::Slot),
            (demand.interface && no_address(), Lack::Address),
            (
                demand.interface && left(site.zone) == 0,
                Lack::InterfaceQuota,
            ),
            (!self.has_quota(demand, quota), Lack::FargateQuota),
            (room.cpu < wanted.cpu, Lack::Cpu),
            (room.memory < wanted.memory, Lack::Memory),
            (room.gpus < wanted.gpus, Lack::Gpu),
            (!site.ports.is_disjoint(&demand.ports), Lack::Port),
        ];
        let mut lacks = Lacks::default();
        for (_, lack) in tests.into_iter().filter(|(is_lacking, _)| *is_lacking) {
            lacks.insert(lack);
        }
        lacks
    }

    /// Whether a Fargate quota, where there is one, leaves enough for a task.
    pub(super) fn has_quota(&self, demand: &Demand, quota: Option<usize>) -> bool {
        let left = quota.and_then(|quota| self.fargate.get(quota));
        left.is_none_or(|left| *left >= demand.resources.cpu)
    }

    /// Whether a zone has an address and a part of the quota left for a task's interface.
    pub(super) fn has_interface(&self, zone: usize, demand: &Demand, allowed: &[usize]) -> bool {
        !demand.interface
            || (self.interfaces.get(zone).is_none_or(|left| *left > 0)
                && self.subnet_for(zone, allowed).is_some())
    }

    /// Takes what a task takes.
    pub(super) fn take(&mut self, spot: Spot, demand: &Demand, quota: Option<usize>) {
        if let Some(left) = quota.and_then(|quota| self.fargate.get_mut(quota)) {
            *left = left.saturating_sub(demand.resources.cpu);
        }
        if let Some(pool) = spot.subnet.and_then(|subnet| self.subnets.get_mut(subnet)) {
            pool.free = pool.free.saturating_sub(1);
        }
        let Some(site) = spot.site.and_then(|site| self.sites.get_mut(site)) else {
            return;
        };
        site.room.cpu = site.room.cpu.saturating_sub(demand.resources.cpu);
        site.room.memory = site.room.memory.saturating_sub(demand.resources.memory);
        site.room.gpus = site.room.gpus.saturating_sub(demand.resources.gpus);
        if !demand.ports.is_empty() {
            site.ports.extend(&demand.ports);
        }
        if demand.interface {
            site.slots = site.slots.saturating_sub(1);
            if let Some(left) = self.interfaces.get_mut(site.zone) {
                *left = left.saturating_sub(1);
            }
        }
    }

    /// Gives back what a task took.
    pub(super) fn give_back(&mut self, spot: Spot, demand: &Demand, quota: Option<usize>) {
        if let Some(left) = quota.and_then(|quota| self.fargate.get_mut(quota)) {
            *left = left.saturating_add(demand.resources.cpu);
        }
        if let Some(pool) = spot.subnet.and_then(|subnet| self.subnets.get_mut(subnet)) {
            pool.free = pool.free.saturating_add(1);
        }
        let Some(site) = spot.site.and_then(|site| self.sites.get_mut(site)) else {
            return;
        };
        site.room.cpu = site.room.cpu.saturating_add(demand.resources.cpu);
        site.room.memory = site.room.memory.saturating_add(demand.resources.memory);
        site.room.gpus = site.room.gpus.saturating_add(demand.resources.gpus);
        if !demand.ports.is_empty() {
            site.ports.retain(|port| !demand.ports.contains(port));
        }
        if demand.interface {
            site.slots = site.slots.saturating_add(1);
            if let Some(left) = self.interfaces.get_mut(site.zone) {
                *left = left.saturating_add(1);
            }
        }
    }
}
