//! VPC peering: both sides need a route.

use awsvpc_auditor_engine::reach::Code::{
    EniSgRulesMismatch, NoRouteToDestination, PcxRequiresAddressInVpcCidr,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

#[test]
fn peering_needs_a_route_back() {
    case("n-peering-without-return-route")
        .asks("eni-a", "10.2.1.20:5432")
        .unreachable()
        .because(NoRouteToDestination, "rtb-b", Egress, Return)
        .by(&[
            "eni-a", "subnet-a", "acl-a", "rtb-a", "pcx-ab", "acl-b", "subnet-b", "eni-b",
        ])
        .returning_by(&["eni-b", "subnet-b", "acl-b", "rtb-b"])
        .holds();
}

/// Asked from the side that lacks the route, the group behind it is named as well: with the route
/// alone it still wouldn't work.
#[test]
fn what_blocks_behind_a_missing_route_is_named_too() {
    case("n-peering-without-return-route")
        .asks("eni-b", "10.1.1.10:8080")
        .unreachable()
        .because(NoRouteToDestination, "rtb-b", Egress, Forward)
        .because(EniSgRulesMismatch, "sg-a", Ingress, Forward)
        .by(&["eni-b", "subnet-b", "acl-b", "rtb-b"])
        .holds();
}

/// The peer's NAT and internet gateways don't serve this VPC.
/// <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html>
#[test]
fn peering_leads_to_the_peer_and_no_further() {
    case("n-peering-leads-no-further")
        .asks("eni-b", "internet:443")
        .reachable()
        .asks("eni-a", "internet:443")
        .unreachable()
        .because(PcxRequiresAddressInVpcCidr, "pcx-ab", Egress, Forward)
        .asks("eni-a", "8.8.8.8:443")
        .unreachable()
        .because(PcxRequiresAddressInVpcCidr, "pcx-ab", Egress, Forward)
        .holds();
}

/// An outbound rule may name the peer's group as well.
#[test]
fn an_outbound_reference_works_over_peering() {
    case("n-peering-leads-no-further")
        .asks("eni-a", "10.2.1.20:5432")
        .reachable()
        .asks("eni-a", "eni-b:5432")
        .reachable()
        .holds();
}
