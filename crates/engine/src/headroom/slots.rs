use super::instance_types::{Published, TABLE_OF};
use crate::facts::{
    ContainerInstance, EbsInfo, FactKind, Instance, InstanceType, InterfaceType, Missing,
    NetworkInfo, Reason, ResourceName, Snapshot, Task, TaskAttachment,
};

/// The attribute that a container instance with a trunk has; nothing else proves one.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html>
pub(super) const TRUNK: &str = "ecs.awsvpc-trunk-id";

/// The network interfaces that a container instance can give to tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// Tasks in awsvpc mode that it takes, at least.
    pub total: u32,
    /// And at most: another number only where the type has several network cards, of which it isn't
    /// documented whether ECS uses more than the default one.
    pub total_at_most: u32,
    /// Slots that tasks hold, those included that are being stopped.
    pub used: u32,
    /// Slots that interfaces hold which ECS didn't attach and doesn't count; `None` when nobody
    /// looked at the instance itself.
    pub foreign: Option<u32>,
    /// Attachments left in the budget that interfaces share with volumes and disks, where there is one.
    pub budget: Option<u32>,
}

impl Slots {
    /// How many more tasks get an interface. The smaller number where the total is a range.
    pub fn free(&self) -> u32 {
        let taken = self.used.saturating_add(self.foreign.unwrap_or_default());
        let free = self.total.saturating_sub(taken);
        self.budget.map_or(free, |budget| free.min(budget))
    }

    /// The slots of an instance, on which these tasks are.
    pub(super) fn of(
        snapshot: &Snapshot,
        facts: &ContainerInstance,
        instance: Option<&Instance>,
        tasks: &[&Task],
    ) -> Result<Self, Missing> {
        let has_trunk = facts.attribute(TRUNK).is_some();
        let name = type_name(facts, instance)?;
        let (total, total_at_most) = if has_trunk {
            let tasks = with_trunk(name)?;
            (tasks, tasks)
        } else {
            without_trunk(snapshot, name)?
        };
        let seen = instance.map(|instance| Attached::to(snapshot, instance, tasks));
        let tasks = u32::try_from(held(tasks).count()).unwrap_or(u32::MAX);
        // The interface of a task that nobody listed any more still holds its slot.
        let leftover = seen.as_ref().map_or(0, |seen| seen.of_ecs);
        Ok(Self {
            total,
            total_at_most,
            used: tasks + if has_trunk { 0 } else { leftover },
            foreign: seen.as_ref().map(|seen| seen.foreign),
            budget: instance
                .filter(|_| !has_trunk)
                .and_then(|instance| budget(snapshot, name, instance)),
        })
    }
}

/// The attachments of tasks that still take slots.
fn held<'t>(tasks: &'t [&Task]) -> impl Iterator<Item = &'t TaskAttachment> {
    let attachments = tasks.iter().filter_map(|task| task.network_interface());
    attachments.filter(|attachment| attachment.is_held())
}

/// Interfaces on an instance that ECS didn't attach and doesn't count.
pub(super) fn foreign(snapshot: &Snapshot, instance: &Instance, tasks: &[&Task]) -> u32 {
    Attached::to(snapshot, instance, tasks).foreign
}

/// The interfaces that EC2 shows on an instance beside those that listed tasks have. Those on further
/// network cards, such as EFA's, take none of the slots that are counted.
struct Attached {
    foreign: u32,
    of_ecs: u32,
}

