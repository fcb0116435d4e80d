//! Network ACLs: stateless, ordered, and asked only where a packet crosses a subnet's edge.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{EniSgRulesMismatch, SubnetAclRestriction};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

const DATABASE: &str = "10.0.2.20:5432";
const WAY_THERE: [&str; 7] = [
    "eni-task",
    "subnet-app",
    "acl-app",
    "rtb-app",
    "acl-db",
    "subnet-db",
    "eni-db",
];
const WAY_BACK: [&str; 7] = [
    "eni-db",
    "subnet-db",
    "acl-db",
    "rtb-db",
    "acl-app",
    "subnet-app",
    "eni-task",
];

#[test]
fn replies_need_the_ephemeral_ports() {
    case("d-acl-blocks-ephemeral-return")
        .asks("eni-task", DATABASE)
        .unreachable()
        .because(SubnetAclRestriction, "acl-db", Egress, Return)
        .by(&WAY_THERE)
        .returning_by(&WAY_BACK)
        .holds();
}

#[test]
fn all_ephemeral_ports_are_enough() {
    case("d-acl-opens-all-ephemeral-return")
        .asks("eni-task", DATABASE)
        .reachable()
        .by(&WAY_THERE)
        .returning_by(&WAY_BACK)
        .holds();
}

/// Linux picks its ports from 32768 up: it works, and is worth a word.
#[test]
fn the_ephemeral_ports_of_linux_are_enough_for_a_task() {
    case("d-acl-opens-linux-ephemeral-return")
        .asks("eni-task", DATABASE)
        .reachable()
        .noting("acl-db")
        .holds();
}

/// Some connections work, others don't: neither a pass nor a fail.
#[test]
fn a_part_of_the_ephemeral_ports_proves_nothing() {
    case("d-acl-opens-some-ephemeral-return")
        .asks("eni-task", DATABASE)
        .unknown()
        .missing(FactKind::EphemeralPorts, None)
        .by(&WAY_THERE)
        .holds();
}

/// A NAT gateway uses 1024-65535, whatever the task behind it runs.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html>
#[test]
fn the_ephemeral_ports_of_linux_are_not_enough_for_a_nat_gateway() {
    case("d-acl-opens-linux-ports-to-nat")
        .asks("eni-task", "internet:443")
        .unknown()
        .missing(FactKind::EphemeralPorts, None)
        .holds();
}

#[test]
fn three_blockers_are_reported_at_once_in_the_order_met() {
    case("o-three-blockers")
        .asks("eni-task", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .because(SubnetAclRestriction, "acl-db", Egress, Return)
        .by(&WAY_THERE)
        .returning_by(&WAY_BACK)
        .holds();
}

#[test]
fn inside_one_subnet_no_network_acl_is_asked() {
    case("z-one-subnet-skips-acl")
        .asks("eni-task", "10.0.1.30:6379")
        .reachable()
        .asks("eni-task", "10.0.2.30:6379")
        .unreachable()
        .because(SubnetAclRestriction, "acl-closed", Egress, Forward)
        .because(SubnetAclRestriction, "acl-closed", Ingress, Return)
        .holds();
}

/// Rule 80 allows one address, rule 90 denies its half of the subnet, rule 200 allows the rest. For
/// a task that isn't placed yet it depends on the address that it will get.
#[test]
fn the_lowest_number_that_matches_decides() {
    case("z-acl-lowest-number-decides")
        .asks("eni-exempt", DATABASE)
        .reachable()
        .asks("eni-denied", DATABASE)
        .unreachable()
        .because(SubnetAclRestriction, "acl-db", Ingress, Forward)
        .asks("eni-upper", DATABASE)
        .reachable()
        .asks_placed("subnet-app", "sg-task", false, DATABASE)
        .unknown()
        .missing(FactKind::ChosenAddress, None)
        .holds();
}

/// Network ACLs know no prefix lists: what S3 answers from must be in them by address.
#[test]
fn replies_of_a_gateway_endpoint_come_from_public_addresses() {
    case("c-s3-acl-without-its-addresses")
        .asks("eni-task", "52.218.1.10:443")
        .unreachable()
        .because(SubnetAclRestriction, "acl-app", Ingress, Return)
        .by(&["eni-task", "subnet-app", "acl-app", "rtb-app", "vpce-s3"])
        .holds();
}

/// A name that stands for several prefixes is still stopped by one component: one explanation.
#[test]
fn a_component_that_stops_every_address_of_a_name_is_named_once() {
    case("c-s3-acl-without-its-addresses")
        .asks("eni-task", "s3.eu-west-1.amazonaws.com")
        .unreachable()
        .because(SubnetAclRestriction, "acl-app", Ingress, Return)
        .holds();
}
