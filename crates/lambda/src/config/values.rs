//! Reads single values, and says what is wrong with them.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::checks::Severity;

use super::{ConfigError, LOG_LEVEL, METRICS_NAMESPACE, MINIMUM_SEVERITY};

/// The longest namespace that CloudWatch takes.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>
const NAMESPACE: usize = 255;

/// Words with commas between.
pub(super) fn list(value: Option<String>) -> Vec<String> {
    let value = value.unwrap_or_default();
    let words = value.split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The names of log groups, of their ARNs with commas between.
pub(super) fn log_groups(
    variable: &'static str,
    value: Option<String>,
) -> Result<BTreeSet<String>, ConfigError> {
    let arns = list(value).into_iter();
    let names = arns.map(|arn| {
        // arn:PARTITION:logs:REGION:ACCOUNT:log-group:NAME:*. Without its end IAM takes it for something else.
        let whole = arn.strip_suffix(":*").unwrap_or_default();
        let mut parts = whole.splitn(7, ':');
        let is_logs = parts.next() == Some("arn") && parts.nth(1) == Some("logs");
        let is_group = parts.nth(2) == Some("log-group");
        let name = parts
            .next()
            .filter(|name| !name.is_empty() && !name.contains(':'));
        let name = name.filter(|_| is_logs && is_group);
        name.map(str::to_owned).ok_or_else(|| {
            wrong(
                variable,
                format!(
                    "has `{arn}`, which is not a log group's ARN \
                     (arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*)"
                ),
            )
        })
    });
    names.collect()
}

pub(super) fn number(
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

/// `on` or `off`; off where nothing is said.
pub(super) fn is_on(variable: &'static str, value: Option<&str>) -> Result<bool, ConfigError> {
    match value.map(str::trim) {
        Some("on") => Ok(true),
        None | Some("off") => Ok(false),
        Some(other) => Err(wrong(variable, format!("is `{other}`: expected on or off"))),
    }
}

pub(super) fn wrong(variable: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError {
        variable,
        problem: problem.into(),
    }
}

/// A standard topic's ARN.
pub(super) fn topic_arn(
    variable: &'static str,
    value: Option<String>,
) -> Result<Option<String>, ConfigError> {
    let Some(arn) = value else {
        return Ok(None);
    };
    let is_topic = arn.starts_with("arn:") && arn.split(':').nth(2) == Some("sns");
    if !is_topic || arn.split(':').count() != 6 {
        return Err(wrong(
            variable,
            format!(
                "is `{arn}`, which is not an SNS topic's ARN (arn:aws:sns:REGION:ACCOUNT:NAME)"
            ),
        ));
    }
    if arn.to_ascii_lowercase().ends_with(".fifo") {
        // Messages to a FIFO topic need a group, and e-mail can't subscribe to one.
        return Err(wrong(
            variable,
            format!("is `{arn}`, a FIFO topic: faults need a standard one"),
        ));
    }
    Ok(Some(arn))
}

pub(super) fn minimum_severity(value: Option<&str>) -> Result<Severity, ConfigError> {
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

pub(super) fn log_level(value: Option<&str>) -> Result<tracing::Level, ConfigError> {
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

pub(super) fn metrics_namespace(value: Option<String>) -> Result<String, ConfigError> {
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
