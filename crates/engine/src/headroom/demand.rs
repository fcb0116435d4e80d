use std::collections::BTreeSet;

use super::site::{Demand, HostPort, Resources, Transport};
use crate::facts::{ContainerDefinition, PortMapping, TaskDefinition};

impl Demand {
    /// What a task of a definition takes. What its containers say counts where the task itself says
    /// nothing; of a container's memory, what it reserves.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>
    pub fn of(definition: &TaskDefinition) -> Self {
        let containers = &definition.container_definitions;
        let sum = |amount: fn(&ContainerDefinition) -> Option<i64>| -> i64 {
            containers
                .iter()
                .filter_map(amount)
                .fold(0, i64::saturating_add)
        };
        let own = |amount: &Option<String>| {
            let amount = amount.as_deref()?.trim().parse::<i64>().ok()?;
            Some(amount.max(0))
        };
        Self {
            interface: definition.network_mode.as_deref() == Some("awsvpc"),
            resources: Resources {
                cpu: own(&definition.cpu).unwrap_or_else(|| sum(|c| c.resources.cpu)),
                memory: own(&definition.memory).unwrap_or_else(|| {
                    sum(|c| c.resources.memory_reservation.or(c.resources.memory))
                }),
                gpus: containers.iter().map(gpus).fold(0, i64::saturating_add),
            },
            ports: ports(definition),
        }
    }
}

fn gpus(container: &ContainerDefinition) -> i64 {
    let requirements = container.resources.resource_requirements.iter();
    let gpus = requirements.filter(|r| r.r#type.as_deref() == Some("GPU"));
    gpus.filter_map(|r| r.value.as_deref()?.parse::<i64>().ok())
        .fold(0, i64::saturating_add)
}

/// The ports of the instance that a task takes for itself.
fn ports(definition: &TaskDefinition) -> BTreeSet<HostPort> {
    let mappings = definition
        .container_definitions
        .iter()
        .flat_map(|container| &container.resources.port_mappings);
    let taken = |mapping: &PortMapping| match definition.network_mode.as_deref() {
        Some("awsvpc" | "none") => None,
        Some("host") => mapping.host_port.or(mapping.container_port),
        _ => mapping.host_port.filter(|port| *port != 0),
    };
    let transport = |mapping: &PortMapping| match mapping.protocol.as_deref() {
        Some("udp") => Transport::Udp,
        _ => Transport::Tcp,
    };
    mappings
        .filter_map(|mapping| Some((taken(mapping)?, transport(mapping))))
        .collect()
}
