//! The shipped example: what it prints, and what happens when facts are taken away.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use awsvpc_auditor_tests::{Run, auditor, root};
use serde_json::Value;

const EVENT: &str = "events/ecs-task-running-fargate.json";

fn audit(snapshot: &str) -> Run {
    auditor([
        "task",
        "--event",
        EVENT,
        "--snapshot",
        snapshot,
        "--format",
        "json",
    ])
}

#[test]
fn the_report_reads_as_people_see_it() {
    let run = auditor(["task", "--event", EVENT, "--snapshot", "demo"]);
    insta::assert_snapshot!("demo_text", run.shown());
}

#[test]
fn the_report_for_programs_keeps_its_format() {
    let run = audit("demo");
    assert_eq!(run.status, 3);
    insta::assert_snapshot!("demo_json", run.stdout);
}

#[test]
fn a_service_is_audited_in_every_subnet() {
    let run = auditor([
        "service",
        "--cluster",
        "shop",
        "--service",
        "checkout",
        "--snapshot",
        "demo",
    ]);
    insta::assert_snapshot!("demo_service_text", run.shown());
}

#[test]
fn every_sample_event_is_accepted_or_refused_clearly() {
    for file in fs::read_dir(root().join("events")).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_suffix(".json") else {
            continue;
        };
        let event = format!("events/{file}");
        let about = if name.starts_with("ecs-service-") {
            "service"
        } else {
            "task"
        };
        let run = auditor([about, "--event", &event, "--snapshot", "demo"]);
        assert!(
            !run.shown().contains("not-for-anybody-to-see"),
            "{file} leaks an environment value"
        );
        insta::assert_snapshot!(format!("event_{name}"), run.shown());
    }
}

#[test]
fn a_service_without_interface_slots_is_told_which_instances_are_full() {
    let run = auditor([
        "service",
        "--event",
        "events/ecs-service-placement-failure-eni.json",
        "--snapshot",
        "demo-headroom",
    ]);
    assert_eq!(run.status, 3);
    let full = "2 container instances of\n           shop have none free: i-06bddc25f31a3806d";
    assert!(run.stdout.contains(full), "{}", run.stdout);
}

#[test]
fn an_event_of_a_task_is_refused_for_a_service() {
    let event = "events/ecs-task-running-ec2.json";
    let run = auditor(["service", "--event", event, "--snapshot", "demo"]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr
            .contains("expected `detail-type` to be `ECS Service Action`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_duplicate_event_gives_the_same_report() {
    let original = audit("demo").stdout;
    let event = "events/ecs-task-running-fargate-duplicate.json";
    let again = auditor([
        "task",
        "--event",
        event,
        "--snapshot",
        "demo",
        "--format",
        "json",
    ]);
    assert_eq!(original, again.stdout);
}

/// One result, whatever it says: (check, resource or, for what isn't known, the check alone).
fn outcomes(report: &Value) -> BTreeMap<String, Vec<(String, Vec<String>)>> {
    let mut outcomes: BTreeMap<String, Vec<(String, Vec<String>)>> = BTreeMap::new();
    for result in report["results"].as_array().unwrap() {
        let missing = result["missing"].as_array().unwrap();
        let missing = missing
            .iter()
            .map(|m| m["fact"].as_str().unwrap().to_owned());
        let outcome = result["outcome"].as_str().unwrap().to_owned();
        let check = result["check"].as_str().unwrap().to_owned();
        outcomes
            .entry(check)
            .or_default()
            .push((outcome, missing.collect()));
    }
    outcomes
}

/// The kind of fact that a file of the demo holds.
fn fact_in(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
    if keys.iter().any(|key| key.starts_with("EnableDns")) {
        return "VpcAttributes".to_owned();
    }
    if keys.iter().any(|key| key == "taskDefinition") {
        return "taskDefinitions".to_owned();
    }
    keys.into_iter().find(|key| key != "failures").unwrap()
}

/// Checks that have something else to say without a file. Without the task definition endpoints are
/// judged for the services that tasks commonly use; without the container instances the database
/// refuses the task all the same, only nobody knows that it admits theirs.
const SAYS_OTHERWISE: [(&str, &str); 4] = [
    ("task-definition.json", "interface-endpoint-blocks-task"),
    ("task-definition.json", "endpoint-private-dns-disabled"),
    ("container-instances.json", "stale-instance-security-group"),
    ("container-instances.json", "dependency-unreachable"),
];

#[test]
fn taking_a_file_away_makes_unknown_what_needs_it_and_nothing_else() {
    let complete = outcomes(&audit("demo").json());
    let mut table = Vec::new();
    for entry in fs::read_dir(root().join("demo")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let fact = fact_in(&file);
        let rest = tempfile::tempdir().unwrap();
        for other in fs::read_dir(root().join("demo")).unwrap() {
            let other = other.unwrap().path();
            if other != file {
                fs::copy(&other, rest.path().join(other.file_name().unwrap())).unwrap();
            }
        }
        let without = outcomes(&audit(rest.path().to_str().unwrap()).json());
        let mut changed = Vec::new();
        for (check, before) in &complete {
            let after = &without[check];
            if after == before {
                continue;
            }
            changed.push(check.clone());
            if SAYS_OTHERWISE.contains(&(name.as_str(), check.as_str())) {
                continue;
            }
            for (outcome, missing) in after.iter().filter(|after| !before.contains(after)) {
                assert_eq!(
                    outcome, "unknown",
                    "without {name}, {check} became {outcome}"
                );
                assert!(
                    missing.contains(&fact),
                    "without {name}, {check} names {missing:?}, not {fact}"
                );
            }
        }
        assert!(
            !changed.is_empty(),
            "{name} changes nothing: no check needs it"
        );
        changed.sort();
        table.push(format!("{name} ({fact}): {}", changed.join(", ")));
    }
    table.sort_unstable();
    insta::assert_snapshot!(
        "what_each_file_is_needed_for",
        table.join(
            "
"
        )
    );
}
