use std::collections::BTreeMap;

use super::eligibility::Launch;
use super::region::Cluster;
use super::scaling;
use crate::facts::{Missing, Snapshot};

/// The instances that a cluster gets by itself when its tasks find no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The capacity providers that add them.
    pub providers: Vec<String>,
    /// How many they may add together.
    pub instances: u32,
}

impl Growth {
    /// What the capacity providers of a cluster's instances may add; `None` unless each instance that
    /// takes tasks in awsvpc mode belongs to one that may add some. Tasks that may be on the others only
    /// would wait in vain.
    pub fn of(snapshot: &Snapshot, cluster: &Cluster<'_>) -> Result<Option<Self>, Missing> {
        let names = cluster.open_hosts();
        let names = names.map(|host| host.facts.capacity_provider_name.as_deref());
        let Some(names) = names.collect::<Option<Vec<&str>>>() else {
            return Ok(None);
        };
        // Tasks that don't go by a provider are refused at once, and no provider hears of them.
        let services = cluster.known_services().iter();
        let mut services =
            services.filter(|plan| plan.launch == Launch::Instances && plan.is_awsvpc());
        if services.any(|plan| plan.service.capacity_provider_strategy.is_empty()) {
            return Ok(None);
        }
        let groups = names
            .into_iter()
            .map(|name| (name, scaling::growing_group(snapshot, name)));
        let groups: BTreeMap<_, _> = groups.collect();
        if groups.is_empty() || groups.values().any(|group| matches!(group, Ok(None))) {
            return Ok(None);
        }
        let mut growth = Self {
            providers: Vec::new(),
            instances: 0,
        };
        for (name, group) in groups {
            growth.providers.push(name.to_owned());
            let room = group?.map_or(0, |group| group.room());
            growth.instances = growth.instances.saturating_add(room);
        }
        Ok(Some(growth))
    }
}
