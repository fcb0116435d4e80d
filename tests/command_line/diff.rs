//! Two snapshots, and which verdicts differ.

use std::fs;
use std::path::Path;

use awsvpc_auditor_tests::{Run, auditor, root};
use quick_junit::Report;
use serde_json::{Value, json};

/// The demo with something changed in one of its files.
fn changed(file: &str, change: impl FnOnce(&mut Value)) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("demo")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, directory.path().join(path.file_name().unwrap())).unwrap();
    }
    let path = directory.path().join(file);
    let mut value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut value);
    fs::write(&path, value.to_string()).unwrap();
    directory
}

/// The load balancer can't reach the tasks.
fn closed() -> tempfile::TempDir {
    changed("security-groups.json", |file| {
        let groups = file["SecurityGroups"].as_array_mut().unwrap();
        let own = groups
            .iter_mut()
            .find(|own| own["GroupId"] == "sg-0c0ec00000000c0ec");
        own.unwrap()["IpPermissions"] = json!([]);
    })
}

fn without_service() -> tempfile::TempDir {
    changed("services.json", |file| file["services"] = json!([]))
}

fn path(directory: &tempfile::TempDir) -> &str {
    directory.path().to_str().unwrap()
}

fn diff(before: &str, after: &str, more: &[&str]) -> Run {
    let mut run = auditor(["diff", before, after].iter().chain(more).copied());
    for (place, name) in [(before, "BEFORE"), (after, "AFTER")] {
        if Path::new(place).is_absolute() {
            run.stdout = run.stdout.replace(place, name);
            run.stderr = run.stderr.replace(place, name);
        }
    }
    run
}

#[test]
fn what_broke_reads_as_people_see_it() {
    let closed = closed();
    let run = diff("demo", path(&closed), &[]);
    assert_eq!(run.status, 3, "{}", run.shown());
    insta::assert_snapshot!("diff_text", run.shown());
}

#[test]
fn the_report_for_programs_keeps_its_format() {
    let closed = closed();
    let run = diff("demo", path(&closed), &["--format", "json"]);
    assert_eq!(run.status, 3, "{}", run.shown());
    insta::assert_snapshot!("diff_json", run.stdout);
}

/// The exit status is that of what differs: what failed before and still does is no news.
#[test]
fn the_exit_status_is_that_of_what_differs() {
    let (closed, without) = (closed(), without_service());
    let (closed, without) = (path(&closed), path(&without));
    let unseen = changed("services.json", |file| *file = json!({ "failures": [] }));
    let unseen = path(&unseen);
    for (before, after, status) in [
        ("demo", "demo", 0),
        ("demo", closed, 3),
        (closed, "demo", 0),
        ("demo", without, 0),
        (without, "demo", 3),
        ("demo", unseen, 4),
        (unseen, "demo", 4),
    ] {
        for format in ["text", "json", "junit", "sarif", "github"] {
            let run = diff(before, after, &["--format", format]);
            assert_eq!(run.status, status, "{before} {after}: {}", run.shown());
        }
    }
}

#[test]
fn pipelines_hear_what_broke() {
    let closed = closed();
    let junit = diff("demo", path(&closed), &["--format", "junit"]).stdout;
    let junit = Report::deserialize_from_str(&junit).unwrap();
    assert_eq!((junit.failures, junit.errors), (1, 0));
    let sarif = diff("demo", path(&closed), &["--format", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let mut new = results.iter().filter(|one| one["baselineState"] == "new");
    assert_eq!(
        new.next().unwrap()["ruleId"],
        "load-balancer-cannot-reach-task"
    );
    assert_eq!(new.next(), None);
    let github = diff("demo", path(&closed), &["--format", "github"]).stdout;
    assert_eq!(github.matches("::error ").count(), 1, "{github}");
}

#[test]
fn one_service_is_told_of_alone() {
    let closed = closed();
    let one = ["--cluster", "shop", "--service", "checkout"];
    let run = diff("demo", path(&closed), &one);
    assert_eq!(run.status, 3, "{}", run.shown());
}

#[test]
fn what_can_t_be_compared_is_said() {
    let without = without_service();
    let without = path(&without);
    let mut shown = Vec::new();
    for (before, after, more, status) in [
        ("demo", "no/such/place", vec![], 1),
        (without, without, vec![], 1),
        (
            "demo",
            "demo",
            vec!["--cluster", "shop", "--service", "chekout"],
            1,
        ),
        ("demo", "demo", vec!["--service", "checkout"], 2),
    ] {
        let run = diff(before, after, &more);
        assert_eq!(run.status, status, "{}", run.shown());
        assert_eq!(run.stdout, "");
        shown.push(run.stderr);
    }
    insta::assert_snapshot!("diff_badly", shown.join("\n"));
}
