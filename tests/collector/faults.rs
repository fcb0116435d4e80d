//! Calls that fail cost facts, never the audit, and never a wrong verdict.

use std::time::Duration;

use awsvpc_auditor_collector::Request;
use awsvpc_auditor_tests::emulators::Server;
use awsvpc_auditor_tests::recorder::{Fault, Recorder, all, ratio};
use awsvpc_auditor_tests::world::wait;
use serde_json::Value;
use tokio::time::Instant;

use crate::support::{Account, collect, collector, outcomes, report};

/// Whether a check that knows less says nothing else than before, or that it doesn't know.
fn assert_no_false_verdict(whole: &Value, partial: &Value, what: &str) {
    let (whole, partial) = (outcomes(whole), outcomes(partial));
    for (check, now) in &partial {
        let before = &whole[check];
        for outcome in now {
            let is_honest = outcome == "unknown" || before.contains(outcome);
            assert!(is_honest, "{what}: {check} was {before:?} and is {now:?}");
        }
    }
}

#[test]
fn a_denied_action_is_named_and_turns_no_verdict() {
    let account = Account::new();
    account.world.break_endpoint_group();
    let event = account.task(1);
    let whole = report(&collect(&account.collector(), &event), &event);
    assert_eq!(whole["summary"]["unknown"], 0, "{whole:#}");
    let actions: Vec<String> = account.recorder.counts().into_keys().collect();
    assert!(actions.len() > 12, "{actions:?}");
    let mut needed = 0;
    for action in actions {
        let denied = action.clone();
        account
            .recorder
            .set_rule(move |call| (call.action == denied).then_some(Fault::AccessDenied));
        let collected = collect(&account.collector(), &event);
        let missing: Vec<_> = collected.missing().collect();
        assert_eq!(missing, [(action.as_str(), "denied")]);
        let partial = report(&collected, &event);
        assert_no_false_verdict(&whole, &partial, &action);
        let results = partial["results"].as_array().unwrap();
        let unknown: Vec<_> = results
            .iter()
            .filter(|r| r["outcome"] == "unknown")
            .collect();
        needed += usize::from(!unknown.is_empty());
        for result in unknown {
            let mut missing = result["missing"].as_array().unwrap().iter();
            assert!(
                missing.any(|missing| missing["action"] == action.as_str()),
                "{action}: {result:#}"
            );
        }
    }
    // Network ACLs don't matter behind a group that lets nobody in, nor AWS's own prefix lists here.
    assert!(
        needed > 9,
        "only {needed} actions mattered: the test tests little"
    );
}

#[test]
fn throttled_broken_and_silent_calls_turn_no_verdict() {
    let account = Account::new();
    account.world.break_nat_route();
    let event = account.task(1);
    let whole = report(&collect(&account.collector(), &event), &event);
    assert_eq!(outcomes(&whole)["no-internet-route"], ["fail"]);
    for fault in [Fault::Throttled, Fault::ServerError, Fault::Silence] {
        for action in [
            "ec2:DescribeRouteTables",
            "ec2:DescribeNetworkInterfaces",
            "ecs:DescribeServices",
        ] {
            account
                .recorder
                .set_rule(move |call| (call.action == action).then_some(fault));
            let collected = collect(&account.collector(), &event);
            let (missing, reason) = collected.missing().next().unwrap();
            assert_eq!(missing, action);
            assert_eq!(reason == "throttled", fault == Fault::Throttled, "{reason}");
            assert_no_false_verdict(&whole, &report(&collected, &event), action);
        }
    }
}

#[test]
fn an_audit_ends_in_time_however_silent_aws_is() {
    let account = Account::new();
    let event = account.task(1);
    account.recorder.set_rule(all(Fault::Silence));
    let mut request = Request::default();
    request.audit(&event.detail);
    let started = Instant::now();
    let limit = Duration::from_secs(2);
    let collected = wait(account.collector().collect(&request, started + limit)).unwrap();
    assert!(
        started.elapsed() < limit + Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    let report = report(&collected, &event);
    assert_eq!(passed(&report), [TOLD_BY_THE_EVENT], "{report:#}");
}

/// Three of ten calls fail, by turns in every way that AWS has: whatever the luck, there is a report,
/// and it says nothing false.
#[test]
fn three_of_ten_calls_failing_still_gives_an_honest_report() {
    let account = Account::new();
    account.world.break_endpoint_group();
    let event = account.task(1);
    let whole = report(&collect(&account.collector(), &event), &event);
    let mut unknown = 0;
    for seed in 0..12 {
        let fault = if seed % 2 == 0 {
            Fault::Throttled
        } else {
            Fault::ServerError
        };
        account.recorder.forget();
        account.recorder.set_rule(ratio(seed, 30, fault));
        let collected = collect(&account.collector(), &event);
        let partial = report(&collected, &event);
        assert_no_false_verdict(&whole, &partial, &format!("seed {seed}"));
        unknown += partial["summary"]["unknown"].as_u64().unwrap();
        // What was retried in vain is said, and nothing else.
        assert_eq!(
            collected.missing().next().is_none(),
            partial["summary"]["unknown"] == 0,
            "seed {seed}: {:?}",
            collected.missing().collect::<Vec<_>>()
        );
    }
    // Four attempts get nearly everything through: the same faults on every attempt don't.
    for seed in 0..6 {
        let chosen = ratio(seed, 30, Fault::AccessDenied);
        account.recorder.set_rule(move |call| {
            let mut first = call.clone();
            first.number = 1;
            chosen(&first)
        });
        let collected = collect(&account.collector(), &event);
        let partial = report(&collected, &event);
        assert_no_false_verdict(&whole, &partial, &format!("denied by seed {seed}"));
        unknown += partial["summary"]["unknown"].as_u64().unwrap();
    }
    assert!(
        unknown > 0,
        "the faults cost nothing: the test tests nothing"
    );
}

#[test]
fn an_empty_account_gives_a_report_of_unknowns() {
    let full = Account::new();
    let event = full.task(1);
    for empty in [Server::moto(), Server::ministack(&full.network())] {
        let recorder = Recorder::start(&empty.url());
        let collected = collect(&collector(recorder.url()), &event);
        let report = report(&collected, &event);
        let outcomes = outcomes(&report);
        assert_eq!(outcomes["eni-not-attached"], ["unknown"], "{report:#}");
        assert_eq!(outcomes["no-internet-route"], ["unknown"], "{report:#}");
        assert_eq!(passed(&report), [TOLD_BY_THE_EVENT], "{report:#}");
    }
}

/// That the task runs takes no other fact.
const TOLD_BY_THE_EVENT: &str = "task-start-failed";

/// The checks that passed.
fn passed(report: &Value) -> Vec<&str> {
    let results = report["results"].as_array().unwrap().iter();
    let passed = results.filter(|result| result["outcome"] == "pass");
    passed
        .map(|result| result["check"].as_str().unwrap())
        .collect()
}
