//! Promises that the repository makes about itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use awsvpc_auditor_collector::{EXEC_ACTIONS, FLOW_LOG_ACTIONS};
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

/// What a snapshot of the engine's notices holds, without insta's header.
fn golden(name: &str) -> String {
    let text = read(&format!(
        "crates/engine/tests/notices/snapshots/{name}.snap"
    ));
    let body = text.splitn(3, "---\n").nth(2);
    let body = body.expect("a snapshot begins with a header between two lines of dashes");
    body.trim_end().to_owned()
}

#[test]
fn the_readme_shows_an_alert_as_people_get_it() {
    let readme = read("README.md");
    for (form, language) in [("mail", ""), ("chat", "json")] {
        let name = format!("check__dependency-unreachable.{form}");
        let block = format!("\n```{language}\n{}\n```\n", golden(&name));
        assert!(
            readme.contains(&block),
            "README.md should have in a block of its own what {name} has:{block}"
        );
    }
}

/// The template's entries two levels down, each with its lines: resources, parameters, outputs.
fn template_entries() -> BTreeMap<String, String> {
    let mut entries: BTreeMap<String, String> = BTreeMap::new();
    let mut name = None;
    for line in read("template.yaml").lines() {
        let entry = line.strip_prefix("  ").and_then(|l| l.strip_suffix(':'));
        if let Some(entry) = entry.filter(|e| e.chars().all(char::is_alphanumeric)) {
            name = Some(entry.to_owned());
        } else if line.starts_with(char::is_alphabetic) {
            name = None;
        } else if let Some(name) = &name {
            let lines = entries.entry(name.clone()).or_default();
            lines.push_str(line);
            lines.push('\n');
        }
    }
    entries
}

#[test]
fn the_runbook_has_a_section_for_every_alarm_that_tells() {
    let runbook = read("RUNBOOK.md");
    let headings: BTreeSet<_> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("### ")?.strip_suffix("Alarm"))
        .map(|name| format!("{name}Alarm"))
        .collect();
    let telling: BTreeSet<_> = template_entries()
        .into_iter()
        .filter(|(_, lines)| {
            lines.contains("Type: AWS::CloudWatch::Alarm") && lines.contains("AlarmActions:")
        })
        .map(|(name, _)| name)
        .collect();
    assert!(telling.contains("ErrorsAlarm"), "{telling:?}");
    assert_eq!(headings, telling);
}

/// `service:Action`, if a line of a policy is one.
fn allowed(line: &str) -> Option<&str> {
    let line = line.trim();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let action = line.strip_prefix("Action: ").unwrap_or(line);
    let (service, name) = action.split_once(':')?;
    let is_action = service
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric());
    (is_action && service != "sts").then_some(action)
}

#[test]
fn the_readme_lists_every_action_of_each_role_and_no_other() {
    // What the README says in words: Lambda takes events and writes logs in the function's name, SNS
    // uses a topic's key.
    let in_words = [
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ];
    let readme = read("README.md");
    let section = readme.split("### What it calls, and why").nth(1);
    let section = section.expect("README.md has a section `What it calls, and why`");
    let section = section.split("\n### ").next().unwrap();
    let (task, headroom) = section
        .split_once("The headroom function has a role of its own")
        .expect("the section has a table for each function");
    let (task, service) = task
        .split_once("The service auditor has a role of its own")
        .expect("the section has a table for each function");
    let (headroom, monitor) = headroom
        .split_once("The monitor is there only")
        .expect("the section has a table for each function");
    let (monitor, forwarder) = monitor
        .split_once("The function that forwards")
        .expect("the section has a table for each function");
    let entries = template_entries();
    for (role, table) in [
        ("TaskAuditorRole", task),
        ("ServiceAuditorRole", service),
        ("HeadroomAuditorRole", headroom),
        ("VpcMonitorRole", monitor),
        ("FindingForwarderRole", forwarder),
    ] {
        let cells = table
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('|').next());
        let mut listed: BTreeSet<_> = cells
            .flat_map(|cell| cell.split(['`', ',', ' ']))
            .filter_map(allowed)
            .collect();
        if role == "ServiceAuditorRole" {
            // It may all that the task auditor may but ask flow logs and tasks, and its table says what
            // else.
            let others = [FLOW_LOG_ACTIONS, EXEC_ACTIONS].concat();
            let also = entries["TaskAuditorRole"].lines().filter_map(allowed);
            let also = also.filter(|action| !others.contains(action));
            listed.extend(also.filter(|action| !in_words.contains(action)));
        }
        let granted: BTreeSet<_> = entries[role]
            .lines()
            .filter_map(allowed)
            .filter(|action| !in_words.contains(action))
            .collect();
        assert_eq!(listed, granted, "{role}");
    }
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
    insta::assert_snapshot!("help_monitor", auditor(["monitor", "--help"]).shown());
    insta::assert_snapshot!("help_task", auditor(["task", "--help"]).shown());
    insta::assert_snapshot!("help_service", auditor(["service", "--help"]).shown());
    insta::assert_snapshot!("help_diff", auditor(["diff", "--help"]).shown());
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
