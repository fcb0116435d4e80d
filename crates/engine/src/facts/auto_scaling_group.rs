use serde::Deserialize;

use super::{FactKind, Resource, ResourceName};

/// An Auto Scaling group, as `aws autoscaling describe-auto-scaling-groups` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AutoScalingGroup {
    /// Its ARN.
    #[serde(rename = "AutoScalingGroupARN")]
    pub auto_scaling_group_arn: ResourceName,
    /// Its name.
    pub auto_scaling_group_name: String,
    /// The most instances that it may have.
    pub max_size: u32,
    /// How many it has, or is getting.
    pub desired_capacity: u32,
    /// The zones that it puts them into, in equal parts.
    #[serde(default)]
    pub availability_zones: Vec<String>,
}

impl AutoScalingGroup {
    /// Whether a capacity provider that names its group so means this one.
    pub fn is_called(&self, name: &str) -> bool {
        self.auto_scaling_group_arn.as_str() == name || self.auto_scaling_group_name == name
    }

    /// How many more instances it may have.
    pub fn room(&self) -> u32 {
        self.max_size.saturating_sub(self.desired_capacity)
    }
}

impl Resource for AutoScalingGroup {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::AutoScalingGroups;
    fn id(&self) -> &ResourceName {
        &self.auto_scaling_group_arn
    }
}
