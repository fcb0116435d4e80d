use std::fmt;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::{
    EgressOnlyInternetGatewayId, FactKind, InstanceId, InternetGatewayId, NatGatewayId,
    NetworkInterfaceId, PrefixListId, Resource, RouteTableId, SubnetId, TransitGatewayId,
    VpcEndpointId, VpcId, VpcPeeringConnectionId, VpnGatewayId,
};

/// A route table, as `describe-route-tables` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteTable {
    /// Its id.
    pub route_table_id: RouteTableId,
    /// Its VPC.
    pub vpc_id: Option<VpcId>,
    /// What uses it.
    #[serde(default)]
    pub associations: Vec<RouteTableAssociation>,
    /// Its routes.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// What uses a route table: a subnet, a gateway, or, for the main one, the rest of the VPC.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteTableAssociation {
    /// Its id.
    pub route_table_association_id: Option<String>,
    /// Whether it holds for subnets that name no other.
    #[serde(default)]
    pub main: bool,
    /// The subnet.
    pub subnet_id: Option<SubnetId>,
    /// The internet or virtual private gateway whose incoming traffic it routes.
    pub gateway_id: Option<String>,
    /// Whether the association is in force.
    pub association_state: Option<AssociationState>,
}

/// The state of an association.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociationState {
    /// `associated`, or on the way there or back.
    pub state: Option<String>,
}

impl RouteTableAssociation {
    /// Whether it is in force.
    pub fn in_force(&self) -> bool {
        let state = self.association_state.as_ref();
        let state = state.and_then(|state| state.state.as_deref());
        state.is_none_or(|state| state == "associated")
    }
}

/// One route.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawRoute")]
pub struct Route {
    /// Where the packet goes to.
    pub destination: RouteDestination,
    /// Where it is handed to.
    pub target: RouteTarget,
    /// Whether it works.
    pub state: RouteState,
    /// How it came to be.
    pub origin: RouteOrigin,
}

/// The destination of a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteDestination {
    /// A prefix.
    Cidr(IpNet),
    /// Every prefix of a list.
    PrefixList(PrefixListId),
}

impl fmt::Display for RouteDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cidr(cidr) => write!(f, "{cidr}"),
            Self::PrefixList(list) => write!(f, "{list}"),
        }
    }
}

/// The target of a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteTarget {
    /// The VPC itself.
    Local,
    /// An internet gateway.
    InternetGateway(InternetGatewayId),
    /// An egress-only internet gateway.
    EgressOnlyInternetGateway(EgressOnlyInternetGatewayId),
    /// A NAT gateway.
    NatGateway(NatGatewayId),
    /// A VPC peering connection.
    VpcPeeringConnection(VpcPeeringConnectionId),
    /// A transit gateway.
    TransitGateway(TransitGatewayId),
    /// A gateway endpoint or a Gateway Load Balancer endpoint.
    VpcEndpoint(VpcEndpointId),
    /// A virtual private gateway.
    VpnGateway(VpnGatewayId),
    /// An interface that forwards: a NAT instance or an appliance.
    NetworkInterface(NetworkInterfaceId),
    /// An instance that forwards, by its primary interface.
    Instance(InstanceId),
    /// A carrier gateway, local gateway, Cloud WAN core network or anything newer.
    Other(String),
}

impl RouteTarget {
    /// The target's id; `local` for the VPC itself.
    pub fn id(&self) -> &str {
        match self {
            Self::Local => "local",
            Self::InternetGateway(id) => id.as_str(),
            Self::EgressOnlyInternetGateway(id) => id.as_str(),
            Self::NatGateway(id) => id.as_str(),
            Self::VpcPeeringConnection(id) => id.as_str(),
            Self::TransitGateway(id) => id.as_str(),
            Self::VpcEndpoint(id) => id.as_str(),
            Self::VpnGateway(id) => id.as_str(),
            Self::NetworkInterface(id) => id.as_str(),
            Self::Instance(id) => id.as_str(),
            Self::Other(id) => id,
        }
    }
}

/// Whether a route works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RouteState {
    /// It does.
    #[default]
    Active,
    /// Its target is gone; it still wins, and drops what it wins.
    Blackhole,
    /// Not installed. Read as if it weren't there; AWS documents the state but not its effect.
    Filtered,
    /// A state this version doesn't know: whether the route works isn't known either.
    #[serde(other)]
    Unrecognized,
}

