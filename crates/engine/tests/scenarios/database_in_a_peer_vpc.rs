//! A service on Fargate whose database is in another VPC, by peering; the groups name each other over it.

use super::shop::{Shop, shop};

pub(crate) fn the_shop() -> Shop {
    shop("database-in-a-peer-vpc", "billing")
        .breaks("the database's group no longer admits the tasks", |a| {
            a.remove_ingress("sg-ledger", 5432);
        })
        .fails(&["dependency-unreachable"])
        .breaks(
            "the tasks' group no longer lets them call the database",
            |a| {
                a.remove_egress("sg-billing", 5432);
            },
        )
        .fails(&["dependency-unreachable"])
        .breaks("the database moves to the peer's default group", |a| {
            a.set_database_groups("ledger", "eni-ledger", &["sg-default-data"]);
        })
        .fails(&["dependency-unreachable"])
        .breaks("zone a's route to the peer is deleted", |a| {
            a.delete_route("rtb-app-a", "10.71.0.0/16");
        })
        .fails(&["dependency-unreachable", "subnets-routed-differently"])
        .breaks("both zones' routes to the peer are deleted", |a| {
            a.delete_route("rtb-app-a", "10.71.0.0/16");
            a.delete_route("rtb-app-b", "10.71.0.0/16");
        })
        .fails(&["dependency-unreachable"])
        .breaks("the peer's route back is deleted", |a| {
            a.delete_route("rtb-data", "10.70.0.0/16");
        })
        .fails(&["dependency-unreachable"])
        .breaks("the peering connection is deleted", |a| {
            a.delete_peering("pcx-data");
        })
        .fails(&["dependency-unreachable"])
        .has_no_proved_fix(
            "dependency-unreachable",
            "a new peering connection has to be accepted by the other side",
        )
        .breaks("the peer's network ACL denies the tasks", |a| {
            a.deny("acl-data", false, "10.70.0.0/16", Some((5432, 5432)));
        })
        .fails(&["dependency-unreachable"])
        .breaks("the tasks' network ACL denies the peer's replies", |a| {
            a.deny("acl-app", false, "10.71.0.0/16", None);
        })
        .fails(&["dependency-unreachable"])
        .breaks(
            "the peer's resolver is switched off, which nobody here asks",
            |a| {
                a.switch_off("enableDnsSupport", "vpc-data");
            },
        )
        .harms_nothing()
}

#[test]
fn audits_tell_the_truth() {
    the_shop().holds();
}
