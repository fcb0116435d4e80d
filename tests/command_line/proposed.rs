//! A gate: what a proposed change would break, before it is made.

use awsvpc_auditor_tests::{Run, auditor};
use serde_json::Value;

/// The group of the load balancer may no longer reach the tasks.
const HARMFUL: &str = "aws ec2 revoke-security-group-ingress --group-id sg-0c0ec00000000c0ec --protocol tcp \
    --port 8080 --source-group sg-0a1b000000000a1b0";

/// Another port is opened to the load balancer.
const HARMLESS: &str = "aws ec2 authorize-security-group-ingress --group-id sg-0c0ec00000000c0ec --protocol tcp \
    --port 9090 --source-group sg-0a1b000000000a1b0";

fn gate(more: &[&str]) -> Run {
    let service = ["service", "--cluster", "shop", "--service", "checkout"];
    let mut all = service.to_vec();
    all.extend(["--snapshot", "demo"]);
    all.extend(more);
    auditor(all)
}

#[test]
fn a_harmful_change_is_refused_with_what_it_breaks() {
    let run = gate(&["--with", HARMFUL]);
    assert_eq!(run.status, 3, "{}", run.shown());
    insta::assert_snapshot!("proposed_harmful", run.shown());
}

/// What failed before is no reason to refuse a change that breaks nothing.
#[test]
fn a_harmless_change_passes() {
    let run = gate(&["--with", HARMLESS]);
    assert_eq!(run.status, 0, "{}", run.shown());
    insta::assert_snapshot!("proposed_harmless", run.shown());
}

/// They are made one after the other.
#[test]
fn what_is_taken_and_given_back_breaks_nothing() {
    let back = HARMFUL.replace("revoke-", "authorize-");
    let run = gate(&["--with", HARMFUL, "--with", &back]);
    assert_eq!(run.status, 0, "{}", run.shown());
}

#[test]
fn programs_read_what_it_does() {
    let run = gate(&["--with", HARMFUL, "--format", "json"]);
    assert_eq!(run.status, 3);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let proposed = &report["proposed"];
    assert_eq!(proposed["commands"][0], HARMFUL);
    let broken = proposed["broken"].as_array().unwrap();
    assert_eq!(broken.len(), 1, "{proposed:#}");
    let results = report["results"].as_array().unwrap();
    let named = results.iter().find(|one| one["fingerprint"] == broken[0]);
    assert_eq!(named.unwrap()["check"], "load-balancer-cannot-reach-task");
}

#[test]
fn what_can_t_be_judged_does_not_pass() {
    let unknown = gate(&["--with", "terraform apply"]);
    assert_eq!(unknown.status, 2, "{}", unknown.shown());
    assert!(
        unknown.stderr.contains("expected one of: aws ec2 "),
        "{}",
        unknown.stderr
    );
    let elsewhere = HARMLESS.replace("sg-0c0ec00000000c0ec", "sg-0123456789abcdef0");
    let not_seen = gate(&["--with", &elsewhere]);
    assert_eq!(not_seen.status, 1, "{}", not_seen.shown());
    assert!(
        not_seen.stderr.contains("is not among the facts"),
        "{}",
        not_seen.stderr
    );
}

/// A task that runs is judged by its own interface.
#[test]
fn a_task_can_be_asked_about_too() {
    let event = "events/ecs-task-running-fargate.json";
    let run = auditor([
        "task",
        "--event",
        event,
        "--snapshot",
        "demo",
        "--with",
        HARMFUL,
    ]);
    assert_eq!(run.status, 3, "{}", run.shown());
    assert!(run.stdout.contains("Breaks"), "{}", run.stdout);
}
