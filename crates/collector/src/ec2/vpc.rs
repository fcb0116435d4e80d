use aws_sdk_ec2::types::{
    DhcpConfiguration, DhcpOptions, Vpc, VpcAttributeName, VpcCidrBlockAssociation,
    VpcIpv6CidrBlockAssociation,
};

use super::{Ec2, PAGE, describe, filter};
use crate::document::Document;
use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

impl Ec2<'_> {
    /// The VPC itself.
    pub(crate) async fn vpcs(&self, vpcs: &[String]) -> Answer {
        let request = self.client.describe_vpcs().filters(filter("vpc-id", vpcs));
        describe!(self, "ec2:DescribeVpcs", request, PAGE, vpcs, vpc_document)
    }

    /// One of its attributes: EC2 tells one at a time.
    pub(crate) async fn vpc_attribute(&self, vpc: &str, name: VpcAttributeName) -> Answer {
        let request = self
            .client
            .describe_vpc_attribute()
            .vpc_id(vpc)
            .attribute(name);
        let mut answer = Answer::new("ec2:DescribeVpcAttribute");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                let value = |attribute: &aws_sdk_ec2::types::AttributeBooleanValue| {
                    Document::new().with("Value", attribute.value())
                };
                let document = Document::new()
                    .with("VpcId", output.vpc_id().or(Some(vpc)))
                    .part("EnableDnsSupport", output.enable_dns_support().map(value))
                    .part(
                        "EnableDnsHostnames",
                        output.enable_dns_hostnames().map(value),
                    );
                answer.documents.push(document);
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }

    /// The region's DHCP option sets. There are a handful, and which one a VPC uses isn't known
    /// before its own description is here: asking for all saves a round.
    pub(crate) async fn dhcp_options(&self) -> Answer {
        let request = self.client.describe_dhcp_options();
        describe!(
            self,
            "ec2:DescribeDhcpOptions",
            request,
            PAGE,
            dhcp_options,
            dhcp_document
        )
    }
}

fn vpc_document(vpc: &Vpc) -> Document {
    Document::new()
        .with("VpcId", vpc.vpc_id())
        .with("CidrBlock", vpc.cidr_block())
        .list(
            "CidrBlockAssociationSet",
            vpc.cidr_block_association_set(),
            |block: &VpcCidrBlockAssociation| {
                let state = block.cidr_block_state().and_then(|state| state.state());
                Document::new()
                    .with("AssociationId", block.association_id())
                    .with("CidrBlock", block.cidr_block())
                    .part(
                        "CidrBlockState",
                        state.map(|s| Document::new().with("State", Some(s.as_str()))),
                    )
            },
        )
        .list(
            "Ipv6CidrBlockAssociationSet",
            vpc.ipv6_cidr_block_association_set(),
            |block: &VpcIpv6CidrBlockAssociation| {
                let state = block
                    .ipv6_cidr_block_state()
                    .and_then(|state| state.state());
                Document::new()
                    .with("AssociationId", block.association_id())
                    .with("Ipv6CidrBlock", block.ipv6_cidr_block())
                    .part(
                        "Ipv6CidrBlockState",
                        state.map(|s| Document::new().with("State", Some(s.as_str()))),
                    )
            },
        )
        .with("DhcpOptionsId", vpc.dhcp_options_id())
        .with("OwnerId", vpc.owner_id())
        .with("IsDefault", vpc.is_default())
        .with("State", vpc.state().map(|value| value.as_str()))
}

fn dhcp_document(options: &DhcpOptions) -> Document {
    Document::new()
        .with("DhcpOptionsId", options.dhcp_options_id())
        .with("OwnerId", options.owner_id())
        .list(
            "DhcpConfigurations",
            options.dhcp_configurations(),
            |configuration: &DhcpConfiguration| {
                Document::new().with("Key", configuration.key()).list(
                    "Values",
                    configuration.values(),
                    |value| Document::new().with("Value", value.value()),
                )
            },
        )
}
