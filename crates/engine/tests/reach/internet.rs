//! To and from the internet: internet gateways, NAT gateways, and what each needs.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{
    BadState, BadStateAttachment, BadStateRoute, EniSourceDestCheckRestriction,
    IgwPublicIpAssociationForEgress, NoPossibleDestination, NoRouteToDestination,
    ProtocolRestriction, VpcBlockPublicAccess,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

const INTERNET: &str = "internet:443";
const TASKS: &str = "arn:aws:ecs:eu-west-1:123456789012:task/shop";

#[test]
fn a_default_route_to_a_nat_gateway_that_is_gone_drops() {
    case("e-blackhole-nat-route")
        .asks("eni-task", INTERNET)
        .unreachable()
        .because(BadStateRoute, "rtb-app", Egress, Forward)
        .by(&["eni-task", "subnet-app", "acl-main", "rtb-app"])
        .asks("eni-task", "8.8.8.8:53/udp")
        .unreachable()
        .because(BadStateRoute, "rtb-app", Egress, Forward)
        .holds();
}

#[test]
fn an_internet_gateway_needs_a_public_address_on_the_sender() {
    case("k-no-public-address")
        .asks("eni-fargate", INTERNET)
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .asks("eni-ec2-task", INTERNET)
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .by(&[
            "eni-ec2-task",
            "subnet-public",
            "acl-main",
            "rtb-public",
            "igw-main",
            "internet",
        ])
        .asks("eni-public", INTERNET)
        .reachable()
        .by(&[
            "eni-public",
            "subnet-public",
            "acl-main",
            "rtb-public",
            "igw-main",
            "internet",
        ])
        .returning_by(&[
            "internet",
            "igw-main",
            "acl-main",
            "subnet-public",
            "eni-public",
        ])
        .holds();
}

/// The host of a task has a public address; the task's own interface doesn't share it.
#[test]
fn a_task_does_not_share_the_public_address_of_its_host() {
    case("k-no-public-address")
        .asks("i-container-host", INTERNET)
        .reachable()
        .by(&[
            "eni-host",
            "subnet-public",
            "acl-main",
            "rtb-public",
            "igw-main",
            "internet",
        ])
        .asks(&format!("{TASKS}/0f000000000000000002"), INTERNET)
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .asks(&format!("{TASKS}/0f000000000000000001"), INTERNET)
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .asks(&format!("{TASKS}/0f000000000000000003"), INTERNET)
        .reachable()
        .holds();
}

#[test]
fn assign_public_ip_decides_for_a_task_that_is_not_started_yet() {
    case("k-no-public-address")
        .asks_placed("subnet-public", "sg-task", true, INTERNET)
        .reachable()
        .by(&[
            "subnet-public",
            "acl-main",
            "rtb-public",
            "igw-main",
            "internet",
        ])
        .asks_placed("subnet-public", "sg-task", false, INTERNET)
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .holds();
}

#[test]
fn a_nat_gateway_needs_a_way_out_itself() {
    case("l-nat-without-way-out")
        .asks("eni-task", INTERNET)
        .unreachable()
        .because(NoRouteToDestination, "rtb-nat", Egress, Forward)
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "acl-main",
            "nat-main",
            "subnet-nat",
            "acl-main",
            "rtb-nat",
        ])
        .holds();
}

#[test]
fn a_nat_gateway_with_a_way_out_carries_tcp_udp_and_icmp() {
    case("l-nat-with-way-out")
        .asks("eni-task", INTERNET)
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "acl-main",
            "nat-main",
            "subnet-public",
            "acl-main",
            "rtb-public",
            "igw-main",
            "internet",
        ])
        .returning_by(&[
            "internet",
            "igw-main",
            "acl-main",
            "subnet-public",
            "nat-main",
            "acl-main",
            "subnet-app",
            "eni-task",
        ])
        .asks("eni-task", "8.8.8.8:53/udp")
        .reachable()
        .asks("eni-task", "8.8.8.8/icmp")
        .reachable()
        .asks("eni-task", "8.8.8.8/107")
        .unreachable()
        .because(ProtocolRestriction, "nat-main", Egress, Forward)
        .asks("eni-task", "8.8.8.8")
        .reachable()
        .carrying(&["tcp", "udp", "icmp"])
        .because(ProtocolRestriction, "nat-main", Egress, Forward)
        .holds();
}

