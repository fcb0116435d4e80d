use std::collections::BTreeSet;

use super::region::Region;
use super::slots::is_attachment;
use super::stuck;
use crate::facts::{EcsArn, Missing, NetworkInterface, Snapshot, Task, TaskAttachment, Timestamp};

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
    // A stopped task should have given its interface back: one that is still there is left over.
    let observed = snapshot.observed_at.as_deref().and_then(Timestamp::parse);
    let tasks = snapshot.tasks.seen();
    let tasks = tasks.filter(|task| stuck::is_there(task) || has_just_stopped(task, observed));
    let attachments: Vec<_> = tasks.filter_map(|task| task.network_interface()).collect();
    let interfaces = attachments.iter().copied();
    let held: BTreeSet<_> = interfaces
        .filter_map(TaskAttachment::network_interface_id)
        .collect();
    // ECS names the attachment on the interface before it names the interface to the task.
    let ids: BTreeSet<_> = attachments.iter().filter_map(|a| a.id.as_deref()).collect();
    let mut unseen = clusters.filter_map(|cluster| snapshot.tasks.all_within(cluster).err());
    let unlisted = snapshot.clusters.all_within(Region::scope(region)).err();
    let unseen = unseen.next().or(unlisted);
    let orphans = all.filter(is_own).filter_map(|interface| {
        let description = interface.description.as_deref().unwrap_or_default();
        let is_of_ecs = is_attachment(description);
        // What another service made it keeps, or removes, by itself.
        let is_kept = interface.requester_managed == Some(true) && !is_of_ecs;
        // A task that starts or stops has it for a moment.
        let attachment = description.rsplit('/').next().unwrap_or_default();
        let is_held = held.contains(&interface.network_interface_id)
            || (is_of_ecs && ids.contains(attachment));
        (!is_kept && !is_held).then_some(Orphan {
            interface,
            is_of_ecs,
        })
    });
    let orphans: Vec<_> = orphans.collect();
    match unseen {
        // A task that nobody listed may hold it.
        Some(missing) if orphans.iter().any(|orphan| orphan.is_of_ecs) => Err(missing),
        _ => Ok(orphans),
    }
}

/// Seconds after which a stopped task has given its interface back, if it does. Interfaces and tasks
/// are described minutes apart.
const GIVEN_BACK: u64 = 15 * 60;

fn has_just_stopped(task: &Task, observed: Option<Timestamp>) -> bool {
    let times = task.stopped_at.zip(observed);
    times.is_some_and(|(stopped, observed)| observed.seconds_since(stopped) < GIVEN_BACK)
}
