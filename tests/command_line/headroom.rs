//! What the command line says about what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use awsvpc_auditor_tests::{Run, auditor, root};
use serde_json::Value;

const DEMO: [&str; 3] = ["headroom", "--snapshot", "demo-headroom"];

fn demo(more: &[&str]) -> Run {
    auditor(DEMO.iter().chain(more).copied())
}

#[test]
fn the_report_reads_as_people_see_it() {
    insta::assert_snapshot!("headroom_text", demo(&[]).shown());
}

#[test]
fn the_report_for_programs_keeps_its_format() {
    insta::assert_snapshot!("headroom_json", demo(&["--format", "json"]).shown());
}

#[test]
fn deploying_together_is_judged_as_one() {
    let run = demo(&[
        "--together=shop/search",
        "--together=session-cache",
        "--format=json",
    ]);
    let json = run.json();
    let results = json["results"].as_array().unwrap();
    let both = "shop/search, shop/session-cache";
    let judged = results.iter().filter(|result| result["resource"] == both);
    assert_eq!(judged.count(), 3, "{}", run.stdout);
}

#[test]
fn one_cluster_is_told_of_alone() {
    let json = demo(&["--cluster", "media", "--format", "json"]).json();
    let clusters = json["regions"][0]["clusters"].as_array().unwrap();
    let names: Vec<_> = clusters.iter().map(|cluster| &cluster["cluster"]).collect();
    assert_eq!(names, ["media"]);
}

#[test]
fn thresholds_decide_what_is_a_fault() {
    let failing = |more: &[&str]| -> Vec<String> {
        let json = demo(&[more, &["--format", "json"]].concat()).json();
        let results = json["results"].as_array().unwrap().clone();
        let failed = results.iter().filter(|result| result["outcome"] == "fail");
        let failed = failed.map(|result| result["check"].as_str().unwrap().to_owned());
        failed.collect()
    };
    let usual = failing(&[]);
    assert!(
        usual.iter().any(|check| check == "subnet-addresses-low"),
        "{usual:?}"
    );
    let lenient = failing(&[
        "--addresses-below=0",
        "--quota-from=100",
        "--stuck-for=600",
        "--orphans-from=10",
        "--runs-out-within=1",
    ]);
    for check in [
        "subnet-addresses-low",
        "fargate-vcpu-quota-low",
        "task-stuck-provisioning",
        "orphaned-enis",
        "capacity-runs-out-soon",
    ] {
        assert!(
            usual.iter().any(|failed| failed == check),
            "{check} in {usual:?}"
        );
        assert!(
            !lenient.iter().any(|failed| failed == check),
            "{check} in {lenient:?}"
        );
    }
}

#[test]
fn a_slip_in_a_name_is_told_with_the_names_that_there_are() {
    for (more, told) in [
        (["--cluster", "shpo"], "there are batch, media, shop"),
        (["--together", "chekout"], "shop/checkout"),
        (["--slots-below", "200"], "200 is not in 0..=100"),
    ] {
        let run = demo(&more);
        assert!(
            run.status == 1 || run.status == 2,
            "{more:?}: {}",
            run.status
        );
        assert!(run.stderr.contains(told), "{more:?}: {}", run.stderr);
    }
    let run = auditor(["headroom", "--snapshot", "events"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
}

/// The outcomes of each check, without a file.
fn outcomes(json: &Value) -> BTreeMap<String, Vec<String>> {
    let mut outcomes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for result in json["results"].as_array().unwrap() {
        let check = result["check"].as_str().unwrap().to_owned();
        let outcome = result["outcome"].as_str().unwrap();
        outcomes.entry(check).or_default().push(outcome.to_owned());
    }
    outcomes
}

/// Half-read accounts: nothing fails that didn't when everything was read.
#[test]
fn taking_a_kind_of_fact_away_makes_nothing_fail_that_did_not() {
    let complete = outcomes(&demo(&["--format", "json"]).json());
    let fails = |outcomes: &[String]| outcomes.iter().filter(|outcome| *outcome == "fail").count();
    let files: Vec<_> = fs::read_dir(root().join(DEMO[2]))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let keys = |file: &PathBuf| -> Vec<String> {
        let text = fs::read_to_string(file).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let keys = value.as_object().unwrap().keys();
        let said = |key: &&String| !["ObservedAt", "failures"].contains(&key.as_str());
        keys.filter(said).cloned().collect()
    };
    let kinds: BTreeSet<String> = files.iter().flat_map(keys).collect();
    assert!(kinds.len() > 10, "{kinds:?}");
    let mut changed = 0;
    for kind in kinds {
        let rest = tempfile::tempdir().unwrap();
        for file in files.iter().filter(|file| !keys(file).contains(&kind)) {
            fs::copy(file, rest.path().join(file.file_name().unwrap())).unwrap();
        }
        let directory = rest.path().to_str().unwrap();
        let run = auditor(["headroom", "--snapshot", directory, "--format", "json"]);
        let without = outcomes(&run.json());
        changed += usize::from(without != complete);
        for (check, outcomes) in &without {
            let before = &complete[check];
            assert!(
                fails(outcomes) <= fails(before),
                "without {kind}, {check} became {outcomes:?}, was {before:?}"
            );
        }
    }
    assert!(changed > 8, "only {changed} kinds of fact are of any use");
}
