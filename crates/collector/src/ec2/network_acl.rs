use aws_sdk_ec2::types::{NetworkAcl, NetworkAclEntry};

use super::{Ec2, PAGE, describe, filter};
use crate::document::Document;
use crate::findings::Answer;

impl Ec2<'_> {
    /// The network ACLs of a VPC.
    pub(crate) async fn network_acls(&self, vpcs: &[String]) -> Answer {
        let request = self
            .client
            .describe_network_acls()
            .filters(filter("vpc-id", vpcs));
        describe!(
            self,
            "ec2:DescribeNetworkAcls",
            request,
            PAGE,
            network_acls,
            document
        )
    }
}

fn document(acl: &NetworkAcl) -> Document {
    Document::new()
        .with("NetworkAclId", acl.network_acl_id())
        .with("VpcId", acl.vpc_id())
        .with("OwnerId", acl.owner_id())
        .with("IsDefault", acl.is_default())
        .list("Associations", acl.associations(), |association| {
            Document::new()
                .with(
                    "NetworkAclAssociationId",
                    association.network_acl_association_id(),
                )
                .with("NetworkAclId", association.network_acl_id())
                .with("SubnetId", association.subnet_id())
        })
        .list("Entries", acl.entries(), entry)
}

fn entry(entry: &NetworkAclEntry) -> Document {
    let ports = entry.port_range().map(|ports| {
        Document::new()
            .with("From", ports.from())
            .with("To", ports.to())
    });
    let icmp = entry.icmp_type_code().map(|icmp| {
        Document::new()
            .with("Type", icmp.r#type())
            .with("Code", icmp.code())
    });
    Document::new()
        .with("RuleNumber", entry.rule_number())
        .with("Egress", entry.egress())
        .with("Protocol", entry.protocol())
        .with(
            "RuleAction",
            entry.rule_action().map(|value| value.as_str()),
        )
        .with("CidrBlock", entry.cidr_block())
        .with("Ipv6CidrBlock", entry.ipv6_cidr_block())
        .part("PortRange", ports)
        .part("IcmpTypeCode", icmp)
}
