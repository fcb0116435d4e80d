use serde::Deserialize;

use super::{AvailabilityZoneName, FactKind, Resource, ResourceName, SubnetId, VpcId};

/// The subnets that caches may be in, as `aws elasticache describe-cache-subnet-groups` prints them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheSubnetGroup {
    /// Its name.
    pub cache_subnet_group_name: ResourceName,
    /// The VPC.
    pub vpc_id: Option<VpcId>,
    /// The subnets.
    #[serde(default)]
    pub subnets: Vec<CacheSubnet>,
}

/// A subnet of a group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheSubnet {
    /// The subnet.
    pub subnet_identifier: SubnetId,
    /// Its zone.
    pub subnet_availability_zone: Option<AvailabilityZoneName>,
}

impl Resource for CacheSubnetGroup {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::CacheSubnetGroups;
    fn id(&self) -> &ResourceName {
        &self.cache_subnet_group_name
    }
}
