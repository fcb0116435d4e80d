//! NAT gateways that aren't in a public subnet: regional ones, which have a route table instead of a
//! subnet, and private ones, which have no public address.

use awsvpc_auditor_engine::reach::Code::{
    EniSgRulesMismatch, IgwPublicIpAssociationForEgress, NoRouteToDestination,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html>
#[test]
fn a_regional_nat_gateway_uses_a_route_table_of_its_own() {
    case("l-nat-regional")
        .asks("eni-task", "internet:443")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "nat-regional",
            "rtb-regional",
            "igw-main",
            "internet",
        ])
        .returning_by(&[
            "internet",
            "igw-main",
            "nat-regional",
            "acl-main",
            "subnet-app",
            "eni-task",
        ])
        .asks("eni-task", "8.8.8.8:53/udp")
        .reachable()
        .asks("eni-db", "internet:443")
        .unreachable()
        .because(NoRouteToDestination, "rtb-stranded", Egress, Forward)
        .by(&[
            "eni-db",
            "subnet-db",
            "acl-main",
            "rtb-db",
            "nat-stranded",
            "rtb-stranded",
        ])
        .holds();
}

/// An internet gateway drops what a private NAT gateway sends.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html>
#[test]
fn a_private_nat_gateway_never_leads_to_the_internet() {
    case("l-nat-private")
        .asks("eni-task", "internet:443")
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "acl-main",
            "nat-private",
            "subnet-public",
            "acl-main",
            "rtb-public",
            "igw-main",
            "internet",
        ])
        .asks("eni-task", "8.8.8.8:443")
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .holds();
}

/// The far VPC routes back to the NAT gateway's subnet only: the sender's address isn't seen there.
#[test]
fn a_private_nat_gateway_leads_on_to_other_vpcs() {
    case("l-nat-private-to-transit-gateway")
        .asks("eni-task", "10.2.1.20:5432")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-a",
            "acl-a",
            "rtb-a",
            "acl-a",
            "nat-private",
            "subnet-nat",
            "acl-a",
            "rtb-nat",
            "acl-a",
            "tgw-attach-a",
            "tgw-main",
            "tgw-rtb-main",
            "tgw-attach-b",
            "subnet-b",
            "eni-admits-nat",
        ])
        .asks("eni-task", "eni-admits-nat:5432")
        .reachable()
        .holds();
}

/// Behind a NAT gateway the sender has the gateway's address, and none of its own groups.
#[test]
fn a_private_nat_gateway_hides_the_address_and_the_groups_of_the_sender() {
    case("l-nat-private-to-transit-gateway")
        .asks("eni-task", "10.2.1.21:5432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-admits-sender", Ingress, Forward)
        .asks("eni-task", "10.2.1.22:5432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-refers", Ingress, Forward)
        .asks("eni-beside-nat", "10.2.1.22:5432")
        .reachable()
        .holds();
}
