use std::collections::BTreeSet;

use super::instance_types;
use super::region::{Cluster, Region};
use super::rollout::{Count, Course, Rollout, simulate};
use super::scaling;
use super::service::ServicePlan;
use super::site::{Lack, Site, World};
use super::trunking::{TrunkStep, Trunking};
use crate::facts::{FactKind, Missing, Reason};

/// What a deployment of a service would do.
#[derive(Debug)]
pub enum Surge {
    /// It replaces every task.
    Finishes(Course),
    /// It does once its capacity provider has added instances, as it would.
    FinishesByScaling {
        /// How it goes.
        course: Course,
        /// The capacity provider.
        provider: String,
        /// How many instances are added.
        instances: u32,
    },
    /// It doesn't.
    Stalls {
        /// How far it gets.
        course: Course,
        /// With which it would finish; each was played through.
        remedies: Vec<Remedy>,
    },
    /// The facts don't say.
    Unknown(Missing),
}

/// Something with which a deployment would finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Trunks on these instances.
    Trunking {
        /// The instances to replace.
        instances: Vec<String>,
        /// What to do besides.
        steps: BTreeSet<TrunkStep>,
        /// Tasks that their slots are enough for, now and then.
        slots: (u32, u32),
    },
    /// Instances of a larger size, with more slots each.
    LargerType {
        /// The type now.
        from: String,
        /// The next one.
        to: String,
        /// Slots of each, now and then.
        slots: (u32, u32),
    },
    /// So many more instances like those that are there.
    MoreInstances {
        /// How many.
        count: u32,
        /// Like which.
        like: String,
    },
    /// Another minimum of healthy tasks.
    MinimumHealthyPercent(u32),
    /// More addresses in a zone.
    Addresses {
        /// The zone.
        zone: String,
        /// How many more at least.
        count: u32,
    },
}

/// How many more instances are tried as a remedy.
const MOST_INSTANCES: u32 = 16;

impl Surge {
    /// What a deployment of one service would do, with nothing else going on.
    pub fn of(region: &Region<'_>, cluster: &Cluster<'_>, plan: &ServicePlan<'_>) -> Self {
        let rollout = match &plan.rollout {
            Ok(rollout) => rollout,
            Err(missing) => return Self::Unknown(missing.clone()),
        };
        let world = &cluster.terrain.world;
        let course = only(simulate(world, std::slice::from_ref(rollout)));
        // What nobody knows could give it more room where it stalls, or leave it less where it doesn't.
        let missing = if course.finishes {
            &plan.unseen
        } else {
            &plan.unclear
        };
        if let Some(missing) = missing {
            return Self::Unknown(missing.clone());
        }
        if let Some(quota) = plan.other_quota
            && other_way(world, rollout, quota) != course.finishes
        {
            return Self::Unknown(shared(plan));
        }
        if course.finishes {
            return Self::Finishes(course);
        }
        // From here on it is played through over and over.
        let world = &world.copied(rollout.asks_for_ports());
        match scaling::of(region, cluster, plan) {
            Err(missing) => return Self::Unknown(missing),
            Ok(Some(scaling)) => {
                let scaled = |count| {
                    let (wider, rollout) = scaling.added_to(world, rollout, count);
                    only(simulate(&wider, &[rollout]))
                };
                if let Some(instances) = least(scaling.room(), |count| scaled(count).finishes) {
                    return Self::FinishesByScaling {
                        course: scaled(instances),
                        provider: scaling.providers.join(", "),
                        instances,
                    };
                }
                if let Some(missing) = scaling.beyond {
                    return Self::Unknown(missing);
                }
            }
            Ok(None) => {}
        }
        let remedies = remedies(region, cluster, world, rollout, &course);
        Self::Stalls { course, remedies }
    }

    /// How it goes, as far as it is known.
    pub fn course(&self) -> Option<&Course> {
        match self {
            Self::Finishes(course)
            | Self::FinishesByScaling { course, .. }
            | Self::Stalls { course, .. } => Some(course),
            Self::Unknown(_) => None,
        }
    }
}

