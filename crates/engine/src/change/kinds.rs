//! The calls that can change what reaches what.

/// What a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What these parameters or answers name; capital letters don't matter.
    Named(&'static [&'static str]),
    /// Something of which nothing tells afterwards what it was for: any service may have used it.
    Anything,
}

use Reach::{Anything, Named};

/// By call: what it changes. A call that only makes something which nothing uses yet isn't among them.
///
/// CloudTrail records them as management events.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html>
const KINDS: &[(&str, Reach)] = &[
    (
        "AcceptVpcPeeringConnection",
        Named(&["vpcPeeringConnectionId"]),
    ),
    ("AssociateDhcpOptions", Named(&["vpcId"])),
    ("AssociateRouteTable", Named(&["subnetId", "gatewayId"])),
    ("AssociateTransitGatewayRouteTable", TRANSIT),
    ("AssociateVpcCidrBlock", Named(&["vpcId"])),
    (
        "AttachInternetGateway",
        Named(&["internetGatewayId", "vpcId"]),
    ),
    ("AttachVpnGateway", Named(&["vpnGatewayId", "vpcId"])),
    ("AuthorizeSecurityGroupEgress", GROUP),
    ("AuthorizeSecurityGroupIngress", GROUP),
    ("CreateEgressOnlyInternetGateway", Named(&["vpcId"])),
    ("CreateNetworkAclEntry", Named(&["networkAclId"])),
    ("CreateRoute", Named(&["routeTableId"])),
    ("CreateTransitGatewayPrefixListReference", TRANSIT),
    ("CreateTransitGatewayRoute", TRANSIT),
    ("CreateVpcEndpoint", Named(&["vpcId"])),
    (
        "DeleteEgressOnlyInternetGateway",
        Named(&["egressOnlyInternetGatewayId"]),
    ),
    ("DeleteNatGateway", Named(&["natGatewayId"])),
    ("DeleteNetworkAclEntry", Named(&["networkAclId"])),
    ("DeleteRoute", Named(&["routeTableId"])),
    ("DeleteTransitGatewayPrefixListReference", TRANSIT),
    ("DeleteTransitGatewayRoute", TRANSIT),
    ("DeleteTransitGatewayRouteTable", TRANSIT),
    ("DeleteTransitGatewayVpcAttachment", TRANSIT),
    // The endpoint is gone from what EC2 describes, and with it what it was for.
    ("DeleteVpcEndpoints", Anything),
    (
        "DeleteVpcPeeringConnection",
        Named(&["vpcPeeringConnectionId"]),
    ),
    (
        "DetachInternetGateway",
        Named(&["internetGatewayId", "vpcId"]),
    ),
    ("DetachVpnGateway", Named(&["vpnGatewayId", "vpcId"])),
    ("DisableTransitGatewayRouteTablePropagation", TRANSIT),
    ("DisableVgwRoutePropagation", Named(&["routeTableId"])),
    ("DisassociateNatGatewayAddress", Named(&["natGatewayId"])),
    // It names an association, which is gone, and not the subnet.
    ("DisassociateRouteTable", Anything),
    ("DisassociateTransitGatewayRouteTable", TRANSIT),
    ("DisassociateVpcCidrBlock", Anything),
    ("EnableTransitGatewayRouteTablePropagation", TRANSIT),
    ("EnableVgwRoutePropagation", Named(&["routeTableId"])),
    ("ModifyInstanceAttribute", Named(&["instanceId"])),
    ("ModifyManagedPrefixList", Named(&["prefixListId"])),
    (
        "ModifyNetworkInterfaceAttribute",
        Named(&["networkInterfaceId"]),
    ),
    ("ModifySecurityGroupRules", GROUP),
    ("ModifyTransitGatewayPrefixListReference", TRANSIT),
    ("ModifyTransitGatewayVpcAttachment", TRANSIT),
    ("ModifyVpcAttribute", Named(&["vpcId"])),
    ("ModifyVpcEndpoint", Named(&["vpcEndpointId"])),
    (
        "ModifyVpcPeeringConnectionOptions",
        Named(&["vpcPeeringConnectionId"]),
    ),
    (
        "RejectVpcPeeringConnection",
        Named(&["vpcPeeringConnectionId"]),
    ),
    // The answer names the association that holds from then on.
    ("ReplaceNetworkAclAssociation", Named(&["newAssociationId"])),
    ("ReplaceNetworkAclEntry", Named(&["networkAclId"])),
    ("ReplaceRoute", Named(&["routeTableId"])),
    ("ReplaceRouteTableAssociation", Named(&["newAssociationId"])),
    ("ReplaceTransitGatewayRoute", TRANSIT),
    ("RestoreManagedPrefixListVersion", Named(&["prefixListId"])),
    ("RevokeSecurityGroupEgress", GROUP),
    ("RevokeSecurityGroupIngress", GROUP),
    ("SetSecurityGroups", BALANCER),
    ("SetSubnets", BALANCER),
];

/// A load balancer's.
const BALANCER: Reach = Named(&["loadBalancerArn"]);

const GROUP: Reach = Named(&["groupId"]);

const TRANSIT: Reach = Named(&[
    "transitGatewayRouteTableId",
    "transitGatewayAttachmentId",
    "transitGatewayId",
    "vpcId",
]);

/// What a call changes; nothing for one that can't change what reaches what.
pub fn reach_of(name: &str) -> Option<Reach> {
    let found = KINDS.binary_search_by_key(&name, |(name, _)| name).ok()?;
    KINDS.get(found).map(|(_, reach)| *reach)
}

/// The calls, in their order.
pub fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::{names, reach_of};

    #[test]
    fn every_call_is_found_by_its_name() {
        let names: Vec<_> = names().collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(names.iter().all(|name| reach_of(name).is_some()));
        assert_eq!(reach_of("CreateTags"), None);
    }
}