impl Attached {
    fn to(snapshot: &Snapshot, instance: &Instance, tasks: &[&Task]) -> Self {
        let is_known = |id| {
            let mut known = held(tasks).filter_map(TaskAttachment::interface);
            known.any(|known| known == id)
        };
        let name = instance.instance_type.as_deref().unwrap_or_default();
        let described = describe(snapshot, name).ok();
        let network = described.and_then(|described| described.network_info.as_ref());
        let card = network.map_or(0, |network| network.default_network_card_index);
        let mut attached = Self {
            foreign: 0,
            of_ecs: 0,
        };
        let others = instance.further_interfaces().filter(|interface| {
            let attachment = interface.attachment.as_ref();
            interface.interface_type != InterfaceType::Branch
                && attachment.is_none_or(|attachment| attachment.network_card_index == card)
                && !is_known(&interface.network_interface_id)
        });
        for interface in others {
            let description = interface.description.as_deref().unwrap_or_default();
            if is_attachment(description) {
                attached.of_ecs += 1;
            } else {
                attached.foreign += 1;
            }
        }
        attached
    }
}

/// Whether a description is what ECS puts on the interfaces that it makes:
/// `arn:aws:ecs:REGION:ACCOUNT:attachment/ID`.
pub(super) fn is_attachment(description: &str) -> bool {
    description.starts_with("arn:")
        && description.contains(":ecs:")
        && description.contains(":attachment/")
}

/// The instance type, as the instance itself or its registration tells it.
pub(super) fn type_name<'a>(
    facts: &'a ContainerInstance,
    instance: Option<&'a Instance>,
) -> Result<&'a str, Missing> {
    let own = instance.and_then(|instance| instance.instance_type.as_deref());
    own.or_else(|| facts.attribute("ecs.instance-type"))
        .ok_or_else(|| {
            let what = format!(
                "the instance type of {}",
                facts.container_instance_arn.name()
            );
            Missing::new(FactKind::Instances, Reason::NotInFacts(what))
        })
}

fn with_trunk(name: &str) -> Result<u32, Missing> {
    let published = Published::find(name);
    published.and_then(Published::tasks_with_trunk).ok_or_else(|| {
        let what = format!(
            "how many tasks a trunk of {name} carries: the table of {TABLE_OF} that this version holds \
             doesn't say, and no API does"
        );
        Missing::new(FactKind::InstanceTypes, Reason::Invisible(what))
    })
}

/// At least and at most. <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html>
fn without_trunk(snapshot: &Snapshot, name: &str) -> Result<(u32, u32), Missing> {
    let described = describe(snapshot, name)?;
    let network = described.network_info.as_ref();
    let limits = network.and_then(|network| Some((network, network.maximum_network_interfaces?)));
    let (network, all) = limits.ok_or_else(|| {
        let what = format!("the number of network interfaces of {name}");
        Missing::new(FactKind::InstanceTypes, Reason::NotInFacts(what))
    })?;
    Ok((
        default_card(network).unwrap_or(all).saturating_sub(1),
        all.saturating_sub(1),
    ))
}

fn default_card(network: &NetworkInfo) -> Option<u32> {
    let mut cards = network.network_cards.iter();
    let own = cards.find(|card| card.network_card_index == network.default_network_card_index);
    own.map(|card| card.maximum_network_interfaces)
}

fn describe<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a InstanceType, Missing> {
    snapshot.instance_types.get(&ResourceName::new(name))
}

/// What is left of the attachments that interfaces, volumes and disks share on some types. That branch
/// interfaces draw on it is not documented, and taken for false.
/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-limits.html>
fn budget(snapshot: &Snapshot, name: &str, instance: &Instance) -> Option<u32> {
    let described = describe(snapshot, name).ok()?;
    let EbsInfo {
        attachment_limit_type,
        maximum_ebs_attachments,
    } = described.ebs_info.as_ref()?;
    if attachment_limit_type.as_deref() != Some("shared") {
        return None;
    }
    // The documented number of volumes leaves out the primary interface.
    let all = (*maximum_ebs_attachments)?.saturating_add(1);
    let storage = described.instance_storage_info.iter();
    let disks: u32 = storage
        .flat_map(|s| &s.disks)
        .map(|disk| disk.count)
        .fold(0, u32::saturating_add);
    let attached = instance.network_interfaces.len() + instance.block_device_mappings.len();
    let attached = u32::try_from(attached).unwrap_or(u32::MAX);
    Some(all.saturating_sub(attached.saturating_add(disks)))
}
