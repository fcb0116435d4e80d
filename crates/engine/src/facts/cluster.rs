use serde::Deserialize;

use super::{CapacityProviderStrategyItem, EcsArn, FactKind, Resource};

/// An ECS cluster, as `aws ecs describe-clusters` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// Its ARN.
    pub cluster_arn: EcsArn,
    /// `ACTIVE`, unless it is on its way in or out.
    pub status: Option<String>,
    /// The capacity providers that services of the cluster may use.
    #[serde(default)]
    pub capacity_providers: Vec<String>,
    /// What decides for services that name neither a launch type nor a strategy.
    #[serde(default)]
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
}

impl Resource for Cluster {
    type Id = EcsArn;
    const KIND: FactKind = FactKind::Clusters;
    fn id(&self) -> &EcsArn {
        &self.cluster_arn
    }
}
