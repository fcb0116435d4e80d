use serde::Deserialize;

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
    /// What its tasks run on, unless a capacity provider strategy decides.
    pub launch_type: Option<LaunchType>,
    /// The capacity providers that decide.
    #[serde(default)]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// The Fargate platform version, or `LATEST`.
    pub platform_version: Option<String>,
    /// Where its tasks' interfaces are placed; absent when its tasks aren't in awsvpc mode.
    pub network_configuration: Option<NetworkConfiguration>,
    /// Whether ECS Exec is on for its tasks.
    pub enable_execute_command: Option<bool>,
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AssignPublicIp {
    /// They do.
    Enabled,
    /// They don't, which is what the API takes when nothing is said.
    #[default]
    Disabled,
}

impl Service {
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
