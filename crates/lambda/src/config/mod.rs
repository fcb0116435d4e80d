//! What the environment says. A function that is configured wrong says so when it starts, not when a
//! task fails.

mod forwarder;
mod monitor;
mod values;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::SdkConfig;
use awsvpc_auditor_collector::{Calls, ChangeLog, FlowLogReader};
use awsvpc_auditor_engine::alert::{Channel, Policy};
use awsvpc_auditor_engine::headroom::Thresholds;

use crate::alerts::{Aws, Table, Topics};
pub use forwarder::{FORWARDER_VARIABLES, ForwarderConfig, ProductArn};
pub(crate) use monitor::MOST_TARGETS;
pub use monitor::{MONITOR_VARIABLES, MonitorConfig};
use values::{
    is_on, list, log_groups, log_level, metrics_namespace, minimum_severity, number, topic_arn,
    wrong,
};

/// Every environment variable that the auditors and the monitor read; a test compares them with the template.
pub const VARIABLES: &[&str] = &[
    TOPIC_ARN,
    CHAT_TOPIC_ARN,
    FINDINGS_TOPIC_ARN,
    STATE_TABLE,
    MINIMUM_SEVERITY,
    REMIND_AFTER_HOURS,
    FLAPPING_MINUTES,
    UNKNOWN_AUDITS,
    LOG_LEVEL,
    METRICS_NAMESPACE,
];

/// Every further one that the task auditor reads.
pub const AUDITOR_VARIABLES: &[&str] = &[LOOK_UP_CHANGES, FLOW_LOG_GROUP_ARNS, PROBE_TASKS];

/// Every further one that the service auditor reads.
pub const SERVICE_VARIABLES: &[&str] = &[LOOK_UP_CHANGES, CLUSTERS, monitor::NAME];

/// Every further one that the headroom auditor reads.
pub const HEADROOM_VARIABLES: &[&str] = &[
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
const LOOK_UP_CHANGES: &str = "LOOK_UP_CHANGES";
const PROBE_TASKS: &str = "PROBE_TASKS";
const FLOW_LOG_GROUP_ARNS: &str = "FLOW_LOG_GROUP_ARNS";
const CLUSTER_SLOTS_PERCENT: &str = "CLUSTER_SLOTS_PERCENT";
const SUBNET_ADDRESSES_PERCENT: &str = "SUBNET_ADDRESSES_PERCENT";
const QUOTA_USED_PERCENT: &str = "QUOTA_USED_PERCENT";
const STUCK_MINUTES: &str = "STUCK_MINUTES";
const FORECAST_DAYS: &str = "FORECAST_DAYS";

const TOPIC_ARN: &str = "TOPIC_ARN";
const CHAT_TOPIC_ARN: &str = "CHAT_TOPIC_ARN";
const FINDINGS_TOPIC_ARN: &str = "FINDINGS_TOPIC_ARN";
const REMIND_AFTER_HOURS: &str = "REMIND_AFTER_HOURS";
const FLAPPING_MINUTES: &str = "FLAPPING_MINUTES";
const UNKNOWN_AUDITS: &str = "UNKNOWN_AUDITS";
const MINIMUM_SEVERITY: &str = "MINIMUM_SEVERITY";
const LOG_LEVEL: &str = "LOG_LEVEL";
const METRICS_NAMESPACE: &str = "METRICS_NAMESPACE";

/// The configuration of the task auditor, and of both functions.
#[derive(Debug, Clone)]
pub struct Config {
    /// The topics that faults are published to.
    pub topics: TopicArns,
    /// The table of the alerts' states.
    pub state_table: String,
    /// What is told, and how often.
    pub policy: Policy,
    /// How much is logged.
    pub log_level: tracing::Level,
    /// The namespace of the metrics.
    pub metrics_namespace: String,
    /// Whether CloudTrail is asked who changed what, before something new is told.
    pub looks_up_changes: bool,
    /// Whether tasks are asked themselves, by ECS Exec, when an alert is about to open.
    pub probes_tasks: bool,
    /// The log groups of VPC flow logs that are asked what was refused, by name; none: no flow log is.
    pub flow_log_groups: BTreeSet<String>,
    /// The clusters whose services are looked at, by name or ARN; none: all.
    pub clusters: Vec<String>,
    /// What the stack's monitor is called, if it has one.
    pub monitor: Option<String>,
}

/// A topic for each form of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArns {
    /// Text.
    pub mail: String,
    /// For Amazon Q Developer in chat applications.
    pub chat: Option<String>,
    /// JSON.
    pub machine: Option<String>,
}

