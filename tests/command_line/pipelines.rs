//! Reports in the formats of pipelines: they can be read back, say what the exit status says, and are the
//! same each time.

use std::collections::BTreeSet;

use awsvpc_auditor_tests::{Run, auditor};
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde_json::Value;
use serde_sarif::sarif::Sarif;

const SERVICE: [&str; 7] = [
    "service",
    "--cluster",
    "shop",
    "--service",
    "checkout",
    "--snapshot",
    "demo",
];

const TASK: [&str; 5] = [
    "task",
    "--event",
    "events/ecs-task-running-fargate.json",
    "--snapshot",
    "demo",
];

const HEADROOM: [&str; 3] = ["headroom", "--snapshot", "demo-headroom"];

/// The group of the load balancer may no longer reach the tasks.
const HARMFUL: &str = "aws ec2 revoke-security-group-ingress --group-id sg-0c0ec00000000c0ec --protocol tcp \
    --port 8080 --source-group sg-0a1b000000000a1b0";

fn report(command: &[&str], format: &str) -> Run {
    let run = auditor(command.iter().copied().chain(["--format", format]));
    assert!(matches!(run.status, 0 | 3 | 4), "{}", run.shown());
    assert_eq!(run.stderr, "");
    run
}

fn gate() -> Vec<&'static str> {
    [&SERVICE[..], &["--with", HARMFUL]].concat()
}

/// Every command that has these formats.
fn commands() -> [Vec<&'static str>; 4] {
    [SERVICE.to_vec(), TASK.to_vec(), HEADROOM.to_vec(), gate()]
}

fn junit(command: &[&str]) -> Report {
    let text = report(command, "junit").stdout;
    Report::deserialize_from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn sarif(command: &[&str]) -> Value {
    let run = report(command, "sarif");
    let read: Sarif = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(read.runs.len(), 1);
    run.json()
}

/// How many results of a JSON report have this outcome.
fn count(report: &Value, outcome: &str) -> usize {
    usize::try_from(report["summary"][outcome].as_u64().unwrap()).unwrap()
}

#[test]
fn junit_reads_as_ci_systems_see_it() {
    insta::assert_snapshot!("junit", report(&gate(), "junit").shown());
}

#[test]
fn junit_has_a_test_for_each_result() {
    for command in [SERVICE.to_vec(), TASK.to_vec(), HEADROOM.to_vec()] {
        let json = report(&command, "json").json();
        let junit = junit(&command);
        assert_eq!(junit.failures, count(&json, "fail"), "{command:?}");
        assert_eq!(junit.errors, count(&json, "unknown"), "{command:?}");
        assert_eq!(junit.skipped, count(&json, "skipped"), "{command:?}");
        let all = json["results"].as_array().unwrap().len();
        assert_eq!(junit.tests, all, "{command:?}");
    }
}

/// What fails without the change too would fail every build.
#[test]
fn junit_fails_what_a_change_breaks_and_nothing_else() {
    let junit = junit(&gate());
    let cases = junit.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let failed = cases.filter_map(|case| match &case.status {
        TestCaseStatus::NonSuccess {
            kind: NonSuccessKind::Failure,
            description,
            ..
        } => Some((case.name.as_str(), description.as_ref().unwrap().as_str())),
        _ => None,
    });
    let failed: Vec<_> = failed.collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    let (name, body) = failed[0];
    assert_eq!(name, "load-balancer-cannot-reach-task checkout");
    for words in [
        "no inbound rule of sg-0c0ec00000000c0ec",
        "fix: aws ec2 authorize-security-group-ingress --group-id sg-0c0ec00000000c0ec",
        "verified: ",
    ] {
        assert!(body.contains(words), "{body}");
    }
}

/// The pages of checks are shown elsewhere.
#[test]
fn sarif_reads_as_code_scanning_sees_it() {
    let mut log = sarif(&gate());
    let rules = &mut log["runs"][0]["tool"]["driver"]["rules"];
    for rule in rules.as_array_mut().unwrap() {
        for form in ["text", "markdown"] {
            let page = rule["help"][form].as_str().unwrap();
            let first = page.lines().next().unwrap().to_owned();
            assert_eq!(first, format!("# {}", rule["id"].as_str().unwrap()));
            rule["help"][form] = first.into();
        }
    }
    insta::assert_json_snapshot!("sarif", log);
}

#[test]
fn sarif_has_a_result_for_each_fault_and_doubt() {
    for command in commands() {
        let json = report(&command, "json").json();
        let log = sarif(&command);
        let results = log["runs"][0]["results"].as_array().unwrap();
        let open = count(&json, "fail") + count(&json, "unknown");
        assert_eq!(results.len(), open, "{command:?}");
        for result in results {
            let kind = result["kind"].as_str().unwrap();
            let level = result["level"].as_str().unwrap();
            let is_fault = kind == "fail";
            assert_eq!(is_fault, level != "none", "{result:#}");
            let location = &result["locations"][0]["physicalLocation"];
            assert_eq!(location["region"]["startLine"], 1);
        }
        let of = |name: &str| -> BTreeSet<&str> {
            let all = results.iter();
            all.map(|one| one["partialFingerprints"][name].as_str().unwrap())
                .collect()
        };
        let known = json["results"].as_array().unwrap().iter();
        let known = known.filter(|one| matches!(one["outcome"].as_str(), Some("fail" | "unknown")));
        let known: BTreeSet<_> = known
            .map(|one| one["fingerprint"].as_str().unwrap())
            .collect();
        assert_eq!(of("awsvpcAuditor/v1"), known, "{command:?}");
        assert_eq!(of("primaryLocationLineHash").len(), open, "{command:?}");
    }
}

/// Findings about one service replace their own older ones only, and each has the file it comes from.
#[test]
fn sarif_names_the_subject_and_the_file() {
    for (command, category, file) in [
        (
            SERVICE.to_vec(),
            "awsvpc-auditor/123456789012/eu-west-1/shop/service:checkout/",
            "demo",
        ),
        (
            TASK.to_vec(),
            "awsvpc-auditor/123456789012/eu-west-1/shop/service:checkout/",
            "events/ecs-task-running-fargate.json",
        ),
        (
            [
                &SERVICE[..],
                &["--task-definition", "demo/task-definition.json"],
            ]
            .concat(),
            "awsvpc-auditor/123456789012/eu-west-1/shop/service:checkout/",
            "demo/task-definition.json",
        ),
        (
            HEADROOM.to_vec(),
            "awsvpc-auditor/123456789012/eu-west-1/headroom/",
            "demo-headroom",
        ),
    ] {
        let log = sarif(&command);
        let run = &log["runs"][0];
        assert_eq!(run["automationDetails"]["id"], category);
        let location = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], file);
    }
}

