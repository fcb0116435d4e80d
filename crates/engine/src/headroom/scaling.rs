//! The instances that a capacity provider would add.

use std::collections::BTreeSet;

use super::host::Host;
use super::region::{Cluster, Region};
use super::rollout::Rollout;
use super::service::ServicePlan;
use super::site::{Site, World};
use crate::facts::{AutoScalingGroup, FactKind, Missing, Reason, Snapshot};

/// What capacity providers would add when tasks find no place.
#[derive(Debug)]
pub(super) struct Scaling {
    /// Their names.
    pub(super) providers: Vec<String>,
    /// The instances, up to the largest size of the groups. They come empty here: daemon tasks aren't
    /// put on them first.
    sites: Vec<Site>,
    /// What isn't played through, where the groups may have still more.
    pub(super) beyond: Option<Missing>,
}

/// More instances than that of one group are not played through.
const MOST: u32 = 200;

/// What the capacity providers of a service would add; `None` when they add nothing.
pub(super) fn of(
    region: &Region<'_>,
    cluster: &Cluster<'_>,
    plan: &ServicePlan<'_>,
) -> Result<Option<Scaling>, Missing> {
    let mut scaling = Scaling {
        providers: Vec::new(),
        sites: Vec::new(),
        beyond: None,
    };
    for name in &plan.providers {
        let Some(group) = growing_group(region.snapshot, name)? else {
            continue;
        };
        scaling.sites.extend(added(region, cluster, name, group)?);
        scaling.providers.push((*name).to_owned());
        if group.room() > MOST {
            let what = format!(
                "whether more than the {MOST} instances of {name} that are played through would be enough"
            );
            let reason = Reason::Invisible(what);
            scaling.beyond = Some(Missing::new(FactKind::AutoScalingGroups, reason));
        }
    }
    Ok((!scaling.sites.is_empty()).then_some(scaling))
}

/// The instances that a group may still get, in its zones in turn.
fn added(
    region: &Region<'_>,
    cluster: &Cluster<'_>,
    name: &str,
    group: &AutoScalingGroup,
) -> Result<Vec<Site>, Missing> {
    let hosts = cluster.known_hosts().iter();
    let mut own = hosts.filter(|host| host.facts.capacity_provider_name.as_deref() == Some(name));
    let Some((host, like)) = own.find_map(|host| Some((host, empty(host)?))) else {
        let what = format!("what an instance of {name} has: there is none now");
        return Err(Missing::new(
            FactKind::ContainerInstances,
            Reason::NotInFacts(what),
        ));
    };
    let zones = group.availability_zones.iter().map(String::as_str);
    let mut zones: Vec<_> = zones.map(|zone| region.zone(zone)).collect();
    if zones.is_empty() {
        zones.push(host.zone.as_deref().and_then(|zone| region.zone(zone)));
    }
    let new = zones.iter().cycle().take(group.room().min(MOST) as usize);
    let site = |zone: &Option<usize>| Site {
        // Where nothing is known, no subnet is.
        zone: zone.unwrap_or(usize::MAX),
        ..like.clone()
    };
    Ok(new.map(site).collect())
}

/// The group that a capacity provider makes larger when tasks find no place, if it may still grow.
pub(super) fn growing_group<'a>(
    snapshot: &'a Snapshot,
    name: &str,
) -> Result<Option<&'a AutoScalingGroup>, Missing> {
    let mut providers = snapshot.capacity_providers.seen();
    let Some(provider) = providers.find(|provider| provider.name == name) else {
        let what = format!("the capacity provider {name}");
        let missing = snapshot.capacity_providers.complete().err();
        return Err(missing.unwrap_or_else(|| {
            Missing::new(FactKind::CapacityProviders, Reason::NotInFacts(what))
        }));
    };
    let Some(scaled) = provider.scaled_group() else {
        return Ok(None);
    };
    let mut groups = snapshot.auto_scaling_groups.seen();
    let Some(group) = groups.find(|group| group.is_called(scaled)) else {
        let what = format!("the Auto Scaling group of {name}");
        let missing = snapshot.auto_scaling_groups.complete().err();
        return Err(missing.unwrap_or_else(|| {
            Missing::new(FactKind::AutoScalingGroups, Reason::NotInFacts(what))
        }));
    };
    Ok((group.room() > 0).then_some(group))
}

impl Scaling {
    /// How many instances may be added.
    pub(super) fn room(&self) -> u32 {
        u32::try_from(self.sites.len()).unwrap_or(u32::MAX)
    }

    /// A world with so many of the instances, and a deployment that may use them.
    pub(super) fn added_to(
        &self,
        world: &World,
        rollout: &Rollout,
        count: u32,
    ) -> (World, Rollout) {
        add(
            world,
            rollout,
            self.sites.iter().take(count as usize).cloned(),
        )
    }
}

/// A world with more places, all of which a deployment may use.
pub(super) fn add(
    world: &World,
    rollout: &Rollout,
    sites: impl Iterator<Item = Site>,
) -> (World, Rollout) {
    let (mut world, mut rollout) = (world.clone(), rollout.clone());
    for site in sites {
        for order in &mut rollout.strategy {
            if let super::placement::Order::SpreadOver(groups) = order {
                groups.push(u32::try_from(site.zone).unwrap_or(u32::MAX));
            }
        }
        world.sites.push(site);
        rollout.allowed.push(true);
    }
    (world, rollout)
}

/// A new instance like one that is there.
pub(super) fn empty(host: &Host<'_>) -> Option<Site> {
    let slots = host.slots.as_ref().ok()?;
    Some(Site {
        zone: usize::MAX,
        slots: slots.total,
        room: host.size(),
        ports: BTreeSet::new(),
    })
}
