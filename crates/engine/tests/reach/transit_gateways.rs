//! Transit gateways: attachments by zone, their route tables, and the network ACLs of their subnets.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{
    NoRouteToDestination, SubnetAclRestriction, TgwAttachMissingTgwRtbAssociation,
    TgwRouteAzRestriction, TgwRtbBadStateRoute, TgwRtbNoRouteToTgwAttachment,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

#[test]
fn two_attached_vpcs_reach_each_other() {
    case("p-transit-gateway")
        .asks("eni-a", "10.2.1.10:5432")
        .reachable()
        .by(&[
            "eni-a",
            "subnet-a",
            "acl-a",
            "rtb-a",
            "acl-a",
            "tgw-attach-a",
            "tgw-main",
            "tgw-rtb-main",
            "tgw-attach-b",
            "acl-b",
            "subnet-b",
            "eni-b",
        ])
        .asks("eni-b", "eni-a:5432")
        .reachable()
        .holds();
}

/// An interface reaches a transit gateway only by an attachment in its own zone, with its first
/// packet as with its replies. <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html>
#[test]
fn a_zone_without_a_subnet_of_the_attachment_has_no_way_in() {
    case("p-transit-gateway")
        .asks("eni-a-zone-c", "10.2.1.10:5432")
        .unreachable()
        .because(TgwRouteAzRestriction, "tgw-attach-a", Egress, Forward)
        .asks("eni-b", "10.1.3.10:5432")
        .unreachable()
        .because(TgwRouteAzRestriction, "tgw-attach-a", Egress, Return)
        .holds();
}

#[test]
fn the_far_vpc_needs_a_route_back() {
    case("p-transit-gateway")
        .asks("eni-a", "10.4.1.10:5432")
        .unreachable()
        .because(NoRouteToDestination, "rtb-d", Egress, Return)
        .asks("eni-d", "10.1.1.10:5432")
        .unreachable()
        .because(NoRouteToDestination, "rtb-d", Egress, Forward)
        .holds();
}

#[test]
fn routes_of_the_transit_gateway_decide() {
    case("p-transit-gateway")
        .asks("eni-a", "10.9.0.1:443")
        .unreachable()
        .because(TgwRtbBadStateRoute, "tgw-rtb-main", Egress, Forward)
        .by(&[
            "eni-a",
            "subnet-a",
            "acl-a",
            "rtb-a",
            "acl-a",
            "tgw-attach-a",
            "tgw-main",
            "tgw-rtb-main",
        ])
        .asks("eni-a", "10.2.99.5:443")
        .unreachable()
        .because(TgwRtbBadStateRoute, "tgw-rtb-main", Egress, Forward)
        .asks("eni-a", "10.77.0.1:443")
        .unreachable()
        .because(
            TgwRtbNoRouteToTgwAttachment,
            "tgw-rtb-main",
            Egress,
            Forward,
        )
        .holds();
}

/// Packets find their way to an attachment without an association, but none gets on from it.
#[test]
fn an_attachment_without_a_route_table_sends_nothing() {
    case("p-transit-gateway")
        .asks("eni-e", "10.1.1.10:5432")
        .unreachable()
        .because(
            TgwAttachMissingTgwRtbAssociation,
            "tgw-attach-e",
            Egress,
            Forward,
        )
        .asks("eni-a", "10.5.1.10:5432")
        .unreachable()
        .because(
            TgwAttachMissingTgwRtbAssociation,
            "tgw-attach-e",
            Egress,
            Return,
        )
        .holds();
}

/// The ACL of an attachment's subnet sees inbound what the VPC sends, by its source, and outbound
/// what it gets, by its destination; nothing else. <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html>
#[test]
fn the_network_acl_of_an_attachments_subnet_is_asked_one_way_each() {
    case("p-transit-gateway-subnet-acls")
        .asks("eni-a", "10.2.1.10:5432")
        .reachable()
        .asks("eni-c", "10.1.1.10:5432")
        .unreachable()
        .because(SubnetAclRestriction, "acl-c-tgw", Ingress, Forward)
        .asks("eni-a", "10.3.1.10:5432")
        .unreachable()
        .because(SubnetAclRestriction, "acl-c-tgw", Ingress, Return)
        .holds();
}

/// In the attachment's own subnet the ACL isn't asked about what comes from the transit gateway,
/// but both ways about what goes to it: its outbound rules drop the replies.
#[test]
fn an_interface_in_the_attachments_subnet_is_filtered_on_its_way_out_only() {
    case("p-transit-gateway-subnet-acls")
        .asks("eni-a", "10.2.250.10:5432")
        .unreachable()
        .because(SubnetAclRestriction, "acl-b-tgw", Egress, Return)
        .holds();
}

/// Out by the NAT gateway of another VPC: every fact is there, so the answer should be too.
#[test]
fn a_central_vpc_can_lead_to_the_internet() {
    case("p-transit-gateway-central-egress")
        .asks("eni-task", "internet:443")
        .reachable()
        .holds();
}

/// Whether the attachment serves the sender's zone can't be told without the zone.
#[test]
fn a_zone_that_was_not_observed_proves_nothing() {
    case("p-transit-gateway-zone-not-observed")
        .asks("eni-a-zone-c", "10.2.1.10:5432")
        .unknown()
        .missing(FactKind::Subnets, Some("ec2:DescribeSubnets"))
        .holds();
}
