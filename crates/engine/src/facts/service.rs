use serde::{Deserialize, Serialize};

use super::{EcsArn, FactKind, LaunchType, Resource, SecurityGroupId, SubnetId};

/// An ECS service, as `describe-services` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// Its ARN.
    pub service_arn: EcsArn,
    /// Its name.
    pub service_name: String,
    /// Its cluster's ARN.
    pub cluster_arn: EcsArn,
    /// Who deploys it; absent is ECS.
    pub deployment_controller: Option<DeploymentController>,
    /// What its tasks run on, unless a capacity provider strategy decides.
    pub launch_type: Option<LaunchType>,
    /// The capacity providers that decide.
    #[serde(default)]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// The Fargate platform version, or `LATEST`.
    pub platform_version: Option<String>,
    /// The ARN of the task definition that its tasks run.
    pub task_definition: Option<EcsArn>,
    /// Where its tasks' interfaces are placed; absent when its tasks aren't in awsvpc mode.
    pub network_configuration: Option<NetworkConfiguration>,
    /// Whether ECS Exec is on for its tasks.
    pub enable_execute_command: Option<bool>,
    /// The load balancers that its tasks are targets of.
    #[serde(default)]
    pub load_balancers: Vec<ServiceLoadBalancer>,
    /// The Cloud Map services that its tasks are registered with.
    #[serde(default)]
    pub service_registries: Vec<ServiceRegistry>,
    /// Its tags; printed only with `--include TAGS`.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: Option<String>,
    /// How many tasks it should have.
    pub desired_count: Option<u32>,
    /// How many of them run.
    pub running_count: Option<u32>,
    /// How many of them are starting.
    pub pending_count: Option<u32>,
    /// Whether it has so many tasks, or one on each instance.
    #[serde(default)]
    pub scheduling_strategy: SchedulingStrategy,
    /// How many tasks a deployment may have at once, at most and at least.
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// Where its tasks may be.
    #[serde(default)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// Which of these places is taken first.
    #[serde(default)]
    pub placement_strategy: Vec<PlacementStrategy>,
    /// Its deployments, of which at most one is `PRIMARY`.
    #[serde(default)]
    pub deployments: Vec<Deployment>,
}

/// Whether a service has so many tasks, or one on each instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SchedulingStrategy {
    /// So many tasks.
    #[default]
    Replica,
    /// One on each container instance that its constraints allow.
    Daemon,
}

/// How many tasks a deployment may have at once, in percent of the desired count.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentConfiguration {
    /// At most, rounded down.
    pub maximum_percent: Option<u32>,
    /// At least, rounded up.
    pub minimum_healthy_percent: Option<u32>,
    /// `ROLLING`, which is meant when nothing is said, or a strategy with a second set of tasks.
    pub strategy: Option<String>,
}

/// Where tasks may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementConstraint {
    /// `distinctInstance` or `memberOf`.
    pub r#type: Option<String>,
    /// For `memberOf`: an expression of the cluster query language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

/// Which place is taken first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PlacementStrategy {
    /// `spread`, `binpack` or `random`.
    pub r#type: Option<String>,
    /// What is spread over, or packed.
    pub field: Option<String>,
}

/// Who deploys a service.
#[derive(Debug, Clone, Deserialize)]
pub struct DeploymentController {
    /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
    pub r#type: Option<String>,
}

/// A load balancer that a service's tasks are targets of.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceLoadBalancer {
    /// The target group; absent for a Classic Load Balancer.
    pub target_group_arn: Option<String>,
    /// The container that gets the traffic.
    pub container_name: Option<String>,
    /// Its port.
    pub container_port: Option<u16>,
}

/// A Cloud Map service that a service's tasks are registered with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceRegistry {
    /// The Cloud Map service.
    pub registry_arn: Option<String>,
    /// The port of SRV records.
    pub port: Option<u16>,
    /// The container whose port it is.
    pub container_name: Option<String>,
    /// The port of that container.
    pub container_port: Option<u16>,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// Its key.
    pub key: Option<String>,
    /// Its value.
    pub value: Option<String>,
}

/// A deployment of a service.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Its id, which names its tasks as `startedBy`.
    pub id: Option<String>,
    /// `PRIMARY` for the newest.
    pub status: Option<String>,
    /// The ARN of the task definition that its tasks run.
    pub task_definition: Option<EcsArn>,
    /// Where its tasks' interfaces are placed.
    pub network_configuration: Option<NetworkConfiguration>,
    /// What its tasks offer and find by Service Connect.
    pub service_connect_configuration: Option<ServiceConnectConfiguration>,
}

/// What tasks offer and find by Service Connect.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceConnectConfiguration {
    /// Whether it is on.
    #[serde(default)]
    pub enabled: bool,
    /// The namespace, by name or ARN.
    pub namespace: Option<String>,
    /// What the tasks offer to others in the namespace.
    #[serde(default)]
    pub services: Vec<ServiceConnectService>,
}

/// A port that tasks offer by Service Connect.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceConnectService {
    /// The port mapping's name in the task definition.
    pub port_name: Option<String>,
    /// The name in Cloud Map; the port's name, where nothing is said.
    pub discovery_name: Option<String>,
    /// The names and ports that clients use.
    #[serde(default)]
    pub client_aliases: Vec<ClientAlias>,
}

/// A name and port by which clients reach an offered port.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientAlias {
    /// The port.
    pub port: u16,
    /// The host name; the discovery name and the namespace, where nothing is said.
    pub dns_name: Option<String>,
}

/// One capacity provider of a strategy.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityProviderStrategyItem {
    /// Its name.
    pub capacity_provider: String,
}

/// The network configuration of a service.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkConfiguration {
    /// The configuration for awsvpc mode.
    pub awsvpc_configuration: Option<AwsvpcConfiguration>,
}

/// Where the interfaces of a service's tasks are placed.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AwsvpcConfiguration {
    /// The subnets; each task gets one of them.
    pub subnets: Vec<SubnetId>,
    /// The security groups; none means the VPC's default group.
    #[serde(default)]
    pub security_groups: Vec<SecurityGroupId>,
    /// Whether Fargate tasks get a public address.
    #[serde(default)]
    pub assign_public_ip: AssignPublicIp,
}

/// Whether Fargate tasks get a public address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AssignPublicIp {
    /// They do.
    Enabled,
    /// They don't, which is what the API takes when nothing is said.
    #[default]
    Disabled,
}

impl Service {
    /// Whether ECS itself deploys it.
    pub fn is_deployed_by_ecs(&self) -> bool {
        let controller = self.deployment_controller.as_ref();
        let kind = controller.and_then(|controller| controller.r#type.as_deref());
        kind.is_none_or(|kind| kind == "ECS")
    }

    /// Where its tasks' interfaces are placed.
    pub fn awsvpc(&self) -> Option<&AwsvpcConfiguration> {
        self.network_configuration
            .as_ref()?
            .awsvpc_configuration
            .as_ref()
    }

    /// What its tasks run on.
    pub fn effective_launch_type(&self) -> Option<LaunchType> {
        self.launch_type.or_else(|| {
            let provider = self.capacity_provider_strategy.first()?;
            Some(if provider.capacity_provider.starts_with("FARGATE") {
                LaunchType::Fargate
            } else {
                LaunchType::Ec2
            })
        })
    }
}

impl Resource for Service {
    type Id = EcsArn;
    const KIND: FactKind = FactKind::Services;
    fn id(&self) -> &EcsArn {
        &self.service_arn
    }
}
