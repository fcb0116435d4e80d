use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Finding, Kind, Moment, Policy, Tags};

/// The life of one fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The fault, as it was last seen.
    pub finding: Finding,
    /// How far its life has come.
    pub stage: Stage,
    /// When it last broke or was mended.
    pub changed_at: Moment,
    /// When people last heard that it is broken.
    #[serde(default)]
    pub told_at: Option<Moment>,
    /// Where it was seen, and not yet seen to be gone.
    #[serde(default)]
    pub(super) places: BTreeSet<String>,
    /// When it was last seen there, to the day, where that isn't when it last broke.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    seen_at: BTreeMap<String, Moment>,
}

/// After this time a place where a fault was seen says nothing any more: tasks without a service may never
/// be started there again, and nothing tells. Twice what lies between the runs of what runs weekly.
const UNSEEN: Duration = Duration::from_hours(15 * 24);

/// How far an alert's life has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Seen by too few audits to be believed.
    Suspected {
        /// By how many.
        audits: u32,
    },
    /// Broken, and not told: too small, ignored, snoozed, or it is quiet hours.
    Held,
    /// Broken, and told.
    Open,
    /// Mended, and about to be told.
    Mended,
    /// Mended, and told.
    Resolved,
    /// Broken again soon after it was mended, and not told.
    Returned,
    /// Broken and mended in turn; told once, and not again until it stays as it is.
    Flapping {
        /// Which of both it is now.
        is_broken: bool,
    },
}

impl Alert {
    /// An alert about a fault that so many audits have seen.
    pub(super) fn new(finding: Finding, audits: u32, opens_after: u32, now: Moment) -> Self {
        let mut finding = finding;
        finding.since = now;
        Self {
            finding,
            stage: believed(audits, opens_after),
            changed_at: now,
            told_at: None,
            places: BTreeSet::new(),
            seen_at: BTreeMap::new(),
        }
    }

    /// Whether the fault is there, as far as is known.
    pub fn is_broken(&self) -> bool {
        match self.stage {
            Stage::Suspected { .. } | Stage::Held | Stage::Open | Stage::Returned => true,
            Stage::Mended | Stage::Resolved => false,
            Stage::Flapping { is_broken } => is_broken,
        }
    }

