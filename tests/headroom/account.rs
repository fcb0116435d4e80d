//! The account that the stack is deployed into: its clock, its topic, its log.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::inbox::Inbox;
use awsvpc_auditor_tests::recorder::Recorder;
use awsvpc_auditor_tests::stack::Stack;
use awsvpc_auditor_tests::tools;
use awsvpc_auditor_tests::world::wait;
use serde_json::Value;

use super::figures::Run;
use super::time::wait_for;

/// A run takes a few seconds.
pub(super) const SOON: Duration = Duration::from_secs(45);

/// The emulator looks every ten seconds whether a minute is over.
pub(super) const A_ROUND: Duration = Duration::from_mins(2);

/// An account with the stack.
pub(super) struct Account {
    /// Before the network.
    pub(super) network: Recorder,
    /// Before the topic, the table and CloudWatch.
    pub(super) own: Recorder,
    inbox: Inbox,
    failed: Inbox,
    stack: Stack,
    server: Server,
}

/// A message of the topic for programs.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) subject: String,
    /// The checks whose faults are new.
    pub(super) checks: BTreeSet<String>,
    /// The checks whose faults are gone.
    pub(super) resolved: BTreeSet<String>,
    findings: Vec<Value>,
}

impl Told {
    fn of(message: &Value) -> Self {
        let document: Value = serde_json::from_str(message["Message"].as_str().unwrap()).unwrap();
        assert_eq!(document["subject"]["kind"], "headroom", "{document:#}");
        assert_eq!(document["left_out"], 0, "{document:#}");
        let findings = document["findings"].as_array().unwrap().clone();
        let checks = |state: &str| {
            let own = findings.iter().filter(|finding| finding["state"] == state);
            own.map(|finding| finding["check"].as_str().unwrap().to_owned())
                .collect()
        };
        Self {
            subject: message["Subject"].as_str().unwrap().to_owned(),
            checks: checks("opened"),
            resolved: checks("resolved"),
            findings,
        }
    }

    /// What it says about one fault: the words, and the commands.
    pub(super) fn entry(&self, check: &str, resource: &str) -> String {
        let mut own = self.findings.iter().filter(|finding| {
            let found = finding["resource"].as_str().unwrap();
            finding["check"] == check && found.starts_with(resource)
        });
        let Some(finding) = own.next() else {
            panic!(
                "nothing about {check} of {resource} in {:#?}",
                self.findings
            );
        };
        let mut text = finding["message"].as_str().unwrap().to_owned();
        for fix in finding["fixes"].as_array().unwrap() {
            text.push_str(" fix: ");
            text.push_str(fix["command"].as_str().unwrap());
        }
        text
    }
}

impl Account {
    /// Deploys the stack with a clock that goes every minute. Its functions ask `network`.
    pub(super) fn deploy(network: Recorder) -> Self {
        let own = Recorder::start("");
        let server = Server::ministack_behind(&own, network.url());
        let parameters = BTreeMap::from([
            ("HeadroomSchedule", "\"rate(1 minute)\""),
            ("MinimumSeverity", "low"),
            // What comes back within the test is new.
            ("FlappingMinutes", "0"),
            // What is short is more than short: half of a small cluster's slots.
            ("ClusterSlotsPercent", "60"),
        ]);
        let stack = Stack::deploy(&server, "headroom", &parameters);
        Self {
            inbox: Inbox::subscribed(&server, stack.output("FindingsTopicArn")),
            failed: Inbox::of(&server, stack.output("FailedHeadroomRunsQueueUrl")),
            network,
            own,
            stack,
            server,
        }
    }

    /// Waits for one message.
    pub(super) fn told(&self, patience: Duration) -> Told {
        let look = || Some(self.inbox.receive()).filter(|found| !found.is_empty());
        let found = wait_for(patience, look, || {
            format!(
                "no message within {patience:?}\n{}",
                self.all_that_was_said()
            )
        });
        assert_eq!(found.len(), 1, "{found:#?}");
        Told::of(&found[0])
    }

    /// Fails if something was told.
    pub(super) fn assert_silent(&self) {
        let late = self.inbox.receive();
        assert!(late.is_empty(), "{late:#?}");
    }

    /// Waits for a run that failed, as Lambda keeps it.
    pub(super) fn failed_run(&self) -> Value {
        let look = || self.failed.receive().pop();
        wait_for(SOON, look, || {
            format!("no failed run is kept\n{}", self.all_that_was_said())
        })
    }

    /// Stops the clocks, this function's and the sweep's, so that a run is one that the test began.
    pub(super) fn stop_clock(&self) {
        let events = aws_sdk_eventbridge::Client::new(&client_config(&self.server.url()));
        let rules = wait(events.list_rules().send()).unwrap();
        let clocks = rules.rules();
        let clocks = clocks
            .iter()
            .filter(|rule| rule.schedule_expression().is_some());
        let clocks: Vec<_> = clocks.filter_map(|rule| rule.name()).collect();
        assert_eq!(clocks.len(), 2, "{rules:?}");
        for clock in clocks {
            wait(events.disable_rule().name(clock).send()).unwrap();
        }
    }

    /// Runs the function once: what it answers.
    pub(super) fn run(&self) -> Value {
        let directory = tempfile::tempdir().unwrap();
        let answer = directory.path().join("answer");
        self.invoke("RequestResponse", &answer);
        let answer = std::fs::read_to_string(answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(answer["failed"].is_u64(), "{answer}");
        answer
    }

    /// Has Lambda run the function, with all that it does when a run fails.
    pub(super) fn run_by_lambda(&self) {
        let directory = tempfile::tempdir().unwrap();
        self.invoke("Event", &directory.path().join("nothing"));
    }

    fn invoke(&self, kind: &str, answer: &std::path::Path) {
        let function = self.stack.output("HeadroomAuditorFunctionArn");
        tools::run(
            self.aws()
                .args(["lambda", "invoke", "--function-name", function])
                .args(["--invocation-type", kind])
                .arg(answer),
        );
    }

    fn aws(&self) -> std::process::Command {
        let mut command = tools::program("aws");
        command.env("AWS_ENDPOINT_URL", self.server.url());
        command
    }

    /// The lines of the function's log.
    pub(super) fn log(&self) -> Vec<String> {
        let group = self.stack.output("HeadroomAuditorLogGroup");
        let found = tools::run(self.aws().args([
            "logs",
            "filter-log-events",
            "--output",
            "json",
            "--log-group-name",
            group,
        ]));
        let found: Value = serde_json::from_str(&found).unwrap();
        let events = found["events"].as_array().unwrap().iter();
        let messages = events.map(|event| event["message"].as_str().unwrap().to_owned());
        messages.collect()
    }

    /// The runs that the log tells of, of which there are so many at least.
    pub(super) fn runs(&self, least: usize, patience: Duration) -> Vec<Run> {
        let look = || Some(Run::all(&self.log())).filter(|runs| runs.len() >= least);
        wait_for(patience, look, || {
            format!("no {least} runs\n{}", self.all_that_was_said())
        })
    }

    fn all_that_was_said(&self) -> String {
        format!("{}\n{}", self.log().join("\n"), self.server.log())
    }

    /// Whether a text is anywhere in what the account logged.
    pub(super) fn has_logged(&self, text: &str) -> bool {
        self.log().iter().any(|line| line.contains(text)) || self.server.log().contains(text)
    }
}
