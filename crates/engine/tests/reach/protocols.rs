//! Protocols and ports: ICMP by type, protocols by number, and everything at once.

use awsvpc_auditor_engine::reach::Code::{EniSgRulesMismatch, SubnetAclRestriction};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

#[test]
fn a_rule_for_echo_requests_lets_only_those_through() {
    case("s-icmp-and-protocol-numbers")
        .asks("eni-task", "10.0.2.20/icmp")
        .reachable()
        .carrying(&["icmp type 8"])
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .holds();
}

/// A group lets the echo reply out by itself, a network ACL doesn't.
#[test]
fn an_echo_reply_needs_the_network_acl_too() {
    case("s-acl-blocks-echo-reply")
        .asks("eni-task", "10.0.2.20/icmp")
        .unreachable()
        .because(SubnetAclRestriction, "acl-db", Ingress, Forward)
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .because(SubnetAclRestriction, "acl-db", Egress, Return)
        .holds();
}

#[test]
fn a_rule_for_a_protocol_number_lets_that_protocol_through() {
    case("s-icmp-and-protocol-numbers")
        .asks("eni-task", "10.0.2.20/50")
        .reachable()
        .carrying(&["protocol 50"])
        .asks("eni-task", "10.0.2.20/51")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .holds();
}

/// Without a port everything is asked about, and the answer says which part gets through: of the
/// group's tcp 20-25 the network ACL takes out 22.
#[test]
fn a_question_without_a_port_is_answered_with_what_gets_through() {
    case("s-icmp-and-protocol-numbers")
        .asks("eni-task", "eni-db")
        .reachable()
        .carrying(&["tcp 20-21, 23-25, 5432", "icmp type 8", "protocol 50"])
        .because(SubnetAclRestriction, "acl-db", Ingress, Forward)
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .asks("eni-task", "10.0.2.20:22")
        .unreachable()
        .because(SubnetAclRestriction, "acl-db", Ingress, Forward)
        .asks("eni-task", "10.0.2.20:20-25")
        .reachable()
        .carrying(&["tcp 20-21, 23-25"])
        .because(SubnetAclRestriction, "acl-db", Ingress, Forward)
        .holds();
}