    /// Whether people heard that it is broken, and not that it is mended.
    pub fn is_told_broken(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Flapping { .. })
    }

    /// Whether people heard of it at all.
    pub(super) fn was_told(&self) -> bool {
        !matches!(self.stage, Stage::Suspected { .. } | Stage::Held)
    }

    /// Whether it was mended so long ago that it is no more.
    pub(super) fn is_over(&self, policy: &Policy, now: Moment) -> bool {
        self.stage == Stage::Resolved && now.since(self.changed_at) >= policy.flapping_within
    }

    /// The fault was seen in these words, by so many audits.
    pub(super) fn fails(&mut self, seen: &Finding, audits: (u32, u32), now: Moment) {
        let (audits, opens_after) = audits;
        match self.stage {
            Stage::Suspected { audits: before } => {
                self.stage = believed(before.saturating_add(audits), opens_after);
            }
            Stage::Held | Stage::Open | Stage::Returned | Stage::Flapping { is_broken: true } => {}
            Stage::Mended | Stage::Resolved => {
                self.stage = Stage::Returned;
                self.changed_at = now;
            }
            Stage::Flapping { is_broken: false } => {
                self.stage = Stage::Flapping { is_broken: true };
                self.changed_at = now;
            }
        }
        self.finding.affected.extend(&seen.affected);
    }

    /// Takes over how the fault looks now, for the next message about it.
    pub(super) fn looks(&mut self, seen: &Finding) {
        self.finding = Finding {
            since: self.finding.since,
            affected: std::mem::take(&mut self.finding.affected),
            ..seen.clone()
        };
    }

    /// Takes note of where the fault was seen. To the day: more would be a write for every audit.
    pub(super) fn seen_in(&mut self, places: &BTreeSet<String>, at: Moment) {
        for place in places {
            let known = self.seen_at.get(place).copied().unwrap_or(self.changed_at);
            if at.since(known) >= Duration::from_hours(24) {
                self.seen_at.insert(place.clone(), at);
            }
            self.places.insert(place.clone());
        }
    }

    /// Crosses off the places where it was last seen so long ago that it counts as gone from there.
    pub(super) fn forget_places(&mut self, now: Moment) {
        let seen_at = |place: &String| self.seen_at.get(place).copied();
        let is_recent = |place: &String| {
            let last = seen_at(place).unwrap_or(self.changed_at);
            now.since(last) < UNSEEN
        };
        self.places = self
            .places
            .iter()
            .filter(|p| is_recent(p))
            .cloned()
            .collect();
    }

    /// The fault was seen to be gone. Whether that ends the alert: nobody heard of it.
    pub(super) fn passes(&mut self, now: Moment) -> bool {
        self.places.clear();
        self.seen_at.clear();
        self.stage = match self.stage {
            Stage::Suspected { .. } | Stage::Held => return true,
            Stage::Open => Stage::Mended,
            Stage::Returned => Stage::Resolved,
            Stage::Flapping { is_broken: true } => Stage::Flapping { is_broken: false },
            Stage::Mended | Stage::Resolved | Stage::Flapping { is_broken: false } => return false,
        };
        self.changed_at = now;
        false
    }

    /// What is due by now. `is_seen` says whether the fault was seen this moment: that it is still there
    /// is told only by who looked.
    pub(super) fn settle(
        &mut self,
        policy: &Policy,
        tags: &Tags,
        is_seen: bool,
        now: Moment,
    ) -> Option<Kind> {
        let may_tell = policy
            .tells_from(&self.finding, tags, now)
            .is_some_and(|from| from <= now);
        let is_settled = now.since(self.changed_at) >= policy.flapping_within;
        let (stage, told) = match self.stage {
            Stage::Held if may_tell => (Stage::Open, Some(Kind::Opened)),
            Stage::Returned if may_tell => {
                (Stage::Flapping { is_broken: true }, Some(Kind::Flapping))
            }
            Stage::Open if is_seen && may_tell && self.is_due(policy, now) => {
                (Stage::Open, Some(Kind::Reminder))
            }
            Stage::Mended => (Stage::Resolved, Some(Kind::Resolved)),
            Stage::Flapping { is_broken: true } if is_settled => (Stage::Open, None),
            Stage::Flapping { is_broken: false } if is_settled => {
                (Stage::Resolved, Some(Kind::Resolved))
            }
            same => (same, None),
        };
        self.stage = stage;
        if told.is_some_and(|kind| kind != Kind::Resolved) {
            self.told_at = Some(now);
        }
        told
    }

    fn is_due(&self, policy: &Policy, now: Moment) -> bool {
        let told = self.told_at.unwrap_or(self.changed_at);
        policy
            .remind_after
            .is_some_and(|time| now.since(told) >= time)
    }

    /// When time alone makes something of it.
    pub(super) fn due(&self, policy: &Policy, tags: &Tags, now: Moment) -> Option<Moment> {
        match self.stage {
            Stage::Held | Stage::Returned => policy.tells_from(&self.finding, tags, now),
            Stage::Flapping { .. } => Some(self.changed_at.after(policy.flapping_within)),
            Stage::Suspected { .. } | Stage::Open | Stage::Mended | Stage::Resolved => None,
        }
    }
}

fn believed(audits: u32, opens_after: u32) -> Stage {
    if audits >= opens_after {
        Stage::Held
    } else {
        Stage::Suspected { audits }
    }
}

#[cfg(test)]
mod tests {
    use super::{Alert, Finding, Kind, Moment, Policy, Tags};
    use crate::alert::Affected;
    use crate::checks::Severity;

    fn low(free: u32) -> Finding {
        let mut affected = Affected::default();
        affected.add(&format!("arn:task/{free}"));
        Finding {
            fingerprint: "subnet-1".to_owned(),
            check: "subnet-addresses-low".to_owned(),
            title: "a subnet has few free addresses".to_owned(),
            severity: Severity::High,
            resource: "subnet-1".to_owned(),
            message: format!("{free} addresses are free"),
            blockers: Vec::new(),
            mends: Vec::new(),
            since: Moment::default(),
            affected,
        }
    }

    #[test]
    fn a_reminder_tells_what_is_so_now() {
        let (policy, tags) = (Policy::default(), Tags::default());
        let (opened, later) = (Moment::from_millis(1), Moment::from_millis(90_000_000));
        let mut alert = Alert::new(low(9), 1, 1, opened);
        assert_eq!(
            alert.settle(&policy, &tags, true, opened),
            Some(Kind::Opened)
        );
        alert.fails(&low(2), (1, 1), later);
        alert.looks(&low(2));
        assert_eq!(
            alert.settle(&policy, &tags, true, later),
            Some(Kind::Reminder)
        );
        assert_eq!(alert.finding.message, "2 addresses are free");
        assert_eq!(alert.finding.since, opened);
        assert_eq!(alert.finding.affected.count(), 2);
    }
}
