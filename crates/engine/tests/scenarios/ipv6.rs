//! A service on Fargate in dual-stack subnets: AWS by endpoints over IPv4, everybody else over IPv6 by an
//! egress-only internet gateway, and a store in the VPC by its IPv6 address.

use super::shop::{Shop, shop};

pub(crate) fn the_shop() -> Shop {
    shop("ipv6", "feed")
        .breaks("the IPv6 default route is deleted", |a| {
            a.delete_route("rtb-app", "::/0");
        })
        .fails(&["dependency-unreachable"])
        .breaks("the egress-only internet gateway is deleted", |a| {
            a.delete_egress_only_gateway("eigw-main");
        })
        .fails(&["dependency-unreachable"])
        .has_no_proved_fix(
            "dependency-unreachable",
            "the VPC has no egress-only internet gateway any more that a route could lead to",
        )
        .breaks(
            "the tasks' group no longer lets them call the partner",
            |a| {
                a.remove_egress("sg-feed", 8443);
            },
        )
        .fails(&["dependency-unreachable"])
        .breaks("the tasks' group no longer lets them call the store", |a| {
            a.remove_egress("sg-feed", 6379);
        })
        .fails(&["dependency-unreachable"])
        .breaks("the store's group admits nobody any more", |a| {
            a.remove_ingress("sg-store", 6379);
        })
        .fails(&["dependency-unreachable"])
        .breaks("the network ACL denies the partner over IPv6", |a| {
            a.deny("acl-app", true, "::/0", Some((8443, 8443)));
        })
        .fails(&["dependency-unreachable"])
        .breaks(
            "the network ACL denies the partner over IPv4, which nobody uses",
            |a| {
                a.deny("acl-app", true, "0.0.0.0/0", Some((8443, 8443)));
            },
        )
        .harms_nothing()
        .breaks("the network ACL forgets IPv6 replies", |a| {
            a.delete_entry("acl-app", false, 101);
        })
        .fails(&["dependency-unreachable", "dependency-unreachable"])
        .breaks("the store's network ACL denies the tasks over IPv6", |a| {
            a.deny(
                "acl-data",
                false,
                "2a05:d018:abc:de00::/56",
                Some((6379, 6379)),
            );
        })
        .fails(&["dependency-unreachable"])
        .breaks("the endpoints' group admits nobody any more", |a| {
            a.remove_ingress("sg-endpoints", 443);
        })
        .fails(&["interface-endpoint-blocks-task"])
        .breaks("S3's endpoint is taken off the route table", |a| {
            a.take_off_route_table("vpce-s3", "rtb-app");
        })
        .fails(&["aws-endpoint-unreachable"])
}

#[test]
fn audits_tell_the_truth() {
    the_shop().holds();
}
