use ipnet::IpNet;
use serde::Deserialize;

use super::{
    FactKind, PrefixListId, Resource, SubnetId, TransitGatewayAttachmentId, TransitGatewayId,
    TransitGatewayRouteTableId, VpcId,
};

/// A transit gateway, as `describe-transit-gateways` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransitGateway {
    /// Its id.
    pub transit_gateway_id: TransitGatewayId,
    /// `available` when it works.
    pub state: Option<String>,
    /// Its options.
    pub options: Option<TransitGatewayOptions>,
}

/// Options of a transit gateway or of a VPC attachment.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransitGatewayOptions {
    /// Whether rules may refer to security groups across it.
    pub security_group_referencing_support: Option<Switch>,
    /// Whether an attachment carries IPv6.
    pub ipv6_support: Option<Switch>,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On.
    #[serde(alias = "enabled")]
    Enable,
    /// Off.
    #[serde(other)]
    Disable,
}

/// A VPC attachment, as `describe-transit-gateway-vpc-attachments` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransitGatewayVpcAttachment {
    /// Its id.
    pub transit_gateway_attachment_id: TransitGatewayAttachmentId,
    /// The transit gateway.
    pub transit_gateway_id: TransitGatewayId,
    /// The VPC.
    pub vpc_id: VpcId,
    /// `available` when it works.
    pub state: Option<String>,
    /// One subnet in each zone it serves.
    #[serde(default)]
    pub subnet_ids: Vec<SubnetId>,
    /// Its options.
    pub options: Option<TransitGatewayOptions>,
}

/// Any attachment, as `describe-transit-gateway-attachments` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransitGatewayAttachment {
    /// Its id.
    pub transit_gateway_attachment_id: TransitGatewayAttachmentId,
    /// `vpc`, `vpn`, `direct-connect-gateway`, `peering`, …
    pub resource_type: Option<String>,
    /// What is attached.
    pub resource_id: Option<String>,
    /// The route table that its incoming traffic uses.
    pub association: Option<TransitGatewayAttachmentAssociation>,
}

/// The route table of an attachment.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransitGatewayAttachmentAssociation {
    /// The route table.
    pub transit_gateway_route_table_id: Option<TransitGatewayRouteTableId>,
    /// `associated` when it is in force.
    pub state: Option<String>,
}

/// The routes of one transit gateway route table: what `search-transit-gateway-routes` prints,
/// with the table it was asked about.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransitGatewayRoutes {
    /// The route table.
    pub transit_gateway_route_table_id: TransitGatewayRouteTableId,
    /// Its routes.
    pub routes: Vec<TransitGatewayRoute>,
    /// Whether the search left routes out.
    #[serde(default)]
    pub additional_routes_available: bool,
}

/// One route of a transit gateway route table.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransitGatewayRoute {
    /// The destination.
    pub destination_cidr_block: Option<IpNet>,
    /// The prefix list it came from.
    pub prefix_list_id: Option<PrefixListId>,
    /// Where it leads; several share the traffic.
    #[serde(default)]
    pub transit_gateway_attachments: Vec<TransitGatewayRouteAttachment>,
    /// `static`, `propagated` or `system`.
    #[serde(rename = "Type")]
    pub kind: Option<String>,
    /// `active`, `blackhole`, or not in force.
    pub state: Option<String>,
}

/// Where a transit gateway route leads.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransitGatewayRouteAttachment {
    /// The attachment.
    pub transit_gateway_attachment_id: TransitGatewayAttachmentId,
    /// What is attached.
    pub resource_id: Option<String>,
    /// The kind of what is attached.
    pub resource_type: Option<String>,
}

impl TransitGatewayOptions {
    /// Whether security group references work, as far as these options decide it; `None` in output
    /// of tools that are older than the option.
    pub fn references_security_groups(&self) -> Option<bool> {
        let support = self.security_group_referencing_support;
        support.map(|switch| switch == Switch::Enable)
    }
}

impl Resource for TransitGateway {
    type Id = TransitGatewayId;
    const KIND: FactKind = FactKind::TransitGateways;
    fn id(&self) -> &TransitGatewayId {
        &self.transit_gateway_id
    }
}

impl Resource for TransitGatewayVpcAttachment {
    type Id = TransitGatewayAttachmentId;
    const KIND: FactKind = FactKind::TransitGatewayVpcAttachments;
    fn id(&self) -> &TransitGatewayAttachmentId {
        &self.transit_gateway_attachment_id
    }
}

impl Resource for TransitGatewayAttachment {
    type Id = TransitGatewayAttachmentId;
    const KIND: FactKind = FactKind::TransitGatewayAttachments;
    fn id(&self) -> &TransitGatewayAttachmentId {
        &self.transit_gateway_attachment_id
    }
}

impl Resource for TransitGatewayRoutes {
    type Id = TransitGatewayRouteTableId;
    const KIND: FactKind = FactKind::TransitGatewayRoutes;
    fn id(&self) -> &TransitGatewayRouteTableId {
        &self.transit_gateway_route_table_id
    }
}
