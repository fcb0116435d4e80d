use serde::Deserialize;

use super::{EcsArn, FactKind, Resource};

/// A capacity provider, as `aws ecs describe-capacity-providers` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityProvider {
    /// Its ARN.
    pub capacity_provider_arn: EcsArn,
    /// Its name, by which services and instances refer to it.
    pub name: String,
    /// Where it gets instances; absent for Fargate's.
    pub auto_scaling_group_provider: Option<AutoScalingGroupProvider>,
}

/// Where a capacity provider gets instances.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoScalingGroupProvider {
    /// The Auto Scaling group's ARN, or its name.
    pub auto_scaling_group_arn: String,
    /// Whether ECS changes the group's size.
    pub managed_scaling: Option<ManagedScaling>,
}

/// How ECS changes the size of a capacity provider's group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedScaling {
    /// `ENABLED` or `DISABLED`.
    pub status: Option<String>,
}

impl CapacityProvider {
    /// The group that ECS makes larger when tasks find no place, if it does.
    pub fn scaled_group(&self) -> Option<&str> {
        let provider = self.auto_scaling_group_provider.as_ref()?;
        let scaling = provider.managed_scaling.as_ref()?;
        (scaling.status.as_deref() == Some("ENABLED"))
            .then_some(provider.auto_scaling_group_arn.as_str())
    }
}

impl Resource for CapacityProvider {
    type Id = EcsArn;
    const KIND: FactKind = FactKind::CapacityProviders;
    fn id(&self) -> &EcsArn {
        &self.capacity_provider_arn
    }
}
