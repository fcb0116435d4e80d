use std::net::Ipv4Addr;

use serde::Deserialize;

use super::{
    EgressOnlyInternetGatewayId, FactKind, InternetGatewayId, NatGatewayId, NetworkInterfaceId,
    Resource, RouteTableId, SubnetId, VpcId,
};

/// An internet gateway, as `describe-internet-gateways` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InternetGateway {
    /// Its id.
    pub internet_gateway_id: InternetGatewayId,
    /// The VPC it is attached to, if any.
    #[serde(default)]
    pub attachments: Vec<InternetGatewayAttachment>,
}

/// An egress-only internet gateway, as `describe-egress-only-internet-gateways` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EgressOnlyInternetGateway {
    /// Its id.
    pub egress_only_internet_gateway_id: EgressOnlyInternetGatewayId,
    /// The VPC it is attached to.
    #[serde(default)]
    pub attachments: Vec<InternetGatewayAttachment>,
}

/// The attachment of a gateway to a VPC.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InternetGatewayAttachment {
    /// The VPC.
    pub vpc_id: VpcId,
    /// `available` in output, `attached` in the documentation.
    pub state: Option<String>,
}

impl InternetGatewayAttachment {
    /// A working attachment to this VPC.
    pub(crate) fn working(vpc: &VpcId) -> Self {
        Self {
            vpc_id: vpc.clone(),
            state: Some("available".to_owned()),
        }
    }

    /// Whether it is a working attachment to this VPC.
    pub fn works_for(&self, vpc: &VpcId) -> bool {
        let state = self.state.as_deref();
        self.vpc_id == *vpc && matches!(state, None | Some("available" | "attached"))
    }
}

/// A NAT gateway, as `describe-nat-gateways` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NatGateway {
    /// Its id.
    pub nat_gateway_id: NatGatewayId,
    /// Its VPC.
    pub vpc_id: VpcId,
    /// Its subnet; a regional one has none.
    pub subnet_id: Option<SubnetId>,
    /// `available` when it works.
    pub state: String,
    /// Why it failed.
    pub failure_message: Option<String>,
    /// Its addresses.
    #[serde(default)]
    pub nat_gateway_addresses: Vec<NatGatewayAddress>,
    /// Public or private; older output doesn't say and is public.
    #[serde(default)]
    pub connectivity_type: ConnectivityType,
    /// Zonal or regional; older output doesn't say and is zonal.
    #[serde(default)]
    pub availability_mode: AvailabilityMode,
    /// The route table of a regional NAT gateway.
    pub route_table_id: Option<RouteTableId>,
}

/// An address of a NAT gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NatGatewayAddress {
    /// Its interface.
    pub network_interface_id: Option<NetworkInterfaceId>,
    /// The private address.
    pub private_ip: Option<Ipv4Addr>,
    /// The Elastic IP address.
    pub public_ip: Option<Ipv4Addr>,
}

/// Whether a NAT gateway leads to the internet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConnectivityType {
    /// It has an Elastic IP address.
    #[default]
    Public,
    /// It leads to other private networks only.
    Private,
    /// A type this version doesn't know.
    #[serde(other)]
    Unrecognized,
}

/// Where a NAT gateway lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AvailabilityMode {
    /// In one subnet.
    #[default]
    Zonal,
    /// In the VPC, with a route table of its own and no subnet.
    Regional,
    /// A mode this version doesn't know.
    #[serde(other)]
    Unrecognized,
}

impl Resource for InternetGateway {
    type Id = InternetGatewayId;
    const KIND: FactKind = FactKind::InternetGateways;
    fn id(&self) -> &InternetGatewayId {
        &self.internet_gateway_id
    }
}

impl Resource for EgressOnlyInternetGateway {
    type Id = EgressOnlyInternetGatewayId;
    const KIND: FactKind = FactKind::EgressOnlyInternetGateways;
    fn id(&self) -> &EgressOnlyInternetGatewayId {
        &self.egress_only_internet_gateway_id
    }
}

impl Resource for NatGateway {
    type Id = NatGatewayId;
    const KIND: FactKind = FactKind::NatGateways;
    fn id(&self) -> &NatGatewayId {
        &self.nat_gateway_id
    }
}
