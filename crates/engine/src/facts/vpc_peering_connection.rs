use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::{FactKind, Resource, VpcId, VpcPeeringConnectionId};

/// A VPC peering connection, as `describe-vpc-peering-connections` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpcPeeringConnection {
    /// Its id.
    pub vpc_peering_connection_id: VpcPeeringConnectionId,
    /// One side.
    pub requester_vpc_info: PeeringVpc,
    /// The other side.
    pub accepter_vpc_info: PeeringVpc,
    /// Its status.
    pub status: Option<PeeringStatus>,
}

/// One side of a peering connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PeeringVpc {
    /// The VPC.
    pub vpc_id: VpcId,
    /// Its region.
    pub region: Option<String>,
    /// Its account.
    pub owner_id: Option<String>,
    /// Its primary block; empty while the connection isn't active.
    pub cidr_block: Option<Ipv4Net>,
    /// Its IPv4 blocks.
    #[serde(default)]
    pub cidr_block_set: Vec<PeeringBlock>,
    /// Its IPv6 blocks.
    #[serde(default)]
    pub ipv6_cidr_block_set: Vec<PeeringIpv6Block>,
}

/// An IPv4 block of a peer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PeeringBlock {
    /// The block.
    pub cidr_block: Ipv4Net,
}

/// An IPv6 block of a peer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PeeringIpv6Block {
    /// The block.
    pub ipv6_cidr_block: Ipv6Net,
}

/// The status of a peering connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PeeringStatus {
    /// `active` when it carries traffic.
    pub code: Option<String>,
}

impl PeeringVpc {
    /// The blocks of both families.
    pub fn blocks(&self) -> impl Iterator<Item = IpNet> + '_ {
        let ipv4 = self.cidr_block_set.iter().map(|block| block.cidr_block);
        let ipv6 = self.ipv6_cidr_block_set.iter();
        self.cidr_block
            .into_iter()
            .chain(ipv4)
            .map(IpNet::V4)
            .chain(ipv6.map(|block| IpNet::V6(block.ipv6_cidr_block)))
    }
}

impl VpcPeeringConnection {
    /// The side that isn't `vpc`; `None` when neither is.
    pub fn other_side(&self, vpc: &VpcId) -> Option<&PeeringVpc> {
        if self.requester_vpc_info.vpc_id == *vpc {
            Some(&self.accepter_vpc_info)
        } else if self.accepter_vpc_info.vpc_id == *vpc {
            Some(&self.requester_vpc_info)
        } else {
            None
        }
    }

    /// The status code; output without one is taken as active.
    pub fn status_code(&self) -> &str {
        let status = self.status.as_ref();
        status
            .and_then(|status| status.code.as_deref())
            .unwrap_or("active")
    }

    /// Whether both sides are in the same region, which security group references need.
    pub fn is_same_region(&self) -> bool {
        match (
            &self.requester_vpc_info.region,
            &self.accepter_vpc_info.region,
        ) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        }
    }
}

impl Resource for VpcPeeringConnection {
    type Id = VpcPeeringConnectionId;
    const KIND: FactKind = FactKind::VpcPeeringConnections;
    fn id(&self) -> &VpcPeeringConnectionId {
        &self.vpc_peering_connection_id
    }
}
