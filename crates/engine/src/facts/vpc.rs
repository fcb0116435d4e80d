use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::{DhcpOptionsId, FactKind, Missing, Reason, Resource, VpcId};

/// A VPC, as `describe-vpcs` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Vpc {
    /// Its id.
    pub vpc_id: VpcId,
    /// The primary IPv4 block.
    pub cidr_block: Option<Ipv4Net>,
    /// The IPv4 blocks, the primary one among them.
    #[serde(default)]
    pub cidr_block_association_set: Vec<CidrBlockAssociation>,
    /// The IPv6 blocks.
    #[serde(default)]
    pub ipv6_cidr_block_association_set: Vec<Ipv6CidrBlockAssociation>,
    /// The DHCP option set; the word `default` when there is none.
    pub dhcp_options_id: Option<DhcpOptionsId>,
    /// The account that owns the VPC.
    pub owner_id: Option<String>,
}

/// One IPv4 block of a VPC.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CidrBlockAssociation {
    /// The block.
    pub cidr_block: Ipv4Net,
    /// Whether it is in use.
    pub cidr_block_state: Option<CidrBlockState>,
}

/// One IPv6 block of a VPC or subnet.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ipv6CidrBlockAssociation {
    /// The block.
    pub ipv6_cidr_block: Ipv6Net,
    /// Whether it is in use.
    pub ipv6_cidr_block_state: Option<CidrBlockState>,
}

/// The state of a block's association.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CidrBlockState {
    /// `associated`, or on the way there or back.
    pub state: String,
}

fn in_use(state: Option<&CidrBlockState>) -> bool {
    state.is_none_or(|state| state.state == "associated")
}

impl Ipv6CidrBlockAssociation {
    /// The block, if it is in use.
    pub fn in_use(&self) -> Option<Ipv6Net> {
        in_use(self.ipv6_cidr_block_state.as_ref()).then_some(self.ipv6_cidr_block)
    }
}

impl Vpc {
    /// Every block in use, of both families.
    pub fn blocks(&self) -> impl Iterator<Item = IpNet> + '_ {
        let secondary = self
            .cidr_block_association_set
            .iter()
            .filter(|block| in_use(block.cidr_block_state.as_ref()))
            .map(|block| block.cidr_block)
            .filter(|block| Some(*block) != self.cidr_block);
        let ipv6 = self.ipv6_cidr_block_association_set.iter();
        self.cidr_block
            .into_iter()
            .chain(secondary)
            .map(IpNet::V4)
            .chain(ipv6.filter_map(|block| block.in_use().map(IpNet::V6)))
    }

    /// Whether the address is the Amazon resolver's in this VPC: the primary block's base plus
    /// two. <https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html>
    pub fn is_resolver(&self, address: IpAddr) -> bool {
        let Some(block) = self.cidr_block else {
            return false;
        };
        let base = u32::from(block.network());
        matches!(address, IpAddr::V4(address) if base.checked_add(2) == Some(u32::from(address)))
    }
}

impl Resource for Vpc {
    type Id = VpcId;
    const KIND: FactKind = FactKind::Vpcs;
    fn id(&self) -> &VpcId {
        &self.vpc_id
    }
}

/// The attributes of a VPC that `describe-vpc-attribute` gives, one at a time.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpcAttributes {
    /// The VPC.
    pub vpc_id: VpcId,
    /// Whether the Amazon resolver answers.
    pub enable_dns_support: Option<AttributeBooleanValue>,
    /// Whether interfaces get names and private hosted zones and endpoints' names work.
    pub enable_dns_hostnames: Option<AttributeBooleanValue>,
}

/// A boolean attribute.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributeBooleanValue {
    /// The value.
    pub value: bool,
}

impl VpcAttributes {
    /// Whether the Amazon resolver answers; an error when that was not asked for.
    pub fn dns_support(&self) -> Result<bool, Missing> {
        self.known("enableDnsSupport", self.enable_dns_support)
    }

    /// Whether the VPC gives host names; an error when that was not asked for.
    pub fn dns_hostnames(&self) -> Result<bool, Missing> {
        self.known("enableDnsHostnames", self.enable_dns_hostnames)
    }

    fn known(&self, name: &str, value: Option<AttributeBooleanValue>) -> Result<bool, Missing> {
        value.map(|attribute| attribute.value).ok_or_else(|| {
            let what = format!("{name} of {}", self.vpc_id);
            Missing::new(FactKind::VpcAttributes, Reason::NotInFacts(what))
        })
    }
}

impl Resource for VpcAttributes {
    type Id = VpcId;
    const KIND: FactKind = FactKind::VpcAttributes;
    fn id(&self) -> &VpcId {
        &self.vpc_id
    }
}
