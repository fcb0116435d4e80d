use serde::Deserialize;

use super::{DbSecurityGroup, FactKind, Resource, ResourceName};

/// An Aurora, Neptune, DocumentDB or Multi-AZ cluster, as `aws rds describe-db-clusters` prints it.
/// Its instances say which subnets it is in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DbCluster {
    /// Its identifier, the first label of its endpoints.
    #[serde(rename = "DBClusterIdentifier")]
    pub db_cluster_identifier: ResourceName,
    /// The engine, such as `aurora-postgresql`.
    pub engine: Option<String>,
    /// The host name that leads to the writer.
    pub endpoint: Option<String>,
    /// The host name that leads to the readers.
    pub reader_endpoint: Option<String>,
    /// Host names that lead to some of its instances.
    #[serde(default)]
    pub custom_endpoints: Vec<String>,
    /// The port of all of them.
    pub port: Option<u16>,
    /// The name of its subnet group.
    #[serde(rename = "DBSubnetGroup")]
    pub db_subnet_group: Option<ResourceName>,
    /// Its security groups.
    #[serde(default)]
    pub vpc_security_groups: Vec<DbSecurityGroup>,
    /// The zones that its storage is in.
    #[serde(default)]
    pub availability_zones: Vec<String>,
    /// Its instances.
    #[serde(default, rename = "DBClusterMembers")]
    pub db_cluster_members: Vec<DbClusterMember>,
}

/// An instance of a cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DbClusterMember {
    /// The instance.
    #[serde(rename = "DBInstanceIdentifier")]
    pub db_instance_identifier: ResourceName,
    /// Whether it is the writer now.
    #[serde(default)]
    pub is_cluster_writer: bool,
}

impl Resource for DbCluster {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::DbClusters;
    fn id(&self) -> &ResourceName {
        &self.db_cluster_identifier
    }
}
