//! Things whose subnet and groups AWS tells, but not their interface: databases, caches.

use awsvpc_auditor_engine::reach::Code::{
    EniSgRulesMismatch, NoPossibleDestination, SubnetAclRestriction,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};
use awsvpc_auditor_engine::reach::{Groups, Place};

use crate::table::case;

/// A database that has this group, somewhere in a subnet or at an address.
fn database(subnet: &str, group: &str, address: Option<&str>) -> Place {
    Place {
        label: "database orders".to_owned(),
        subnet: subnet.parse().unwrap(),
        address: address.map(|address| address.parse().unwrap()),
        groups: Groups::Filtered(vec![group.parse().unwrap()]),
    }
}

/// Whichever address of its subnet it has, its group answers the same.
#[test]
fn a_place_admits_whom_its_group_admits() {
    case("a-fifty-application-groups")
        .asks_place("eni-app50", database("subnet-db", "sg-db", None), 5432)
        .reachable()
        .asks_place("eni-app51", database("subnet-db", "sg-db", None), 5432)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .asks_place("eni-app50", database("subnet-db", "sg-app01", None), 5432)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-app01", Ingress, Forward)
        .holds();
}

#[test]
fn the_subnet_of_a_place_has_a_network_acl() {
    case("d-acl-blocks-ephemeral-return")
        .asks_place("eni-task", database("subnet-db", "sg-db", None), 5432)
        .unreachable()
        .because(SubnetAclRestriction, "acl-db", Egress, Return)
        .holds();
}

#[test]
fn group_references_reach_a_place_in_a_peer_vpc() {
    case("q-peering-group-reference")
        .asks_place("eni-task", database("subnet-b", "sg-db", None), 5432)
        .reachable()
        .holds();
}

/// An interface that is there says more than what DNS and descriptions say about its address.
#[test]
fn a_known_address_leads_to_its_interface() {
    let stale = database("subnet-db", "sg-app01", Some("10.0.2.20"));
    case("a-fifty-application-groups")
        .asks_place("eni-app50", stale, 5432)
        .reachable()
        .holds();
}

/// Every interface of the VPC is known and none has the address: the name is stale.
#[test]
fn nobody_answers_at_an_address_that_no_interface_has() {
    let gone = database("subnet-db", "sg-db", Some("10.0.2.99"));
    case("a-fifty-application-groups")
        .asks_place("eni-app50", gone, 5432)
        .unreachable()
        .because(NoPossibleDestination, "subnet-db", Ingress, Forward)
        .holds();
}
