use serde::Deserialize;

use super::{FactKind, Resource, ResourceName, SecurityGroupId, SubnetId, VpcId};

/// An RDS, Aurora, Neptune or DocumentDB instance, as `aws rds describe-db-instances` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DbInstance {
    /// Its identifier, the first label of its endpoint.
    #[serde(rename = "DBInstanceIdentifier")]
    pub db_instance_identifier: ResourceName,
    /// The engine, such as `postgres`.
    pub engine: Option<String>,
    /// Where it listens; absent while it is being created.
    pub endpoint: Option<DbEndpoint>,
    /// Its security groups.
    #[serde(default)]
    pub vpc_security_groups: Vec<DbSecurityGroup>,
    /// The subnets that it may be in.
    #[serde(rename = "DBSubnetGroup")]
    pub db_subnet_group: Option<DbSubnetGroup>,
    /// The zone that it is in.
    pub availability_zone: Option<String>,
    /// The zone of its standby, which takes over its endpoint.
    pub secondary_availability_zone: Option<String>,
    /// Whether it has a standby in another zone.
    #[serde(default, rename = "MultiAZ")]
    pub multi_az: bool,
    /// The cluster that it is a member of.
    #[serde(rename = "DBClusterIdentifier")]
    pub db_cluster_identifier: Option<ResourceName>,
    /// Whether its endpoint resolves to a public address outside its VPC.
    #[serde(default)]
    pub publicly_accessible: bool,
    /// `available` when it works.
    #[serde(rename = "DBInstanceStatus")]
    pub db_instance_status: Option<String>,
}

/// Where a database listens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DbEndpoint {
    /// The host name.
    pub address: Option<String>,
    /// The port.
    pub port: Option<u16>,
}

/// A security group of a database.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DbSecurityGroup {
    /// The group.
    pub vpc_security_group_id: SecurityGroupId,
    /// `active` once it is in force.
    pub status: Option<String>,
}

/// The subnets that a database may be in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DbSubnetGroup {
    /// Its name.
    #[serde(rename = "DBSubnetGroupName")]
    pub db_subnet_group_name: Option<ResourceName>,
    /// The VPC.
    pub vpc_id: Option<VpcId>,
    /// The subnets.
    #[serde(default)]
    pub subnets: Vec<DbSubnet>,
}

/// A subnet of a subnet group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DbSubnet {
    /// The subnet.
    pub subnet_identifier: SubnetId,
    /// Its zone.
    pub subnet_availability_zone: Option<AvailabilityZoneName>,
}

/// A zone, as the descriptions of subnet groups wrap it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AvailabilityZoneName {
    /// The zone's name.
    pub name: Option<String>,
}

impl Resource for DbInstance {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::DbInstances;
    fn id(&self) -> &ResourceName {
        &self.db_instance_identifier
    }
}
