//! What the functions that audit have in common: how an audit is logged, when its facts are from, and
//! whether to look again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use awsvpc_auditor_collector::Collected;
use awsvpc_auditor_engine::alert::{Coverage, Moment, Observation, Observations, Policy, Scope};
use awsvpc_auditor_engine::checks::{Outcome, Report};
use awsvpc_auditor_engine::facts::{Reason, Snapshot};

use crate::emf::Metrics;

/// Audits, and what they say together.
#[derive(Debug)]
pub(crate) struct Judging<'f> {
    snapshot: &'f Snapshot,
    observed_at: Moment,
    observations: Observations,
    coverage: Coverage,
}

impl<'f> Judging<'f> {
    /// Nothing yet, about these facts.
    pub(crate) fn new(snapshot: &'f Snapshot, collected: &Collected) -> Self {
        Self {
            snapshot,
            observed_at: moment(collected.oldest()),
            observations: Observations::default(),
            coverage: Coverage::default(),
        }
    }

    /// Takes an audit into account.
    pub(crate) fn take(&mut self, report: &Report<'_>, metrics: &mut Metrics) {
        metrics.add(report);
        log(report);
        self.coverage.add(&report.results);
        let slips = self
            .observations
            .add(self.snapshot, report, self.observed_at);
        for slip in slips {
            tracing::warn!(owner = report.subject.owner(), %slip, "tag can't be read");
        }
    }

    /// What all of them say, by whom it is about, and what could not be seen, in each region. `what` names
    /// what was looked at: one function's blindness isn't another's.
    pub(crate) fn observations(
        self,
        what: &str,
        answered: &BTreeSet<String>,
        policy: &Policy,
    ) -> BTreeMap<Scope, Observation> {
        let mut observations = self.observations.into_inner();
        let places: BTreeSet<(String, String)> = observations
            .keys()
            .map(|scope| (scope.account.clone(), scope.region.clone()))
            .collect();
        for (account, region) in &places {
            let place = (account.as_str(), region.as_str());
            let now = crate::alerts::now();
            let seen = self
                .coverage
                .observation(place, what, answered, policy, now);
            observations.insert(seen.scope.clone(), seen);
        }
        observations
    }
}

fn log(report: &Report<'_>) {
    let summary = report.summary();
    tracing::info!(
        subject = report.subject.arn().as_str(),
        owner = report.subject.owner(),
        pass = summary.pass,
        fail = summary.fail,
        unknown = summary.unknown,
        skipped = summary.skipped,
        "audited"
    );
}

/// Whether something is unknown that a later call may tell.
pub(crate) fn was_too_busy(report: &Report<'_>) -> bool {
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
