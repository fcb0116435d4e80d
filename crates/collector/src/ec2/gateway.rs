use aws_sdk_ec2::types::{
    EgressOnlyInternetGateway, InternetGateway, InternetGatewayAttachment, NatGateway,
};

use super::{Ec2, PAGE, describe, filter};
use crate::document::Document;
use crate::findings::Answer;

/// `DescribeEgressOnlyInternetGateways` has smaller pages than the other calls.
const EGRESS_ONLY_PAGE: i32 = 255;

impl Ec2<'_> {
    /// The internet gateway of a VPC.
    pub(crate) async fn internet_gateways(&self, vpcs: &[String]) -> Answer {
        let request = self
            .client
            .describe_internet_gateways()
            .filters(filter("attachment.vpc-id", vpcs));
        describe!(
            self,
            "ec2:DescribeInternetGateways",
            request,
            PAGE,
            internet_gateways,
            |gateway: &InternetGateway| Document::new()
                .with("InternetGatewayId", gateway.internet_gateway_id())
                .with("OwnerId", gateway.owner_id())
                .list("Attachments", gateway.attachments(), attachment)
        )
    }

    /// The region's egress-only internet gateways: there is no filter for the VPC, and asking for one
    /// that is gone would be an error.
    pub(crate) async fn egress_only_internet_gateways(&self) -> Answer {
        let request = self.client.describe_egress_only_internet_gateways();
        describe!(
            self,
            "ec2:DescribeEgressOnlyInternetGateways",
            request,
            EGRESS_ONLY_PAGE,
            egress_only_internet_gateways,
            |gateway: &EgressOnlyInternetGateway| Document::new()
                .with(
                    "EgressOnlyInternetGatewayId",
                    gateway.egress_only_internet_gateway_id()
                )
                .list("Attachments", gateway.attachments(), attachment)
        )
    }

    /// The NAT gateways of a VPC, also those that failed or were deleted of late.
    pub(crate) async fn nat_gateways(&self, vpcs: &[String]) -> Answer {
        let request = self
            .client
            .describe_nat_gateways()
            .filter(filter("vpc-id", vpcs));
        describe!(
            self,
            "ec2:DescribeNatGateways",
            request,
            PAGE,
            nat_gateways,
            nat_gateway
        )
    }
}

fn attachment(attachment: &InternetGatewayAttachment) -> Document {
    Document::new()
        .with("VpcId", attachment.vpc_id())
        .with("State", attachment.state().map(|value| value.as_str()))
}

fn nat_gateway(gateway: &NatGateway) -> Document {
    Document::new()
        .with("NatGatewayId", gateway.nat_gateway_id())
        .with("VpcId", gateway.vpc_id())
        .with("SubnetId", gateway.subnet_id())
        .with("State", gateway.state().map(|value| value.as_str()))
        .with("FailureMessage", gateway.failure_message())
        .list(
            "NatGatewayAddresses",
            gateway.nat_gateway_addresses(),
            |address| {
                Document::new()
                    .with("NetworkInterfaceId", address.network_interface_id())
                    .with("PrivateIp", address.private_ip())
                    .with("PublicIp", address.public_ip())
            },
        )
        .with(
            "ConnectivityType",
            gateway.connectivity_type().map(|value| value.as_str()),
        )
        .with(
            "AvailabilityMode",
            gateway.availability_mode().map(|value| value.as_str()),
        )
        .with("RouteTableId", gateway.route_table_id())
}
