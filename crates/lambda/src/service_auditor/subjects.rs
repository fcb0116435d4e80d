//! Which services to look at, and what looking at them says.

use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_collector::Collected;
use awsvpc_auditor_engine::alert::{Moment, Policy, Scope};
use awsvpc_auditor_engine::change::Change;
use awsvpc_auditor_engine::checks::{self, Report, Subject, touched};
use awsvpc_auditor_engine::facts::{Service, ServiceEvent, Snapshot};

use super::Observations;
use crate::alerts::now;
use crate::emf::Metrics;
use crate::judging::{Judging, was_too_busy};

/// A service to look at, and why.
#[derive(Debug)]
pub(super) struct Concerned<'f> {
    service: &'f Service,
    /// The changes on its ways.
    changes: Vec<Change>,
    /// What ECS tells of its tasks' not starting.
    failure: Option<&'f ServiceEvent>,
}

/// Every service.
pub(super) fn every(snapshot: &Snapshot) -> Vec<Concerned<'_>> {
    let all = snapshot.services.seen();
    all.map(|service| Concerned {
        service,
        changes: Vec::new(),
        failure: None,
    })
    .collect()
}

/// The services whose ways lead through what was changed, and, where not everything is known, all of
/// them: a way that isn't known may.
pub(super) fn changed<'f>(
    snapshot: &'f Snapshot,
    collected: &Collected,
    changes: &[Change],
) -> Vec<Concerned<'f>> {
    let is_whole = collected.missing().next().is_none();
    let all = snapshot.services.seen();
    let concerned = all.filter_map(|service| {
        let ways = touched(snapshot, Subject::Service(service));
        // Nothing tells what those without a component were for.
        let on_ways = |change: &&Change| change.components.is_empty() || change.touches(&ways);
        let own: Vec<Change> = changes.iter().filter(on_ways).cloned().collect();
        (!own.is_empty() || !is_whole).then_some(Concerned {
            service,
            changes: own,
            failure: None,
        })
    });
    concerned.collect()
}

/// The services whose tasks don't start.
pub(super) fn failing<'f>(
    snapshot: &'f Snapshot,
    failures: &'f [ServiceEvent],
) -> Vec<Concerned<'f>> {
    let mut concerned = Vec::new();
    let own_interfaces = |service: &&Service| service.awsvpc().is_some();
    for service in snapshot.services.seen().filter(own_interfaces) {
        let named = failures.iter();
        let named = named.filter(|event| event.service_arn == service.service_arn);
        // The last that came says why now.
        if let Some(failure) = named.max_by(|one, other| one.time.cmp(&other.time)) {
            concerned.push(Concerned {
                service,
                changes: Vec::new(),
                failure: Some(failure),
            });
        }
    }
    concerned
}

/// What looking at services says.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// `CLUSTER/NAME`.
    pub(super) services: Vec<String>,
    /// By whom it is about.
    pub(super) observations: Observations,
    /// Whether something isn't known because AWS was too busy.
    pub(super) was_too_busy: bool,
    /// Services for which there was no time.
    pub(super) unreached: usize,
}

/// The facts to audit by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'f> {
    pub(super) snapshot: &'f Snapshot,
    pub(super) collected: &'f Collected,
    /// Task definitions that are remembered from earlier looks.
    pub(super) recalled: &'f BTreeSet<String>,
}

/// What audits are made by.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<'p> {
    /// Names the look: one's blindness isn't another's.
    pub(super) what: &'p str,
    pub(super) policy: &'p Policy,
    /// Afterwards there is only time to tell.
    pub(super) until: Moment,
}

impl Seen {
    /// Audits services.
    pub(super) fn of(
        facts: Facts<'_>,
        services: &[Concerned<'_>],
        by: By<'_>,
        metrics: &mut Metrics,
    ) -> Self {
        let snapshot = facts.snapshot;
        let mut seen = Self::default();
        let mut judging = Judging::new(snapshot, facts.collected);
        let mut about: BTreeMap<Scope, &Concerned<'_>> = BTreeMap::new();
        for (number, concerned) in services.iter().enumerate() {
            if now() >= by.until {
                seen.unreached = services.len() - number;
                break;
            }
            let deployed = concerned.failure.map(|event| snapshot.as_deployed(event));
            let report = concerned.report(snapshot, deployed.as_ref().unwrap_or(snapshot));
            judging.take(&report, metrics);
            seen.was_too_busy |= was_too_busy(&report);
            seen.services.push(concerned.name());
            about.insert(Scope::of(&report.subject), concerned);
        }
        seen.services.sort();
        seen.observations = judging.observations(by.what, &facts.collected.answered(), by.policy);
        for (scope, concerned) in about {
            if let Some(observation) = seen.observations.get_mut(&scope) {
                observation.changes.clone_from(&concerned.changes);
                let definition = concerned.service.task_definition.as_ref();
                observation.definition_is_remembered =
                    definition.is_some_and(|arn| facts.recalled.contains(arn.as_str()));
            }
        }
        seen
    }
}

impl Concerned<'_> {
    /// `CLUSTER/NAME`.
    fn name(&self) -> String {
        let cluster = self.service.cluster_arn.name();
        format!("{cluster}/{}", self.service.service_name)
    }

    /// The audit. `deployed` are the facts as the deployment has it that the failure is about.
    fn report<'a>(&'a self, snapshot: &'a Snapshot, deployed: &'a Snapshot) -> Report<'a> {
        let of_failure = self
            .failure
            .map(|event| checks::run_service_event(deployed, event));
        match of_failure {
            Some(Ok(report)) => report,
            _ => checks::run(snapshot, Subject::Service(self.service)),
        }
    }
}
