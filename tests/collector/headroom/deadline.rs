//! A run ends in time, and the next one goes on where it ended.

use std::collections::BTreeSet;
use std::time::Duration;

use awsvpc_auditor_collector::{CollectedRegion, HeadroomRequest};
use awsvpc_auditor_engine::facts::{EcsArn, Scope};
use awsvpc_auditor_tests::recorder::{Call, Fault};
use awsvpc_auditor_tests::world::wait;
use tokio::time::Instant;

use super::region::{Region, cluster, collect, missing};

const NOT_REACHED: &str = "not reached in time";

/// The first four of six clusters never answer.
fn silent(call: &Call) -> Option<Fault> {
    let about = |name: &str| call.body.contains(&cluster(name));
    let is_contents = call.action.starts_with("ecs:List") && call.action != "ecs:ListClusters";
    let is_silent = is_contents && ["c1", "c2", "c3", "c4"].iter().any(|name| about(name));
    is_silent.then_some(Fault::Silence)
}

fn six_clusters() -> Region {
    let account = Region::empty();
    for number in 1..=6 {
        account.make_cluster(&format!("c{number}"));
    }
    account.set_rule(silent);
    account
}

fn run(account: &Region, start_at: Option<String>) -> CollectedRegion {
    let request = HeadroomRequest {
        start_at,
        ..HeadroomRequest::default()
    };
    let began = Instant::now();
    let limit = Duration::from_secs(4);
    let found = wait(account.collector().collect(&request, began + limit)).unwrap();
    assert!(
        began.elapsed() < limit + Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    found
}

fn is_known(found: &CollectedRegion, name: &str) -> bool {
    let snapshot = found.collected.snapshot().unwrap();
    let scope = [Scope::from(&EcsArn::new(cluster(name)))];
    snapshot.tasks.complete_within(&scope).is_ok()
        && snapshot.services.complete_within(&scope).is_ok()
        && snapshot.container_instances.complete_within(&scope).is_ok()
}

#[test]
fn clusters_that_time_ran_out_for_are_named_and_come_first_in_the_next_run() {
    let account = six_clusters();
    let found = run(&account, None);
    let all = ["c1", "c2", "c3", "c4", "c5", "c6"].map(cluster);
    assert_eq!(found.unreached, all);
    // The first one had all of the time.
    assert_eq!(found.next, Some(cluster("c2")));
    let expected = [
        "ecs:ListContainerInstances",
        "ecs:ListServices",
        "ecs:ListTasks",
    ];
    assert_eq!(
        missing(&found),
        expected.map(|action| (action, NOT_REACHED)).into()
    );
    let found = run(&account, Some(cluster("c5")));
    assert_eq!(found.unreached, ["c1", "c2", "c3", "c4"].map(cluster));
    assert_eq!(found.next, Some(cluster("c1")));
    assert!(is_known(&found, "c5") && is_known(&found, "c6"));
    assert!(!is_known(&found, "c1"));
    account.set_rule(|_| None);
    let found = run(&account, found.next);
    assert_eq!((found.next.as_ref(), found.unreached.len()), (None, 0));
    assert!(is_known(&found, "c1") && is_known(&found, "c6"));
}

#[test]
fn without_any_time_nothing_is_asked_and_nothing_forgotten() {
    let account = six_clusters();
    let request = HeadroomRequest {
        start_at: Some(cluster("c3")),
        ..HeadroomRequest::default()
    };
    let found = wait(account.collector().collect(&request, Instant::now())).unwrap();
    assert_eq!(account.recorder.counts().len(), 0);
    assert_eq!(found.next, Some(cluster("c3")));
    let late = missing(&found);
    assert!(
        late.iter().any(|(action, _)| *action == "ecs:ListClusters"),
        "{late:?}"
    );
    assert!(found.collected.snapshot().is_ok());
}

#[test]
fn a_cluster_that_is_no_more_starts_the_next_run_where_it_was() {
    let account = Region::empty();
    for name in ["a", "c"] {
        account.make_cluster(name);
    }
    let request = HeadroomRequest {
        start_at: Some(cluster("b")),
        ..HeadroomRequest::default()
    };
    let found = collect(&account.collector(), &request);
    assert_eq!(missing(&found), BTreeSet::new());
    assert!(is_known(&found, "a") && is_known(&found, "c"));
}