#[test]
fn a_nat_gateway_takes_no_connections() {
    case("u-nat-gateway-takes-nothing")
        .asks("eni-task", "10.0.0.10:443")
        .unreachable()
        .because(NoPossibleDestination, "nat-main", Ingress, Forward)
        .asks("internet", "54.170.1.10:443")
        .unreachable()
        .because(NoPossibleDestination, "nat-main", Ingress, Forward)
        .holds();
}

/// Each private address of an interface can have a public one of its own: here the second one has.
#[test]
fn the_internet_reaches_a_second_private_address_by_its_public_one() {
    case("k-public-address-on-second-private-one")
        .asks("internet", "54.170.1.31:443")
        .reachable()
        .by(&[
            "internet",
            "igw-main",
            "acl-main",
            "subnet-public",
            "eni-web",
        ])
        .holds();
}

/// Clients send from the primary address, which has no public one here.
#[test]
fn a_public_address_belongs_to_one_private_address() {
    case("k-public-address-on-second-private-one")
        .asks("eni-task", "10.0.0.31:443")
        .reachable()
        .asks("eni-web", INTERNET)
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .holds();
}

/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html>
#[test]
fn vpc_block_public_access_cuts_off_internet_gateways() {
    case("k-block-public-access")
        .asks("eni-public", INTERNET)
        .unreachable()
        .because(VpcBlockPublicAccess, "subnet-public", Egress, Forward)
        .asks("eni-task", INTERNET)
        .unreachable()
        .because(VpcBlockPublicAccess, "subnet-public", Egress, Forward)
        .holds();
}

#[test]
fn vpc_block_public_access_for_ingress_spares_nat_gateways() {
    case("k-block-public-ingress")
        .asks("eni-public", INTERNET)
        .unreachable()
        .because(VpcBlockPublicAccess, "subnet-public", Egress, Forward)
        .asks("eni-task", INTERNET)
        .reachable()
        .holds();
}

/// What an instance forwards is its own business; that it checks the source, EC2's.
#[test]
fn a_nat_instance_must_not_check_source_and_destination() {
    case("l-nat-instance")
        .asks("eni-task", INTERNET)
        .unreachable()
        .because(
            EniSourceDestCheckRestriction,
            "eni-checking",
            Ingress,
            Forward,
        )
        .missing(FactKind::OutsideNetwork, None)
        .asks("eni-db", INTERNET)
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .holds();
}

/// As everywhere: a packet meets the network ACL of a subnet before the interface in it.
#[test]
fn the_network_acl_of_a_nat_instances_subnet_is_met_before_its_interface() {
    case("l-nat-instance")
        .asks("eni-db", INTERNET)
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .by(&[
            "eni-db",
            "subnet-db",
            "acl-main",
            "rtb-db",
            "acl-main",
            "eni-forwarding",
        ])
        .holds();
}

/// Nothing but the NAT gateway itself has to change.
#[test]
fn a_nat_gateway_that_failed_carries_nothing() {
    case("l-nat-failed")
        .asks("eni-task", INTERNET)
        .unreachable()
        .because(BadState, "nat-main", Egress, Forward)
        .holds();
}

/// A NAT gateway in the subnet whose default route leads to it sends to itself.
#[test]
fn a_nat_gateway_can_not_lead_to_itself() {
    case("l-nat-in-the-same-subnet")
        .asks("eni-task", INTERNET)
        .unreachable()
        .because(NoRouteToDestination, "nat-main", Egress, Forward)
        .holds();
}

#[test]
fn an_internet_gateway_that_moved_to_another_vpc() {
    case("k-internet-gateway-of-another-vpc")
        .asks("eni-web", INTERNET)
        .unreachable()
        .because(BadStateRoute, "rtb-main", Egress, Forward)
        .asks("internet", "54.170.1.30:443")
        .unreachable()
        .because(BadStateAttachment, "vpc-main", Ingress, Forward)
        .because(BadStateRoute, "rtb-main", Egress, Return)
        .holds();
}
