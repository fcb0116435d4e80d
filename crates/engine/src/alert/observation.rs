use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::{About, Finding, InvalidTag, Moment, Scope, Tags, Unclear};
use crate::change::Change;
use crate::checks::{
    AuditResult, Basis, HeadroomReport, MonitorReport, Outcome, Report, Step, Subject, Watch,
};
use crate::facts::{Snapshot, Task, TaskAttachment};
use crate::flow_log::Recorded;
use crate::probe;

/// What audits of a scope say together. Tasks of one service that were audited at a time are one
/// observation: a fault that one of them has is there, whatever the others say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What it is about.
    pub scope: Scope,
    /// When the oldest of the facts was observed.
    pub observed_at: Moment,
    /// What the service's tags say about its alerts; `None` where nobody could read them.
    pub tags: Option<Tags>,
    /// What the tags of the task definition say.
    pub definition_tags: Tags,
    /// Whether these are remembered from long ago: whoever read them since knows better.
    pub definition_is_remembered: bool,
    /// Where tasks of the service may be now; `None` where that isn't known.
    pub(super) places: Option<BTreeSet<String>>,
    /// By check and place.
    pub(super) evidence: BTreeMap<(String, String), Evidence>,
    /// The faults by fingerprint.
    pub(super) faults: BTreeMap<String, Fault>,
    /// What could not be decided.
    pub(super) unclear: BTreeSet<Unclear>,
    /// How many audits it takes until a fault is believed; 0 and 1 are the same.
    pub(super) opens_after: u32,
    /// A task in which a fault was seen.
    pub(super) example: Option<String>,
    /// Why ECS stopped that task, if it did; or what it told of the service.
    pub(super) stopped_reason: Option<String>,
    /// Where that task's refused packets are recorded.
    pub(super) recorded: Vec<Recorded>,
    /// What was changed on its ways a moment ago, as far as that is why it was looked at.
    pub changes: Vec<Change>,
}

/// A fault that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The fault.
    pub(super) finding: Finding,
    /// Where.
    pub(super) places: BTreeSet<String>,
    /// By how many audits.
    pub(super) audits: u32,
}

/// Observations by scope: what an invocation saw.
#[derive(Debug, Default)]
pub struct Observations {
    by_scope: BTreeMap<Scope, Observation>,
}

