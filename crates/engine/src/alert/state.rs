use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    About, Alert, Channel, Kind, Lease, Moment, Notice, Observation, Policy, Scope, Tags, Unclear,
};

/// What is remembered about a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// When the newest facts that were taken into account were observed.
    pub observed_at: Moment,
    /// The thread that its messages belong to.
    pub thread: Option<Thread>,
    /// The alerts by fingerprint.
    pub alerts: BTreeMap<String, Alert>,
    /// Messages that wait to be sent, in their order.
    pub outbox: Vec<Notice>,
    /// Who may send them.
    pub lease: Option<Lease>,
    /// What tags said when they were last seen: the service's and the task definition's together.
    pub tags: Tags,
    /// The task definition's among them.
    pub definition_tags: Tags,
    /// How many messages there were.
    pub(super) told: u64,
}

/// Messages that belong together: from the first fault until all are mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its name, which says when it began.
    pub id: String,
}

/// What an observation did to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// Nothing that must be kept.
    Unchanged,
    /// There is something to keep, and perhaps to send.
    Changed,
    /// It contradicts newer facts, and was ignored: look again.
    Stale,
}

impl State {
    /// Takes an observation into account. Notices that it brings are in the outbox.
    pub fn observe(&mut self, seen: &Observation, policy: &Policy, now: Moment) -> Observed {
        if seen.observed_at < self.observed_at && self.contradicts(seen) {
            return Observed::Stale;
        }
        let before = self.clone();
        self.forget(policy, now);
        let is_newest = seen.observed_at >= self.observed_at;
        let is_first = self.observed_at == Moment::default();
        self.observed_at = self.observed_at.max(seen.observed_at);
        if let Some(tags) = seen.tags.as_ref().filter(|_| is_newest) {
            if is_first || !seen.definition_is_remembered {
                self.definition_tags.clone_from(&seen.definition_tags);
            }
            self.tags = tags.clone().with(&self.definition_tags);
        }
        for (fingerprint, fault) in &seen.faults {
            let audits = (fault.audits, seen.opens_after);
            match self.alerts.get_mut(fingerprint) {
                Some(alert) => {
                    alert.fails(&fault.finding, audits, now);
                    if is_newest {
                        alert.looks(&fault.finding);
                    }
                }
                None => {
                    let alert = Alert::new(fault.finding.clone(), audits.0, audits.1, now);
                    self.alerts.insert(fingerprint.clone(), alert);
                }
            }
            if let Some(alert) = self.alerts.get_mut(fingerprint) {
                alert.seen_in(&fault.places, seen.observed_at);
            }
        }
        self.alerts.retain(|fingerprint, alert| {
            let is_over = !seen.faults.contains_key(fingerprint)
                && alert.is_broken()
                && is_gone(alert, seen)
                && alert.passes(now);
            !is_over
        });
        self.settle(&seen.scope, Some(seen), policy, now);
        if *self == before {
            Observed::Unchanged
        } else {
            Observed::Changed
        }
    }

    /// Lets time pass: what was held back may be told by now, what flapped may have settled. Whether
    /// that changed anything.
    pub fn tick(&mut self, scope: &Scope, policy: &Policy, now: Moment) -> bool {
        let before = self.clone();
        self.forget(policy, now);
        self.settle(scope, None, policy, now);
        *self != before
    }

    /// What it is about was no more at a time: whatever was broken there is over, unless somebody has seen
    /// it since. Whether that changed anything.
    pub fn end(&mut self, scope: &Scope, gone_at: Moment, policy: &Policy, now: Moment) -> bool {
        if self.observed_at >= gone_at {
            return false;
        }
        let before = self.clone();
        self.forget(policy, now);
        self.alerts
            .retain(|_, alert| !(alert.is_broken() && alert.passes(now)));
        let waiting = self.outbox.len();
        self.settle(scope, None, policy, now);
        for notice in self.outbox.iter_mut().skip(waiting) {
            let gone = match &scope.about {
                About::Monitor { .. } => MONITOR_GONE,
                _ => SERVICE_GONE,
            };
            notice.caveat = Some(gone.to_owned());
        }
        *self != before
    }

    /// When time alone makes something of it.
    pub fn due(&self, policy: &Policy, now: Moment) -> Option<Moment> {
        let alerts = self.alerts.values();
        let alerts = alerts.filter_map(|alert| alert.due(policy, &self.tags, now));
        let waits =
            (!self.outbox.is_empty()).then(|| self.lease.as_ref().map_or(now, |lease| lease.until));
        alerts.chain(waits).min()
    }

