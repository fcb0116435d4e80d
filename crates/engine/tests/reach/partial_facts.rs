//! Facts that are known in part: what isn't there proves nothing, what is there still decides.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{
    BadState, EniSgRulesMismatch, NoPossibleDestination, SubnetAclRestriction,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

const DATABASE: &str = "10.0.2.20:5432";
const NOBODY: &str = "10.0.2.99:5432";
const DESCRIBE_INTERFACES: Option<&str> = Some("ec2:DescribeNetworkInterfaces");

/// Participants of a shared subnet don't see each other's interfaces.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html>
#[test]
fn others_may_be_in_a_shared_subnet() {
    case("w-shared-subnet")
        .asks("eni-task", NOBODY)
        .unknown()
        .missing(FactKind::NetworkInterfaces, None)
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-main",
            "acl-main",
            "subnet-db",
        ])
        .asks("eni-task", DATABASE)
        .reachable()
        .asks("eni-mute", NOBODY)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-mute", Egress, Forward)
        .missing(FactKind::NetworkInterfaces, None)
        .holds();
}

/// A task that isn't started yet has no interface that would say whose it is; its group does.
#[test]
fn others_may_be_in_a_shared_subnet_before_the_task_starts() {
    case("w-shared-subnet")
        .asks_placed("subnet-app", "sg-task", false, NOBODY)
        .unknown()
        .missing(FactKind::NetworkInterfaces, None)
        .holds();
}

#[test]
fn an_address_may_stand_on_a_page_that_was_not_saved() {
    case("w-interfaces-without-last-page")
        .asks("eni-task", NOBODY)
        .unknown()
        .missing(FactKind::NetworkInterfaces, DESCRIBE_INTERFACES)
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-main",
            "acl-main",
            "subnet-db",
        ])
        .asks("eni-task", DATABASE)
        .reachable()
        .asks("eni-mute", NOBODY)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-mute", Egress, Forward)
        .missing(FactKind::NetworkInterfaces, DESCRIBE_INTERFACES)
        .asks("eni-narrow", NOBODY)
        .unknown()
        .missing(FactKind::NetworkInterfaces, DESCRIBE_INTERFACES)
        .asks("eni-narrow", DATABASE)
        .reachable()
        .asks("internet", "54.170.1.99:443")
        .unknown()
        .missing(FactKind::NetworkInterfaces, DESCRIBE_INTERFACES)
        .holds();
}

#[test]
fn with_the_last_page_an_address_that_nobody_has_is_nobodys() {
    case("v-interfaces-in-two-pages")
        .asks("eni-task", NOBODY)
        .unreachable()
        .because(NoPossibleDestination, "subnet-db", Ingress, Forward)
        .asks("eni-task", DATABASE)
        .reachable()
        .holds();
}

/// Whatever the other account does: this group sends nothing, this connection isn't accepted.
#[test]
fn near_blockers_decide_whatever_the_peer_does() {
    case("n-peer-not-observed-near-blockers")
        .asks("eni-task", "10.2.1.20:5432")
        .unknown()
        .missing(FactKind::NetworkInterfaces, None)
        .asks("eni-mute", "10.2.1.20:5432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-mute", Egress, Forward)
        .missing(FactKind::NetworkInterfaces, None)
        .asks("eni-task", "10.3.1.20:5432")
        .unreachable()
        .because(BadState, "pcx-pending", Egress, Forward)
        .holds();
}

/// Replies must pass the sender's own network ACL, wherever they come from.
#[test]
fn the_network_acl_of_the_sender_drops_replies_from_the_unseen() {
    case("n-peer-not-observed-near-blockers")
        .asks("eni-fenced", "10.2.1.20:5432")
        .unreachable()
        .because(SubnetAclRestriction, "acl-fenced", Ingress, Return)
        .missing(FactKind::NetworkInterfaces, None)
        .asks("eni-fenced", "192.168.5.5:1521")
        .unreachable()
        .because(SubnetAclRestriction, "acl-fenced", Ingress, Return)
        .missing(FactKind::OutsideNetwork, None)
        .holds();
}

/// The attachments would do; whether their transit gateway does isn't known.
#[test]
fn references_over_a_transit_gateway_that_was_not_observed() {
    case("w-without-transit-gateways")
        .asks("eni-task", "10.2.1.20:5432")
        .unknown()
        .missing(
            FactKind::TransitGateways,
            Some("ec2:DescribeTransitGateways"),
        )
        .asks("eni-task", "10.2.1.20:6432")
        .reachable()
        .holds();
}
