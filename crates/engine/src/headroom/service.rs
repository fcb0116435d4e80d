use std::collections::{BTreeMap, BTreeSet};

use super::eligibility::{Eligibility, Launch};
use super::placement::Order;
use super::quota::FargateUse;
use super::region::{Cluster, Region};
use super::rollout::{Count, Rollout};
use super::site::{Demand, Spot};
use super::terrain::Terrain;
use crate::facts::{
    DeploymentConfiguration, FactKind, LaunchType, Missing, PlacementStrategy, Reason,
    SchedulingStrategy, Service, Task, TaskDefinition, TaskStatus,
};

/// A service with what a deployment of it would do.
#[derive(Debug)]
pub struct ServicePlan<'a> {
    /// The service.
    pub service: &'a Service,
    /// What its tasks run on.
    pub launch: Launch,
    /// What a task takes.
    pub demand: Result<Demand, Missing>,
    /// Its next deployment. The next task definition is taken to need what the present one needs.
    pub rollout: Result<Rollout, Missing>,
    /// What is missing about instances that would be allowed, and could give it more room.
    pub unclear: Option<Missing>,
    /// What is missing about what it has, and could leave it less: interfaces that nobody saw, a quota.
    pub unseen: Option<Missing>,
    /// The other quota of Fargate, where base and weight share the tasks between both.
    pub other_quota: Option<usize>,
    /// The capacity providers that it uses; none: any instance will do.
    pub providers: Vec<&'a str>,
}

impl<'a> ServicePlan<'a> {
    /// `tasks` are those of the service.
    pub(super) fn new(
        region: &Region<'a>,
        cluster: &Cluster<'a>,
        service: &'a Service,
        tasks: &[&'a Task],
    ) -> Self {
        let launch = Launch::of(service);
        let definition = definition(region, service);
        let mut plan = Self {
            service,
            launch,
            demand: definition.clone().map(Demand::of),
            rollout: Err(Missing::new(FactKind::Services, Reason::NotObserved)),
            unclear: None,
            unseen: None,
            other_quota: None,
            providers: Vec::new(),
        };
        plan.rollout = definition.and_then(|definition| {
            let mut rollout = rollout(region, cluster, service, definition, tasks)?;
            if launch == Launch::Instances {
                let rules = Eligibility::of(service, definition)?;
                plan.unclear = allow_hosts(region, cluster, &rules, &mut rollout)?;
                plan.providers = rules.providers().to_vec();
            }
            let mixed = rollout.quota.filter(|_| is_mixed(service));
            plan.other_quota = mixed.map(|quota| 1 - quota);
            let quotas = rollout.quota.into_iter().chain(plan.other_quota);
            let mut quotas = quotas.filter_map(|quota| region.fargate.get(quota));
            let interface = rollout.demand.interface;
            let hosts = cluster.known_hosts().iter().zip(&rollout.allowed);
            let mut hosts = hosts.filter(|(_, allowed)| **allowed && interface);
            plan.unseen = quotas
                .find_map(FargateUse::missing)
                .or_else(|| hosts.find_map(|(host, _)| host.unseen().cloned()));
            Ok(rollout)
        });
        plan
    }

    /// `CLUSTER/SERVICE`.
    pub fn name(&self) -> String {
        format!(
            "{}/{}",
            self.service.cluster_arn.name(),
            self.service.service_name
        )
    }

    /// Whether its tasks have interfaces of their own; assumed where nobody knows.
    pub fn is_awsvpc(&self) -> bool {
        self.service.awsvpc().is_some() || self.demand.as_ref().is_ok_and(|demand| demand.interface)
    }

    /// Whether `SERVICE`, `CLUSTER/SERVICE` or an ARN means it.
    pub fn is_called(&self, name: &str) -> bool {
        name == self.service.service_name
            || name == self.service.service_arn.as_str()
            || name == self.name()
    }
}

/// Whether a service's tasks are shared between Fargate On-Demand and Spot.
fn is_mixed(service: &Service) -> bool {
    let uses = |name: &str| {
        let mut all = service.capacity_provider_strategy.iter();
        all.any(|item| item.capacity_provider == name)
    };
    uses("FARGATE") && uses("FARGATE_SPOT")
}

fn definition<'a>(region: &Region<'a>, service: &Service) -> Result<&'a TaskDefinition, Missing> {
    let arn = service.task_definition.as_ref().ok_or_else(|| {
        let what = format!("the task definition of {}", service.service_name);
        Missing::new(FactKind::Services, Reason::NotInFacts(what))
    })?;
    region.snapshot.task_definitions.get(arn)
}