impl Observation {
    /// An observation that says nothing yet.
    pub(super) fn new(scope: Scope, observed_at: Moment) -> Self {
        Self {
            scope,
            observed_at,
            tags: None,
            definition_tags: Tags::default(),
            definition_is_remembered: false,
            places: None,
            evidence: BTreeMap::new(),
            faults: BTreeMap::new(),
            unclear: BTreeSet::new(),
            opens_after: 1,
            example: None,
            stopped_reason: None,
            recorded: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// What is said about a scope of headroom.
    pub fn of_headroom(report: &HeadroomReport<'_, '_>, observed_at: Moment) -> Vec<Self> {
        let regions = report.assessments.iter().map(|a| a.region);
        let observations = regions.map(|region| {
            let scope = Scope {
                account: region.account.clone(),
                region: region.name.clone(),
                about: About::Headroom,
            };
            let own = format!("{}/{}/", region.account, region.name);
            let mut observation = Self::new(scope, observed_at);
            let results = report.results.iter();
            for result in results.filter(|result| result.fingerprint.starts_with(&own)) {
                observation.take(result, &[String::new()], true, None);
            }
            observation
        });
        observations.collect()
    }

    /// What a monitor was answered from one place. `everywhere` are all the places that it asks from: what
    /// was seen from another one is over when that is no longer among them.
    pub fn of_monitor(
        report: &MonitorReport<'_>,
        everywhere: BTreeSet<String>,
        observed_at: Moment,
    ) -> Self {
        let mut observation = Self::new(Scope::from(&report.watch), observed_at);
        observation.places = Some(everywhere);
        let name = report.watch.place();
        let place = [name.clone()];
        let is_whole = report.watch.probe.cut_short.is_none();
        for result in &report.results {
            observation.take(result, &place, true, None);
            let evidence = observation.evidence_in(result.check.id, &name);
            if is_whole {
                let wanted = evidence.wanted.get_or_insert_default();
                wanted.insert(result.resource.clone());
            } else {
                // What wasn't asked this time isn't gone.
                evidence.is_unclear = true;
            }
        }
        // That nobody can tell how large packets fare says nothing new about a target that is down.
        let down: BTreeSet<&str> = report
            .results
            .iter()
            .filter(|result| result.outcome == Outcome::Fail)
            .map(|result| result.resource.as_str())
            .collect();
        let unclear = report.results.iter();
        let unclear = unclear.filter(|result| {
            result.outcome == Outcome::Unknown && !down.contains(result.resource.as_str())
        });
        observation.unclear = unclear.map(Unclear::of_result).collect();
        observation
    }

    /// What a check said in a place.
    pub(super) fn evidence_in(&mut self, check: &str, place: &str) -> &mut Evidence {
        let key = (check.to_owned(), place.to_owned());
        self.evidence.entry(key).or_default()
    }

    /// What a check said, place by place.
    pub(super) fn evidence_of<'o>(
        &'o self,
        check: &str,
    ) -> impl Iterator<Item = (&'o (String, String), &'o Evidence)> {
        let first = (check.to_owned(), String::new());
        let from = self.evidence.range(first.clone()..);
        from.take_while(move |((id, _), _)| *id == first.0)
    }

    /// Takes a result into account that holds for these places, of a task if it is about one. `runs` says
    /// whether what was audited runs: a check that skips what doesn't run says nothing.
    pub(super) fn take(
        &mut self,
        result: &AuditResult,
        places: &[String],
        runs: bool,
        task: Option<&Task>,
    ) {
        for place in places {
            let evidence = self.evidence_in(result.check.id, place);
            evidence.is_by_name = result.check.step == Step::Inside;
            match result.outcome {
                Outcome::Pass => drop(evidence.passed.insert(result.resource.clone())),
                Outcome::Skipped => evidence.is_skipped |= runs && !evidence.is_by_name,
                Outcome::Unknown => evidence.is_unclear = true,
                Outcome::Fail => drop(evidence.failed.insert(result.fingerprint.clone())),
            }
        }
        match result.outcome {
            Outcome::Pass | Outcome::Skipped => {}
            Outcome::Unknown => {
                self.unclear.insert(Unclear::of_result(result));
            }
            Outcome::Fail => {
                let fault = self.faults.entry(result.fingerprint.clone());
                let fault = fault.or_insert_with(|| Fault::new(Finding::from(result)));
                fault.places.extend(places.iter().cloned());
                fault.audits = fault.audits.saturating_add(1);
                if let Some(task) = task {
                    fault.finding.affected.add(task.task_arn.as_str());
                    if self.example.is_none() {
                        self.example = Some(task.task_arn.to_string());
                        self.stopped_reason.clone_from(&task.stopped_reason);
                    }
                }
            }
        }
    }
}

impl Fault {
    pub(super) fn new(finding: Finding) -> Self {
        Self {
            finding,
            places: BTreeSet::new(),
            audits: 0,
        }
    }
}

impl Observations {
    /// Takes an audit into account. `observed_at` is when the oldest of its facts was observed. The
    /// service's tags that can't be read are given back.
    pub fn add(
        &mut self,
        snapshot: &Snapshot,
        report: &Report<'_>,
        observed_at: Moment,
    ) -> Vec<InvalidTag> {
        let subject = report.subject;
        let scope = Scope::of(&subject);
        let mut invalid = Vec::new();
        let observation = self.by_scope.entry(scope.clone()).or_insert_with(|| {
            let (tags, definition_tags, slips) = tags(snapshot, &subject);
            let unclear = slips.iter().map(Unclear::of_tag).collect();
            invalid = slips;
            Observation {
                tags,
                definition_tags,
                places: places(snapshot, &subject),
                unclear,
                ..Observation::new(scope, observed_at)
            }
        });
        let task = match subject {
            Subject::Task(task) => Some(task),
            Subject::Service(_) => None,
        };
        let subnet = subject.attachment().and_then(TaskAttachment::subnet_id);
        let own = vec![subnet.map(|subnet| subnet.to_string()).unwrap_or_default()];
        // What an audit of a service says holds for each subnet that its tasks may be in.
        let everywhere = match (task, &observation.places) {
            (None, Some(places)) if !places.is_empty() => places.iter().cloned().collect(),
            _ => own.clone(),
        };
        // An answer holds where it was asked.
        let asked_from = match task {
            Some(_) => own.clone(),
            None => probe::subnets_asked(snapshot, subject),
        };
        // A check that needs a task says nothing about a service by skipping it.
        let runs = report.basis == Basis::Interface;
        // While a deployment is under way, tasks of the one before run with what that configured.
        let is_rolling = matches!(subject, Subject::Service(own) if own.deployments.len() > 1);
        let all = report.results.iter();
        for result in all.filter(|one| !(is_rolling && one.outcome == Outcome::Pass)) {
            // Nobody says in which subnet tasks didn't start: the first that runs anywhere is the proof
            // that they do.
            let places = match result.check.step {
                Step::Provisioning if report.service_event.is_some() => &own,
                Step::Inside => &asked_from,
                _ => &everywhere,
            };
            let had_example = observation.example.is_some();
            observation.take(result, places, runs, task);
            if !had_example && observation.example.is_some() {
                observation.recorded = Recorded::of(snapshot, &subject);
            }
        }
        if let Some(event) = report.service_event
            && report.results.iter().any(is_of_start)
            && observation.stopped_reason.is_none()
        {
            observation.stopped_reason = Some(event.words());
        }
        invalid
    }

