//! A mailer on Fargate in two zones, each with a NAT gateway of its own, and a relay on the internet.

use super::shop::{Shop, shop};

/// The cause of failures that look random.
pub(crate) const ONE_ZONE: &str = "the NAT route of zone b is deleted";

pub(crate) fn the_shop() -> Shop {
    const WITHOUT_ZONE_B: &[&str] = &[
        "aws-endpoint-unreachable",
        "dependency-unreachable",
        "no-internet-route",
        "subnets-routed-differently",
    ];
    const WITHOUT_INTERNET: &[&str] = &[
        "aws-endpoint-unreachable",
        "dependency-unreachable",
        "no-internet-route",
    ];
    shop("two-zones", "mailer")
        .breaks(ONE_ZONE, |a| a.delete_route("rtb-app-b", "0.0.0.0/0"))
        .fails(&["subnets-routed-differently"])
        .fails_for_the_service(WITHOUT_ZONE_B)
        .breaks("the NAT gateway of zone b fails", |a| {
            a.fail_nat_gateway("nat-b");
        })
        .fails(&["subnets-routed-differently"])
        .fails_for_the_service(WITHOUT_ZONE_B)
        .breaks("the NAT gateway of zone b is deleted", |a| {
            a.delete_nat_gateway("nat-b");
        })
        .fails(&["subnets-routed-differently"])
        .fails_for_the_service(WITHOUT_ZONE_B)
        .breaks(
            "the route of zone b leads to the NAT gateway of zone a",
            |a| {
                a.reroute("rtb-app-b", "0.0.0.0/0", "NatGatewayId", "nat-a");
            },
        )
        .harms_nothing()
        .breaks("both NAT gateways fail", |a| {
            a.fail_nat_gateway("nat-a");
            a.fail_nat_gateway("nat-b");
        })
        .fails(WITHOUT_INTERNET)
        .fails_for_the_service(&[
            "aws-endpoint-unreachable",
            "dependency-unreachable",
            "no-internet-route",
            "no-internet-route",
        ])
        .has_no_proved_fix("dependency-unreachable", "a NAT gateway must be made first")
        .has_no_proved_fix("no-internet-route", "a NAT gateway must be made first")
        .has_no_proved_fix(
            "aws-endpoint-unreachable",
            "a NAT gateway must be made first",
        )
        .breaks("the internet gateway is detached", |a| {
            a.detach_internet_gateway("igw-main");
        })
        .fails(WITHOUT_INTERNET)
        .breaks("the tasks' group lets nothing out any more", |a| {
            a.remove_all_egress("sg-mailer");
        })
        .fails(&["dependency-unreachable", "egress-over-restricted"])
        .breaks("the network ACL denies mail", |a| {
            a.deny("acl-app", true, "0.0.0.0/0", Some((587, 587)));
        })
        .fails(&["dependency-unreachable"])
        .breaks("the network ACL denies replies from the internet", |a| {
            a.deny("acl-app", false, "0.0.0.0/0", Some((1024, 65535)));
        })
        .fails(&["aws-endpoint-unreachable", "dependency-unreachable"])
        .breaks(
            "the NAT gateways' network ACL denies replies from the internet",
            |a| {
                a.deny("acl-public", false, "0.0.0.0/0", Some((1024, 65535)));
            },
        )
        .fails(&["aws-endpoint-unreachable", "dependency-unreachable"])
}

#[test]
fn audits_tell_the_truth() {
    the_shop().holds();
}
