//! Promises that the repository makes about itself.

use std::collections::BTreeSet;
use std::fs;

use awsvpc_auditor_engine::checks::ALL;
use awsvpc_auditor_tests::{auditor, root};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn every_event_has_its_line() {
    let readme = read("events/README.md");
    for entry in fs::read_dir(root().join("events")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_event = name.contains(".json");
        assert!(
            !is_event || readme.contains(&format!("`{name}`")),
            "events/README.md lacks {name}"
        );
    }
}

#[test]
fn the_readme_lists_every_check_and_no_other() {
    let readme = read("README.md");
    let section = readme
        .split("## Checks")
        .nth(1)
        .expect("README.md has a section `Checks`");
    let section = section.split("\n## ").next().unwrap();
    let listed: BTreeSet<_> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let known: BTreeSet<_> = ALL.iter().map(|check| check.id).collect();
    assert_eq!(listed, known);
}

#[test]
fn the_catalogue_reads_as_people_see_it() {
    insta::assert_snapshot!("checks", auditor(["checks"]).shown());
    let json = auditor(["checks", "--format", "json"]).json();
    assert_eq!(json.as_array().unwrap().len(), ALL.len());
}

#[test]
fn explain_prints_each_page() {
    for check in ALL {
        let run = auditor(["explain", check.id]);
        assert_eq!(
            (run.status, run.stdout.as_str()),
            (0, check.page),
            "{}",
            check.id
        );
    }
}

#[test]
fn the_help_reads_as_people_see_it() {
    insta::assert_snapshot!("help", auditor(["--help"]).shown());
    insta::assert_snapshot!("help_reach", auditor(["reach", "--help"]).shown());
    insta::assert_snapshot!("help_task", auditor(["task", "--help"]).shown());
}

#[test]
fn the_offline_build_pulls_no_aws_sdk() {
    let lock = read("Cargo.lock");
    let sdk: Vec<_> = lock
        .lines()
        .filter(|line| line.starts_with("name = \"aws-"))
        .collect();
    assert!(sdk.is_empty(), "{sdk:?}");
}

#[test]
fn the_changelog_knows_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        read("CHANGELOG.md").contains(&format!("## {version}")),
        "CHANGELOG.md lacks {version}"
    );
}
