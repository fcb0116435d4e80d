use ipnet::{IpNet, Ipv4Net};
use serde::Deserialize;

use super::{FactKind, Ipv6CidrBlockAssociation, Resource, SubnetId, VpcId};

/// A subnet, as `describe-subnets` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Subnet {
    /// Its id.
    pub subnet_id: SubnetId,
    /// Its VPC.
    pub vpc_id: VpcId,
    /// The IPv4 block; absent for an IPv6-only subnet.
    pub cidr_block: Option<Ipv4Net>,
    /// The IPv6 blocks.
    #[serde(default)]
    pub ipv6_cidr_block_association_set: Vec<Ipv6CidrBlockAssociation>,
    /// The zone's name in this account, such as `eu-west-1a`.
    pub availability_zone: Option<String>,
    /// Free IPv4 addresses; the five that AWS reserves are not among them.
    pub available_ip_address_count: Option<u64>,
    /// The account that owns the subnet; another one than the reader's when it is shared.
    pub owner_id: Option<String>,
    /// What VPC Block Public Access does here.
    pub block_public_access_states: Option<BlockPublicAccessStates>,
}

/// What VPC Block Public Access does to a subnet. Output of older tools lacks it, which is read as
/// off.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BlockPublicAccessStates {
    /// The effective mode.
    #[serde(default)]
    pub internet_gateway_block_mode: InternetGatewayBlockMode,
}

/// The modes of VPC Block Public Access.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InternetGatewayBlockMode {
    /// Nothing is blocked.
    #[default]
    Off,
    /// Nothing passes internet gateways and egress-only internet gateways.
    BlockBidirectional,
    /// Only what NAT gateways and egress-only internet gateways started passes.
    BlockIngress,
    /// A mode this version doesn't know.
    #[serde(other)]
    Unrecognized,
}

impl Subnet {
    /// The blocks of both families.
    pub fn blocks(&self) -> impl Iterator<Item = IpNet> + '_ {
        let ipv6 = self.ipv6_cidr_block_association_set.iter();
        self.cidr_block
            .into_iter()
            .map(IpNet::V4)
            .chain(ipv6.filter_map(|block| block.in_use().map(IpNet::V6)))
    }

    /// The effective mode of VPC Block Public Access.
    pub fn block_public_access(&self) -> InternetGatewayBlockMode {
        self.block_public_access_states
            .as_ref()
            .map_or(InternetGatewayBlockMode::Off, |states| {
                states.internet_gateway_block_mode
            })
    }
}

impl Resource for Subnet {
    type Id = SubnetId;
    const KIND: FactKind = FactKind::Subnets;
    fn id(&self) -> &SubnetId {
        &self.subnet_id
    }
}
