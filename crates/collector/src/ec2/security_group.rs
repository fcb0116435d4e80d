use aws_sdk_ec2::types::{Filter, IpPermission, SecurityGroup, UserIdGroupPair};

use super::{Ec2, PAGE, describe};
use crate::document::Document;
use crate::findings::Answer;

impl Ec2<'_> {
    /// Security groups that match every one of these filters.
    pub(crate) async fn security_groups(&self, filters: Vec<Filter>) -> Answer {
        let request = self
            .client
            .describe_security_groups()
            .set_filters(Some(filters));
        describe!(
            self,
            "ec2:DescribeSecurityGroups",
            request,
            PAGE,
            security_groups,
            document
        )
    }
}

fn document(group: &SecurityGroup) -> Document {
    Document::new()
        .with("GroupId", group.group_id())
        .with("GroupName", group.group_name())
        .with("VpcId", group.vpc_id())
        .with("OwnerId", group.owner_id())
        .list("IpPermissions", group.ip_permissions(), permission)
        .list(
            "IpPermissionsEgress",
            group.ip_permissions_egress(),
            permission,
        )
}

fn permission(permission: &IpPermission) -> Document {
    Document::new()
        .with("IpProtocol", permission.ip_protocol())
        .with("FromPort", permission.from_port())
        .with("ToPort", permission.to_port())
        .list("IpRanges", permission.ip_ranges(), |range| {
            Document::new().with("CidrIp", range.cidr_ip())
        })
        .list("Ipv6Ranges", permission.ipv6_ranges(), |range| {
            Document::new().with("CidrIpv6", range.cidr_ipv6())
        })
        .list("PrefixListIds", permission.prefix_list_ids(), |list| {
            Document::new().with("PrefixListId", list.prefix_list_id())
        })
        .list("UserIdGroupPairs", permission.user_id_group_pairs(), pair)
}

fn pair(pair: &UserIdGroupPair) -> Document {
    Document::new()
        .with("GroupId", pair.group_id())
        .with("UserId", pair.user_id())
        .with("VpcId", pair.vpc_id())
        .with("PeeringStatus", pair.peering_status())
        .with("VpcPeeringConnectionId", pair.vpc_peering_connection_id())
}
