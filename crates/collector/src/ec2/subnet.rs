use aws_sdk_ec2::types::{Filter, Subnet};

use super::{Ec2, PAGE, describe};
use crate::document::Document;
use crate::findings::Answer;

impl Ec2<'_> {
    /// Subnets that match a filter.
    pub(crate) async fn subnets(&self, filter: Filter) -> Answer {
        let request = self.client.describe_subnets().filters(filter);
        describe!(
            self,
            "ec2:DescribeSubnets",
            request,
            PAGE,
            subnets,
            document
        )
    }
}

pub(crate) fn document(subnet: &Subnet) -> Document {
    let block_mode = subnet
        .block_public_access_states()
        .and_then(|states| states.internet_gateway_block_mode());
    Document::new()
        .with("SubnetId", subnet.subnet_id())
        .with("VpcId", subnet.vpc_id())
        .with("CidrBlock", subnet.cidr_block())
        .list(
            "Ipv6CidrBlockAssociationSet",
            subnet.ipv6_cidr_block_association_set(),
            |block| {
                let state = block
                    .ipv6_cidr_block_state()
                    .and_then(|state| state.state());
                let state = state.map(|s| Document::new().with("State", Some(s.as_str())));
                Document::new()
                    .with("AssociationId", block.association_id())
                    .with("Ipv6CidrBlock", block.ipv6_cidr_block())
                    .part("Ipv6CidrBlockState", state)
            },
        )
        .with("AvailabilityZone", subnet.availability_zone())
        .with("AvailabilityZoneId", subnet.availability_zone_id())
        .with(
            "AvailableIpAddressCount",
            subnet.available_ip_address_count(),
        )
        .with("OwnerId", subnet.owner_id())
        .with("State", subnet.state().map(|value| value.as_str()))
        .part(
            "BlockPublicAccessStates",
            block_mode
                .map(|mode| Document::new().with("InternetGatewayBlockMode", Some(mode.as_str()))),
        )
}
