//! What the environment says. A function that is configured wrong says so when it starts, not when a
//! task fails.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::checks::Severity;
use awsvpc_auditor_engine::headroom::Thresholds;

/// Every environment variable that both functions read; a test compares them with the template.
pub const VARIABLES: &[&str] = &[TOPIC_ARN, MINIMUM_SEVERITY, LOG_LEVEL, METRICS_NAMESPACE];

/// Every further one that the headroom auditor reads.
pub const HEADROOM_VARIABLES: &[&str] = &[
    STATE_TABLE,
    REGIONS,
    CLUSTERS,
    CLUSTER_SLOTS_PERCENT,
    SUBNET_ADDRESSES_PERCENT,
    QUOTA_USED_PERCENT,
    STUCK_MINUTES,
    FORECAST_DAYS,
];

const STATE_TABLE: &str = "STATE_TABLE";
const REGIONS: &str = "REGIONS";
const CLUSTERS: &str = "CLUSTERS";
const CLUSTER_SLOTS_PERCENT: &str = "CLUSTER_SLOTS_PERCENT";
const SUBNET_ADDRESSES_PERCENT: &str = "SUBNET_ADDRESSES_PERCENT";
const QUOTA_USED_PERCENT: &str = "QUOTA_USED_PERCENT";
const STUCK_MINUTES: &str = "STUCK_MINUTES";
const FORECAST_DAYS: &str = "FORECAST_DAYS";

const TOPIC_ARN: &str = "TOPIC_ARN";
const MINIMUM_SEVERITY: &str = "MINIMUM_SEVERITY";
const LOG_LEVEL: &str = "LOG_LEVEL";
const METRICS_NAMESPACE: &str = "METRICS_NAMESPACE";

/// The longest namespace that CloudWatch takes.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>
const NAMESPACE: usize = 255;

/// The configuration of the task auditor, and of both functions.
#[derive(Debug, Clone)]
pub struct Config {
    /// The topic that faults are published to.
    pub topic_arn: String,
    /// Audits with nothing worse than what is below this publish nothing.
    pub minimum_severity: Severity,
    /// How much is logged.
    pub log_level: tracing::Level,
    /// The namespace of the metrics.
    pub metrics_namespace: String,
}

/// A variable that is absent or says something impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {variable} {problem}")]
pub struct ConfigError {
    variable: &'static str,
    problem: String,
}

impl Config {
    /// Reads the configuration by looking variables up.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let value = |variable| look_up(variable).filter(|value| !value.trim().is_empty());
        Ok(Self {
            topic_arn: topic_arn(value(TOPIC_ARN))?,
            minimum_severity: minimum_severity(value(MINIMUM_SEVERITY).as_deref())?,
            log_level: log_level(value(LOG_LEVEL).as_deref())?,
            metrics_namespace: metrics_namespace(value(METRICS_NAMESPACE))?,
        })
    }
}

/// The configuration of the headroom auditor.
#[derive(Debug, Clone)]
pub struct HeadroomConfig {
    /// What both functions have.
    pub common: Config,
    /// The table for what a run leaves to the next one.
    pub state_table: String,
    /// The regions to look at; none: the function's own.
    pub regions: Vec<String>,
    /// The clusters to look at, by name or ARN; none: all.
    pub clusters: Vec<String>,
    /// From when on a number is a fault.
    pub thresholds: Thresholds,
}

impl HeadroomConfig {
    /// Reads the configuration by looking variables up.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let value = |variable| look_up(variable).filter(|value| !value.trim().is_empty());
        let number =
            |variable, default: u32, most: u32| number(variable, value(variable), default, most);
        let usual = Thresholds::default();
        let minutes = u32::try_from(usual.stuck_minutes).unwrap_or(u32::MAX);
        Ok(Self {
            common: Config::read(&look_up)?,
            state_table: value(STATE_TABLE).ok_or_else(|| {
                wrong(
                    STATE_TABLE,
                    "isn't set: it names the DynamoDB table of the state",
                )
            })?,
            regions: list(value(REGIONS)),
            clusters: list(value(CLUSTERS)),
            thresholds: Thresholds {
                cluster_slots_percent: number(
                    CLUSTER_SLOTS_PERCENT,
                    usual.cluster_slots_percent,
                    100,
                )?,
                subnet_addresses_percent: number(
                    SUBNET_ADDRESSES_PERCENT,
                    usual.subnet_addresses_percent,
                    100,
                )?,
                quota_used_percent: number(QUOTA_USED_PERCENT, usual.quota_used_percent, 100)?,
                stuck_minutes: number(STUCK_MINUTES, minutes, 1440)?.into(),
                forecast_days: number(FORECAST_DAYS, usual.forecast_days, 365)?,
                orphans: usual.orphans,
            },
        })
    }
}

