use aws_sdk_ec2::types::{
    TransitGateway, TransitGatewayAttachment, TransitGatewayRoute, TransitGatewayVpcAttachment,
};

use super::{Ec2, PAGE, describe, filter};
use crate::document::Document;
use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

/// `SearchTransitGatewayRoutes` gives no more than this, and says whether there is more.
const MOST_ROUTES: i32 = 1000;

impl Ec2<'_> {
    /// Transit gateways, by the ids that routes name.
    pub(crate) async fn transit_gateways(&self, ids: &[String]) -> Answer {
        let request = self
            .client
            .describe_transit_gateways()
            .filters(filter("transit-gateway-id", ids.to_vec()));
        describe!(
            self,
            "ec2:DescribeTransitGateways",
            request,
            PAGE,
            transit_gateways,
            gateway
        )
    }

    /// The VPCs that are attached to transit gateways.
    pub(crate) async fn transit_gateway_vpc_attachments(&self, ids: &[String]) -> Answer {
        let request = self
            .client
            .describe_transit_gateway_vpc_attachments()
            .filters(filter("transit-gateway-id", ids.to_vec()));
        describe!(
            self,
            "ec2:DescribeTransitGatewayVpcAttachments",
            request,
            PAGE,
            transit_gateway_vpc_attachments,
            vpc_attachment
        )
    }

    /// All attachments of transit gateways, with the route table that each is associated with.
    pub(crate) async fn transit_gateway_attachments(&self, ids: &[String]) -> Answer {
        let request = self
            .client
            .describe_transit_gateway_attachments()
            .filters(filter("transit-gateway-id", ids.to_vec()));
        describe!(
            self,
            "ec2:DescribeTransitGatewayAttachments",
            request,
            PAGE,
            transit_gateway_attachments,
            attachment
        )
    }

    /// The routes of a transit gateway's route table.
    pub(crate) async fn transit_gateway_routes(&self, table: &str) -> Answer {
        let request = self
            .client
            .search_transit_gateway_routes()
            .transit_gateway_route_table_id(table)
            .filters(filter("state", ["active", "blackhole"]))
            .max_results(MOST_ROUTES);
        let mut answer = Answer::new("ec2:SearchTransitGatewayRoutes");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => answer.documents.push(
                Document::new()
                    .with("TransitGatewayRouteTableId", Some(table))
                    .list("Routes", output.routes(), route)
                    .with(
                        "AdditionalRoutesAvailable",
                        output.additional_routes_available(),
                    ),
            ),
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }
}

fn gateway(gateway: &TransitGateway) -> Document {
    let options = gateway.options().map(|options| {
        let support = options.security_group_referencing_support();
        Document::new().with(
            "SecurityGroupReferencingSupport",
            support.map(|s| s.as_str()),
        )
    });
    Document::new()
        .with("TransitGatewayId", gateway.transit_gateway_id())
        .with("OwnerId", gateway.owner_id())
        .with("State", gateway.state().map(|value| value.as_str()))
        .part("Options", options)
}

fn vpc_attachment(attachment: &TransitGatewayVpcAttachment) -> Document {
    let options = attachment.options().map(|options| {
        let support = options.security_group_referencing_support();
        Document::new()
            .with(
                "SecurityGroupReferencingSupport",
                support.map(|s| s.as_str()),
            )
            .with("Ipv6Support", options.ipv6_support().map(|s| s.as_str()))
    });
    Document::new()
        .with(
            "TransitGatewayAttachmentId",
            attachment.transit_gateway_attachment_id(),
        )
        .with("TransitGatewayId", attachment.transit_gateway_id())
        .with("VpcId", attachment.vpc_id())
        .with("VpcOwnerId", attachment.vpc_owner_id())
        .with("State", attachment.state().map(|value| value.as_str()))
        .texts("SubnetIds", attachment.subnet_ids())
        .part("Options", options)
}

fn attachment(attachment: &TransitGatewayAttachment) -> Document {
    let association = attachment.association().map(|association| {
        Document::new()
            .with(
                "TransitGatewayRouteTableId",
                association.transit_gateway_route_table_id(),
            )
            .with("State", association.state().map(|state| state.as_str()))
    });
    Document::new()
        .with(
            "TransitGatewayAttachmentId",
            attachment.transit_gateway_attachment_id(),
        )
        .with("TransitGatewayId", attachment.transit_gateway_id())
        .with(
            "ResourceType",
            attachment.resource_type().map(|kind| kind.as_str()),
        )
        .with("ResourceId", attachment.resource_id())
        .with("ResourceOwnerId", attachment.resource_owner_id())
        .part("Association", association)
}

fn route(route: &TransitGatewayRoute) -> Document {
    Document::new()
        .with("DestinationCidrBlock", route.destination_cidr_block())
        .with("PrefixListId", route.prefix_list_id())
        .list(
            "TransitGatewayAttachments",
            route.transit_gateway_attachments(),
            |attachment| {
                Document::new()
                    .with(
                        "TransitGatewayAttachmentId",
                        attachment.transit_gateway_attachment_id(),
                    )
                    .with("ResourceId", attachment.resource_id())
                    .with(
                        "ResourceType",
                        attachment.resource_type().map(|kind| kind.as_str()),
                    )
            },
        )
        .with("Type", route.r#type().map(|kind| kind.as_str()))
        .with("State", route.state().map(|state| state.as_str()))
}
