//! Rules about ranges: one address out of a subnet, part of a subnet, part of the internet.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{EniSgRulesMismatch, SubnetAclRestriction};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

/// The entries stand out of order: 50 denies one address, 200 allows the subnet, 300 comes too late.
#[test]
fn a_network_acl_denies_one_address_of_an_allowed_subnet() {
    case("z-acl-denies-one-address")
        .asks("eni-task", "10.0.2.20:5432")
        .reachable()
        .asks("eni-banned", "10.0.2.20:5432")
        .unreachable()
        .because(SubnetAclRestriction, "acl-db", Ingress, Forward)
        .asks("eni-denied-too-late", "10.0.2.20:5432")
        .reachable()
        .asks_placed("subnet-app", "sg-task", false, "10.0.2.20:5432")
        .unknown()
        .missing(FactKind::ChosenAddress, None)
        .holds();
}

/// Which address of the subnet the task will get, nobody knows before it starts.
#[test]
fn a_group_that_allows_part_of_the_subnet_of_a_task_to_come() {
    case("t-placement-partly-allowed")
        .asks_placed("subnet-app", "sg-task", false, "eni-part:5432")
        .unknown()
        .missing(FactKind::ChosenAddress, None)
        .asks_placed("subnet-app", "sg-task", false, "eni-all:5432")
        .reachable()
        .asks_placed("subnet-app", "sg-task", false, "eni-none:5432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-none", Ingress, Forward)
        .holds();
}

/// Two halves are the whole, in the rules of a group as in the entries of a network ACL.
#[test]
fn a_subnet_that_is_allowed_in_two_halves() {
    case("t-placement-partly-allowed")
        .asks_placed("subnet-app", "sg-task", false, "eni-two-halves:5432")
        .reachable()
        .asks_placed("subnet-app", "sg-task", false, "eni-acl-halves:5432")
        .reachable()
        .holds();
}

#[test]
fn a_range_of_a_partner_is_not_the_internet() {
    case("k-egress-to-ranges")
        .asks("eni-partner", "internet:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-partner", Egress, Forward)
        .asks("eni-partner", "203.0.113.9:443")
        .reachable()
        .asks("eni-partner", "198.51.100.9:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-partner", Egress, Forward)
        .holds();
}

/// 0.0.0.0/0 itself is refused by some tools and policies, so people write its halves.
#[test]
fn the_internet_in_two_halves_is_the_internet() {
    case("k-egress-to-ranges")
        .asks("eni-halves", "internet:443")
        .reachable()
        .asks("eni-halves", "8.8.8.8:443")
        .reachable()
        .asks("eni-halves", "203.0.113.9:443")
        .reachable()
        .asks("eni-routed-by-halves", "internet:443")
        .reachable()
        .by(&[
            "eni-routed-by-halves",
            "subnet-halves",
            "acl-main",
            "rtb-halves",
            "igw-main",
            "internet",
        ])
        .holds();
}
