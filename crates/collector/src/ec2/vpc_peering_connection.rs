use aws_sdk_ec2::types::{VpcPeeringConnection, VpcPeeringConnectionVpcInfo};

use super::{Ec2, PAGE, describe, filter};
use crate::document::Document;
use crate::findings::Answer;

impl Ec2<'_> {
    /// Peering connections, by the ids that routes name.
    pub(crate) async fn vpc_peering_connections(&self, ids: &[String]) -> Answer {
        let request = self
            .client
            .describe_vpc_peering_connections()
            .filters(filter("vpc-peering-connection-id", ids.to_vec()));
        describe!(
            self,
            "ec2:DescribeVpcPeeringConnections",
            request,
            PAGE,
            vpc_peering_connections,
            document
        )
    }
}

fn document(connection: &VpcPeeringConnection) -> Document {
    let code = connection.status().and_then(|status| status.code());
    let status = code.map(|code| Document::new().with("Code", Some(code.as_str())));
    Document::new()
        .with(
            "VpcPeeringConnectionId",
            connection.vpc_peering_connection_id(),
        )
        .part(
            "RequesterVpcInfo",
            connection.requester_vpc_info().map(side),
        )
        .part("AccepterVpcInfo", connection.accepter_vpc_info().map(side))
        .part("Status", status)
}

fn side(side: &VpcPeeringConnectionVpcInfo) -> Document {
    Document::new()
        .with("VpcId", side.vpc_id())
        .with("Region", side.region())
        .with("OwnerId", side.owner_id())
        .with("CidrBlock", side.cidr_block())
        .list("CidrBlockSet", side.cidr_block_set(), |block| {
            Document::new().with("CidrBlock", block.cidr_block())
        })
        .list("Ipv6CidrBlockSet", side.ipv6_cidr_block_set(), |block| {
            Document::new().with("Ipv6CidrBlock", block.ipv6_cidr_block())
        })
}
