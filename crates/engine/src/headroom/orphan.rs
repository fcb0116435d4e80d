use std::collections::BTreeSet;

use super::region::Region;
use super::slots::is_attachment;
use super::stuck;
use crate::facts::{
    EcsArn, Missing, NetworkInterface, NetworkInterfaceId, Snapshot, Task, Timestamp,
};

/// An interface that is attached to nothing, and takes an address and a part of the quota.
///
/// EC2 doesn't say since when: whoever looks more than once can tell.
#[derive(Debug)]
pub struct Orphan<'a> {
    /// The interface.
    pub interface: &'a NetworkInterface,
    /// Whether ECS made it for a task.
    pub is_of_ecs: bool,
}

/// The interfaces of a region that are attached to nothing and that nobody takes care of.
pub(super) fn find<'a, 'c>(
    snapshot: &'a Snapshot,
    account: &str,
    region: &str,
    clusters: impl Iterator<Item = &'c EcsArn>,
) -> Result<Vec<Orphan<'a>>, Missing> {
    let all = snapshot
        .network_interfaces
        .all_within(Region::scope(region))?;
    let is_own = |interface: &&NetworkInterface| {
        let zone = interface.availability_zone.as_deref();
        zone.is_none_or(|zone| zone.starts_with(region))
            && Region::is_of(account, interface.owner_id.as_deref())
            && interface.is_unattached()
    };
    let unattached = all.filter(is_own).filter_map(|interface| {
        let description = interface.description.as_deref().unwrap_or_default();
        let is_of_ecs = is_attachment(description);
        // What another service made it keeps, or removes, by itself.
        let is_kept = interface.requester_managed == Some(true) && !is_of_ecs;
        (!is_kept).then_some(Orphan {
            interface,
            is_of_ecs,
        })
    });
    let mut orphans: Vec<_> = unattached.collect();
    if !orphans.is_empty() {
        let held = Held::new(snapshot);
        orphans.retain(|orphan| !held.has(orphan));
    }
    let mut unseen = clusters.filter_map(|cluster| snapshot.tasks.all_within(cluster).err());
    let unlisted = snapshot.clusters.all_within(Region::scope(region)).err();
    match unseen.next().or(unlisted) {
        // A task that nobody listed may hold it.
        Some(missing) if orphans.iter().any(|orphan| orphan.is_of_ecs) => Err(missing),
        _ => Ok(orphans),
    }
}

/// The interfaces that tasks hold, or are about to.
struct Held<'a> {
    interfaces: BTreeSet<&'a NetworkInterfaceId>,
    attachments: BTreeSet<&'a str>,
}

impl<'a> Held<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        // A stopped task should have given its interface back: one that is still there is left over.
        let observed = snapshot.observed_at.as_deref().and_then(Timestamp::parse);
        let tasks = snapshot.tasks.seen();
        let tasks = tasks.filter(|task| stuck::is_there(task) || has_just_stopped(task, observed));
        let attachments: Vec<_> = tasks.filter_map(|task| task.network_interface()).collect();
        let interfaces = attachments.iter().filter_map(|a| a.interface());
        Self {
            interfaces: interfaces.collect(),
            // ECS names the attachment on the interface before it names the interface to the task.
            attachments: attachments.iter().filter_map(|a| a.id.as_deref()).collect(),
        }
    }

    /// A task that starts or stops has an unattached interface for a moment.
    fn has(&self, orphan: &Orphan<'_>) -> bool {
        let description = orphan.interface.description.as_deref().unwrap_or_default();
        let attachment = description.rsplit('/').next().unwrap_or_default();
        self.interfaces
            .contains(&orphan.interface.network_interface_id)
            || (orphan.is_of_ecs && self.attachments.contains(attachment))
    }
}

/// Seconds after which a stopped task has given its interface back, if it does. Interfaces and tasks
/// are described minutes apart.
const GIVEN_BACK: u64 = 15 * 60;

fn has_just_stopped(task: &Task, observed: Option<Timestamp>) -> bool {
    let times = task.stopped_at.zip(observed);
    times.is_some_and(|(stopped, observed)| observed.seconds_since(stopped) < GIVEN_BACK)
}
