//! Facts that weren't observed, and what AWS doesn't show: neither a pass nor a fail.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::EniSgRulesMismatch;
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

const DATABASE: &str = "10.0.2.20:5432";

/// What a group surely stops stays unreachable, whatever else isn't known.
#[test]
fn without_network_acls() {
    case("w-without-network-acls")
        .asks("eni-task", DATABASE)
        .unknown()
        .missing(FactKind::NetworkAcls, Some("ec2:DescribeNetworkAcls"))
        .by(&["eni-task", "subnet-app", "rtb-app", "subnet-db", "eni-db"])
        .asks("eni-db", "10.0.1.10:8080")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Ingress, Forward)
        .missing(FactKind::NetworkAcls, Some("ec2:DescribeNetworkAcls"))
        .holds();
}

#[test]
fn without_route_tables() {
    case("w-without-route-tables")
        .asks("eni-task", DATABASE)
        .unknown()
        .missing(FactKind::RouteTables, Some("ec2:DescribeRouteTables"))
        .by(&["eni-task", "subnet-app", "acl-main"])
        .holds();
}

#[test]
fn without_security_groups() {
    case("w-without-security-groups")
        .asks("eni-task", DATABASE)
        .unknown()
        .missing(FactKind::SecurityGroups, Some("ec2:DescribeSecurityGroups"))
        .holds();
}

/// `describe-network-interfaces` was refused, and only the task's own interface is known from
/// elsewhere: that none with the address was seen doesn't mean that there is none.
#[test]
fn without_the_network_interfaces_of_others() {
    case("w-without-network-interfaces-of-others")
        .asks("eni-task", DATABASE)
        .unknown()
        .missing(
            FactKind::NetworkInterfaces,
            Some("ec2:DescribeNetworkInterfaces"),
        )
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "acl-main",
            "subnet-db",
        ])
        .holds();
}

/// No AWS API tells what lies behind a virtual private gateway.
#[test]
fn behind_a_virtual_private_gateway() {
    case("x-virtual-private-gateway")
        .asks("eni-task", "192.168.5.5:1521")
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "vgw-onprem",
        ])
        .asks("eni-mute", "192.168.5.5:1521")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-mute", Egress, Forward)
        .missing(FactKind::OutsideNetwork, None)
        .holds();
}

/// Names of databases, caches, file systems and load balancers end like those of AWS's public
/// services, but lead to interfaces in somebody's VPC. Which, the network's facts don't tell.
#[test]
fn names_of_resources_in_vpcs() {
    let mut names = case("j-isolated-subnet");
    for name in [
        "shop.c9akciq32abc.eu-west-1.rds.amazonaws.com:5432",
        "shop.cluster-ro-c9akciq32abc.eu-west-1.rds.amazonaws.com:5432",
        "shop.abc123.0001.euw1.cache.amazonaws.com:6379",
        "fs-0123456789abcdef0.efs.eu-west-1.amazonaws.com:2049",
        "internal-shop-1234567890.eu-west-1.elb.amazonaws.com",
        "vpc-shop-abcdefghijkl.eu-west-1.es.amazonaws.com",
        "b-1.shop.abc123.c2.kafka.eu-west-1.amazonaws.com:9094",
    ] {
        names = names
            .asks("eni-task", name)
            .unknown()
            .missing(FactKind::NameResolution, None);
    }
    names.holds();
}

#[test]
fn names_outside_aws() {
    case("j-isolated-subnet")
        .asks("eni-task", "api.example.com")
        .unknown()
        .missing(FactKind::NameResolution, None)
        .holds();
}

/// A peer in another account: its routes, network ACLs and interfaces aren't shown.
#[test]
fn beyond_a_peering_connection_to_a_vpc_that_was_not_observed() {
    case("n-peer-not-observed")
        .asks("eni-a", "10.2.1.20:5432")
        .unknown()
        .missing(FactKind::NetworkInterfaces, None)
        .by(&["eni-a", "subnet-a", "acl-a", "rtb-a", "pcx-ab"])
        .holds();
}
