//! The edges of a VPC and of its subnets: route tables of gateways, appliances between subnets,
//! gateways that can't be looked into, and which route table a subnet uses.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{
    BadStateRoute, EniSgRulesMismatch, EniSourceDestCheckRestriction, NoRouteToDestination,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

const INTERNET: &str = "internet:443";

/// <https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html>
#[test]
fn a_gateway_route_table_sends_what_comes_in_through_an_appliance() {
    case("k-edge-route-to-appliance")
        .asks("internet", "54.170.1.20:443")
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .asks("internet", "eni-web:443")
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .asks("eni-web", INTERNET)
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .holds();
}

/// What the appliance would let through is unknown; what the group of the receiver stops isn't.
#[test]
fn behind_an_appliance_the_receivers_group_still_decides() {
    case("k-edge-route-to-appliance")
        .asks("internet", "54.170.1.20:22")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-web", Ingress, Forward)
        .missing(FactKind::OutsideNetwork, None)
        .holds();
}

#[test]
fn a_gateway_route_table_spares_subnets_that_it_does_not_name() {
    case("k-edge-route-to-appliance")
        .asks("internet", "54.170.2.20:443")
        .reachable()
        .by(&[
            "internet",
            "igw-main",
            "acl-main",
            "subnet-plain",
            "eni-plain",
        ])
        .asks("eni-plain", INTERNET)
        .reachable()
        .holds();
}

#[test]
fn a_gateway_route_table_with_the_local_route_only_changes_nothing() {
    case("k-edge-route-table-local")
        .asks("internet", "54.170.1.20:443")
        .reachable()
        .by(&[
            "internet",
            "igw-main",
            "acl-main",
            "subnet-public",
            "eni-web",
        ])
        .asks("eni-web", INTERNET)
        .reachable()
        .holds();
}

/// The appliance is gone: as in any route table, the route still wins and drops.
#[test]
fn a_blackhole_in_a_gateway_route_table_drops_what_comes_in() {
    case("k-edge-route-to-appliance")
        .asks("internet", "54.170.3.20:443")
        .unreachable()
        .because(BadStateRoute, "rtb-edge", Egress, Forward)
        .asks("eni-gone", INTERNET)
        .unreachable()
        .because(BadStateRoute, "rtb-edge", Egress, Return)
        .holds();
}

#[test]
fn an_appliance_behind_a_gateway_must_not_check_source_and_destination() {
    case("k-edge-route-to-appliance")
        .asks("internet", "54.170.4.20:443")
        .unreachable()
        .because(
            EniSourceDestCheckRestriction,
            "eni-not-forwarding",
            Ingress,
            Forward,
        )
        .missing(FactKind::OutsideNetwork, None)
        .asks("eni-checking", INTERNET)
        .unreachable()
        .because(
            EniSourceDestCheckRestriction,
            "eni-not-forwarding",
            Ingress,
            Return,
        )
        .missing(FactKind::OutsideNetwork, None)
        .holds();
}

/// A route for a whole subnet may be more specific than the local one.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html>
#[test]
fn an_appliance_between_two_subnets() {
    case("m-subnet-through-appliance")
        .asks("eni-task", "10.0.2.20:5432")
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "acl-main",
            "eni-firewall",
        ])
        .asks("eni-task", "eni-closed:5432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-closed", Ingress, Forward)
        .missing(FactKind::OutsideNetwork, None)
        .asks("eni-task", "10.0.3.20:5432")
        .unreachable()
        .because(
            EniSourceDestCheckRestriction,
            "eni-not-forwarding",
            Ingress,
            Forward,
        )
        .missing(FactKind::OutsideNetwork, None)
        .holds();
}

/// An appliance may send on in its own name, as NAT instances do. Then its address is what the
/// receiver's group sees, and this group admits that.
#[test]
fn an_appliance_may_have_another_address_for_the_receivers_group() {
    case("m-subnet-through-appliance")
        .asks("eni-task", "eni-behind:5432")
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .holds();
}

/// Carrier gateways, local gateways and core networks.
#[test]
fn gateways_to_networks_that_can_not_be_looked_into() {
    let ways = [
        ("192.168.1.5:443", "cagw-main"),
        ("192.168.2.5:443", "lgw-main"),
        (
            "192.168.3.5:443",
            "arn:aws:networkmanager::123456789012:core-network/core-network-main",
        ),
    ];
    let mut rows = case("x-other-gateways");
    for (address, gateway) in ways {
        rows = rows
            .asks("eni-task", address)
            .unknown()
            .missing(FactKind::OutsideNetwork, None)
            .by(&["eni-task", "subnet-app", "acl-main", "rtb-app", gateway]);
    }
    rows.holds();
}

/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html>
#[test]
fn a_subnet_uses_the_main_route_table_unless_it_names_another() {
    case("m-main-route-table")
        .asks("eni-implicit", INTERNET)
        .reachable()
        .by(&[
            "eni-implicit",
            "subnet-implicit",
            "acl-main",
            "rtb-main",
            "igw-main",
            "internet",
        ])
        .asks("eni-explicit", INTERNET)
        .unreachable()
        .because(NoRouteToDestination, "rtb-explicit", Egress, Forward)
        .by(&[
            "eni-explicit",
            "subnet-explicit",
            "acl-main",
            "rtb-explicit",
        ])
        .asks("eni-former", INTERNET)
        .reachable()
        .by(&[
            "eni-former",
            "subnet-former",
            "acl-main",
            "rtb-main",
            "igw-main",
            "internet",
        ])
        .holds();
}

/// The local route beats propagated routes, even longer ones.
/// <https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html>
#[test]
fn a_propagated_route_inside_the_vpc_loses_against_the_local_one() {
    case("m-propagated-inside-the-vpc")
        .asks("eni-task", "10.0.2.20:5432")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "acl-main",
            "subnet-db",
            "eni-db",
        ])
        .holds();
}
