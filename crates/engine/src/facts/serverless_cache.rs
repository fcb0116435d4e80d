use serde::Deserialize;

use super::{CacheEndpoint, FactKind, Resource, ResourceName, SecurityGroupId, SubnetId};

/// A serverless cache, as `aws elasticache describe-serverless-caches` prints it. Clients reach it by
/// a VPC endpoint in each of its subnets.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServerlessCache {
    /// Its name.
    pub serverless_cache_name: ResourceName,
    /// Where it listens.
    pub endpoint: Option<CacheEndpoint>,
    /// Where it is read from: the same host, the next port.
    pub reader_endpoint: Option<CacheEndpoint>,
    /// The subnets of its VPC endpoint.
    #[serde(default)]
    pub subnet_ids: Vec<SubnetId>,
    /// The security groups of its VPC endpoint.
    #[serde(default)]
    pub security_group_ids: Vec<SecurityGroupId>,
    /// `available` when it works.
    pub status: Option<String>,
}

impl Resource for ServerlessCache {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::ServerlessCaches;
    fn id(&self) -> &ResourceName {
        &self.serverless_cache_name
    }
}
