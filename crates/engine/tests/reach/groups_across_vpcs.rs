//! Security group references between VPCs: peering in one region, and transit gateways.

use awsvpc_auditor_engine::reach::Code::{
    EniSgRulesMismatch, IgwDestinationAddressNotInRfc1918Egress,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

const DATABASE: &str = "10.2.1.20:5432";

#[test]
fn a_reference_works_over_peering_in_one_region() {
    case("q-peering-group-reference")
        .asks("eni-task", DATABASE)
        .reachable()
        .by(&[
            "eni-task", "subnet-a", "acl-a", "rtb-a", "pcx-ab", "acl-b", "subnet-b", "eni-db",
        ])
        .returning_by(&[
            "eni-db", "subnet-b", "acl-b", "rtb-b", "pcx-ab", "acl-a", "subnet-a", "eni-task",
        ])
        .holds();
}

#[test]
fn a_reference_does_not_work_over_peering_between_regions() {
    case("q-inter-region-group-reference")
        .asks("eni-task", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .holds();
}

/// A rule whose peering connection was deleted stays in the group and matches nothing.
#[test]
fn a_stale_reference_matches_nothing() {
    case("q-stale-group-reference")
        .asks("eni-task", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .holds();
}

/// Over a transit gateway references work in inbound rules only.
/// <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html>
#[test]
fn an_inbound_reference_works_over_a_transit_gateway_that_supports_it() {
    case("q-transit-gateway-group-reference")
        .asks("eni-task", DATABASE)
        .reachable()
        .asks("eni-narrow", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-narrow", Egress, Forward)
        .holds();
}

#[test]
fn no_reference_works_over_a_transit_gateway_that_does_not_support_it() {
    case("q-transit-gateway-no-group-reference")
        .asks("eni-task", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .asks("eni-narrow", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-narrow", Egress, Forward)
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .holds();
}

/// The transit gateway itself has to support references, whatever its attachments say.
#[test]
fn no_reference_works_when_the_transit_gateway_itself_has_them_off() {
    case("q-transit-gateway-references-off")
        .asks("eni-task", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .asks("eni-task", "10.2.1.20:6432")
        .reachable()
        .holds();
}

/// VPCs that aren't joined meet on the internet, by their public addresses.
#[test]
fn two_vpcs_that_are_not_joined_know_each_other_by_public_address() {
    case("r-two-vpcs-by-the-internet")
        .asks("eni-a", "54.170.1.2:443")
        .reachable()
        .by(&[
            "eni-a", "subnet-a", "acl-a", "rtb-a", "igw-a", "internet", "igw-b", "acl-b",
            "subnet-b", "eni-b",
        ])
        .returning_by(&[
            "eni-b", "subnet-b", "acl-b", "rtb-b", "igw-b", "internet", "igw-a", "acl-a",
            "subnet-a", "eni-a",
        ])
        .asks("54.170.1.1", "54.170.1.2:443")
        .reachable()
        .asks("54.170.1.9", "54.170.1.2:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-b", Ingress, Forward)
        .asks("eni-a", "10.2.1.11:443")
        .unreachable()
        .because(
            IgwDestinationAddressNotInRfc1918Egress,
            "igw-a",
            Egress,
            Forward,
        )
        .because(
            IgwDestinationAddressNotInRfc1918Egress,
            "igw-b",
            Egress,
            Return,
        )
        .holds();
}