    /// What was observed, by scope.
    pub fn into_inner(self) -> BTreeMap<Scope, Observation> {
        self.by_scope
    }
}

/// Whether a fault is one of how tasks start.
fn is_of_start(result: &AuditResult) -> bool {
    result.outcome == Outcome::Fail && result.check.step == Step::Provisioning
}

impl Unclear {
    fn of_result(result: &AuditResult) -> Self {
        Self {
            check: result.check.id.to_owned(),
            message: result.message.clone(),
        }
    }

    fn of_tag(slip: &InvalidTag) -> Self {
        Self {
            check: "tags".to_owned(),
            message: slip.to_string(),
        }
    }
}

impl From<&Watch<'_>> for Scope {
    fn from(watch: &Watch<'_>) -> Self {
        Self {
            account: watch.account.to_owned(),
            region: watch.region.to_owned(),
            about: About::Monitor {
                name: watch.name.to_owned(),
            },
        }
    }
}

impl Scope {
    /// The scope of a task's or service's alerts.
    pub fn of(subject: &Subject<'_>) -> Self {
        let (account, region) = subject.account_and_region();
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            about: About::Tasks {
                cluster: subject.cluster().name().to_owned(),
                owner: subject.owner(),
            },
        }
    }
}

/// The subnets that the service configures.
fn places(snapshot: &Snapshot, subject: &Subject<'_>) -> Option<BTreeSet<String>> {
    let service = subject.service(snapshot).ok()??;
    let subnets = service.awsvpc()?.subnets.iter();
    Some(subnets.map(ToString::to_string).collect())
}

/// The service's tags, and the task definition's. Tags that can't be seen now aren't gone: a throttled
/// call must not end a snooze.
fn tags(snapshot: &Snapshot, subject: &Subject<'_>) -> (Option<Tags>, Tags, Vec<InvalidTag>) {
    let service = subject.service(snapshot);
    let (Ok(service), Ok(definition)) = (service, subject.task_definition(snapshot)) else {
        return (None, Tags::default(), Vec::new());
    };
    let own = service.map(|service| service.tags.as_slice());
    let (own, mut slips) = Tags::read(own.unwrap_or_default());
    let (of_definition, more) = Tags::read(&definition.tags);
    slips.extend(more);
    (Some(own), of_definition, slips)
}
