//! JSON, schema 1: what a monitor was answered. The same rules as for the other reports hold.

use serde::Serialize;

use super::agreement_text::from;
use super::agreement_v1::ProbedV1;
use super::json_v1::SCHEMA;
use crate::facts::Timestamp;
use crate::probe::{Probe, Probed};

/// One look at all targets.
#[derive(Debug, Serialize)]
pub struct MonitorReportV1 {
    schema: u32,
    subject: MonitorSubjectV1,
    asked_at: Option<String>,
    targets: Vec<MonitoredV1>,
    /// Why not everything was asked, if that is so.
    cut_short: Option<String>,
}

/// Who asked.
#[derive(Debug, Serialize)]
pub struct MonitorSubjectV1 {
    kind: &'static str,
    from: String,
}

/// One target.
#[derive(Debug, Serialize)]
pub struct MonitoredV1 {
    target: String,
    probe: ProbedV1,
}

/// A target that fares otherwise than before: a line of its own.
#[derive(Debug, Serialize)]
pub struct MonitorChangeV1 {
    schema: u32,
    asked_at: Option<String>,
    #[serde(flatten)]
    target: MonitoredV1,
}

impl From<&Probe> for MonitorReportV1 {
    fn from(probe: &Probe) -> Self {
        Self {
            schema: SCHEMA,
            subject: MonitorSubjectV1 {
                kind: "monitor",
                from: from(&probe.vantage),
            },
            asked_at: probe.asked_at.map(|at| at.to_string()),
            targets: probe.targets.iter().map(Into::into).collect(),
            cut_short: probe.cut_short.clone(),
        }
    }
}

impl From<&Probed> for MonitoredV1 {
    fn from(probed: &Probed) -> Self {
        Self {
            target: probed.target.to_string(),
            probe: probed.into(),
        }
    }
}

impl MonitorChangeV1 {
    /// How a target fares now.
    pub fn new(probed: &Probed, at: Option<Timestamp>) -> Self {
        Self {
            schema: SCHEMA,
            asked_at: at.map(|at| at.to_string()),
            target: probed.into(),
        }
    }
}
