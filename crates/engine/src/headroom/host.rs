use std::collections::{BTreeMap, BTreeSet};

use super::site::{HostPort, Resources, Site, Transport};
use super::slots::{self, Slots};
use super::trunking::Trunking;
use crate::facts::{
    ContainerInstance, EcsArn, FactKind, Instance, InstanceResource, Missing, Reason, Snapshot,
    Task,
};

/// A container instance with what it can still take.
#[derive(Debug)]
pub struct Host<'a> {
    /// As ECS describes it.
    pub facts: &'a ContainerInstance,
    /// As EC2 describes it.
    pub instance: Option<&'a Instance>,
    /// Why nobody knows what EC2 has attached to it, where nobody does.
    unseen: Option<Missing>,
    /// Its zone.
    pub zone: Option<String>,
    /// Whether it has a trunk.
    pub trunking: Trunking,
    /// Interfaces on it that ECS didn't attach and doesn't count; `None` when nobody looked at the
    /// instance itself.
    pub foreign: Option<u32>,
    /// Its slots for network interfaces.
    pub slots: Result<Slots, Missing>,
    /// The tasks on it that haven't stopped.
    pub tasks: Vec<&'a Task>,
}

impl<'a> Host<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        account: &str,
        facts: &'a ContainerInstance,
        tasks: &BTreeMap<&'a EcsArn, Vec<&'a Task>>,
    ) -> Self {
        let id = facts.ec2_instance_id.as_ref();
        let described = id.map(|id| snapshot.instances.get(id));
        let unseen = described.clone().and_then(Result::err);
        let instance = described.and_then(Result::ok);
        let tasks = tasks.get(&facts.container_instance_arn);
        let tasks = tasks.cloned().unwrap_or_default();
        let zone = instance.and_then(Instance::zone);
        let zone = zone.or_else(|| facts.attribute("ecs.availability-zone"));
        let slots = Slots::of(snapshot, facts, instance, &tasks);
        let foreign = match &slots {
            Ok(slots) => slots.foreign,
            Err(_) => instance.map(|instance| slots::foreign(snapshot, instance, &tasks)),
        };
        Self {
            facts,
            instance,
            unseen,
            zone: zone.map(str::to_owned),
            trunking: Trunking::of(snapshot, account, facts, instance),
            foreign,
            slots,
            tasks,
        }
    }

    /// The EC2 instance's id; the container instance's, where it is none.
    pub fn name(&self) -> &str {
        let id = self.facts.ec2_instance_id.as_ref();
        id.map_or_else(
            || self.facts.container_instance_arn.name(),
            |id| id.as_str(),
        )
    }

    /// The instance type.
    pub fn type_name(&self) -> Option<&str> {
        slots::type_name(self.facts, self.instance).ok()
    }

    /// Why nobody knows how many tasks it takes: its type wasn't described, or has several network cards,
    /// of which the documentation says two numbers.
    pub fn doubt(&self) -> Option<Missing> {
        let slots = match &self.slots {
            Ok(slots) => slots,
            Err(missing) => return Some(missing.clone()),
        };
        (slots.total_at_most > slots.total).then(|| {
            let what = format!(
                "whether a {} takes {} or {} tasks in awsvpc mode, by its default network card or by all \
                 of them",
                self.type_name().unwrap_or_default(),
                slots.total,
                slots.total_at_most
            );
            Missing::new(FactKind::InstanceTypes, Reason::Invisible(what))
        })
    }

    /// Why nobody knows whether it takes fewer tasks: what is attached to it wasn't described.
    pub fn unseen(&self) -> Option<&Missing> {
        self.unseen.as_ref().filter(|_| self.slots.is_ok())
    }

    /// Whether ECS places tasks on it. An agent that is disconnected now is taken to be back in a moment,
    /// as agents are several times an hour: since when it has been away, ECS doesn't tell.
    pub fn takes_tasks(&self) -> bool {
        let status = self.facts.status.as_deref();
        status.is_none_or(|status| status == "ACTIVE")
    }

    /// Whether tasks in awsvpc mode can run on it.
    pub fn takes_interfaces(&self) -> bool {
        self.facts.attributes.is_empty()
            || self.facts.attribute("ecs.capability.task-eni").is_some()
    }

    /// What is left of it.
    pub fn room(&self) -> Resources {
        resources(&self.facts.remaining_resources)
    }

    /// What it has in all.
    pub fn size(&self) -> Resources {
        resources(&self.facts.registered_resources)
    }

    /// The ports that are taken on it.
    pub(super) fn ports(&self) -> BTreeSet<HostPort> {
        let of = |name, transport| {
            let all = self.facts.remaining_resources.iter();
            let named = all.filter(move |resource| resource.name == name);
            let ports = named.flat_map(|resource| &resource.string_set_value);
            ports.filter_map(move |port| Some((port.parse().ok()?, transport)))
        };
        of("PORTS", Transport::Tcp)
            .chain(of("PORTS_UDP", Transport::Udp))
            .collect()
    }

    /// It as a place for tasks; one whose slots nobody knows has none.
    pub(super) fn site(&self, zone: usize) -> Site {
        Site {
            zone,
            slots: self.slots.as_ref().map_or(0, Slots::free),
            room: self.room(),
            ports: self.ports(),
        }
    }
}

fn resources(all: &[InstanceResource]) -> Resources {
    let amount = |name: &str| {
        let named = all.iter().filter(|resource| resource.name == name);
        named
            .map(|resource| {
                // GPUs are listed one by one.
                let counted = i64::try_from(resource.string_set_value.len()).unwrap_or(i64::MAX);
                resource.integer_value.max(counted)
            })
            .fold(0, i64::saturating_add)
    };
    Resources {
        cpu: amount("CPU"),
        memory: amount("MEMORY"),
        gpus: amount("GPU"),
    }
}
