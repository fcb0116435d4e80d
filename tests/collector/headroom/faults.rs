//! Calls that fail cost their facts, and nothing else.

use std::collections::BTreeSet;

use awsvpc_auditor_collector::{HEADROOM_ACTIONS, HeadroomRequest};
use awsvpc_auditor_engine::facts::{EcsArn, Scope};
use awsvpc_auditor_tests::recorder::{Fault, all};
use awsvpc_auditor_tests::world::wait;
use tokio::time::Instant;

use super::fields::told;
use super::region::{Region, cluster, collect, everything, missing, send};

#[test]
fn a_denied_action_is_named_and_nothing_else_is_missing() {
    let (account, _) = Region::furnished();
    for action in HEADROOM_ACTIONS {
        account.set_rule(|call| (call.action == *action).then_some(Fault::AccessDenied));
        let found = collect(&account.collector(), &everything());
        assert_eq!(missing(&found), BTreeSet::from([(*action, "denied")]));
        assert_eq!(
            (found.unreached, found.next),
            (Vec::new(), None),
            "{action}"
        );
        let snapshot = found.collected.snapshot().unwrap();
        // What cannot be seen of a cluster isn't taken for nothing.
        let shop = [Scope::from(&EcsArn::new(cluster("shop-30")))];
        let is_known = [
            snapshot.container_instances.complete_within(&shop).is_ok(),
            snapshot.tasks.complete_within(&shop).is_ok(),
            snapshot.services.complete_within(&shop).is_ok(),
        ];
        let expected = match *action {
            "ecs:ListContainerInstances" | "ecs:DescribeContainerInstances" => [false, true, true],
            "ecs:ListTasks" | "ecs:DescribeTasks" => [true, false, true],
            "ecs:ListServices" | "ecs:DescribeServices" => [true, true, false],
            "ecs:ListClusters" => [false; 3],
            _ => [true; 3],
        };
        assert_eq!(is_known, expected, "{action}");
    }
}

#[test]
fn throttled_and_broken_calls_are_named() {
    let account = Region::empty();
    account.make_cluster("shop");
    for (action, fault, reason) in [
        ("ecs:ListTasks", Fault::Throttled, "throttled"),
        (
            "ec2:DescribeNetworkInterfaces",
            Fault::Throttled,
            "throttled",
        ),
        ("cloudwatch:GetMetricData", Fault::Throttled, "throttled"),
        (
            "ecs:DescribeServices",
            Fault::ServerError,
            "ServerException",
        ),
    ] {
        account.set_rule(move |call| {
            let is_meant = call.action == action;
            is_meant.then_some(fault).or_else(|| told(call))
        });
        let found = collect(&account.collector(), &everything());
        assert_eq!(missing(&found), BTreeSet::from([(action, reason)]));
        assert!(found.collected.snapshot().is_ok());
    }
}

/// The clusters that a region is found to have.
fn clusters(account: &Region) -> Vec<String> {
    let found = collect(&account.collector(), &HeadroomRequest::default());
    assert_eq!(missing(&found), BTreeSet::new());
    let snapshot = found.collected.snapshot().unwrap();
    let clusters = snapshot.clusters.seen();
    clusters.map(|one| one.cluster_arn.to_string()).collect()
}

fn two_clusters() -> Region {
    let account = Region::empty();
    account.make_cluster("batch");
    account.make_cluster("shop");
    account
}

#[test]
fn a_cluster_that_is_deleted_meanwhile_is_no_trouble() {
    let account = two_clusters();
    for action in [
        "ecs:ListContainerInstances",
        "ecs:ListTasks",
        "ecs:ListServices",
    ] {
        account.set_rule(move |call| {
            let is_meant = call.action == action && call.body.contains("batch");
            is_meant.then_some(Fault::Refused("ClusterNotFoundException"))
        });
        assert_eq!(clusters(&account), [cluster("shop")]);
    }
}

#[test]
fn a_cluster_that_was_deleted_is_not_asked_about() {
    let account = two_clusters();
    send!(account.ecs().delete_cluster().cluster("batch"));
    assert_eq!(clusters(&account), [cluster("shop")]);
    assert_eq!(account.recorder.counts()["ecs:ListServices"], 1);
}

#[test]
fn useless_credentials_are_an_error() {
    let account = Region::empty();
    account
        .recorder
        .set_rule(all(Fault::Refused("ExpiredTokenException")));
    let deadline = Instant::now() + std::time::Duration::from_secs(20);
    let refused = wait(
        account
            .collector()
            .collect(&HeadroomRequest::default(), deadline),
    );
    assert!(refused.unwrap_err().to_string().contains("ExpiredToken"));
}
