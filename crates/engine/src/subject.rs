use crate::facts::{
    AssignPublicIp, AwsvpcConfiguration, Coverage, EcsArn, FactKind, LaunchType, Missing,
    NetworkInterface, Reason, Service, Snapshot, SubnetId, Task, TaskAttachment, VpcId,
};
use crate::net::AddressScope;
use crate::reach::{Groups, PublicAddress, Station};

/// What is audited: a task as it was described, or the tasks that a service would start.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A task.
    Task(&'a Task),
    /// A service.
    Service(&'a Service),
}

/// What the subject runs on; it decides what applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Launch<'a> {
    /// Fargate, with its platform version where that is known.
    Fargate(Option<&'a str>),
    /// Container instances.
    Ec2,
    /// Anything else, or unknown.
    Other,
}

/// Where the groups and the public address of a subject come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Its network interface, as EC2 describes it.
    Interface,
    /// The service's network configuration: the interface is gone, or there is none yet.
    Configuration,
    /// Neither was observed.
    Nothing,
}

/// There is no such service among the facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceNotFound {
    /// Services were observed, but not this one.
    #[error("no service `{service}` in cluster `{cluster}`: the facts hold {}", list(.known))]
    Unknown {
        /// The name that was asked for.
        service: String,
        /// The cluster that was asked for.
        cluster: String,
        /// What there is, as `cluster/service`.
        known: Vec<String>,
    },
    /// No service was observed at all.
    #[error(
        "no services among the facts ({missing}): offline, save `aws ecs describe-services --cluster {cluster} --services {service}` too"
    )]
    NotObserved {
        /// The name that was asked for.
        service: String,
        /// The cluster that was asked for.
        cluster: String,
        /// What is missing.
        missing: Missing,
    },
}

fn list(known: &[String]) -> String {
    if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    }
}

impl<'a> Subject<'a> {
    /// The service with this name, or ARN, in a cluster, by name or ARN.
    pub fn service_named(
        snapshot: &'a Snapshot,
        cluster: &str,
        service: &str,
    ) -> Result<Self, ServiceNotFound> {
        let found = snapshot
            .services
            .seen()
            .find(|s| s.service_arn.is_called(service) && s.cluster_arn.is_called(cluster));
        if let Some(found) = found {
            return Ok(Self::Service(found));
        }
        let (service, cluster) = (service.to_owned(), cluster.to_owned());
        let known: Vec<_> = snapshot
            .services
            .seen()
            .map(|s| format!("{}/{}", s.cluster_arn.name(), s.service_name))
            .collect();
        let is_unseen = |missing: &Missing| match snapshot.services.coverage() {
            Coverage::Missing(_) => true,
            // Somebody asked by name: only a failed call leaves a doubt.
            Coverage::Partial { .. } => missing.reason != Reason::NotObserved,
            Coverage::Known => false,
        };
        Err(match snapshot.services.complete() {
            Err(missing) if known.is_empty() && is_unseen(&missing) => {
                ServiceNotFound::NotObserved {
                    service,
                    cluster,
                    missing,
                }
            }
            _ => ServiceNotFound::Unknown {
                service,
                cluster,
                known,
            },
        })
    }

