//! Interfaces that services make, and which of them have security groups.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::EniSgRulesMismatch;
use awsvpc_auditor_engine::reach::Direction::Ingress;
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html>
#[test]
fn a_network_load_balancer_without_groups_takes_everything() {
    case("h-interface-types")
        .asks("eni-branch", "10.0.2.30:443")
        .reachable()
        .asks("eni-branch", "eni-nlb-open:80")
        .reachable()
        .asks("eni-branch", "10.0.2.31:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-nlb", Ingress, Forward)
        .holds();
}

#[test]
fn the_groups_of_branches_and_functions_count_as_any_others() {
    case("h-interface-types")
        .asks("eni-branch", "10.0.2.20:5432")
        .reachable()
        .asks("eni-lambda", "10.0.2.20:5432")
        .reachable()
        .asks("eni-lambda", "eni-branch:8080")
        .reachable()
        .asks("eni-lambda", "eni-branch:8081")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Ingress, Forward)
        .asks("eni-branch", "10.0.1.11:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-lambda", Ingress, Forward)
        .holds();
}

/// EC2 gives every ordinary interface a group: none means that the facts are incomplete.
#[test]
fn an_ordinary_interface_has_a_group_even_if_none_is_shown() {
    case("h-interface-types")
        .asks("eni-branch", "10.0.2.32:443")
        .unknown()
        .missing(
            FactKind::NetworkInterfaces,
            Some("ec2:DescribeNetworkInterfaces"),
        )
        .holds();
}

/// Prefix delegation gives an interface a whole block of addresses.
#[test]
fn an_address_of_a_delegated_prefix_belongs_to_its_interface() {
    case("v-address-in-a-delegated-prefix")
        .asks("eni-task", "10.0.2.70:5432")
        .reachable()
        .holds();
}