/// A deployment of a service, on Fargate's places; its instances are added by [`allow_hosts`].
fn rollout(
    region: &Region<'_>,
    cluster: &Cluster<'_>,
    service: &Service,
    definition: &TaskDefinition,
    tasks: &[&Task],
) -> Result<Rollout, Missing> {
    let snapshot = region.snapshot;
    snapshot.tasks.all_within(&cluster.arn).map(drop)?;
    let demand = Demand::of(definition);
    let subnets = subnets(region, service, &demand)?;
    let (maximum_percent, minimum_healthy_percent) = percentages(service)?;
    let terrain = &cluster.terrain;
    let launch = Launch::of(service);
    let mut allowed = vec![false; terrain.world.sites.len()];
    if launch != Launch::Instances {
        for (zone, allowed) in allowed.iter_mut().skip(terrain.hosts).enumerate() {
            let in_zone = |subnet: &usize| {
                terrain
                    .world
                    .subnets
                    .get(*subnet)
                    .is_some_and(|pool| pool.zone == zone)
            };
            *allowed = subnets.iter().any(in_zone);
        }
    }
    let mut running = Vec::new();
    let mut draining = Vec::new();
    for task in tasks {
        let ends =
            task.desired_status.as_deref() == Some("STOPPED") || task.last_status.is_ending();
        if !ends {
            running.push(spot(region, terrain, task));
        } else if task.last_status < TaskStatus::Stopped {
            draining.push(spot(region, terrain, task));
        }
    }
    Ok(Rollout {
        count: count(service)?,
        maximum_percent,
        minimum_healthy_percent,
        present: demand.clone(),
        demand,
        allowed,
        distinct: false,
        strategy: strategy(&service.placement_strategy, terrain, cluster),
        subnets,
        quota: match launch {
            Launch::Fargate => Some(0),
            Launch::FargateSpot => Some(1),
            Launch::Instances | Launch::Managed | Launch::External => None,
        },
        running,
        draining,
    })
}

/// Allows the instances that a service's tasks may be on. What is missing about instances that would be
/// allowed is no error: the deployment may fit on the others.
fn allow_hosts(
    region: &Region<'_>,
    cluster: &Cluster<'_>,
    rules: &Eligibility<'_>,
    rollout: &mut Rollout,
) -> Result<Option<Missing>, Missing> {
    let hosts = cluster.hosts.as_ref().map_err(Clone::clone)?;
    let zones: BTreeSet<usize> = rollout
        .subnets
        .iter()
        .filter_map(|subnet| region.subnets.get(*subnet)?.zone)
        .collect();
    let mut unclear = None;
    let sites = &cluster.terrain.world.sites;
    for ((host, site), allowed) in hosts.iter().zip(sites).zip(&mut rollout.allowed) {
        let in_zone = !rollout.demand.interface || zones.contains(&site.zone);
        if !in_zone || !rules.allows(host) {
            continue;
        }
        let has_interface = rollout.demand.interface;
        *allowed = !has_interface || host.slots.is_ok();
        unclear = unclear.or_else(|| host.doubt().filter(|_| has_interface));
    }
    rollout.distinct = rules.distinct;
    Ok(unclear)
}

fn subnets(region: &Region<'_>, service: &Service, demand: &Demand) -> Result<Vec<usize>, Missing> {
    if !demand.interface {
        return Ok(Vec::new());
    }
    let awsvpc = service.awsvpc().ok_or_else(|| {
        let what = format!("the network configuration of {}", service.service_name);
        Missing::new(FactKind::Services, Reason::NotInFacts(what))
    })?;
    let mut subnets = Vec::new();
    for id in &awsvpc.subnets {
        region.snapshot.subnets.get(id).map(drop)?;
        let index = region.subnet(id);
        let room = index.and_then(|index| region.subnets.get(index));
        if let Some(Err(missing)) = room.map(|room| &room.free) {
            return Err(missing.clone());
        }
        subnets.extend(index);
    }
    Ok(subnets)
}

