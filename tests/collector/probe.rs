//! `awsvpc-auditor probe`: a task is asked itself, and configuration and answers stand side by side.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use awsvpc_auditor_lab::agent::{Agent, Mischief};
use awsvpc_auditor_lab::namespaces::{Lab, Reply};
use awsvpc_auditor_tests::insider::Insider;
use awsvpc_auditor_tests::recorder::{Call, Fault};
use awsvpc_auditor_tests::{Run, auditor_binary};
use serde_json::{Value, json};

use crate::support::Account;

/// A task that runs, and a shell for it.
struct Running {
    account: Account,
    task: String,
    described: &'static str,
}

impl Running {
    fn new() -> Self {
        let account = Account::new();
        let interface = account.world.make_interface();
        let event = account.world.event("checkout", 1, 5, &interface);
        let mut task = event["detail"].clone();
        // The API gives times as numbers, and these don't matter.
        task.as_object_mut()
            .unwrap()
            .retain(|key, _| !key.ends_with("At"));
        task["enableExecuteCommand"] = json!(true);
        let described = json!({ "tasks": [task], "failures": [] });
        Self {
            account,
            task: task["taskArn"].as_str().unwrap().to_owned(),
            described: described.to_string().leak(),
        }
    }

    /// What ECS answers of this task, and else by the rule.
    fn answers(&self, rule: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static) {
        let described = self.described;
        self.account.recorder.set_rule(move |call| {
            let is_asked = call.action == "ecs:DescribeTasks";
            is_asked
                .then_some(Fault::Answer(described))
                .or_else(|| rule(call))
        });
    }

    fn probe(&self, arguments: &[&str]) -> Run {
        self.probe_trusting(arguments, &[])
    }

