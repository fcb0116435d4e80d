//! Promises that the repository makes about itself.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

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
    insta::assert_snapshot!("help_headroom", auditor(["headroom", "--help"]).shown());
    insta::assert_snapshot!("help_task", auditor(["task", "--help"]).shown());
}

/// What `cargo tree` prints: a line for each package.
fn tree<const N: usize>(arguments: [&str; N]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--prefix", "none"])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect()
}

#[test]
fn the_offline_build_pulls_no_aws_sdk() {
    let uses_sdk = |tree: BTreeSet<String>| tree.iter().any(|line| line.starts_with("aws-"));
    assert!(!uses_sdk(tree([
        "--edges",
        "normal",
        "--package",
        "awsvpc-auditor"
    ])));
    assert!(!uses_sdk(tree([
        "--edges",
        "normal",
        "--package",
        "awsvpc-auditor-engine"
    ])));
    let live = [
        "--edges",
        "normal",
        "--package",
        "awsvpc-auditor",
        "--features",
        "aws",
    ];
    assert!(uses_sdk(tree(live)), "the test sees what it looks for");
}

/// Another set of features for the tests than for the binaries that they run would compile the SDK
/// twice, which takes many minutes.
#[test]
fn tests_and_binaries_share_one_build_of_the_sdk() {
    let of = |edges| {
        let features = "awsvpc-auditor/aws";
        let all = [
            "--workspace",
            "--features",
            features,
            "--format",
            "{p} {f}",
            "--edges",
            edges,
        ];
        tree(all)
    };
    let (tested, run) = (of("normal,build,dev"), of("normal,build"));
    let sdk = tree([
        "--package",
        "aws-sdk-ec2",
        "--edges",
        "normal,build",
        "--format",
        "{p}",
    ]);
    let name = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
    let below: BTreeSet<String> = sdk.iter().map(name).collect();
    let differing: Vec<_> = tested
        .symmetric_difference(&run)
        .filter(|line| below.contains(&name(line)))
        .collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn the_changelog_knows_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        read("CHANGELOG.md").contains(&format!("## {version}")),
        "CHANGELOG.md lacks {version}"
    );
}
