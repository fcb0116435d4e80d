use serde::Deserialize;

use super::{FactKind, Resource, ResourceName, SecurityGroupId};

/// A Memcached cluster, or a node of a replication group, as `aws elasticache
/// describe-cache-clusters` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheCluster {
    /// Its id.
    pub cache_cluster_id: ResourceName,
    /// `memcached`, `redis` or `valkey`.
    pub engine: Option<String>,
    /// Where clients of Memcached find the nodes.
    pub configuration_endpoint: Option<CacheEndpoint>,
    /// Its nodes; printed only with `--show-cache-node-info`.
    #[serde(default)]
    pub cache_nodes: Vec<CacheNode>,
    /// Its security groups.
    #[serde(default)]
    pub security_groups: Vec<CacheSecurityGroup>,
    /// The subnets that it may be in.
    pub cache_subnet_group_name: Option<ResourceName>,
    /// The replication group that it is a node of.
    pub replication_group_id: Option<ResourceName>,
    /// Its zone, or `Multiple`.
    pub preferred_availability_zone: Option<String>,
}

/// Where a cache listens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheEndpoint {
    /// The host name.
    pub address: Option<String>,
    /// The port.
    pub port: Option<u16>,
}

/// A node of a cache cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheNode {
    /// Its number within the cluster, such as `0001`.
    pub cache_node_id: Option<String>,
    /// Where it listens.
    pub endpoint: Option<CacheEndpoint>,
    /// Its zone.
    pub customer_availability_zone: Option<String>,
}

/// A security group of a cache cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheSecurityGroup {
    /// The group.
    pub security_group_id: SecurityGroupId,
}

impl Resource for CacheCluster {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::CacheClusters;
    fn id(&self) -> &ResourceName {
        &self.cache_cluster_id
    }
}