    /// Whether an observation would change what is taken to be broken.
    fn contradicts(&self, seen: &Observation) -> bool {
        let is_broken = |fingerprint: &String| {
            self.alerts
                .get(fingerprint)
                .is_some_and(|alert| alert.is_broken())
        };
        let breaks = seen
            .faults
            .keys()
            .any(|fingerprint| !is_broken(fingerprint));
        let mends = self.alerts.iter().any(|(fingerprint, alert)| {
            !seen.faults.contains_key(fingerprint)
                && alert.is_broken()
                && is_gone(&mut alert.clone(), seen)
        });
        breaks || mends
    }

    /// Tells what is due.
    fn settle(&mut self, scope: &Scope, seen: Option<&Observation>, policy: &Policy, now: Moment) {
        let mut told: Vec<(Kind, super::Finding)> = Vec::new();
        let tags = &self.tags;
        let mut lesser = BTreeSet::new();
        let mut still_open = 0;
        for (fingerprint, alert) in &mut self.alerts {
            let is_seen = seen.is_some_and(|seen| seen.faults.contains_key(fingerprint));
            match alert.settle(policy, tags, is_seen, now) {
                Some(kind) => told.push((kind, alert.finding.clone())),
                None if alert.is_told_broken() && alert.is_broken() => still_open += 1,
                None => {}
            }
            if alert.is_broken() && !policy.tells(&alert.finding, tags) {
                lesser.insert(alert.finding.check.clone());
            }
        }
        if !told.is_empty() {
            let mut notice = self.notice(scope, seen, now);
            for (kind, finding) in told {
                match kind {
                    Kind::Opened => notice.opened.push(finding),
                    Kind::Flapping => notice.flapping.push(finding),
                    Kind::Reminder => notice.reminded.push(finding),
                    Kind::Resolved => notice.resolved.push(finding),
                }
            }
            if let Some(seen) = seen {
                notice.explain(&seen.changes);
            }
            notice.lesser = lesser;
            notice.still_open = still_open;
            notice.arrange();
            self.outbox.push(notice);
        }
        self.end_thread();
    }

    /// Forgets what was mended long ago, before something new is taken for its return.
    fn forget(&mut self, policy: &Policy, now: Moment) {
        self.alerts.retain(|_, alert| !alert.is_over(policy, now));
        self.end_thread();
    }

    /// A thread ends with the last alert that was told in it.
    fn end_thread(&mut self) {
        if !self.alerts.values().any(Alert::was_told) {
            self.thread = None;
        }
    }

    /// The next message, with nothing in it yet.
    fn notice(&mut self, scope: &Scope, seen: Option<&Observation>, now: Moment) -> Notice {
        let thread = self.thread.get_or_insert_with(|| Thread {
            id: format!("{scope}/{now}"),
        });
        self.told += 1;
        Notice {
            id: format!("{}#{}", thread.id, self.told),
            thread: thread.id.clone(),
            scope: scope.clone(),
            at: now,
            observed_at: seen.map_or(self.observed_at, |seen| seen.observed_at),
            example: seen.and_then(|seen| seen.example.clone()),
            stopped_reason: seen.and_then(|seen| seen.stopped_reason.clone()),
            flow_logs: seen.map(|seen| seen.recorded.clone()).unwrap_or_default(),
            refused: None,
            changes: Vec::new(),
            opened: Vec::new(),
            flapping: Vec::new(),
            reminded: Vec::new(),
            resolved: Vec::new(),
            left_out: 0,
            still_open: 0,
            lesser: BTreeSet::new(),
            unclear: unclear(seen),
            caveat: None,
            untold: BTreeSet::from(Channel::ALL),
        }
    }
}

/// Why what was broken is told as mended though nobody mended it.
const SERVICE_GONE: &str = "The service is no more: it was deleted, or its cluster was.";
const MONITOR_GONE: &str = "The monitor is no more: nobody asks from there any longer.";

/// What could not be decided, as far as a message has room.
fn unclear(seen: Option<&Observation>) -> Vec<Unclear> {
    const MOST: usize = 20;
    let unclear = seen.map(|seen| seen.unclear.iter().take(MOST).cloned().collect());
    unclear.unwrap_or_default()
}

/// Whether a fault is gone from everywhere. Places that were seen without it are crossed off.
fn is_gone(alert: &mut Alert, seen: &Observation) -> bool {
    let mut was_asked = false;
    for ((_, place), evidence) in seen.evidence_of(&alert.finding.check) {
        if evidence.clears(&alert.finding) {
            was_asked = true;
            alert.places.remove(place);
        }
    }
    match &seen.places {
        // No task of the service is started elsewhere any more.
        Some(places) if was_asked => alert.places.retain(|place| places.contains(place)),
        None if was_asked && seen.scope.has_no_service() => alert.forget_places(seen.observed_at),
        _ => {}
    }
    was_asked && alert.places.is_empty()
}