/// How a route came to be, in the order in which equally long ones win.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteOrigin {
    /// Written by somebody, or there from the start.
    #[default]
    Static,
    /// Learned from a virtual private gateway or a route server.
    Propagated,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawRoute {
    destination_cidr_block: Option<Ipv4Net>,
    destination_ipv6_cidr_block: Option<Ipv6Net>,
    destination_prefix_list_id: Option<PrefixListId>,
    gateway_id: Option<String>,
    nat_gateway_id: Option<NatGatewayId>,
    transit_gateway_id: Option<TransitGatewayId>,
    vpc_peering_connection_id: Option<VpcPeeringConnectionId>,
    network_interface_id: Option<NetworkInterfaceId>,
    instance_id: Option<InstanceId>,
    egress_only_internet_gateway_id: Option<EgressOnlyInternetGatewayId>,
    carrier_gateway_id: Option<String>,
    local_gateway_id: Option<String>,
    core_network_arn: Option<String>,
    odb_network_arn: Option<String>,
    ip_address: Option<String>,
    #[serde(default)]
    state: RouteState,
    origin: Option<String>,
}

impl TryFrom<RawRoute> for Route {
    type Error = String;

    fn try_from(raw: RawRoute) -> Result<Self, String> {
        let destination = match (
            raw.destination_cidr_block,
            raw.destination_ipv6_cidr_block,
            &raw.destination_prefix_list_id,
        ) {
            (Some(cidr), None, None) => RouteDestination::Cidr(IpNet::V4(cidr)),
            (None, Some(cidr), None) => RouteDestination::Cidr(IpNet::V6(cidr)),
            (None, None, Some(list)) => RouteDestination::PrefixList(list.clone()),
            _ => return Err("a route must have exactly one destination".to_owned()),
        };
        let origin = match raw.origin.as_deref() {
            Some("EnableVgwRoutePropagation" | "Advertisement") => RouteOrigin::Propagated,
            _ => RouteOrigin::Static,
        };
        Ok(Self {
            destination,
            state: raw.state,
            origin,
            target: target(raw),
        })
    }
}

/// The target of a route. A route to an instance also names its interface, which says more. A
/// blackhole whose target is gone may name nothing at all.
fn target(raw: RawRoute) -> RouteTarget {
    let other = raw
        .carrier_gateway_id
        .or(raw.local_gateway_id)
        .or(raw.core_network_arn)
        .or(raw.odb_network_arn)
        .or(raw.ip_address);
    if let Some(id) = raw.gateway_id {
        return gateway(id);
    }
    None.or(raw.nat_gateway_id.map(RouteTarget::NatGateway))
        .or(raw.transit_gateway_id.map(RouteTarget::TransitGateway))
        .or(raw
            .vpc_peering_connection_id
            .map(RouteTarget::VpcPeeringConnection))
        .or(raw
            .egress_only_internet_gateway_id
            .map(RouteTarget::EgressOnlyInternetGateway))
        .or(raw.network_interface_id.map(RouteTarget::NetworkInterface))
        .or(raw.instance_id.map(RouteTarget::Instance))
        .or(other.map(RouteTarget::Other))
        .unwrap_or_else(|| RouteTarget::Other("a target that is gone".to_owned()))
}

/// `GatewayId` names several kinds of gateway, told apart by their prefix.
fn gateway(id: String) -> RouteTarget {
    if id == "local" {
        RouteTarget::Local
    } else if id.starts_with(InternetGatewayId::PREFIX) {
        RouteTarget::InternetGateway(InternetGatewayId::new(id))
    } else if id.starts_with(VpcEndpointId::PREFIX) {
        RouteTarget::VpcEndpoint(VpcEndpointId::new(id))
    } else if id.starts_with(VpnGatewayId::PREFIX) {
        RouteTarget::VpnGateway(VpnGatewayId::new(id))
    } else {
        RouteTarget::Other(id)
    }
}

impl Resource for RouteTable {
    type Id = RouteTableId;
    const KIND: FactKind = FactKind::RouteTables;
    fn id(&self) -> &RouteTableId {
        &self.route_table_id
    }
}
