//! One fault, many tasks, several processes, and processes that end in the middle.

use std::thread;
use std::time::{Duration, Instant};

use awsvpc_auditor_tests::lambda_api::{Function, Outcome};
use awsvpc_auditor_tests::recorder::{Fault, nth};
use awsvpc_auditor_tests::world::World;
use serde_json::Value;

use crate::support::{Account, batch};

/// Long enough for an audit, short enough to wait for the end of a lease.
const TIMEOUT: Duration = Duration::from_secs(12);

/// Events of tasks of one deployment.
fn deployment(world: &World, tasks: usize, version: u64) -> Vec<String> {
    let event = |task| world.event("checkout", task, version, &world.make_interface());
    (0..tasks).map(|task| event(task).to_string()).collect()
}

fn deliver(function: &mut Function, bodies: &[String]) -> Vec<Value> {
    match function.invoke(&batch(bodies)) {
        Outcome::Response(answer) => answer["batchItemFailures"].as_array().unwrap().clone(),
        other => panic!("{other:?}\n{}", function.output()),
    }
}

fn subjects(messages: &[Value]) -> Vec<String> {
    let subject = |message: &Value| message["Subject"].as_str().unwrap().to_owned();
    let mut subjects: Vec<_> = messages.iter().map(subject).collect();
    subjects.sort();
    subjects
}

#[test]
fn five_hundred_tasks_with_one_fault_are_one_message_and_one_more_when_it_is_mended() {
    let mut account = Account::new(&[]);
    let mut other = account.start_another(&[], Duration::from_mins(1));
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let broken = deployment(&world, 500, 5);
    for (number, bodies) in broken.chunks(125).enumerate() {
        let back = if number % 2 == 0 {
            account.deliver(bodies).len()
        } else {
            deliver(&mut other, bodies).len()
        };
        assert_eq!(back, 0);
    }
    let opened = account.messages();
    assert_eq!(opened.len(), 1, "{:?}", subjects(&opened));
    let chat = account.chat();
    assert_eq!(chat.len(), 1);

    world.mend_nat_route();
    // A process that knows nothing yet sees it first; the others keep older facts and ask again.
    let mut fresh = account.start_another(&[], Duration::from_mins(1));
    let mended = deployment(&world, 20, 6);
    assert!(deliver(&mut fresh, &mended[..10]).is_empty());
    assert!(account.deliver(&mended[10..]).is_empty());
    let resolved = account.messages();
    assert_eq!(resolved.len(), 1, "{:?}", subjects(&resolved));
    let subject = resolved[0]["Subject"].as_str().unwrap();
    assert!(
        subject.starts_with("Mended: checkout in shop-20: "),
        "{subject}"
    );
    let threads: Vec<_> = [chat, account.chat()]
        .iter()
        .flatten()
        .map(|message| message["metadata"]["threadId"].clone())
        .collect();
    assert_eq!(threads.len(), 2);
    assert_eq!(threads[0], threads[1]);
    let told = account.findings();
    let tasks: Vec<_> = told[1]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["tasks"])
        .collect();
    assert!(tasks.iter().all(|count| **count == 500), "{tasks:?}");
}

/// What came twice, came late, or is older than what is known brings nothing more.
#[test]
fn repeated_reordered_and_stale_events_bring_nothing_more() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let interface = world.make_interface();
    let event = |version| world.event("checkout", 1, version, &interface).to_string();
    assert!(account.deliver(&[event(5), event(5), event(4)]).is_empty());
    for late in [5, 3, 7, 6] {
        assert!(account.deliver(&[event(late)]).is_empty());
    }
    assert_eq!(account.messages().len(), 1);
    // The task that stopped later says nothing about the fault.
    let mut stopped: Value = serde_json::from_str(&event(9)).unwrap();
    stopped["detail"]["lastStatus"] = "STOPPED".into();
    stopped["detail"]["desiredStatus"] = "STOPPED".into();
    stopped["detail"]["stopCode"] = "ServiceSchedulerInitiated".into();
    assert!(account.deliver(&[stopped.to_string()]).is_empty());
    assert_eq!(account.messages().len(), 0);
}

