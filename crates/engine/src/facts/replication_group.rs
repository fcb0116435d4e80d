use serde::Deserialize;

use super::{CacheEndpoint, FactKind, Resource, ResourceName};

/// A Valkey or Redis replication group, as `aws elasticache describe-replication-groups` prints it.
/// Its member clusters say which groups and subnets it has.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReplicationGroup {
    /// Its id.
    pub replication_group_id: ResourceName,
    /// Where clients start when cluster mode is on.
    pub configuration_endpoint: Option<CacheEndpoint>,
    /// The cache clusters that it is made of.
    #[serde(default)]
    pub member_clusters: Vec<String>,
    /// Its shards.
    #[serde(default)]
    pub node_groups: Vec<NodeGroup>,
}

/// A shard: a primary and its replicas.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NodeGroup {
    /// The primary; absent when cluster mode is on.
    pub primary_endpoint: Option<CacheEndpoint>,
    /// The replicas; absent when cluster mode is on.
    pub reader_endpoint: Option<CacheEndpoint>,
    /// Its nodes.
    #[serde(default)]
    pub node_group_members: Vec<NodeGroupMember>,
}

/// A node of a shard.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NodeGroupMember {
    /// The cache cluster that the node is.
    pub cache_cluster_id: Option<ResourceName>,
    /// The node itself; absent when cluster mode is on.
    pub read_endpoint: Option<CacheEndpoint>,
    /// Its zone.
    pub preferred_availability_zone: Option<String>,
}

impl Resource for ReplicationGroup {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::ReplicationGroups;
    fn id(&self) -> &ResourceName {
        &self.replication_group_id
    }
}