    /// Its ARN.
    pub fn arn(&self) -> &'a EcsArn {
        match self {
            Self::Task(task) => &task.task_arn,
            Self::Service(service) => &service.service_arn,
        }
    }

    /// Its cluster's ARN.
    pub fn cluster(&self) -> &'a EcsArn {
        match self {
            Self::Task(task) => &task.cluster_arn,
            Self::Service(service) => &service.cluster_arn,
        }
    }

    /// What the fault belongs to for people: the service, or else the task definition's family.
    pub fn owner(&self) -> String {
        match self {
            Self::Service(service) => format!("service:{}", service.service_name),
            Self::Task(task) => match (&task.group, &task.task_definition_arn) {
                (Some(group), _) => group.to_string(),
                (None, Some(definition)) => {
                    let name = definition.name();
                    let family = name.split_once(':').map_or(name, |(family, _)| family);
                    format!("family:{family}")
                }
                (None, None) => format!("task:{}", task.task_arn.name()),
            },
        }
    }

    /// The account and region, from the ARN.
    pub fn account_and_region(&self) -> (&'a str, &'a str) {
        let mut parts = self.arn().as_str().split(':').skip(3);
        let region = parts.next().unwrap_or_default();
        let account = parts.next().unwrap_or_default();
        (account, region)
    }

    /// The partition of AWS, from the ARN: `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> &'a str {
        self.arn().as_str().split(':').nth(1).unwrap_or("aws")
    }

    /// What it runs on.
    pub fn launch(&self) -> Launch<'a> {
        let (launch_type, version) = match self {
            Self::Task(task) => (
                task.effective_launch_type(),
                task.platform_version.as_deref(),
            ),
            Self::Service(service) => (
                service.effective_launch_type(),
                service.platform_version.as_deref(),
            ),
        };
        match launch_type {
            Some(LaunchType::Fargate) => Launch::Fargate(version),
            Some(LaunchType::Ec2) => Launch::Ec2,
            _ => Launch::Other,
        }
    }

    /// Whether ECS Exec is enabled; `None` where ECS doesn't say.
    pub fn is_exec_on(&self) -> Option<bool> {
        match self {
            Self::Task(task) => task.enable_execute_command,
            Self::Service(service) => service.enable_execute_command,
        }
    }

    /// The attachment of the task's interface.
    pub fn attachment(&self) -> Option<&'a TaskAttachment> {
        match self {
            Self::Task(task) => task.network_interface(),
            Self::Service(_) => None,
        }
    }

    /// Whether the subject is in awsvpc mode at all.
    pub fn is_awsvpc(&self) -> bool {
        match self {
            Self::Task(task) => task.network_interface().is_some(),
            Self::Service(service) => service.awsvpc().is_some(),
        }
    }

    /// The service behind the subject; `None` for a task that was started alone.
    pub fn service(&self, snapshot: &'a Snapshot) -> Result<Option<&'a Service>, Missing> {
        match self {
            Self::Service(service) => Ok(Some(service)),
            Self::Task(task) => {
                let Some(name) = task.service_name() else {
                    return Ok(None);
                };
                let found = snapshot
                    .services
                    .seen()
                    .find(|s| s.service_name == name && s.cluster_arn == task.cluster_arn);
                found
                    .map(Some)
                    .ok_or_else(|| match snapshot.services.complete() {
                        Err(missing) => missing,
                        Ok(()) => {
                            let what = format!("the service {name} in {}", task.cluster_arn.name());
                            Missing::new(FactKind::Services, Reason::NotInFacts(what))
                        }
                    })
            }
        }
    }

    /// The task's interface, as EC2 describes it.
    pub fn interface(&self, snapshot: &'a Snapshot) -> Result<&'a NetworkInterface, Missing> {
        let id = self
            .attachment()
            .and_then(TaskAttachment::network_interface_id);
        let id = id.ok_or_else(|| {
            let what = format!("a network interface of {}", self.arn().name());
            Missing::new(FactKind::NetworkInterfaces, Reason::NotInFacts(what))
        })?;
        snapshot.network_interfaces.get(&id)
    }

    /// The subnets where its interfaces are, or may be placed.
    pub fn subnets(&self, snapshot: &'a Snapshot) -> Result<Vec<SubnetId>, Missing> {
        match self {
            Self::Service(service) => Ok(service
                .awsvpc()
                .map(|awsvpc| awsvpc.subnets.clone())
                .unwrap_or_default()),
            Self::Task(_) => {
                let subnet = self.attachment().and_then(TaskAttachment::subnet_id);
                match subnet {
                    Some(subnet) => Ok(vec![subnet]),
                    None => Ok(vec![self.interface(snapshot)?.subnet_id.clone()]),
                }
            }
        }
    }

    /// The VPC.
    pub fn vpc(&self, snapshot: &'a Snapshot) -> Result<VpcId, Missing> {
        if let Ok(interface) = self.interface(snapshot) {
            return Ok(interface.vpc_id.clone());
        }
        let subnets = self.subnets(snapshot)?;
        let first = subnets.first().ok_or_else(|| {
            let what = format!("a subnet of {}", self.arn().name());
            Missing::new(FactKind::Services, Reason::NotInFacts(what))
        })?;
        snapshot.vpc_of(first).cloned()
    }

    /// The ends that connections start from: the task's interface, or one placement for each subnet
    /// of a service. What isn't known about them stays in them, and matters only where it is asked.
    pub fn stations(&self, snapshot: &'a Snapshot) -> Result<Vec<Station<'a>>, Missing> {
        if let Ok(interface) = self.interface(snapshot) {
            return Ok(vec![Station::of_interface(interface)]);
        }
        let configuration = self.configuration(snapshot);
        let subnets = self.subnets(snapshot)?;
        subnets
            .iter()
            .map(|subnet| self.placement(snapshot, subnet, configuration))
            .collect()
    }

    /// The service's network configuration, where it may stand in for the interface. It can have
    /// changed since a task started, so it doesn't for an interface that only wasn't observed.
    fn configuration(&self, snapshot: &'a Snapshot) -> Option<&'a AwsvpcConfiguration> {
        let is_unseen = match self {
            Self::Task(task) => {
                let attachment = task.network_interface();
                let id = attachment.and_then(TaskAttachment::network_interface_id);
                id.is_some() && !task.last_status.is_ending()
            }
            Self::Service(_) => false,
        };
        match self.service(snapshot) {
            Ok(service) if !is_unseen => service.and_then(Service::awsvpc),
            _ => None,
        }
    }

    /// Where groups and public address come from.
    pub fn basis(&self, snapshot: &'a Snapshot) -> Basis {
        if self.interface(snapshot).is_ok() {
            Basis::Interface
        } else if self.configuration(snapshot).is_some() {
            Basis::Configuration
        } else {
            Basis::Nothing
        }
    }

    fn placement(
        &self,
        snapshot: &'a Snapshot,
        subnet: &SubnetId,
        configuration: Option<&AwsvpcConfiguration>,
    ) -> Result<Station<'a>, Missing> {
        let unseen = self.interface(snapshot).err().unwrap_or_else(|| {
            let what = format!("a network interface of {}", self.arn().name());
            Missing::new(FactKind::NetworkInterfaces, Reason::NotInFacts(what))
        });
        let groups = match configuration {
            Some(awsvpc) if !awsvpc.security_groups.is_empty() => {
                Groups::Filtered(awsvpc.security_groups.clone())
            }
            Some(_) => default_group(snapshot, subnet),
            None => Groups::Unknown(unseen.clone()),
        };
        // A task on EC2 never has a public address.
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
        let public = match (self.launch(), configuration) {
            (Launch::Ec2, _) => PublicAddress::Absent,
            (_, Some(awsvpc)) if awsvpc.assign_public_ip == AssignPublicIp::Enabled => {
                PublicAddress::Assigned
            }
            (_, Some(_)) => PublicAddress::Absent,
            (_, None) => PublicAddress::Unknown(unseen),
        };
        let mut station = Station::of_placement(snapshot, subnet, groups, public)?;
        let interface = self
            .attachment()
            .and_then(TaskAttachment::network_interface_id);
        station.name = interface.map(|id| id.to_string());
        if let Some(address) = self.attachment().and_then(TaskAttachment::private_address) {
            station.addresses = vec![AddressScope::Host(address)];
        }
        Ok(station)
    }
}

/// The group that ECS takes when the configuration names none: the VPC's default one.
fn default_group(snapshot: &Snapshot, subnet: &SubnetId) -> Groups {
    let vpc = match snapshot.vpc_of(subnet) {
        Ok(vpc) => vpc,
        Err(missing) => return Groups::Unknown(missing),
    };
    let default = snapshot.security_groups.seen().find(|group| {
        group.vpc_id.as_ref() == Some(vpc) && group.group_name.as_deref() == Some("default")
    });
    match (default, snapshot.security_groups.complete()) {
        (Some(group), _) => Groups::Filtered(vec![group.group_id.clone()]),
        (None, Err(missing)) => Groups::Unknown(missing),
        (None, Ok(())) => {
            let what = format!("the default security group of {vpc}");
            Groups::Unknown(Missing::new(
                FactKind::SecurityGroups,
                Reason::NotInFacts(what),
            ))
        }
    }
}
