//! Asks tasks themselves, by ECS Exec, when an alert is about to open: what the configuration says and
//! what the task was answered then stand side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use awsvpc_auditor_collector::{Calls, Exec, Insider, longest, probe};
use awsvpc_auditor_engine::alert::{Alert, Moment, Scope, State};
use awsvpc_auditor_engine::checks::{Outcome, Report, Step, Subject, find};
use awsvpc_auditor_engine::dependencies::PROBE;
use awsvpc_auditor_engine::facts::{Snapshot, Task, TaskStatus};
use awsvpc_auditor_engine::probe::{Probe, targets};
use awsvpc_auditor_probe::Limits;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::Incoming;
use super::judged::report;
use crate::alerts::{Aws, World, now};

/// The tasks that are asked for one batch: one of each service, and of no more than so many.
const MOST: usize = 3;

/// How long a probe may take: an alert waits for it.
const LIMITS: Limits = Limits {
    step: Duration::from_secs(3),
    whole: Duration::from_secs(12),
};

/// What is left for telling, at the least.
const TO_TELL: Duration = Duration::from_secs(10);

/// How long an alert that a probe opened waits before a task is asked again whether it is over.
const AGAIN: Duration = Duration::from_mins(10);

/// Probes tasks. One for a process.
#[derive(Debug)]
pub(super) struct Prober {
    exec: Exec,
    /// Whom it asked, and when.
    asked: Mutex<BTreeMap<Scope, Instant>>,
}

impl Prober {
    pub(super) fn new(sdk: &SdkConfig, calls: &Calls) -> Self {
        Self {
            exec: Exec::new(sdk, calls),
            asked: Mutex::default(),
        }
    }

    /// Asks a task of each service whose alert is about to open. Without time for it, nobody is asked.
    pub(super) async fn ask(
        &self,
        aws: &Aws,
        snapshot: &Snapshot,
        events: &[Incoming],
        until: Moment,
    ) -> Vec<Probe> {
        let suspects = suspects(snapshot, events);
        if suspects.is_empty() {
            return Vec::new();
        }
        let scopes: Vec<Scope> = suspects.keys().cloned().collect();
        // A table that can't be read is no reason to ask every task that starts.
        let Ok(stored) = aws.load(&scopes).await else {
            return Vec::new();
        };
        if until.since(now()) < longest(&LIMITS) + TO_TELL {
            return Vec::new();
        }
        let states = stored.iter().map(|stored| &stored.state);
        let wanted = suspects
            .iter()
            .zip(states)
            .filter(|((scope, suspect), state)| {
                suspect.is_news_to(state) || (is_open_by_probe(state) && self.is_time_for(scope))
            });
        let asked = wanted.take(MOST).map(|((scope, suspect), _)| {
            self.note(scope);
            self.ask_one(snapshot, suspect.task)
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// Whether nobody of a scope was asked of late.
    fn is_time_for(&self, scope: &Scope) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(scope).is_none_or(|at| at.elapsed() >= AGAIN)
    }

    fn note(&self, scope: &Scope) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, at| at.elapsed() < AGAIN);
        asked.insert(scope.clone(), Instant::now());
    }

    async fn ask_one(&self, snapshot: &Snapshot, task: &Task) -> Option<Probe> {
        let subject = Subject::Task(task);
        let definition = subject.task_definition(snapshot).ok()?;
        let containers = definition.container_definitions.iter();
        let containers: Vec<String> = containers.map(|one| one.name.clone()).collect();
        let insider = Insider {
            cluster: task.cluster_arn.as_str(),
            task: task.task_arn.as_str(),
            containers: &containers,
        };
        let asking = targets(snapshot, subject);
        if asking.targets.is_empty() {
            return None;
        }
        let deadline = Instant::now() + longest(&LIMITS);
        match probe(&self.exec, insider, &asking.targets, &LIMITS, deadline).await {
            Ok(probe) => Some(probe),
            Err(error) => {
                let task = task.task_arn.as_str();
                tracing::warn!(task, %error, "not probed from inside");
                None
            }
        }
    }
}

/// A task that may be asked, and what it can't reach, as its configuration has it.
struct Suspect<'a> {
    task: &'a Task,
    fingerprints: BTreeSet<String>,
}

/// Whether an alert is open that only an answer from inside can end.
fn is_open_by_probe(state: &State) -> bool {
    let is_inside = |alert: &Alert| {
        let check = find(&alert.finding.check);
        check.is_some_and(|check| check.step == Step::Inside)
    };
    let mut alerts = state.alerts.values();
    alerts.any(|alert| alert.is_broken() && is_inside(alert))
}

/// Whether the tags of a task's service or definition let it be asked. IAM refuses what they don't; that
/// would be an alarm in somebody else's log.
fn is_allowed(snapshot: &Snapshot, subject: &Subject<'_>) -> bool {
    let service = subject.service(snapshot).ok().flatten();
    let definition = subject.task_definition(snapshot).ok();
    let tags = service.iter().flat_map(|service| &service.tags);
    let mut tags = tags.chain(definition.iter().flat_map(|definition| &definition.tags));
    tags.any(|tag| tag.key.as_deref() == Some(PROBE) && tag.value.as_deref() == Some("on"))
}

impl Suspect<'_> {
    /// Whether some of it wasn't known before.
    fn is_news_to(&self, state: &State) -> bool {
        let is_open = |fingerprint: &String| {
            let alert = state.alerts.get(fingerprint);
            alert.is_some_and(Alert::is_broken)
        };
        !self.fingerprints.iter().all(is_open)
    }
}

/// The first running task of each service that has ECS Exec on and may be asked.
///
/// Only ECS's own word counts: an event says which places a task needs, and whoever may put events onto the
/// bus is not to choose what tasks connect to.
fn suspects<'a>(snapshot: &'a Snapshot, events: &'a [Incoming]) -> BTreeMap<Scope, Suspect<'a>> {
    let mut suspects = BTreeMap::new();
    for incoming in events {
        let task = &incoming.event.detail;
        let subject = Subject::Task(task);
        if !incoming.event.is_of_ecs()
            || task.last_status != TaskStatus::Running
            || subject.is_exec_on() != Some(true)
            || !is_allowed(snapshot, &subject)
        {
            continue;
        }
        let scope = Scope::of(&subject);
        if suspects.contains_key(&scope) {
            continue;
        }
        let fingerprints = unreachable(&report(snapshot, incoming));
        suspects.insert(scope, Suspect { task, fingerprints });
    }
    suspects
}

/// The faults of a report in which traffic is stopped.
fn unreachable(report: &Report<'_>) -> BTreeSet<String> {
    let failed = report.results.iter();
    let failed = failed.filter(|one| one.outcome == Outcome::Fail && !one.explanations.is_empty());
    failed.map(|one| one.fingerprint.clone()).collect()
}
