//! Security groups inside one VPC: references, self references, several groups on one interface.

use awsvpc_auditor_engine::reach::Code::EniSgRulesMismatch;
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

const DATABASE: &str = "10.0.2.20:5432";

/// One rule with fifty `UserIdGroupPairs`: each of them is an alternative.
#[test]
fn a_database_admits_fifty_application_groups_and_no_other() {
    let mut fifty = case("a-fifty-application-groups");
    for number in 1..=50 {
        let application = format!("eni-app{number:02}");
        fifty = fifty.asks(&application, DATABASE).reachable().by(&[
            &application,
            "subnet-app",
            "acl-main",
            "rtb-app",
            "acl-main",
            "subnet-db",
            "eni-db",
        ]);
    }
    fifty
        .asks("eni-app51", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .asks("eni-app50", "10.0.2.20:5432/udp")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .asks("eni-app50", "10.0.2.20:5433")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .holds();
}

#[test]
fn members_of_a_group_that_admits_itself_reach_each_other_only() {
    case("b-self-reference")
        .asks("eni-member-a", "eni-member-b:7946")
        .reachable()
        .asks("eni-member-b", "10.0.1.10:7946")
        .reachable()
        .asks("10.0.1.10", "10.0.2.10:7946")
        .reachable()
        .asks("eni-outsider", "eni-member-a:7946")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-members", Ingress, Forward)
        .asks("eni-outsider", "10.0.2.10:7946")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-members", Ingress, Forward)
        .asks("eni-member-a", "eni-outsider:7946")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-outsider", Ingress, Forward)
        .holds();
}

/// The rules of all groups on an interface are united, on either end.
#[test]
fn one_of_two_groups_is_enough() {
    case("h-second-group-allows")
        .asks("eni-task", DATABASE)
        .reachable()
        .asks("eni-task", "10.0.2.20:3306")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db-admin", Ingress, Forward)
        .asks("eni-lean", DATABASE)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task-base", Egress, Forward)
        .holds();
}

/// A reference matches private addresses. Asked by its public address, the interface sees the
/// client's public address come in through the internet gateway.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
#[test]
fn a_reference_does_not_match_by_public_address() {
    case("r-public-address-hides-group")
        .asks("eni-client", "10.0.5.30:443")
        .reachable()
        .asks("eni-client", "eni-web:443")
        .reachable()
        .asks("eni-client", "54.170.1.30:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-web", Ingress, Forward)
        .asks("eni-client", "54.170.1.30:80")
        .reachable()
        .asks("internet", "eni-web:80")
        .reachable()
        .by(&[
            "internet",
            "igw-main",
            "acl-main",
            "subnet-public-b",
            "eni-web",
        ])
        .asks("internet", "54.170.1.30:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-web", Ingress, Forward)
        .holds();
}

/// Out by the NAT gateway and back in at a public address of the same VPC: the far group sees the
/// NAT gateway's public address, and the near one an address without a group.
#[test]
fn a_public_address_behind_a_nat_gateway_is_known_by_address_only() {
    case("r-nat-gateway-to-public-address")
        .asks("eni-task", "54.170.1.30:443")
        .reachable()
        .asks("eni-task", "54.170.1.30:8443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-web", Ingress, Forward)
        .asks("eni-task", "10.0.0.30:8443")
        .reachable()
        .asks("eni-narrow", "54.170.1.30:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-narrow", Egress, Forward)
        .asks("eni-narrow", "10.0.0.30:443")
        .reachable()
        .holds();
}
