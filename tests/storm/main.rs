//! Ten thousand task starts through the stack as `sam deploy` puts it into an account: EventBridge, the
//! queue, the function's processes, the table, the topics. Three of twenty services are broken.
//!
//! The emulator hands a function ten events at most, whatever the mapping says. Where calls are counted,
//! the test takes the place of the mapping, with batches as the template wants them.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests fail by panicking, and a person reads the counts"
)]

mod account;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use awsvpc_auditor_tests::recorder::{Fault, ratio};
use serde_json::Value;

use account::{Account, SERVICES};

const TASKS: usize = 10_000;

/// Under faults fewer tasks will do: what counts is that each call fails now and then.
const TASKS_UNDER_FAULTS: usize = 2_000;

/// AWS calls that the storm may cost.
const CALLS: usize = 400;

fn owners(messages: &[Value], kind: &str) -> Vec<String> {
    let own = messages.iter().filter(|message| message["kind"] == kind);
    let mut owners: Vec<String> = own
        .map(|message| {
            message["subject"]["owner"]
                .as_str()
                .unwrap_or("none")
                .to_owned()
        })
        .collect();
    owners.sort();
    owners
}

#[test]
fn a_storm_with_three_broken_services_is_three_messages() {
    let account = Account::new();
    account.stop_mapping();
    account.start(TASKS, 5);
    let batches = account.hand_over();
    account.wait_until_quiet(Duration::from_mins(1));
    let calls = account.calls();
    let total: usize = calls.values().sum();
    println!(
        "{TASKS} tasks of {SERVICES} services, 3 broken: {total} calls in {batches} batches: {calls:?}"
    );
    let messages = account.told();
    assert_eq!(
        owners(&messages, "opened"),
        account.broken(),
        "{messages:#?}"
    );
    assert_eq!(messages.len(), 3);
    assert_eq!(account.audited(), TASKS, "every event was looked at, once");
    account.assert_nothing_is_lost();
    assert!(batches >= TASKS / 500, "{batches} batches");
    assert!(total <= CALLS, "{total} calls: {calls:?}");
}

/// What waits in a dead-letter queue comes back by the lines that the runbook says to type.
#[test]
fn dead_letters_are_audited_when_the_runbook_is_followed() {
    let account = Account::new();
    let letters = account.lose(3);
    assert_eq!(account.lost(), letters);
    account.follow_runbook("from=$(output UndeliveredEventsQueueUrl)");
    account.wait_until_quiet(Duration::from_mins(2));
    account.assert_nothing_is_lost();
    assert_eq!(account.audited(), letters);
    assert_eq!(
        owners(&account.told(), "opened"),
        account.broken()[..letters]
    );
}

/// Every third call to EC2, ECS, the table and the topics is throttled or fails.
#[test]
fn under_faults_nothing_is_lost_and_hardly_anything_doubled() {
    let account = Account::new();
    let throttled = ratio(7, 20, Fault::Throttled);
    let failed = ratio(11, 10, Fault::ServerError);
    account
        .network
        .set_rule(move |call| throttled(call).or_else(|| failed(call)));
    let throttled = ratio(13, 20, Fault::Throttled);
    let failed = ratio(17, 10, Fault::ServerError);
    account
        .own
        .set_rule(move |call| throttled(call).or_else(|| failed(call)));
    account.start(TASKS_UNDER_FAULTS, 5);
    account.wait_until_quiet(Duration::from_mins(10));
    let messages = account.told();
    let ids: BTreeSet<_> = messages
        .iter()
        .map(|message| message["id"].to_string())
        .collect();
    let distinct: BTreeMap<String, &Value> = messages
        .iter()
        .map(|message| (message["id"].to_string(), message))
        .collect();
    let distinct: Vec<Value> = distinct.into_values().cloned().collect();
    let opened = owners(&distinct, "opened");
    let broken: BTreeSet<_> = opened
        .iter()
        .filter(|owner| *owner != "none")
        .cloned()
        .collect();
    println!(
        "{TASKS_UNDER_FAULTS} tasks at 30 % faults: {} messages, {} sent more than once; opened: {opened:?}",
        ids.len(),
        messages.len() - ids.len()
    );
    assert_eq!(Vec::from_iter(broken), account.broken(), "{messages:#?}");
    account.assert_nothing_is_lost();
}
