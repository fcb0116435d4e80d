//! Audits events against facts, and sorts what they say by whose alerts it is about.

use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_collector::Collected;
use awsvpc_auditor_engine::alert::{Observation, Policy, Scope};
use awsvpc_auditor_engine::checks::{self, Report, Subject};
use awsvpc_auditor_engine::facts::Snapshot;

use super::Incoming;
use crate::emf::Metrics;
use crate::judging::{Judging, was_too_busy};

/// What a group of events says.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// By whose alerts it is about.
    pub(super) observations: BTreeMap<Scope, Observation>,
    /// The queue messages behind them.
    pub(super) messages: BTreeMap<Scope, BTreeSet<String>>,
    /// Messages that are to come again because AWS was too busy to let the auditor see.
    pub(super) to_retry: BTreeSet<String>,
}

/// How often a message may have come and still be tried again for what could not be seen. The queue
/// gives it up after the fourth time.
pub(crate) const RETRIED: u32 = 2;

impl Judged {
    /// Audits events.
    pub(super) fn of(
        snapshot: &Snapshot,
        collected: &Collected,
        events: &[Incoming],
        policy: &Policy,
        metrics: &mut Metrics,
    ) -> Self {
        let mut judged = Self::default();
        let mut judging = Judging::new(snapshot, collected);
        for incoming in events {
            let report = report(snapshot, incoming);
            judging.take(&report, metrics);
            let scope = Scope::of(&report.subject);
            let messages = judged.messages.entry(scope).or_default();
            messages.extend(incoming.message_id.clone());
            if was_too_busy(&report) && incoming.received <= RETRIED {
                judged.to_retry.extend(incoming.message_id.clone());
            }
        }
        judged.observations = judging.observations("tasks", &collected.answered(), policy);
        judged
    }
}

/// The audit of an event.
pub(super) fn report<'a>(snapshot: &'a Snapshot, incoming: &'a Incoming) -> Report<'a> {
    let mut report = checks::run(snapshot, Subject::Task(&incoming.event.detail));
    report.event_time = Some(incoming.event.time.clone());
    report
}
