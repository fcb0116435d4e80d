//! Audits events against facts, and sorts what they say by whose alerts it is about.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use awsvpc_auditor_collector::Collected;
use awsvpc_auditor_engine::alert::{Coverage, Moment, Observation, Observations, Policy, Scope};
use awsvpc_auditor_engine::checks::{self, Outcome, Report, Subject};
use awsvpc_auditor_engine::facts::{Reason, Snapshot};

use super::Incoming;
use crate::emf::Metrics;

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
const RETRIED: u32 = 2;

impl Judged {
    /// Audits events.
    pub(super) fn of(
        snapshot: &Snapshot,
        collected: &Collected,
        events: &[Incoming],
        policy: &Policy,
        metrics: &mut Metrics,
    ) -> Self {
        let observed_at = moment(collected.oldest());
        let mut judged = Self::default();
        let mut observations = Observations::default();
        let mut coverage = Coverage::default();
        for incoming in events {
            let report = report(snapshot, incoming);
            metrics.add(&report);
            log(&report);
            coverage.add(&report.results);
            for slip in observations.add(snapshot, &report, observed_at) {
                tracing::warn!(owner = report.subject.owner(), %slip, "tag can't be read");
            }
            let scope = Scope::of(&report.subject);
            let messages = judged.messages.entry(scope).or_default();
            messages.extend(incoming.message_id.clone());
            if was_too_busy(&report) && incoming.received <= RETRIED {
                judged.to_retry.extend(incoming.message_id.clone());
            }
        }
        judged.observations = observations.into_inner();
        let answered = collected.answered();
        let places: BTreeSet<(String, String)> = judged
            .observations
            .keys()
            .map(|scope| (scope.account.clone(), scope.region.clone()))
            .collect();
        for (account, region) in &places {
            let place = (account.as_str(), region.as_str());
            let now = crate::alerts::now();
            let seen = coverage.observation(place, "tasks", &answered, policy, now);
            judged.observations.insert(seen.scope.clone(), seen);
        }
        judged
    }
}

/// The audit of an event.
pub(super) fn report<'a>(snapshot: &'a Snapshot, incoming: &'a Incoming) -> Report<'a> {
    let mut report = checks::run(snapshot, Subject::Task(&incoming.event.detail));
    report.event_time = Some(incoming.event.time.clone());
    report
}

fn log(report: &Report<'_>) {
    let summary = report.summary();
    tracing::info!(
        task = report.subject.arn().as_str(),
        owner = report.subject.owner(),
        pass = summary.pass,
        fail = summary.fail,
        unknown = summary.unknown,
        skipped = summary.skipped,
        "audited"
    );
}

/// Whether something is unknown that a later call may tell.
fn was_too_busy(report: &Report<'_>) -> bool {
    let unknown = report.results.iter();
    let unknown = unknown.filter(|result| result.outcome == Outcome::Unknown);
    let mut missing = unknown.flat_map(|result| &result.missing);
    missing.any(|missing| match missing.reason {
        Reason::Throttled => true,
        // A name that doesn't resolve now won't in some minutes either.
        Reason::Failed(_) => missing.action().is_some(),
        _ => false,
    })
}

fn moment(time: SystemTime) -> Moment {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    });
    Moment::from_millis(millis)
}
