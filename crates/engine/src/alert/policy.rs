use std::time::Duration;

use super::{Finding, Moment, Tags};
use crate::checks::Severity;

/// What people want to be told, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Lesser faults open no alert; messages only name them.
    pub minimum_severity: Severity,
    /// A fault that is still there is told again after this time; never, if none is given.
    pub remind_after: Option<Duration>,
    /// A fault that comes back within this time after it was mended is flapping; it has settled when
    /// it stays as it is for as long.
    pub flapping_within: Duration,
    /// How many audits must have been unable to see something before people hear of it.
    pub unknown_audits: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            minimum_severity: Severity::Medium,
            remind_after: Some(Duration::from_hours(24)),
            flapping_within: Duration::from_mins(30),
            unknown_audits: 3,
        }
    }
}

impl Policy {
    /// Whether a fault is told at all.
    pub(super) fn tells(&self, finding: &Finding, tags: &Tags) -> bool {
        finding.severity >= self.minimum_severity && !tags.ignored_checks.contains(&finding.check)
    }

    /// From when on it may be told; `None` if never.
    pub(super) fn tells_from(&self, finding: &Finding, tags: &Tags, now: Moment) -> Option<Moment> {
        self.tells(finding, tags).then_some(())?;
        let mut from = now.max(tags.snooze_until.unwrap_or(now));
        // What keeps a task from starting at all is worth a night.
        if finding.severity < Severity::Critical {
            for hours in &tags.quiet_hours {
                from = hours.end(from).unwrap_or(from);
            }
        }
        Some(from)
    }
}
