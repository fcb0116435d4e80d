//! The figures that the function logs as metrics, and those that the command line reports.

use std::collections::BTreeMap;
use std::process::Command;

use awsvpc_auditor_tests::auditor_binary;
use awsvpc_auditor_tests::tools::REGION;
use serde_json::Value;

use super::account::Account;

/// By name and dimensions.
pub(super) type Figures = BTreeMap<(String, BTreeMap<String, String>), String>;

/// What one run logged as metrics.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// About itself, by name.
    pub(super) own: BTreeMap<String, u64>,
    /// About what is left.
    pub(super) figures: Figures,
}

impl Run {
    /// A figure of the region about one thing.
    pub(super) fn figure(&self, name: &str, kind: &str, about: &str) -> Option<&str> {
        let dimensions = [("Region", REGION), (kind, about)];
        let dimensions = dimensions.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let key = (name.to_owned(), dimensions.into());
        self.figures.get(&key).map(String::as_str)
    }

    /// Every run in a log. The first line of each is about itself.
    pub(super) fn all(log: &[String]) -> Vec<Self> {
        let lines = log
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok());
        let mut runs: Vec<Self> = Vec::new();
        for line in lines.filter(|line: &Value| line["_aws"].is_object()) {
            let metrics = &line["_aws"]["CloudWatchMetrics"][0];
            assert_eq!(metrics["Namespace"], "awsvpc-auditor", "{line}");
            let named = |names: &Value| -> Vec<String> {
                let names = names.as_array().unwrap().iter();
                names
                    .map(|name| name.as_str().unwrap().to_owned())
                    .collect()
            };
            let dimensions = named(&metrics["Dimensions"][0]).into_iter();
            let dimensions: BTreeMap<_, _> = dimensions
                .map(|name| {
                    let value = line[&name].as_str().unwrap().to_owned();
                    (name, value)
                })
                .collect();
            if dimensions.is_empty() {
                runs.push(Self::default());
            }
            let run = runs.last_mut().expect("a run begins with itself");
            for metric in metrics["Metrics"].as_array().unwrap() {
                let name = metric["Name"].as_str().unwrap().to_owned();
                let value = &line[&name];
                if dimensions.is_empty() {
                    run.own.insert(name, whole(value));
                } else {
                    let key = (name, dimensions.clone());
                    let twice = run.figures.insert(key, value.to_string());
                    assert_eq!(twice, None, "{line}");
                }
            }
        }
        runs
    }
}

/// A count, which a sum of figures is written as `2.0`.
fn whole(value: &Value) -> u64 {
    let text = value.to_string();
    text.strip_suffix(".0").unwrap_or(&text).parse().unwrap()
}

/// What the command line reports about the same account.
pub(super) fn reported(account: &Account) -> Figures {
    let mut command = Command::new(auditor_binary());
    command
        .args(["headroom", "--region", REGION, "--format", "json"])
        .env_clear()
        .env("AWS_ENDPOINT_URL", account.network.url())
        .env("AWS_ENDPOINT_URL_CLOUDWATCH", account.own.url())
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    let output = command.output().unwrap();
    // There are faults.
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let figures = report["figures"].as_array().unwrap().iter();
    let figure = |figure: &Value| {
        let name = figure["name"].as_str().unwrap().to_owned();
        let dimensions = serde_json::from_value(figure["dimensions"].clone());
        ((name, dimensions.unwrap()), figure["value"].to_string())
    };
    figures.map(figure).collect()
}
