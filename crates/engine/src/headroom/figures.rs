//! The numbers of a region, by name: what reports, metrics and histories have in common.

use super::assessment::Assessment;
use super::region::{Cluster, Region};
use super::surge::Surge;
use crate::facts::Missing;

/// A number with its name and what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The metric's name.
    pub name: &'static str,
    /// What it is about, the region first.
    pub dimensions: Vec<(&'static str, String)>,
    /// The number.
    pub value: f64,
}

impl Figure {
    /// The name and the values of its dimensions, with slashes between: what a history of it is called.
    pub fn label(&self) -> String {
        let values = self.dimensions.iter().map(|(_, value)| value.as_str());
        std::iter::once(self.name)
            .chain(values)
            .collect::<Vec<_>>()
            .join("/")
    }

    /// Whether it is of use to know when it gets to zero.
    pub fn runs_out(&self) -> bool {
        matches!(
            self.name,
            "EniSlotsFree" | "AddressesFree" | "EniQuotaLeft" | "FargateVcpuQuotaLeft"
        )
    }
}

/// The slots of a cluster's instances together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClusterSlots {
    /// In all.
    pub total: u32,
    /// Held by tasks, and by interfaces that ECS doesn't know of.
    pub used: u32,
    /// Free, on instances that take tasks.
    pub free: u32,
    /// Instances without a free slot.
    pub full: u32,
    /// Instances that take tasks in awsvpc mode.
    pub instances: u32,
    /// Instances of which nobody knows the slots.
    pub unknown: u32,
}

impl ClusterSlots {
    /// Of the instances that take tasks in awsvpc mode.
    pub fn of(cluster: &Cluster<'_>) -> Self {
        let mut sum = Self::default();
        for host in cluster.open_hosts() {
            sum.instances += 1;
            let Ok(slots) = &host.slots else {
                sum.unknown += 1;
                continue;
            };
            let free = slots.free();
            sum.total = sum.total.saturating_add(slots.total);
            sum.free = sum.free.saturating_add(free);
            sum.used = sum
                .used
                .saturating_add(slots.used + slots.foreign.unwrap_or_default());
            sum.full += u32::from(free == 0);
        }
        sum
    }

    /// The free slots of instances of which somebody saw what is attached to them, and what is missing
    /// about the others, if there are any: interfaces that ECS doesn't know of may have those.
    pub fn surely_free(cluster: &Cluster<'_>) -> (u32, Option<Missing>) {
        let (mut free, mut missing) = (0_u32, None);
        for host in cluster.open_hosts() {
            match (host.unseen(), &host.slots) {
                (None, Ok(slots)) => free = free.saturating_add(slots.free()),
                (Some(unseen), _) => missing = Some(unseen.clone()),
                (None, Err(_)) => {}
            }
        }
        (free, missing)
    }

    /// The part that is free, in percent.
    pub fn percent_free(&self) -> Option<u32> {
        let percent = u64::from(self.free) * 100 / u64::from(self.total.max(1));
        (self.total > 0).then(|| u32::try_from(percent).unwrap_or(100))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

/// Every number that is worth a metric. What is unknown has none.
pub fn figures(assessment: &Assessment<'_, '_>) -> Vec<Figure> {
    let region = assessment.region;
    let mut all = of_region(region);
    for cluster in region
        .clusters
        .iter()
        .filter(|cluster| cluster.services.is_ok())
    {
        let services = assessment.services.iter();
        let services = services.filter(|service| service.cluster.arn == cluster.arn);
        let (mut fit, mut stall) = (0, 0);
        for service in services {
            match service.surge {
                Surge::Finishes(_) | Surge::FinishesByScaling { .. } => fit += 1,
                Surge::Stalls { .. } => stall += 1,
                Surge::Unknown(_) => {}
            }
        }
        let own = ("Cluster", cluster.arn.name());
        all.push(figure(region, "DeploymentsThatFit", Some(own), float(fit)));
        all.push(figure(
            region,
            "DeploymentsThatStall",
            Some(own),
            float(stall),
        ));
    }
    all
}

/// The numbers of which it is of use to know when they get to zero.
pub fn ending_figures(region: &Region<'_>) -> Vec<Figure> {
    of_region(region)
        .into_iter()
        .filter(Figure::runs_out)
        .collect()
}

fn figure(
    region: &Region<'_>,
    name: &'static str,
    about: Option<(&'static str, &str)>,
    value: f64,
) -> Figure {
    let mut dimensions = vec![("Region", region.name.clone())];
    dimensions.extend(about.map(|(kind, which)| (kind, which.to_owned())));
    Figure {
        name,
        dimensions,
        value,
    }
}

/// What needs no deployment to be played through.
fn of_region(region: &Region<'_>) -> Vec<Figure> {
    let mut all: Vec<_> = region
        .clusters
        .iter()
        .flat_map(|cluster| of_cluster(region, cluster))
        .collect();
    let mut add = |name, kind, which: &str, value| {
        all.push(figure(region, name, Some((kind, which)), value));
    };
    for room in &region.subnets {
        if let (Some(size), Ok(free)) = (room.size, &room.free) {
            let subnet = room.subnet.subnet_id.as_str();
            add("AddressesTotal", "Subnet", subnet, float(size));
            add("AddressesFree", "Subnet", subnet, float(*free));
        }
    }
    for (zone, count) in region.interfaces.in_use.iter().flatten() {
        add("EnisInUse", "Zone", zone, float(*count));
        if let Some(left) = region.interfaces.left(zone) {
            add("EniQuotaLeft", "Zone", zone, float(left));
        }
    }
    for (quota, provider) in region.fargate.iter().zip(["FARGATE", "FARGATE_SPOT"]) {
        if let Some(left) = quota.left() {
            let left = i32::try_from(left.div_euclid(1024)).unwrap_or(i32::MAX);
            add(
                "FargateVcpuQuotaLeft",
                "CapacityProvider",
                provider,
                left.into(),
            );
        }
    }
    if let Ok(orphans) = &region.orphans {
        let count = float(orphans.len() as u64);
        all.push(figure(region, "OrphanedEnis", None, count));
    }
    all
}

fn of_cluster(region: &Region<'_>, cluster: &Cluster<'_>) -> Vec<Figure> {
    let mut all = Vec::new();
    let mut add = |name, value| {
        let own = ("Cluster", cluster.arn.name());
        all.push(figure(region, name, Some(own), value));
    };
    let slots = ClusterSlots::of(cluster);
    if cluster.hosts.is_ok() && slots.instances > slots.unknown {
        add("EniSlotsTotal", slots.total.into());
        add("EniSlotsUsed", slots.used.into());
        add("EniSlotsFree", slots.free.into());
        add("InstancesWithoutFreeEniSlot", slots.full.into());
    }
    if let Ok(stuck) = &cluster.stuck {
        add("StuckTasks", float(stuck.len() as u64));
    }
    all
}