fn count(service: &Service) -> Result<Count, Missing> {
    if service.scheduling_strategy == SchedulingStrategy::Daemon {
        return Ok(Count::OneOnEach);
    }
    service.desired_count.map(Count::Replicas).ok_or_else(|| {
        let what = format!("the desired count of {}", service.service_name);
        Missing::new(FactKind::Services, Reason::NotInFacts(what))
    })
}

/// The most and the fewest tasks during a deployment, in percent. Deployments with a second set of tasks
/// start all of them before an old one stops.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
fn percentages(service: &Service) -> Result<(u32, u32), Missing> {
    let controller = service.deployment_controller.as_ref();
    let controller = controller.and_then(|controller| controller.r#type.as_deref());
    let configuration = service.deployment_configuration.as_ref();
    let strategy = configuration.and_then(|configuration| configuration.strategy.as_deref());
    let second_set = (Rollout::SECOND_SET, Rollout::SECOND_SET);
    match (controller, strategy) {
        (Some("EXTERNAL"), _) => {
            let what = format!(
                "how {} is deployed: an external controller decides",
                service.service_name
            );
            Err(Missing::new(FactKind::Services, Reason::Invisible(what)))
        }
        (Some("CODE_DEPLOY"), _) => Ok(second_set),
        (_, Some(strategy)) if strategy != "ROLLING" => Ok(second_set),
        _ => Ok(rolling(service.scheduling_strategy, configuration)),
    }
}

fn rolling(
    scheduling: SchedulingStrategy,
    configuration: Option<&DeploymentConfiguration>,
) -> (u32, u32) {
    let (maximum, minimum) = match scheduling {
        SchedulingStrategy::Replica => (200, 100),
        SchedulingStrategy::Daemon => (100, 0),
    };
    let set = |value: fn(&DeploymentConfiguration) -> Option<u32>| configuration.and_then(value);
    (
        set(|c| c.maximum_percent).unwrap_or(maximum),
        set(|c| c.minimum_healthy_percent).unwrap_or(minimum),
    )
}

fn spot(region: &Region<'_>, terrain: &Terrain, task: &Task) -> Spot {
    let attachment = task.network_interface();
    // The subnet is known before there is an interface, and with it an address.
    let attached = attachment.filter(|a| a.network_interface_id().is_some());
    let subnet = attached.and_then(|a| region.subnet(&a.subnet_id()?));
    let site = match &task.container_instance_arn {
        Some(arn) => terrain.host(arn),
        None if task.effective_launch_type() == Some(LaunchType::Ec2) => None,
        None => {
            let zone = task
                .availability_zone
                .as_deref()
                .and_then(|zone| region.zone(zone));
            let of_subnet = || region.subnets.get(subnet?)?.zone;
            zone.or_else(of_subnet).map(|zone| terrain.hosts + zone)
        }
    };
    Spot { site, subnet }
}

/// A service without a strategy is spread over zones.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html>
fn strategy(all: &[PlacementStrategy], terrain: &Terrain, cluster: &Cluster<'_>) -> Vec<Order> {
    let zones = || Order::SpreadOver(terrain.zones());
    if all.is_empty() {
        return vec![zones()];
    }
    let order = |strategy: &PlacementStrategy| {
        let field = strategy.field.as_deref().unwrap_or_default();
        Some(match (strategy.r#type.as_deref()?, field) {
            ("spread", "attribute:ecs.availability-zone") => zones(),
            ("spread", "instanceId" | "host") => Order::SpreadOverSites,
            ("spread", field) => Order::SpreadOver(values(field, terrain, cluster)),
            ("binpack", field) if field.eq_ignore_ascii_case("cpu") => Order::PackCpu,
            ("binpack", _) => Order::PackMemory,
            // Random: any order will do.
            _ => return None,
        })
    };
    all.iter().filter_map(order).collect()
}

/// For each place, a number for the value of an attribute.
fn values(field: &str, terrain: &Terrain, cluster: &Cluster<'_>) -> Vec<u32> {
    let name = field.strip_prefix("attribute:").unwrap_or(field);
    let hosts = cluster.known_hosts();
    let value = |index: usize| hosts.get(index).and_then(|host| host.facts.attribute(name));
    let all = 0..terrain.world.sites.len();
    let mut numbers = BTreeMap::new();
    for index in all.clone() {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        numbers.entry(value(index)).or_insert(next);
    }
    let number = |index| numbers.get(&value(index)).copied().unwrap_or_default();
    all.map(number).collect()
}
