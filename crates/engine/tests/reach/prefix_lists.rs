//! Prefix lists in routes and in security groups: unread, without entries, overlapping.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{
    EniSgRulesMismatch, IgwDestinationAddressNotInRfc1918Egress,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

const GET_ENTRIES: Option<&str> = Some("ec2:GetManagedPrefixListEntries");

/// S3 or the NAT gateway: which of them takes a public address, the entries would tell.
#[test]
fn a_route_by_a_prefix_list_that_was_not_read() {
    case("m-prefix-lists-not-observed")
        .asks("eni-task", "52.218.1.10:443")
        .unknown()
        .missing(FactKind::PrefixLists, GET_ENTRIES)
        .by(&["eni-task", "subnet-app", "acl-main", "rtb-app"])
        .asks("eni-task", "internet:443")
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
        .holds();
}

/// The list of a gateway endpoint holds public addresses only; a list of one's own may hold any.
#[test]
fn a_prefix_list_of_a_service_holds_no_private_address() {
    case("m-prefix-lists-not-observed")
        .asks("eni-task", "10.0.3.20:5432")
        .reachable()
        .asks("eni-task", "10.9.0.1:443")
        .unreachable()
        .because(
            IgwDestinationAddressNotInRfc1918Egress,
            "igw-main",
            Egress,
            Forward,
        )
        .asks("eni-db", "10.9.0.1:443")
        .unknown()
        .missing(FactKind::PrefixLists, GET_ENTRIES)
        .by(&["eni-db", "subnet-db", "acl-main", "rtb-db"])
        .holds();
}

/// Which of two equally long ones AWS takes, it doesn't tell; a longer one wins as everywhere.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>
#[test]
fn overlapping_prefix_lists_with_different_targets() {
    case("m-overlapping-prefix-lists")
        .asks("eni-task", "10.20.1.20:5432")
        .unknown()
        .missing(FactKind::RouteTables, None)
        .by(&["eni-task", "subnet-app", "acl-main", "rtb-app"])
        .asks("eni-task", "10.20.9.20:5432")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "pcx-20",
            "acl-20",
            "subnet-29",
            "eni-29",
        ])
        .holds();
}

#[test]
fn an_outbound_rule_by_a_prefix_list_that_was_not_read() {
    case("c-group-prefix-list-not-observed")
        .asks("eni-task", "52.218.1.10:443")
        .unknown()
        .missing(FactKind::PrefixLists, GET_ENTRIES)
        .asks("eni-task", "52.218.1.10:80")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .asks("eni-task", "internet:443")
        .unknown()
        .missing(FactKind::PrefixLists, GET_ENTRIES)
        .holds();
}

/// `describe-managed-prefix-lists` names the list, but not what is in it.
#[test]
fn an_inbound_rule_by_a_prefix_list_without_its_entries() {
    case("c-group-prefix-list-not-observed")
        .asks("eni-task", "10.0.2.20:5432")
        .unknown()
        .missing(FactKind::PrefixLists, GET_ENTRIES)
        .asks("eni-task", "10.0.2.20:6432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .holds();
}
