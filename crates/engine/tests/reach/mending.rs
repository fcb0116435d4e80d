//! What opens a way: the smallest change, proved by asking again with it applied.

use awsvpc_auditor_engine::reach::Code::{
    BadStateRoute, EniSgRulesMismatch, NoRouteToDestination, SubnetAclRestriction,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::{Forward, Return};

use crate::table::case;

#[test]
fn a_group_that_refuses_is_told_to_admit_the_senders_group_on_the_port() {
    case("a-fifty-application-groups")
        .asks("eni-app51", "10.0.2.20:5432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .mended_by(&["aws ec2 authorize-security-group-ingress --group-id sg-db --protocol tcp --port 5432 --source-group sg-app51"])
        .holds();
}
#[test]
fn all_blockers_of_a_way_are_taken_away_together() {
    case("o-three-blockers")
        .asks("eni-task", "10.0.2.20:5432")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .because(SubnetAclRestriction, "acl-db", Egress, Return)
        .mended_by(&["aws ec2 authorize-security-group-egress --group-id sg-task --ip-permissions 'IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{GroupId=sg-db}]'", "aws ec2 authorize-security-group-ingress --group-id sg-db --protocol tcp --port 5432 --source-group sg-task", "aws ec2 create-network-acl-entry --network-acl-id acl-db --rule-number 110 --egress --protocol 6 --port-range From=1024,To=65535 --cidr-block 10.0.1.0/24 --rule-action allow"])
        .holds();
}

#[test]
fn a_network_acl_that_drops_replies_lets_those_of_this_port_out() {
    case("d-acl-blocks-ephemeral-return")
        .asks("eni-task", "10.0.2.20:5432")
        .unreachable()
        .because(SubnetAclRestriction, "acl-db", Egress, Return)
        .mended_by(&["aws ec2 create-network-acl-entry --network-acl-id acl-db --rule-number 110 --egress --protocol 6 --port-range From=1024,To=65535 --cidr-block 10.0.1.0/24 --rule-action allow"])
        .holds();
}

/// Which NAT gateway there should be is for people to decide.
#[test]
fn a_way_that_nothing_of_the_account_can_carry_has_no_fix() {
    case("e-blackhole-nat-route")
        .asks("eni-task", "internet:443")
        .unreachable()
        .because(BadStateRoute, "rtb-app", Egress, Forward)
        .without_fix()
        .holds();
    case("j-isolated-subnet")
        .asks("eni-task", "internet:443")
        .unreachable()
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .without_fix()
        .holds();
}

#[test]
fn a_peer_without_a_route_back_gets_one_by_the_same_peering() {
    case("n-peering-without-return-route")
        .asks("eni-a", "10.2.1.20:5432")
        .unreachable()
        .because(NoRouteToDestination, "rtb-b", Egress, Return)
        .mended_by(&["aws ec2 create-route --route-table-id rtb-b --destination-cidr-block 10.1.0.0/16 --vpc-peering-connection-id pcx-ab"])
        .holds();
}

/// A rule that allows all traffic is wider than anybody needs.
#[test]
fn a_question_about_all_traffic_gets_no_fix() {
    case("a-fifty-application-groups")
        .asks("eni-app51", "eni-db")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-db", Ingress, Forward)
        .without_fix()
        .holds();
}