    /// The same, with further variables.
    fn probe_trusting(&self, arguments: &[&str], environment: &[(&str, &Path)]) -> Run {
        let output = Command::new(auditor_binary())
            .args(["probe", "--task", &self.task])
            .args(arguments)
            .env_clear()
            .env("AWS_ENDPOINT_URL", self.account.recorder.url())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run {
            status: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

fn result<'r>(report: &'r Value, check: &str) -> &'r Value {
    let results = report["results"].as_array().unwrap();
    let mut results = results.iter().filter(|one| one["check"] == check);
    results
        .next()
        .unwrap_or_else(|| panic!("no {check} in {report:#}"))
}

#[test]
fn configuration_and_answers_stand_side_by_side() {
    let running = Running::new();
    let insider = Insider::new(Mischief::None);
    let _database = insider.lab().port(5432, Reply::Nothing).unwrap();
    let answering = insider.clone();
    running.answers(move |call| answering.answer(call));
    let needs = format!("{}:5432", Lab::SERVER);
    let refused = format!("{}:6379", Lab::SERVER);
    let text = running.probe(&["--needs", &needs, "--needs", &refused]);
    assert!(text.stdout.contains(&needs), "{text:?}");
    for words in ["Configuration", "open", "refused"] {
        let shown = text.stdout.to_lowercase();
        assert!(
            shown.contains(&words.to_lowercase()),
            "{words}: {}",
            text.stdout
        );
    }
    assert_eq!(insider.all_ended(), 1);
    // A planted error of the engine: replies are dropped, as the configuration has it, and yet it answers.
    running.account.world.break_return_path();
    let report = running.probe(&["--needs", &needs, "--format", "json"]);
    assert_eq!(report.status, 3, "{report:?}");
    let report = report.json();
    let contradiction = result(&report, "probe-contradicts-configuration");
    assert_eq!(contradiction["outcome"], "fail", "{contradiction:#}");
    assert!(
        contradiction["explanations"].to_string().contains("acl-"),
        "{contradiction:#}"
    );
    assert_eq!(insider.all_ended(), 1);
}

/// Nothing that a task needs may answer, and people still have an answer in time; nothing is left in the task.
#[test]
fn ten_dependencies_that_swallow_everything_are_told_within_half_a_minute() {
    let running = Running::new();
    let insider = Insider::new(Mischief::None);
    let answering = insider.clone();
    running.answers(move |call| answering.answer(call));
    let needs: Vec<String> = (1..=10)
        .map(|number| format!("{}:5432", Lab::swallowed(number)))
        .collect();
    let needs = needs.iter().flat_map(|one| ["--needs", one.as_str()]);
    let arguments: Vec<&str> = needs.chain(["--format", "json"]).collect();
    let started = Instant::now();
    let run = running.probe(&arguments);
    let took = started.elapsed();
    let report = run.json();
    let answers = report["probes"].as_array().unwrap().iter();
    let silent = answers.filter(|one| one["probe"]["port"]["answer"] == "silent");
    assert_eq!(silent.count(), 10, "{report:#}");
    assert!(took < Duration::from_secs(30), "{took:?}");
    // No process; that no file is left the script's own tests look at.
    assert_eq!(insider.all_ended(), 1);
}

/// What ECS says while the agent of a task that has just started isn't up.
const NOT_YET: Fault = Fault::RefusedSaying(
    "InvalidParameterException",
    "The execute command failed because execute command was not enabled when the task was run or the execute \
     command agent isn’t running. Wait and try again or run a new task with execute command enabled and try \
     again.",
);

/// Each reason has words of its own, and the check that looks at it.
#[test]
fn what_keeps_a_task_from_being_asked_is_said_with_its_check() {
    let running = Running::new();
    for (fault, words) in [
        (Fault::AccessDenied, "ecs:ExecuteCommand: denied"),
        (
            Fault::Refused("TargetNotConnectedException"),
            "ExecuteCommandAgent isn't connected",
        ),
        (
            Fault::Refused("TargetNotConnectedException"),
            "exec-channel-unreachable (",
        ),
        (
            Fault::Refused("InvalidParameterException"),
            "exec-not-enabled (pass)",
        ),
        (NOT_YET, "ECS doesn't run commands in it yet"),
        (NOT_YET, "exec-channel-unreachable ("),
    ] {
        running.answers(move |call| (call.action == "ecs:ExecuteCommand").then_some(fault));
        let run = running.probe(&["--needs", "10.0.2.2:5432"]);
        assert_eq!(run.status, 1, "{run:?}");
        assert!(run.stderr.contains(words), "{words}: {run:?}");
    }
    for (mischief, words) in [
        (
            Mischief::RefusedUpgrade,
            "Session Manager refuses the session's token",
        ),
        (
            Mischief::RefusedUpgrade,
            "`aws ssm terminate-session --session-id ecs-execute-command-",
        ),
        (Mischief::Encrypted, "encrypted by a KMS key"),
        (Mischief::NoShell, "seems to have no shell"),
    ] {
        let insider = Insider::new(mischief);
        let answering = insider.clone();
        running.answers(move |call| answering.answer(call));
        let run = running.probe(&["--container", "web", "--needs", "10.0.2.2:5432"]);
        assert_eq!(run.status, 1, "{run:?}");
        assert!(run.stderr.contains(words), "{words}: {run:?}");
        assert!(!run.stderr.contains("cell-number=secret"), "{run:?}");
    }
}

/// As Session Manager does: by TLS, with a certificate that this machine's store has, or hasn't.
#[test]
fn a_session_by_tls_wants_a_certificate_that_is_trusted() {
    let running = Running::new();
    let insider = Insider::with_tls();
    let answering = insider.clone();
    running.answers(move |call| answering.answer(call));
    let _port = insider.lab().port(5432, Reply::Nothing).unwrap();
    let needs = format!("{}:5432", Lab::SERVER);
    let arguments = ["--container", "web", "--needs", &needs];
    let run = running.probe_trusting(&arguments, &[("SSL_CERT_FILE", Agent::trust())]);
    assert!(run.stdout.contains("from container web of task"), "{run:?}");
    assert!(run.stdout.contains("open, "), "{run:?}");
    assert_eq!(insider.all_ended(), 1);

    let run = running.probe(&arguments);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("TLS failed"), "{run:?}");
    assert!(!run.stderr.contains("cell-number=secret"), "{run:?}");
}

#[test]
fn a_probe_wants_a_task_that_is_there() {
    let running = Running::new();
    for (arguments, words) in [
        (&["--snapshot", "demo"][..], "--snapshot can't"),
        (
            &[
                "--with",
                "aws ec2 delete-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0",
            ],
            "--with can't",
        ),
    ] {
        let run = running.probe(arguments);
        assert_eq!(run.status, 2, "{run:?}");
        assert!(run.stderr.contains(words), "{words}: {run:?}");
    }
}
