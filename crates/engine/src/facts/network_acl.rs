use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::{FactKind, NetworkAclId, Resource, SubnetId, VpcId, security_group::byte};
use crate::net::{PortRange, Protocol, Traffic};

/// A network ACL, as `describe-network-acls` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NetworkAcl {
    /// Its id.
    pub network_acl_id: NetworkAclId,
    /// Its VPC.
    pub vpc_id: Option<VpcId>,
    /// Whether it holds for every subnet of the VPC that names no other.
    #[serde(default)]
    pub is_default: bool,
    /// The subnets that name it.
    #[serde(default)]
    pub associations: Vec<NetworkAclAssociation>,
    /// The rules of both directions, ascending by number.
    #[serde(default, deserialize_with = "ascending")]
    pub entries: Vec<NetworkAclEntry>,
}

/// A subnet that uses a network ACL.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NetworkAclAssociation {
    /// Its id.
    pub network_acl_association_id: Option<String>,
    /// The subnet.
    pub subnet_id: SubnetId,
}

/// A rule of a network ACL.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawNetworkAclEntry")]
pub struct NetworkAclEntry {
    /// Its number; the lowest that matches decides.
    pub number: i32,
    /// Whether it is about what leaves the subnet.
    pub egress: bool,
    /// What it is about.
    pub traffic: Traffic,
    /// The addresses on the other side.
    pub cidr: IpNet,
    /// What it decides.
    pub action: RuleAction,
}

/// What a rule decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleAction {
    /// The packet passes.
    Allow,
    /// The packet is dropped.
    Deny,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawNetworkAclEntry {
    rule_number: i32,
    egress: bool,
    protocol: String,
    rule_action: RuleAction,
    cidr_block: Option<Ipv4Net>,
    ipv6_cidr_block: Option<Ipv6Net>,
    port_range: Option<RawPortRange>,
    icmp_type_code: Option<RawIcmpTypeCode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawPortRange {
    from: u16,
    to: u16,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawIcmpTypeCode {
    #[serde(rename = "Type")]
    kind: Option<i32>,
    code: Option<i32>,
}

impl TryFrom<RawNetworkAclEntry> for NetworkAclEntry {
    type Error = String;

    fn try_from(raw: RawNetworkAclEntry) -> Result<Self, String> {
        let cidr = match (raw.cidr_block, raw.ipv6_cidr_block) {
            (Some(block), None) => IpNet::V4(block),
            (None, Some(block)) => IpNet::V6(block),
            _ => {
                return Err(format!(
                    "rule {} must have either `CidrBlock` or `Ipv6CidrBlock`",
                    raw.rule_number
                ));
            }
        };
        Ok(Self {
            number: raw.rule_number,
            egress: raw.egress,
            traffic: traffic(
                &raw.protocol,
                raw.port_range.as_ref(),
                raw.icmp_type_code.as_ref(),
            )?,
            cidr,
            action: raw.rule_action,
        })
    }
}

fn traffic(
    protocol: &str,
    ports: Option<&RawPortRange>,
    icmp: Option<&RawIcmpTypeCode>,
) -> Result<Traffic, String> {
    if protocol == "-1" || protocol.eq_ignore_ascii_case("all") {
        return Ok(Traffic::all());
    }
    let protocol: Protocol = protocol.parse().map_err(|error| format!("{error}"))?;
    if protocol == Protocol::ICMP || protocol == Protocol::ICMPV6 {
        let (kind, code) = icmp.map_or((None, None), |icmp| (icmp.kind, icmp.code));
        return Ok(Traffic::icmp(protocol, byte(kind)?, byte(code)?));
    }
    let ports = match ports {
        Some(&RawPortRange { from, to }) if protocol.has_ports() => PortRange::new(from, to)
            .ok_or_else(|| format!("ports {from} to {to} are not a range"))?,
        _ => PortRange::ALL,
    };
    Ok(Traffic::ports(protocol, ports))
}

fn ascending<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<NetworkAclEntry>, D::Error> {
    let mut entries = Vec::<NetworkAclEntry>::deserialize(deserializer)?;
    entries.sort_by_key(|entry| (entry.egress, entry.number));
    Ok(entries)
}

impl Resource for NetworkAcl {
    type Id = NetworkAclId;
    const KIND: FactKind = FactKind::NetworkAcls;
    fn id(&self) -> &NetworkAclId {
        &self.network_acl_id
    }
}
