use serde::Deserialize;

use super::{FactKind, Resource, ResourceName, SecurityGroupId, SubnetId, VpcId};

/// An RDS proxy, as `aws rds describe-db-proxies` prints it, with its default endpoint only.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DbProxy {
    /// Its name.
    #[serde(rename = "DBProxyName")]
    pub db_proxy_name: ResourceName,
    /// The host name of its default endpoint.
    pub endpoint: Option<String>,
    /// `MYSQL`, `POSTGRESQL` or `SQLSERVER`, which decides the port.
    pub engine_family: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<VpcId>,
    /// Its security groups.
    #[serde(default)]
    pub vpc_security_group_ids: Vec<SecurityGroupId>,
    /// Its subnets; it has an interface in each.
    #[serde(default)]
    pub vpc_subnet_ids: Vec<SubnetId>,
    /// `available` when it works.
    pub status: Option<String>,
}

impl Resource for DbProxy {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::DbProxies;
    fn id(&self) -> &ResourceName {
        &self.db_proxy_name
    }
}
