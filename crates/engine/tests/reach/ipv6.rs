//! IPv6 through internet gateways and network ACLs, and interfaces that have both families.

use awsvpc_auditor_engine::reach::Code::{
    EniSgRulesMismatch, IgwPrivateIpAssociationForIngress, IgwPublicIpAssociationForEgress,
    SubnetAclRestriction,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

const ON_THE_INTERNET: &str = "[2606:4700::1111]:443";

#[test]
fn a_global_address_is_public_by_itself() {
    case("i-internet-gateway")
        .asks("eni-global", ON_THE_INTERNET)
        .reachable()
        .by(&[
            "eni-global",
            "subnet-public",
            "acl-main",
            "rtb-main",
            "igw-main",
            "internet",
        ])
        .returning_by(&[
            "internet",
            "igw-main",
            "acl-main",
            "subnet-public",
            "eni-global",
        ])
        .asks("eni-global", "8.8.8.8:443")
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .holds();
}

#[test]
fn what_denies_internet_gateway_traffic_sends_none() {
    case("i-internet-gateway")
        .asks("eni-denied", ON_THE_INTERNET)
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .holds();
}

/// The internet routes no unique local addresses.
#[test]
fn a_unique_local_address_does_not_pass_an_internet_gateway() {
    case("i-internet-gateway")
        .asks("eni-local", ON_THE_INTERNET)
        .unreachable()
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Forward)
        .asks("internet", "[fd12:3456:789a:103::12]:443")
        .unreachable()
        .because(
            IgwPrivateIpAssociationForIngress,
            "igw-main",
            Ingress,
            Forward,
        )
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Return)
        .holds();
}

#[test]
fn the_internet_reaches_a_global_address() {
    case("i-internet-gateway")
        .asks("internet", "[2a05:d018:abc:1200::10]:443")
        .reachable()
        .by(&[
            "internet",
            "igw-main",
            "acl-main",
            "subnet-public",
            "eni-global",
        ])
        .asks("2606:4700::1111", "[2a05:d018:abc:1200::10]:443")
        .reachable()
        .asks("internet", "2a05:d018:abc:1200::10/icmpv6")
        .reachable()
        .asks("internet", "[2a05:d018:abc:1200::10]:22")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-web", Ingress, Forward)
        .asks("internet", "[2a05:d018:abc:1200::11]:443")
        .unreachable()
        .because(
            IgwPrivateIpAssociationForIngress,
            "igw-main",
            Ingress,
            Forward,
        )
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Return)
        .holds();
}

/// It denies what comes in, not only the replies: messages without a reply don't get in either.
#[test]
fn what_denies_internet_gateway_traffic_takes_none() {
    case("i-internet-gateway")
        .asks("internet", "2a05:d018:abc:1200::11/icmpv6")
        .unreachable()
        .because(
            IgwPrivateIpAssociationForIngress,
            "igw-main",
            Ingress,
            Forward,
        )
        .because(IgwPublicIpAssociationForEgress, "igw-main", Egress, Return)
        .holds();
}

/// Its IPv4 address is private, its IPv6 address isn't, and the question doesn't say which is meant.
#[test]
fn the_internet_reaches_an_interface_by_the_family_that_is_public() {
    case("i-internet-gateway")
        .asks("internet", "eni-global:443")
        .reachable()
        .holds();
}

#[test]
fn entries_for_ipv4_say_nothing_about_ipv6() {
    case("i-acl-entries")
        .asks("eni-task", "10.0.2.20:5432")
        .reachable()
        .asks("eni-task", "[2a05:d018:abc:1202::20]:5432")
        .unreachable()
        .because(SubnetAclRestriction, "acl-ipv4-only", Ingress, Forward)
        .because(SubnetAclRestriction, "acl-ipv4-only", Egress, Return)
        .asks("eni-task", "eni-db:5432")
        .reachable()
        .holds();
}

/// Echo requests are type 128, their replies 129.
#[test]
fn echo_needs_the_request_in_and_the_reply_out() {
    case("i-acl-entries")
        .asks("eni-task", "2a05:d018:abc:1203::20/icmpv6")
        .reachable()
        .because(SubnetAclRestriction, "acl-echo", Ingress, Forward)
        .carrying(&["icmpv6 type 128"])
        .asks("eni-task", "2a05:d018:abc:1204::20/icmpv6")
        .unreachable()
        .because(SubnetAclRestriction, "acl-silent", Ingress, Forward)
        .because(SubnetAclRestriction, "acl-silent", Egress, Return)
        .holds();
}

/// The group of the receiver admits IPv6 only: that is enough for the interface, not for its IPv4
/// address.
#[test]
fn two_dual_stack_interfaces_use_the_family_that_is_allowed() {
    case("i-acl-entries")
        .asks("eni-task", "eni-beside:5432")
        .reachable()
        .by(&["eni-task", "subnet-app", "rtb-main", "eni-beside"])
        .asks("eni-task", "[2a05:d018:abc:1201::20]:5432")
        .reachable()
        .asks("eni-task", "10.0.1.20:5432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db-ipv6", Ingress, Forward)
        .holds();
}
