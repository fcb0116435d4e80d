//! Metrics in CloudWatch's embedded format: a line of JSON on standard output, no call.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! Written here and not by a library: it is one structure, and the libraries bring a registry that
//! outlives the invocation.

mod monitor;

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, SystemTime};

use awsvpc_auditor_engine::checks::{AuditResult, HeadroomReport, Outcome, Report};
use awsvpc_auditor_engine::headroom::Figure;
use serde_json::{Value, json};

pub(crate) use monitor::MonitorRun;

/// Writes lines of metrics.
pub(crate) fn write(lines: &[Value]) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    for line in lines {
        writeln!(output, "{line}")?;
    }
    output.flush()
}

/// What one invocation did.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Events that were looked at, also those that were not worth an audit: the sign of life.
    pub(crate) events: u64,
    audits: u64,
    unknowns: u64,
    findings: BTreeMap<(&'static str, String), u64>,
    /// Messages that were published.
    pub(crate) messages: u64,
    /// Times that messages went out without the table of what was told.
    pub(crate) degraded: u64,
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
        write(&self.lines(namespace, now(), took))
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
                        metric("EventsHandled", "Count"),
                        metric("Audits", "Count"),
                        metric("Unknowns", "Count"),
                        metric("Messages", "Count"),
                        metric("ToldWithoutState", "Count"),
                        metric("AwsCalls", "Count"),
                        metric("Failures", "Count"),
                        metric("Duration", "Milliseconds"),
                    ],
                }],
            },
            "EventsHandled": self.events,
            "Audits": self.audits,
            "Unknowns": self.unknowns,
            "Messages": self.messages,
            "ToldWithoutState": self.degraded,
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

/// What one run of the headroom auditor did and saw.
#[derive(Debug)]
pub(crate) struct HeadroomRun<'r> {
    pub(crate) report: &'r HeadroomReport<'r, 'r>,
    pub(crate) messages: u64,
    /// Times that messages went out without the table of what was told.
    pub(crate) degraded: u64,
    /// Clusters that there was no time for.
    pub(crate) unreached: usize,
    pub(crate) aws_calls: u64,
}

impl HeadroomRun<'_> {
    /// The run, and every figure of its report.
    pub(crate) fn lines(&self, namespace: &str, took: Duration) -> Vec<Value> {
        let summary = self.report.summary();
        let figures = self.report.figures();
        let total = |name: &str| {
            let named = figures.iter().filter(|figure| figure.name == name);
            named.map(|figure| figure.value).sum::<f64>()
        };
        let full = figures
            .iter()
            .filter(|f| f.name == "EniSlotsFree" && f.value <= 0.0);
        let timestamp = now();
        let mut lines = vec![line(
            namespace,
            timestamp,
            &[],
            &[
                ("HeadroomRuns", json!(1)),
                ("HeadroomFaults", json!(summary.fail)),
                ("HeadroomUnknowns", json!(summary.unknown)),
                ("HeadroomMessages", json!(self.messages)),
                ("ToldWithoutState", json!(self.degraded)),
                ("HeadroomAwsCalls", json!(self.aws_calls)),
                (
                    "HeadroomMilliseconds",
                    json!(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
                ),
                ("UnreachedClusters", json!(self.unreached)),
                ("ClustersWithoutFreeEniSlot", json!(full.count())),
                ("StallingDeployments", json!(total("DeploymentsThatStall"))),
            ],
        )];
        let mut groups: BTreeMap<&[(&'static str, String)], Vec<&Figure>> = BTreeMap::new();
        for figure in &figures {
            groups.entry(&figure.dimensions).or_default().push(figure);
        }
        lines.extend(groups.into_iter().map(|(dimensions, figures)| {
            let values = figures
                .iter()
                .map(|figure| (figure.name, json!(figure.value)));
            line(
                namespace,
                timestamp,
                dimensions,
                &values.collect::<Vec<_>>(),
            )
        }));
        lines
    }
}

/// Metrics with the same dimensions.
fn line(
    namespace: &str,
    timestamp: u64,
    dimensions: &[(&'static str, String)],
    values: &[(&str, Value)],
) -> Value {
    let names: Vec<_> = dimensions.iter().map(|(name, _)| *name).collect();
    let metrics: Vec<_> = values
        .iter()
        .map(|(name, _)| json!({ "Name": name, "Unit": "None" }))
        .collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": timestamp,
            "CloudWatchMetrics": [{
                "Namespace": namespace,
                "Dimensions": [names],
                "Metrics": metrics,
            }],
        },
    });
    if let Value::Object(members) = &mut line {
        let dimensions = dimensions.iter().map(|(name, value)| (*name, json!(value)));
        let values = values.iter().map(|(name, value)| (*name, value.clone()));
        members.extend(
            dimensions
                .chain(values)
                .map(|(name, value)| (name.to_owned(), value)),
        );
    }
    line
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
