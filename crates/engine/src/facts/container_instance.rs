use serde::Deserialize;

use super::{EcsArn, FactKind, InstanceId, Resource};

/// A container instance, as `aws ecs describe-container-instances` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerInstance {
    /// Its ARN.
    pub container_instance_arn: EcsArn,
    /// The EC2 instance that it is; something else outside AWS.
    pub ec2_instance_id: Option<InstanceId>,
    /// `ACTIVE` when it takes tasks.
    pub status: Option<String>,
}

impl Resource for ContainerInstance {
    type Id = EcsArn;
    const KIND: FactKind = FactKind::ContainerInstances;
    fn id(&self) -> &EcsArn {
        &self.container_instance_arn
    }
}
