use std::collections::BTreeMap;

use super::region::{Cluster, Region};
use super::site::{Resources, Site, World};
use crate::facts::EcsArn;

/// A cluster's places in numbers: its instances, in order, then a place for each zone that stands for
/// Fargate there.
#[derive(Debug, Clone, Default)]
pub(super) struct Terrain {
    pub(super) world: World,
    /// How many of the places are instances.
    pub(super) hosts: usize,
    index: BTreeMap<EcsArn, usize>,
}

/// Fargate has room without end, as far as an account can see.
const ENDLESS: Resources = Resources {
    cpu: i64::MAX / 4,
    memory: i64::MAX / 4,
    gpus: i64::MAX / 4,
};

impl Terrain {
    /// The places of a cluster. A cluster whose instances nobody could list has Fargate's only.
    pub(super) fn new(region: &Region<'_>, cluster: &Cluster<'_>) -> Self {
        let hosts = cluster.known_hosts();
        let mut sites = Vec::with_capacity(hosts.len() + region.zones.len());
        let mut index = BTreeMap::new();
        for host in hosts {
            let zone = host.zone.as_deref().and_then(|zone| region.zone(zone));
            index.insert(host.facts.container_instance_arn.clone(), sites.len());
            sites.push(host.site(zone.unwrap_or(usize::MAX)));
        }
        sites.extend((0..region.zones.len()).map(|zone| Site {
            zone,
            slots: u32::MAX,
            room: ENDLESS,
            ports: std::collections::BTreeSet::new(),
        }));
        let left = |zone: &String| region.interfaces.left(zone).unwrap_or(u64::MAX);
        Self {
            hosts: hosts.len(),
            index,
            world: World {
                sites,
                subnets: region.subnets.iter().map(|room| room.pool()).collect(),
                interfaces: region.zones.iter().map(left).collect(),
                fargate: region
                    .fargate
                    .iter()
                    .map(|quota| quota.left().unwrap_or(i64::MAX))
                    .collect(),
            },
        }
    }

    /// An instance's place.
    pub(super) fn host(&self, arn: &EcsArn) -> Option<usize> {
        self.index.get(arn).copied()
    }

    /// For each place, its zone.
    pub(super) fn zones(&self) -> Vec<u32> {
        let zones = self.world.sites.iter().map(|site| site.zone);
        zones
            .map(|zone| u32::try_from(zone).unwrap_or(u32::MAX))
            .collect()
    }
}
