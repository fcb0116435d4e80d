//! A service on container instances that was moved from bridge mode to awsvpc mode. In bridge mode its
//! tasks called the database by the instance's interface and group.

use super::shop::{Shop, shop};

pub(crate) fn the_shop() -> Shop {
    shop("migrated-from-bridge-mode", "orders")
        .breaks(
            "the database admits only the container instances, as in bridge mode",
            |a| {
                a.revoke_peer("sg-db", 5432, "sg-orders");
            },
        )
        .fails(&["stale-instance-security-group"])
        .breaks(
            "the database no longer admits the container instances",
            |a| {
                a.revoke_peer("sg-db", 5432, "sg-host");
            },
        )
        .harms_nothing()
        .breaks("the database admits nobody any more", |a| {
            a.remove_ingress("sg-db", 5432);
        })
        .fails(&["dependency-unreachable"])
        .breaks("the database moves to the VPC's default group", |a| {
            a.set_database_groups("orders", "eni-orders-db", &["sg-default-shop"]);
        })
        .fails(&["dependency-unreachable"])
        .breaks("the database's network ACL denies the tasks", |a| {
            a.deny("acl-data", false, "10.40.10.0/23", Some((5432, 5432)));
        })
        .fails(&["dependency-unreachable"])
        .breaks("the tasks' group lets nothing out any more", |a| {
            a.remove_all_egress("sg-orders");
        })
        .fails(&["dependency-unreachable", "exec-channel-unreachable"])
        .breaks(
            "the container instances' group lets nothing out any more",
            |a| {
                a.remove_all_egress("sg-host");
            },
        )
        .fails(&["aws-endpoint-unreachable"])
        .breaks("the NAT route of zone a is deleted", |a| {
            a.delete_route("rtb-app-a", "0.0.0.0/0");
        })
        .fails(&[
            "aws-endpoint-unreachable",
            "no-internet-route",
            "subnets-routed-differently",
        ])
        .breaks(
            "the default route of both zones leads to the internet gateway",
            |a| {
                a.reroute("rtb-app-a", "0.0.0.0/0", "GatewayId", "igw-main");
                a.reroute("rtb-app-b", "0.0.0.0/0", "GatewayId", "igw-main");
            },
        )
        .fails(&["aws-endpoint-unreachable", "no-internet-route"])
        .has_no_proved_fix(
            "no-internet-route",
            "no subnet leads out: which of them should is for people to say",
        )
        .has_no_proved_fix(
            "aws-endpoint-unreachable",
            "no subnet leads out: which of them should is for people to say",
        )
}

#[test]
fn audits_tell_the_truth() {
    the_shop().holds();
}
