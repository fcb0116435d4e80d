//! How few calls will do. The emulator's own count decides.

use std::time::Duration;

use awsvpc_auditor_collector::{ACTIONS, Request};
use awsvpc_auditor_tests::recorder::{Fault, all};
use awsvpc_auditor_tests::world::wait;
use tokio::time::Instant;

use crate::support::{Account, collect, outcomes, report};

#[test]
fn the_first_audit_takes_22_calls_in_three_rounds_and_the_next_three() {
    let account = Account::new();
    let collector = account.collector();
    let (first, second) = (account.task(1), account.task(2));
    account
        .recorder
        .set_rule(all(Fault::Delay(Duration::from_millis(150))));
    let collected = collect(&collector, &first);
    let (calls, rounds) = (account.recorder.calls().len(), account.recorder.rounds());
    println!("first audit in a VPC: {calls} calls in {rounds} rounds");
    assert!(
        calls <= 22 && rounds <= 3,
        "{:?}",
        account.recorder.counts()
    );
    let report = report(&collected, &first);
    assert_eq!(report["summary"]["unknown"], 0, "{report:#}");
    account.recorder.forget();
    collect(&collector, &second);
    println!("next audit there: {} calls", account.recorder.calls().len());
    assert!(
        account.recorder.calls().len() <= 3,
        "{:?}",
        account.recorder.counts()
    );
    let allowed = |action: &String| ACTIONS.contains(&action.as_str());
    assert!(account.recorder.counts().keys().all(allowed));
}

#[test]
fn concurrent_audits_in_a_vpc_ask_about_it_once() {
    let account = Account::new();
    let collector = account.collector();
    let tasks: Vec<_> = (0..8).map(|number| account.task(number)).collect();
    account
        .recorder
        .set_rule(all(Fault::Delay(Duration::from_millis(100))));
    let deadline = Instant::now() + Duration::from_secs(20);
    let audits: Vec<_> = tasks
        .iter()
        .map(|event| {
            let mut request = Request::default();
            request.audit(&event.detail);
            let collector = &collector;
            async move { collector.collect(&request, deadline).await.unwrap() }
        })
        .collect();
    wait(futures_util::future::join_all(audits));
    let counts = account.recorder.counts();
    assert_eq!(counts["ec2:DescribeRouteTables"], 1, "{counts:?}");
    assert_eq!(counts["ec2:DescribeVpcs"], 1, "{counts:?}");
}

#[test]
fn an_answer_in_pages_says_the_same() {
    let account = Account::new();
    let event = account.task(1);
    let whole = collect(&account.collector(), &event);
    let calls = account.recorder.calls().len();
    account.recorder.page();
    account.recorder.forget();
    let paged = collect(&account.collector(), &event);
    assert!(
        account.recorder.calls().len() > calls + 5,
        "{:?}",
        account.recorder.counts()
    );
    let without_time = |mut report: serde_json::Value| {
        report["observed_at"].take();
        report
    };
    assert_eq!(
        without_time(report(&paged, &event)),
        without_time(report(&whole, &event))
    );
}

#[test]
fn an_interface_that_is_not_shown_yet_is_asked_for_again() {
    let account = Account::new();
    let event = account.task(1);
    let id = event
        .detail
        .network_interface()
        .and_then(|a| a.network_interface_id())
        .unwrap();
    let first = std::sync::atomic::AtomicBool::new(true);
    account.recorder.set_rule(move |call| {
        let asks =
            call.action == "ec2:DescribeNetworkInterfaces" && call.body.contains(id.as_str());
        let is_first = asks && first.swap(false, std::sync::atomic::Ordering::Relaxed);
        is_first.then_some(Fault::NoInterfaces)
    });
    let collected = collect(&account.collector(), &event);
    let report = report(&collected, &event);
    assert_eq!(report["subject"]["network_from"], "interface", "{report:#}");
    assert_eq!(outcomes(&report)["eni-not-attached"], ["pass"]);
}
