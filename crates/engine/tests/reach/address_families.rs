//! IPv6: interfaces without IPv4, egress-only internet gateways, rules for one family only.

use awsvpc_auditor_engine::reach::Code::{
    BadStateAttachment, CannotRoute, EniSgRulesMismatch, NoCommonAddressFamily,
    NoRouteToDestination,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

const DATABASE: &str = "[2a05:d018:abc:1202::20]:5432";
const ON_THE_INTERNET: &str = "[2606:4700::1111]:443";

#[test]
fn interfaces_without_ipv4_reach_each_other_by_ipv6() {
    let way = [
        "eni-task",
        "subnet-app",
        "acl-main",
        "rtb-app",
        "acl-main",
        "subnet-db",
        "eni-db",
    ];
    case("i-ipv6-only")
        .asks("eni-task", "eni-db:5432")
        .reachable()
        .by(&way)
        .asks("eni-task", DATABASE)
        .reachable()
        .by(&way)
        .asks("eni-task", "eni-db:6432")
        .reachable()
        .asks("eni-task", "eni-db:8080")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .asks("eni-task", "8.8.8.8:443")
        .unreachable()
        .because(NoCommonAddressFamily, "eni-task", Egress, Forward)
        .holds();
}

#[test]
fn an_egress_only_internet_gateway_lets_out_and_not_in() {
    case("i-ipv6-only")
        .asks("eni-task", ON_THE_INTERNET)
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "eigw-main",
            "internet",
        ])
        .returning_by(&[
            "internet",
            "eigw-main",
            "acl-main",
            "subnet-app",
            "eni-task",
        ])
        .asks("eni-db", ON_THE_INTERNET)
        .unreachable()
        .because(NoRouteToDestination, "rtb-db", Egress, Forward)
        .asks("internet", "eni-task:443")
        .unreachable()
        .because(BadStateAttachment, "vpc-main", Ingress, Forward)
        .because(CannotRoute, "eigw-main", Egress, Return)
        .holds();
}

#[test]
fn rules_for_ipv4_say_nothing_about_ipv6() {
    case("i-ipv4-rules-only")
        .asks("eni-task", "eni-db:5432")
        .reachable()
        .asks("eni-task", "10.0.2.20:5432")
        .reachable()
        .asks("eni-task", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .holds();
}

/// ECR's dual-stack name is what a task without IPv4 pulls by.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html>
#[test]
fn a_dual_stack_name_of_aws_is_reached_by_ipv6() {
    case("i-ipv6-only")
        .asks("eni-task", "ecr.eu-west-1.api.aws")
        .reachable()
        .holds();
}
