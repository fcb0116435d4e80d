//! Metrics in CloudWatch's embedded format: a line of JSON on standard output, no call.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! Written here and not by a library: it is one structure, and the libraries bring a registry that
//! outlives the invocation.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, SystemTime};

use awsvpc_auditor_engine::checks::{AuditResult, Outcome, Report};
use serde_json::{Value, json};

/// What one invocation did.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    audits: u64,
    unknowns: u64,
    findings: BTreeMap<(&'static str, String), u64>,
    /// Messages that were published.
    pub(crate) messages: u64,
    /// Requests to AWS, retries included.
    pub(crate) aws_calls: u64,
    /// Messages that are given back to the queue.
    pub(crate) failures: u64,
}

impl Metrics {
    /// Counts an audit.
    pub(crate) fn add(&mut self, report: &Report<'_>) {
        self.audits += 1;
        let with = |outcome| {
            let results = report.results.iter();
            results.filter(move |result: &&AuditResult| result.outcome == outcome)
        };
        self.unknowns += with(Outcome::Unknown).map(|_| 1).sum::<u64>();
        for result in with(Outcome::Fail) {
            let key = (result.check.id, result.severity.to_string());
            *self.findings.entry(key).or_default() += 1;
        }
    }

    /// Writes them.
    pub(crate) fn write(&self, namespace: &str, took: Duration) -> std::io::Result<()> {
        let mut output = std::io::stdout().lock();
        for line in self.lines(namespace, now(), took) {
            writeln!(output, "{line}")?;
        }
        output.flush()
    }

    fn lines(&self, namespace: &str, timestamp: u64, took: Duration) -> Vec<Value> {
        let metric = |name: &str, unit: &str| json!({ "Name": name, "Unit": unit });
        let mut lines = vec![json!({
            "_aws": {
                "Timestamp": timestamp,
                "CloudWatchMetrics": [{
                    "Namespace": namespace,
                    "Dimensions": [[]],
                    "Metrics": [
                        metric("Audits", "Count"),
                        metric("Unknowns", "Count"),
                        metric("Messages", "Count"),
                        metric("AwsCalls", "Count"),
                        metric("Failures", "Count"),
                        metric("Duration", "Milliseconds"),
                    ],
                }],
            },
            "Audits": self.audits,
            "Unknowns": self.unknowns,
            "Messages": self.messages,
            "AwsCalls": self.aws_calls,
            "Failures": self.failures,
            "Duration": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        })];
        lines.extend(self.findings.iter().map(|((check, severity), count)| {
            json!({
                "_aws": {
                    "Timestamp": timestamp,
                    "CloudWatchMetrics": [{
                        "Namespace": namespace,
                        "Dimensions": [["Check", "Severity"]],
                        "Metrics": [metric("Findings", "Count")],
                    }],
                },
                "Check": check,
                "Severity": severity,
                "Findings": count,
            })
        }));
        lines
    }
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
