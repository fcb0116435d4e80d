use std::collections::BTreeMap;

use super::eligibility::Eligibility;
use super::host::Host;
use super::region::place;
use super::site::Demand;
use super::stuck::is_there;
use crate::facts::{
    ContainerInstance, EcsArn, FactKind, Missing, Reason, Scope, Service, Snapshot, Task,
    TaskDefinition,
};

/// These container instances of a cluster with what they can still take; all of the cluster's, where none
/// is named. An error unless everything that they run was observed.
pub fn hosts<'a>(
    snapshot: &'a Snapshot,
    cluster: &EcsArn,
    named: &[EcsArn],
) -> Result<Vec<Host<'a>>, Missing> {
    let instances = if named.is_empty() {
        of_cluster(snapshot, cluster)?
    } else {
        of_names(snapshot, cluster, named)?
    };
    let mut running: BTreeMap<&EcsArn, Vec<&Task>> = BTreeMap::new();
    for task in snapshot.tasks.seen().filter(|task| is_there(task)) {
        if let Some(arn) = &task.container_instance_arn {
            running.entry(arn).or_default().push(task);
        }
    }
    let (account, _) = place(cluster).unwrap_or_default();
    let hosts = instances.into_iter().map(|facts| {
        let scopes = [
            Scope::from(cluster),
            Scope::from(&facts.container_instance_arn),
        ];
        snapshot.tasks.complete_within(&scopes)?;
        Ok(Host::new(snapshot, account, facts, &running))
    });
    hosts.collect()
}

/// Those that are named. Some that aren't among all of a cluster's are gone; that all are gone is rather a
/// gap in the facts.
fn of_names<'a>(
    snapshot: &'a Snapshot,
    cluster: &EcsArn,
    named: &[EcsArn],
) -> Result<Vec<&'a ContainerInstance>, Missing> {
    let instances = &snapshot.container_instances;
    let found: Result<Vec<_>, Missing> = named.iter().map(|arn| instances.get(arn)).collect();
    match found {
        Err(missing) if instances.complete_within(&[cluster.into()]).is_ok() => {
            let known = named.iter().filter_map(|arn| instances.get(arn).ok());
            let known: Vec<_> = known.collect();
            if known.is_empty() {
                Err(missing)
            } else {
                Ok(known)
            }
        }
        found => found,
    }
}

fn of_cluster<'a>(
    snapshot: &'a Snapshot,
    cluster: &EcsArn,
) -> Result<Vec<&'a ContainerInstance>, Missing> {
    let all = snapshot.container_instances.all_within(cluster)?;
    let own = all.filter(|facts| {
        let arn = &facts.container_instance_arn;
        arn.may_be_in(cluster) && place(arn) == place(cluster)
    });
    Ok(own.collect())
}

/// Where a service's tasks may be, and what each takes.
#[derive(Debug)]
pub struct Wanted<'a> {
    rules: Eligibility<'a>,
    demand: Demand,
    zones: Vec<&'a str>,
}

impl<'a> Wanted<'a> {
    /// What a service wants.
    pub fn by(snapshot: &'a Snapshot, service: &'a Service) -> Result<Self, Missing> {
        let definition = definition(snapshot, service)?;
        let subnets = service.awsvpc().map(|awsvpc| awsvpc.subnets.as_slice());
        let subnets = subnets.unwrap_or_default().iter();
        let zones: Result<Vec<_>, Missing> = subnets
            .map(|id| Ok(snapshot.subnets.get(id)?.availability_zone.as_deref()))
            .collect();
        Ok(Self {
            rules: Eligibility::of(service, definition)?,
            demand: Demand::of(definition),
            zones: zones?.into_iter().flatten().collect(),
        })
    }

    /// Whether a task may be on an instance, whatever is left of it.
    pub fn allows(&self, host: &Host<'_>) -> bool {
        let zone = host.zone.as_deref();
        self.rules.allows(host) && zone.is_none_or(|zone| self.zones.contains(&zone))
    }

    /// Whether an instance has the CPU, memory, GPUs and ports for a task; assumed where ECS doesn't say
    /// what is left.
    pub fn fits(&self, host: &Host<'_>) -> bool {
        let but_interface = Demand {
            interface: false,
            ..self.demand.clone()
        };
        host.facts.remaining_resources.is_empty() || host.site(0).takes(&but_interface)
    }
}

fn definition<'a>(
    snapshot: &'a Snapshot,
    service: &Service,
) -> Result<&'a TaskDefinition, Missing> {
    let arn = service.task_definition.as_ref().ok_or_else(|| {
        let what = format!("the task definition of {}", service.service_name);
        Missing::new(FactKind::Services, Reason::NotInFacts(what))
    })?;
    snapshot.task_definitions.get(arn)
}
