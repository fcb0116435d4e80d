use aws_sdk_ec2::types::VpcEndpoint;

use super::{Ec2, PAGE, describe, filter};
use crate::document::Document;
use crate::findings::Answer;

impl Ec2<'_> {
    /// The endpoints of a VPC.
    pub(crate) async fn vpc_endpoints(&self, vpcs: &[String]) -> Answer {
        let request = self
            .client
            .describe_vpc_endpoints()
            .filters(filter("vpc-id", vpcs));
        describe!(
            self,
            "ec2:DescribeVpcEndpoints",
            request,
            PAGE,
            vpc_endpoints,
            document
        )
    }
}

fn document(endpoint: &VpcEndpoint) -> Document {
    let options = endpoint.dns_options().map(|options| {
        Document::new().with(
            "PrivateDnsOnlyForInboundResolverEndpoint",
            options.private_dns_only_for_inbound_resolver_endpoint(),
        )
    });
    Document::new()
        .with("VpcEndpointId", endpoint.vpc_endpoint_id())
        .with("VpcId", endpoint.vpc_id())
        .with(
            "VpcEndpointType",
            endpoint.vpc_endpoint_type().map(|value| value.as_str()),
        )
        .with("ServiceName", endpoint.service_name())
        .with("State", endpoint.state().map(|value| value.as_str()))
        .texts("RouteTableIds", endpoint.route_table_ids())
        .texts("SubnetIds", endpoint.subnet_ids())
        .list("Groups", endpoint.groups(), |group| {
            Document::new()
                .with("GroupId", group.group_id())
                .with("GroupName", group.group_name())
        })
        .with("PrivateDnsEnabled", endpoint.private_dns_enabled())
        .part("DnsOptions", options)
        .texts("NetworkInterfaceIds", endpoint.network_interface_ids())
        .list("DnsEntries", endpoint.dns_entries(), |entry| {
            Document::new().with("DnsName", entry.dns_name())
        })
        .with("PolicyDocument", endpoint.policy_document())
        .with("OwnerId", endpoint.owner_id())
}