/// Whether a deployment finishes on the other quota of Fargate.
fn other_way(world: &World, rollout: &Rollout, quota: usize) -> bool {
    let rollout = Rollout {
        quota: Some(quota),
        ..rollout.clone()
    };
    only(simulate(world, &[rollout])).finishes
}

fn shared(plan: &ServicePlan<'_>) -> Missing {
    let what = format!(
        "how many tasks of {} base and weight give to Fargate and to Fargate Spot, of which one quota would \
         do and the other wouldn't",
        plan.name()
    );
    Missing::new(FactKind::Services, Reason::Invisible(what))
}

/// The least number with which it finishes, up to `most`. More never hurts, so it is found by halving.
fn least(most: u32, finishes: impl Fn(u32) -> bool) -> Option<u32> {
    if most == 0 || !finishes(most) {
        return None;
    }
    let (mut too_few, mut enough) = (0, most);
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if finishes(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    Some(enough)
}

/// The one course of the one deployment.
pub(super) fn only(courses: Vec<Course>) -> Course {
    courses.into_iter().next().unwrap_or(Course {
        desired: 0,
        placed: 0,
        finishes: true,
        waited: false,
        peak: 0,
        short: BTreeSet::new(),
        places: 0,
        no_step: false,
        spots: Vec::new(),
    })
}

fn remedies(
    region: &Region<'_>,
    cluster: &Cluster<'_>,
    world: &World,
    rollout: &Rollout,
    course: &Course,
) -> Vec<Remedy> {
    let finishes = |world: &World, rollout: &Rollout| {
        only(simulate(world, std::slice::from_ref(rollout))).finishes
    };
    let mut remedies = Vec::new();
    if course.short.contains(&Lack::Slot) {
        let trunks = with_trunks(cluster, world, rollout);
        remedies.extend(
            trunks
                .into_iter()
                .filter(|(wider, _)| finishes(wider, rollout))
                .map(|(_, remedy)| remedy),
        );
        let larger = with_larger_type(cluster, world, rollout);
        remedies.extend(
            larger
                .into_iter()
                .filter(|(wider, _)| finishes(wider, rollout))
                .map(|(_, remedy)| remedy),
        );
    }
    let is_of_instances = [
        Lack::Slot,
        Lack::Cpu,
        Lack::Memory,
        Lack::Gpu,
        Lack::Port,
        Lack::AnotherTask,
    ];
    if course
        .short
        .iter()
        .any(|lack| is_of_instances.contains(lack))
    {
        remedies.extend(more_instances(region, cluster, world, rollout));
    }
    if course.short.contains(&Lack::Address) {
        remedies.extend(more_addresses(region, world, rollout));
    }
    remedies.extend(
        lower_minimum(rollout)
            .into_iter()
            .find_map(|(minimum, lower)| {
                finishes(world, &lower).then_some(Remedy::MinimumHealthyPercent(minimum))
            }),
    );
    remedies
}

/// The instances that a deployment may use.
fn used<'c, 'a>(
    cluster: &'c Cluster<'a>,
    rollout: &'c Rollout,
) -> impl Iterator<Item = (usize, &'c super::host::Host<'a>)> {
    let hosts = cluster.known_hosts().iter().enumerate();
    hosts.filter(|(index, _)| rollout.allowed.get(*index) == Some(&true))
}

/// The cluster with a trunk wherever one could be.
fn with_trunks(cluster: &Cluster<'_>, world: &World, rollout: &Rollout) -> Option<(World, Remedy)> {
    let mut wider = world.clone();
    let mut instances = Vec::new();
    let mut steps = BTreeSet::new();
    let mut slots = (0, 0);
    for (index, host) in used(cluster, rollout) {
        let (Trunking::Could { steps: own, tasks }, Ok(now)) = (&host.trunking, &host.slots) else {
            continue;
        };
        if let Some(site) = wider.sites.get_mut(index) {
            site.slots += tasks.saturating_sub(now.total);
        }
        steps.extend(own);
        slots = (slots.0 + now.total, slots.1 + tasks);
        instances.push(host.name().to_owned());
    }
    (!instances.is_empty()).then_some((
        wider,
        Remedy::Trunking {
            instances,
            steps,
            slots,
        },
    ))
}

/// The cluster with the next larger size in place of its most frequent type. Only slots are counted.
fn with_larger_type(
    cluster: &Cluster<'_>,
    world: &World,
    rollout: &Rollout,
) -> Option<(World, Remedy)> {
    let types = used(cluster, rollout).filter(|(_, host)| host.trunking != Trunking::Has);
    let mut counts = std::collections::BTreeMap::new();
    for name in types.filter_map(|(_, host)| host.type_name()) {
        *counts.entry(name).or_insert(0) += 1;
    }
    let (from, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let (to, published) = instance_types::larger(from)?;
    let now = instance_types::Published::find(from)?.tasks_without_trunk();
    let then = published.tasks_without_trunk();
    let mut wider = world.clone();
    for (index, host) in used(cluster, rollout) {
        if let Some(site) = wider.sites.get_mut(index)
            && host.type_name() == Some(from)
            && host.trunking != Trunking::Has
        {
            site.slots += then - now;
        }
    }
    let remedy = Remedy::LargerType {
        from: from.to_owned(),
        to,
        slots: (now, then),
    };
    Some((wider, remedy))
}

/// The fewest further instances with which it finishes, in the zones in turn.
fn more_instances(
    region: &Region<'_>,
    cluster: &Cluster<'_>,
    world: &World,
    rollout: &Rollout,
) -> Option<Remedy> {
    // A daemon would want a task on each of them, too.
    if rollout.count == Count::OneOnEach {
        return None;
    }
    let model = used(cluster, rollout)
        .find(|(_, host)| host.slots.is_ok())
        .map(|(_, host)| host)?;
    let zones: BTreeSet<usize> = used(cluster, rollout)
        .filter_map(|(_, host)| region.zone(host.zone.as_deref()?))
        .collect();
    let like = scaling::empty(model)?;
    let count = least(MOST_INSTANCES, |count| {
        let zones = zones.iter().cycle().take(count as usize);
        let new = zones.map(|zone| Site {
            zone: *zone,
            ..like.clone()
        });
        let (wider, rollout) = scaling::add(world, rollout, new);
        only(simulate(&wider, &[rollout])).finishes
    })?;
    Some(Remedy::MoreInstances {
        count,
        like: model.type_name().unwrap_or("instance").to_owned(),
    })
}

/// The zone that lacks addresses, and how many more are needed if it gets all of them.
fn more_addresses(region: &Region<'_>, world: &World, rollout: &Rollout) -> Option<Remedy> {
    let by_free = |index: &&usize| world.subnets.get(**index).map(|pool| pool.free);
    let subnet = *rollout.subnets.iter().min_by_key(by_free)?;
    let pool = world.subnets.get(subnet)?;
    let desired = match rollout.count {
        Count::Replicas(count) => count,
        Count::OneOnEach => u32::try_from(rollout.allowed.len()).ok()?,
    };
    let count = least(desired, |more| {
        let mut wider = world.clone();
        if let Some(pool) = wider.subnets.get_mut(subnet) {
            pool.free += u64::from(more);
        }
        only(simulate(&wider, std::slice::from_ref(rollout))).finishes
    })?;
    Some(Remedy::Addresses {
        zone: region.zones.get(pool.zone)?.clone(),
        count,
    })
}

/// The deployment with a lower minimum of healthy tasks.
fn lower_minimum(rollout: &Rollout) -> Vec<(u32, Rollout)> {
    // A second set of tasks has no minimum.
    let lower = [75, 50, 0]
        .into_iter()
        .filter(|minimum| !rollout.is_second_set() && *minimum < rollout.minimum_healthy_percent);
    lower
        .map(|minimum| {
            let rollout = Rollout {
                minimum_healthy_percent: minimum,
                ..rollout.clone()
            };
            (minimum, rollout)
        })
        .collect()
}
