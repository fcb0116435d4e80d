use aws_sdk_ec2::types::{Route, RouteTable, RouteTableAssociation};

use super::{Ec2, describe, filter};
use crate::document::Document;
use crate::findings::Answer;

/// `DescribeRouteTables` has smaller pages than the other calls.
const ROUTE_TABLE_PAGE: i32 = 100;

impl Ec2<'_> {
    /// The route tables of a VPC.
    pub(crate) async fn route_tables(&self, vpcs: &[String]) -> Answer {
        let request = self
            .client
            .describe_route_tables()
            .filters(filter("vpc-id", vpcs));
        describe!(
            self,
            "ec2:DescribeRouteTables",
            request,
            ROUTE_TABLE_PAGE,
            route_tables,
            document
        )
    }
}

fn document(table: &RouteTable) -> Document {
    Document::new()
        .with("RouteTableId", table.route_table_id())
        .with("VpcId", table.vpc_id())
        .with("OwnerId", table.owner_id())
        .list("Associations", table.associations(), association)
        .list("Routes", table.routes(), route)
}

fn association(association: &RouteTableAssociation) -> Document {
    let state = association
        .association_state()
        .and_then(|state| state.state());
    let state = state.map(|state| Document::new().with("State", Some(state.as_str())));
    Document::new()
        .with("Main", association.main())
        .with(
            "RouteTableAssociationId",
            association.route_table_association_id(),
        )
        .with("SubnetId", association.subnet_id())
        .with("GatewayId", association.gateway_id())
        .part("AssociationState", state)
}

fn route(route: &Route) -> Document {
    Document::new()
        .with("DestinationCidrBlock", route.destination_cidr_block())
        .with(
            "DestinationIpv6CidrBlock",
            route.destination_ipv6_cidr_block(),
        )
        .with(
            "DestinationPrefixListId",
            route.destination_prefix_list_id(),
        )
        .with("GatewayId", route.gateway_id())
        .with("NatGatewayId", route.nat_gateway_id())
        .with("TransitGatewayId", route.transit_gateway_id())
        .with("VpcPeeringConnectionId", route.vpc_peering_connection_id())
        .with("NetworkInterfaceId", route.network_interface_id())
        .with("InstanceId", route.instance_id())
        .with(
            "EgressOnlyInternetGatewayId",
            route.egress_only_internet_gateway_id(),
        )
        .with("CarrierGatewayId", route.carrier_gateway_id())
        .with("LocalGatewayId", route.local_gateway_id())
        .with("CoreNetworkArn", route.core_network_arn())
        .with("OdbNetworkArn", route.odb_network_arn())
        .with("IpAddress", route.ip_address())
        .with("State", route.state().map(|value| value.as_str()))
        .with("Origin", route.origin().map(|value| value.as_str()))
}