/// Delivers a batch to a process and ends it as soon as the recorder has seen the call that never
/// gets an answer.
fn kill_in(account: &Account, action: &str, number: usize, bodies: &[String]) -> Instant {
    let mut doomed = account.start_another(&[], TIMEOUT);
    let _ = doomed.first_next();
    account.recorder.forget();
    account
        .recorder
        .set_rule(nth(action, number, Fault::Silence));
    let process = doomed.process_id().to_string();
    let started = Instant::now();
    let invocation = batch(bodies);
    thread::scope(|threads| {
        let ended = threads.spawn(move || doomed.invoke(&invocation));
        while account
            .recorder
            .counts()
            .get(action)
            .copied()
            .unwrap_or_default()
            < number
        {
            assert!(
                started.elapsed() < TIMEOUT,
                "{:?}",
                account.recorder.counts()
            );
            thread::sleep(Duration::from_millis(20));
        }
        let killed = std::process::Command::new("kill")
            .args(["-9", &process])
            .status();
        assert!(killed.unwrap().success());
        assert_eq!(ended.join().unwrap(), Outcome::Exit(-1));
    });
    account.recorder.clear_rule();
    started
}

#[test]
fn a_process_that_ends_before_it_sends_loses_nothing() {
    let account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let bodies = deployment(&world, 3, 5);
    let started = kill_in(&account, "sns:Publish", 1, &bodies);
    assert_eq!(account.messages().len(), 0);
    let mut heir = account.start_another(&[], TIMEOUT);
    // The queue gives the batch back long after the dead one's right to send has ended.
    thread::sleep(TIMEOUT.saturating_sub(started.elapsed()));
    assert!(deliver(&mut heir, &bodies).is_empty());
    assert_eq!(account.messages().len(), 1);
    assert_eq!((account.chat().len(), account.findings().len()), (1, 1));
    assert!(deliver(&mut heir, &bodies).is_empty());
    assert_eq!(account.messages().len(), 0);
}

#[test]
fn a_process_that_ends_before_it_notes_what_it_sent_repeats_it_once() {
    let account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let bodies = deployment(&world, 3, 5);
    // The first writes what is to be told, the second that it was.
    let started = kill_in(&account, "dynamodb:TransactWriteItems", 2, &bodies);
    let first = account.findings();
    assert_eq!(first.len(), 1);
    let mut heir = account.start_another(&[], TIMEOUT);
    thread::sleep(TIMEOUT.saturating_sub(started.elapsed()));
    assert!(deliver(&mut heir, &bodies).is_empty());
    let second = account.findings();
    assert_eq!(second, first, "the same message once more, by its id");
    assert!(deliver(&mut heir, &bodies).is_empty());
    assert_eq!(account.findings().len(), 0);
}

#[test]
fn a_table_that_can_t_be_used_is_no_reason_for_silence() {
    for fault in [
        Fault::AccessDenied,
        Fault::Refused("ResourceNotFoundException"),
    ] {
        let mut account = Account::new(&[]);
        let world = account.world(20);
        world.make_service("checkout");
        world.break_nat_route();
        account
            .recorder
            .set_rule(move |call| call.action.starts_with("dynamodb:").then_some(fault));
        let bodies = deployment(&world, 4, 5);
        for bodies in bodies.chunks(2) {
            assert!(account.deliver(bodies).is_empty());
        }
        let messages = account.messages();
        assert_eq!(messages.len(), 1, "{:?}", subjects(&messages));
        let text = messages[0]["Message"].as_str().unwrap();
        assert!(text.contains("may have been told already"), "{text}");
        assert!(
            account
                .function
                .output()
                .contains(r#""ToldWithoutState":1"#)
        );
    }
}

#[test]
fn what_the_auditor_can_t_see_is_told_once_and_when_it_sees_again() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    account
        .recorder
        .set_rule(|call| (call.action == "ec2:DescribeNetworkAcls").then_some(Fault::AccessDenied));
    let bodies = deployment(&world, 4, 5);
    assert!(account.deliver(&bodies[..2]).is_empty());
    assert_eq!(account.messages().len(), 0, "two audits are not enough");
    assert!(account.deliver(&bodies[2..]).is_empty());
    let messages = account.messages();
    assert_eq!(
        subjects(&messages),
        ["awsvpc-auditor can't see: ec2:DescribeNetworkAcls"]
    );
    account.recorder.clear_rule();
    let mut fresh = account.start_another(&[], Duration::from_mins(1));
    assert!(deliver(&mut fresh, &bodies).is_empty());
    let messages = account.messages();
    assert_eq!(messages.len(), 1, "{:?}", subjects(&messages));
    assert!(
        subjects(&messages)[0].starts_with("Mended: awsvpc-auditor sees again"),
        "{:?}",
        subjects(&messages)
    );
}