impl HeadroomConfig {
    /// The clusters to look at in a region: those of other regions, which their ARNs name, aside.
    pub(crate) fn clusters_in(&self, region: &str) -> BTreeSet<String> {
        let own = self.clusters.iter().filter(|cluster| {
            let named = cluster
                .starts_with("arn:")
                .then(|| cluster.split(':').nth(3));
            named.flatten().is_none_or(|named| named == region)
        });
        own.cloned().collect()
    }
}

/// Words with commas between.
fn list(value: Option<String>) -> Vec<String> {
    let value = value.unwrap_or_default();
    let words = value.split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn number(
    variable: &'static str,
    value: Option<String>,
    default: u32,
    most: u32,
) -> Result<u32, ConfigError> {
    let Some(value) = value else {
        return Ok(default);
    };
    match value.trim().parse() {
        Ok(number) if number <= most => Ok(number),
        _ => Err(wrong(
            variable,
            format!("is `{value}`: expected a whole number from 0 to {most}"),
        )),
    }
}

fn wrong(variable: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError {
        variable,
        problem: problem.into(),
    }
}

fn topic_arn(value: Option<String>) -> Result<String, ConfigError> {
    let arn = value.ok_or_else(|| {
        wrong(
            TOPIC_ARN,
            "isn't set: it names the SNS topic for faults (arn:aws:sns:…)",
        )
    })?;
    let is_topic = arn.starts_with("arn:") && arn.split(':').nth(2) == Some("sns");
    if !is_topic || arn.split(':').count() != 6 {
        return Err(wrong(
            TOPIC_ARN,
            format!(
                "is `{arn}`, which is not an SNS topic's ARN (arn:aws:sns:REGION:ACCOUNT:NAME)"
            ),
        ));
    }
    if arn.to_ascii_lowercase().ends_with(".fifo") {
        // Messages to a FIFO topic need a group, and e-mail can't subscribe to one.
        return Err(wrong(
            TOPIC_ARN,
            format!("is `{arn}`, a FIFO topic: faults need a standard one"),
        ));
    }
    Ok(arn)
}

fn minimum_severity(value: Option<&str>) -> Result<Severity, ConfigError> {
    match value.map(str::trim) {
        Some("low") => Ok(Severity::Low),
        // Low ones are advice about every task of an account, not news about this one.
        None | Some("medium") => Ok(Severity::Medium),
        Some("high") => Ok(Severity::High),
        Some("critical") => Ok(Severity::Critical),
        Some(other) => Err(wrong(
            MINIMUM_SEVERITY,
            format!("is `{other}`: expected low, medium, high or critical"),
        )),
    }
}

fn log_level(value: Option<&str>) -> Result<tracing::Level, ConfigError> {
    // Nothing below `debug`: libraries' traces hold whole events, and those hold secrets.
    match value.map(|v| v.trim().to_ascii_lowercase()).as_deref() {
        Some("error") => Ok(tracing::Level::ERROR),
        Some("warn") => Ok(tracing::Level::WARN),
        None | Some("info") => Ok(tracing::Level::INFO),
        Some("debug") => Ok(tracing::Level::DEBUG),
        Some(other) => Err(wrong(
            LOG_LEVEL,
            format!("is `{other}`: expected error, warn, info or debug"),
        )),
    }
}

fn metrics_namespace(value: Option<String>) -> Result<String, ConfigError> {
    let namespace = value.unwrap_or_else(|| "awsvpc-auditor".to_owned());
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-/# ".contains(c);
    if namespace.len() > NAMESPACE
        || !namespace.chars().all(is_allowed)
        || namespace.starts_with("AWS/")
    {
        return Err(wrong(
            METRICS_NAMESPACE,
            format!(
                "is `{namespace}`: expected at most {NAMESPACE} letters, digits, . - _ / #, and not \
                 AWS/…, which is AWS's own"
            ),
        ));
    }
    Ok(namespace)
}
