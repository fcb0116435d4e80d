use ipnet::{Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::{FactKind, PrefixListId, Resource, SecurityGroupId, VpcId, VpcPeeringConnectionId};
use crate::net::{PortRange, Protocol, Traffic};

/// A security group, as `describe-security-groups` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecurityGroup {
    /// Its id.
    pub group_id: SecurityGroupId,
    /// Its name.
    pub group_name: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<VpcId>,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// The inbound rules.
    #[serde(default)]
    pub ip_permissions: Vec<IpPermission>,
    /// The outbound rules.
    #[serde(default)]
    pub ip_permissions_egress: Vec<IpPermission>,
}

/// One or more rules for the same traffic; the peers it lists are alternatives.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawIpPermission")]
pub struct IpPermission {
    /// What may pass.
    pub traffic: Traffic,
    /// IPv4 peers.
    pub ip_ranges: Vec<Ipv4Net>,
    /// IPv6 peers.
    pub ipv6_ranges: Vec<Ipv6Net>,
    /// Peers by prefix list.
    pub prefix_lists: Vec<PrefixListId>,
    /// Peers by the security group on their interface.
    pub groups: Vec<GroupReference>,
}

/// A security group that a rule refers to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupReference {
    /// The group.
    pub group_id: Option<SecurityGroupId>,
    /// The state of the peering connection when the group is in a peer VPC; a reference whose
    /// peering is gone matches nothing.
    pub peering_status: Option<String>,
    /// The peering connection when the group is in a peer VPC.
    pub vpc_peering_connection_id: Option<VpcPeeringConnectionId>,
}

impl GroupReference {
    /// Whether the peering connection it depends on, if any, is alive.
    pub fn is_live(&self) -> bool {
        self.peering_status
            .as_deref()
            .is_none_or(|status| status == "active")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawIpPermission {
    ip_protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
    #[serde(default)]
    ip_ranges: Vec<RawIpRange>,
    #[serde(default)]
    ipv6_ranges: Vec<RawIpv6Range>,
    #[serde(default)]
    prefix_list_ids: Vec<RawPrefixListId>,
    #[serde(default)]
    user_id_group_pairs: Vec<GroupReference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawIpRange {
    cidr_ip: Ipv4Net,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawIpv6Range {
    cidr_ipv6: Ipv6Net,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawPrefixListId {
    prefix_list_id: PrefixListId,
}

impl TryFrom<RawIpPermission> for IpPermission {
    type Error = String;

    fn try_from(raw: RawIpPermission) -> Result<Self, String> {
        Ok(Self {
            traffic: traffic(&raw.ip_protocol, raw.from_port, raw.to_port)?,
            ip_ranges: raw.ip_ranges.into_iter().map(|r| r.cidr_ip).collect(),
            ipv6_ranges: raw.ipv6_ranges.into_iter().map(|r| r.cidr_ipv6).collect(),
            prefix_lists: raw
                .prefix_list_ids
                .into_iter()
                .map(|list| list.prefix_list_id)
                .collect(),
            groups: raw.user_id_group_pairs,
        })
    }
}

/// What a rule's protocol and ports stand for. `-1` is everything; TCP and UDP have ports; for ICMP
/// the "ports" are type and code, -1 for any; for every other protocol they mean nothing.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>
fn traffic(protocol: &str, from: Option<i32>, to: Option<i32>) -> Result<Traffic, String> {
    if protocol == "-1" || protocol.eq_ignore_ascii_case("all") {
        return Ok(Traffic::all());
    }
    let protocol: Protocol = protocol.parse().map_err(|error| format!("{error}"))?;
    if protocol == Protocol::ICMP || protocol == Protocol::ICMPV6 {
        return Ok(Traffic::icmp(protocol, byte(from)?, byte(to)?));
    }
    let ports = match (from, to) {
        _ if !protocol.has_ports() => PortRange::ALL,
        (None | Some(-1), None | Some(-1)) => PortRange::ALL,
        (Some(from), Some(to)) => u16::try_from(from)
            .ok()
            .zip(u16::try_from(to).ok())
            .and_then(|(from, to)| PortRange::new(from, to))
            .ok_or_else(|| format!("ports {from} to {to} are not a range"))?,
        _ => return Err("`FromPort` and `ToPort` come together".to_owned()),
    };
    Ok(Traffic::ports(protocol, ports))
}

/// An ICMP type or code: -1 or absent is any.
pub(super) fn byte(number: Option<i32>) -> Result<Option<u8>, String> {
    match number {
        None | Some(-1) => Ok(None),
        Some(number) => u8::try_from(number)
            .map(Some)
            .map_err(|_| format!("{number} is not an ICMP type or code")),
    }
}

impl Resource for SecurityGroup {
    type Id = SecurityGroupId;
    const KIND: FactKind = FactKind::SecurityGroups;
    fn id(&self) -> &SecurityGroupId {
        &self.group_id
    }
}
