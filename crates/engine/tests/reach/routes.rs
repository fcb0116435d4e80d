//! Which route wins, and addresses at which nobody is.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{
    BadStateRoute, NoPossibleDestination, PcxRequiresAddressInVpcCidr,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

#[test]
fn the_longest_prefix_wins() {
    case("m-overlapping-prefixes")
        .asks("eni-task", "10.20.1.20:5432")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "pcx-20",
            "acl-20",
            "subnet-20",
            "eni-20",
        ])
        .asks("eni-task", "10.30.1.20:5432")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "pcx-wide",
            "acl-30",
            "subnet-30",
            "eni-30",
        ])
        .asks("eni-task", "10.99.0.1:443")
        .unreachable()
        .because(PcxRequiresAddressInVpcCidr, "pcx-wide", Egress, Forward)
        .holds();
}

/// 10.20.0.0/16 works; a blackhole for 10.20.9.0/24 in it still drops what it wins.
#[test]
fn a_blackhole_inside_a_good_route_drops() {
    case("m-overlapping-prefixes")
        .asks("eni-task", "10.20.9.20:5432")
        .unreachable()
        .because(BadStateRoute, "rtb-app", Egress, Forward)
        .asks("eni-task", "eni-20-hidden:5432")
        .unreachable()
        .because(BadStateRoute, "rtb-app", Egress, Forward)
        .holds();
}

/// Static before propagated for the same prefix; but a longer propagated one still wins.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>
#[test]
fn a_static_route_beats_a_propagated_one_of_the_same_length() {
    case("m-overlapping-prefixes")
        .asks("eni-task", "10.40.1.20:5432")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "pcx-40",
            "acl-40",
            "subnet-40",
            "eni-40",
        ])
        .asks("eni-task", "10.40.7.9:5432")
        .unknown()
        .missing(FactKind::OutsideNetwork, None)
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "vgw-onprem",
        ])
        .holds();
}

/// The same prefix: static before prefix list before propagated.
#[test]
fn a_prefix_list_stands_between_static_and_propagated() {
    case("m-prefix-list-routes")
        .asks("eni-task", "10.20.1.20:5432")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "pcx-static",
            "acl-20",
            "subnet-20",
            "eni-20",
        ])
        .asks("eni-task", "10.30.1.20:5432")
        .reachable()
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "pcx-list",
            "acl-30",
            "subnet-30",
            "eni-30",
        ])
        .holds();
}

#[test]
fn an_address_that_nobody_has() {
    case("v-address-nobody-has")
        .asks("eni-task", "10.0.2.99:5432")
        .unreachable()
        .because(NoPossibleDestination, "subnet-db", Ingress, Forward)
        .by(&[
            "eni-task",
            "subnet-app",
            "acl-main",
            "rtb-app",
            "acl-main",
            "subnet-db",
        ])
        .asks("eni-task", "10.0.200.1:443")
        .unreachable()
        .because(NoPossibleDestination, "vpc-main", Ingress, Forward)
        .holds();
}