#[test]
fn annotations_read_as_github_sees_them() {
    insta::assert_snapshot!("github", report(&gate(), "github").shown());
    insta::assert_snapshot!("github_task", report(&TASK, "github").shown());
}

/// Whatever a step prints may be a command.
#[test]
fn annotations_are_all_that_is_printed() {
    for command in commands() {
        let run = report(&command, "github");
        let lines: Vec<_> = run.stdout.lines().collect();
        let (last, annotations) = lines.split_last().unwrap();
        assert!(last.starts_with("awsvpc-auditor: "), "{last}");
        assert!(!annotations.is_empty(), "{}", run.stdout);
        for line in annotations {
            let known = ["::error ", "::warning ", "::notice "];
            let is_known = known.iter().any(|command| line.starts_with(command));
            assert!(is_known && line.contains("title="), "{line}");
        }
    }
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    for format in ["junit", "sarif", "github"] {
        for command in commands() {
            let first = report(&command, format);
            let again = report(&command, format);
            assert_eq!(first.stdout, again.stdout, "{format}");
            let text = report(&command, "text");
            assert_eq!(first.status, text.status, "{format} {command:?}");
        }
    }
}

/// An answer to one question is no list of findings.
#[test]
fn questions_have_no_format_of_pipelines() {
    let question = [
        "reach",
        "--from",
        "internet",
        "--to",
        "internet",
        "--snapshot",
        "demo",
    ];
    let run = auditor(question.into_iter().chain(["--format", "sarif"]));
    assert_eq!(run.status, 2, "{}", run.shown());
}

/// What the definitions of the demo hold.
#[test]
fn no_format_tells_a_secret() {
    for command in commands() {
        for format in ["junit", "sarif", "github"] {
            let run = report(&command, format);
            assert!(!run.stdout.contains("not-for-anybody-to-see"), "{format}");
        }
    }
}