impl TopicArns {
    /// The topic of a form, if it has one.
    pub fn of(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Mail => Some(&self.mail),
            Channel::Chat => self.chat.as_deref(),
            Channel::Machine => self.machine.as_deref(),
        }
    }
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
            topics: TopicArns {
                mail: topic_arn(TOPIC_ARN, value(TOPIC_ARN))?.ok_or_else(|| {
                    wrong(
                        TOPIC_ARN,
                        "isn't set: it names the SNS topic for faults (arn:aws:sns:…)",
                    )
                })?,
                chat: topic_arn(CHAT_TOPIC_ARN, value(CHAT_TOPIC_ARN))?,
                machine: topic_arn(FINDINGS_TOPIC_ARN, value(FINDINGS_TOPIC_ARN))?,
            },
            state_table: value(STATE_TABLE).ok_or_else(|| {
                wrong(
                    STATE_TABLE,
                    "isn't set: it names the DynamoDB table of the alerts' states",
                )
            })?,
            policy: policy(value)?,
            log_level: log_level(value(LOG_LEVEL).as_deref())?,
            metrics_namespace: metrics_namespace(value(METRICS_NAMESPACE))?,
            looks_up_changes: is_on(LOOK_UP_CHANGES, value(LOOK_UP_CHANGES).as_deref())?,
            probes_tasks: is_on(PROBE_TASKS, value(PROBE_TASKS).as_deref())?,
            flow_log_groups: log_groups(FLOW_LOG_GROUP_ARNS, value(FLOW_LOG_GROUP_ARNS))?,
            clusters: list(value(CLUSTERS)),
            monitor: value(monitor::NAME).map(|name| name.trim().to_owned()),
        })
    }

    /// The table and the topics that it names, and CloudTrail and flow logs, if they are to be asked.
    pub(crate) fn aws(&self, sdk: &SdkConfig, calls: &Calls) -> Aws {
        let (name, policy) = (self.state_table.clone(), self.policy.clone());
        let table = Table::new(sdk, name, calls.clone(), policy);
        let topics = Topics::new(sdk, self.topics.clone(), calls.clone());
        let change_log = self.looks_up_changes.then(|| ChangeLog::new(sdk, calls));
        let groups = Some(&self.flow_log_groups).filter(|groups| !groups.is_empty());
        let flow_logs = groups.map(|groups| FlowLogReader::new(sdk, calls, groups.clone()));
        Aws::new(table, topics)
            .explaining(change_log)
            .proving(flow_logs)
    }
}

/// What is told, and how often.
fn policy(value: impl Fn(&'static str) -> Option<String>) -> Result<Policy, ConfigError> {
    let usual = Policy::default();
    let number = |variable, default: u64, most| {
        let default = u32::try_from(default).unwrap_or(u32::MAX);
        number(variable, value(variable), default, most)
    };
    let hours = usual.remind_after.map_or(0, |time| time.as_secs() / 3600);
    let hours = number(REMIND_AFTER_HOURS, hours, 8760)?;
    let minutes = number(FLAPPING_MINUTES, usual.flapping_within.as_secs() / 60, 1440)?;
    Ok(Policy {
        minimum_severity: minimum_severity(value(MINIMUM_SEVERITY).as_deref())?,
        remind_after: (hours > 0).then(|| Duration::from_hours(hours.into())),
        flapping_within: Duration::from_mins(minutes.into()),
        unknown_audits: number(UNKNOWN_AUDITS, usual.unknown_audits.into(), 1000)?,
    })
}

/// The configuration of the headroom auditor.
#[derive(Debug, Clone)]
pub struct HeadroomConfig {
    /// What both functions have.
    pub common: Config,
    /// The regions to look at; none: the function's own.
    pub regions: Vec<String>,
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
            regions: list(value(REGIONS)),
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
        let own = self.common.clusters.iter().filter(|cluster| {
            let named = cluster
                .starts_with("arn:")
                .then(|| cluster.split(':').nth(3));
            named.flatten().is_none_or(|named| named == region)
        });
        own.cloned().collect()
    }
}
