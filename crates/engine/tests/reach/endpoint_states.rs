//! Endpoints that don't carry everything: leaving, on another route table, blocked in one zone.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{
    BadState, BadStateRoute, NoRouteToDestination, SubnetAclRestriction,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

const S3: &str = "s3.eu-west-1.amazonaws.com";

#[test]
fn a_gateway_endpoint_that_is_being_deleted() {
    case("f-gateway-endpoint-states")
        .asks("eni-task", "52.218.1.10:443")
        .unreachable()
        .because(BadState, "vpce-leaving", Egress, Forward)
        .asks("eni-task", S3)
        .unreachable()
        .because(BadState, "vpce-leaving", Egress, Forward)
        .holds();
}

#[test]
fn a_gateway_endpoint_that_does_not_list_the_route_table() {
    case("f-gateway-endpoint-states")
        .asks("eni-db", "52.218.1.10:443")
        .unreachable()
        .because(BadStateRoute, "vpce-s3", Egress, Forward)
        .holds();
}

/// The VPC has gateway endpoints, but the subnet's route table has no route to one.
#[test]
fn a_gateway_endpoint_serves_only_the_route_tables_that_name_it() {
    case("f-gateway-endpoint-states")
        .asks("eni-isolated", S3)
        .unreachable()
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .holds();
}

/// A client may be given the address of either zone.
#[test]
fn an_endpoint_that_is_blocked_in_one_of_two_zones() {
    case("f-endpoint-in-two-zones")
        .asks("eni-task", "secretsmanager.eu-west-1.amazonaws.com")
        .unknown()
        .because(SubnetAclRestriction, "acl-zone-b", Ingress, Forward)
        .missing(FactKind::ChosenAddress, None)
        .asks("eni-task", "10.0.4.40:443")
        .reachable()
        .asks("eni-task", "10.0.5.40:443")
        .unreachable()
        .because(SubnetAclRestriction, "acl-zone-b", Ingress, Forward)
        .holds();
}

/// Each zone has a name of its own, which leads to that zone's interface only.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html>
#[test]
fn the_name_of_a_zone_leads_to_that_zone() {
    let zone = |zone| {
        format!("vpce-secrets-x1y2z3-eu-west-1{zone}.secretsmanager.eu-west-1.vpce.amazonaws.com")
    };
    case("f-endpoint-in-two-zones")
        .asks("eni-task", &zone("a"))
        .reachable()
        .asks("eni-task", &zone("b"))
        .unreachable()
        .because(SubnetAclRestriction, "acl-zone-b", Ingress, Forward)
        .holds();
}

/// What the service's name leads to while its endpoint doesn't work, nobody documents.
#[test]
fn an_interface_endpoint_that_failed_is_no_destination() {
    case("f-endpoint-failed")
        .asks("eni-task", "secretsmanager.eu-west-1.amazonaws.com")
        .unknown()
        .missing(FactKind::NameResolution, None)
        .holds();
}
