//! Audits the tasks that events tell of, and tells people what of it is news.

mod judged;
mod probing;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_lambda_events::sqs::SqsBatchResponse;
use awsvpc_auditor_collector::{Collected, Collector, Refused, Request};
use awsvpc_auditor_engine::alert::Scope;
use awsvpc_auditor_engine::checks::Subject;
use awsvpc_auditor_engine::facts::{LoadError, Snapshot, Task, TaskStatus};
use awsvpc_auditor_engine::report::json_v1::ReportV1;
use awsvpc_auditor_engine::stop_reason::StopReason;
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::alerts::{Aws, Keeper, Outcome, in_time};
use crate::config::Config;
use crate::emf::Metrics;
use crate::payload::{Incoming, Payload, given_back};
use crate::time::{Time, holder};
use judged::{Judged, report};
use probing::Prober;

pub(crate) use judged::RETRIED;

/// What is left of the function's time for judging and telling.
const TO_TELL: Duration = Duration::from_secs(15);

/// What is left for the answer: a batch that isn't answered comes back whole.
const TO_ANSWER: Duration = Duration::from_secs(2);

/// The function: one for a process, which may live for many invocations.
#[derive(Debug)]
pub struct TaskAuditor {
    collector: Arc<Collector>,
    keeper: Keeper,
    aws: Aws,
    /// Nothing where nobody wants tasks to be asked.
    prober: Option<Prober>,
    config: Config,
}

/// What an invocation answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To the queue: which messages to keep.
    Batch(SqsBatchResponse),
    /// To a person: the report.
    Report(Box<ReportV1>),
    /// To a person: why there is none.
    Ignored {
        /// Why.
        ignored: &'static str,
    },
}

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// It brought nothing that can be audited.
    #[error(transparent)]
    Payload(#[from] InvalidPayload),
    /// AWS doesn't know the function.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// AWS answered something that the engine can't read.
    #[error("AWS's answer can't be read: {0}")]
    Unreadable(#[from] LoadError),
}

/// An invocation with neither a batch nor an event.
#[derive(Debug, thiserror::Error)]
#[error("invoked with {0}")]
pub struct InvalidPayload(String);

/// One invocation.
struct Invocation {
    /// Its name, which no other has.
    holder: String,
    time: Time,
    metrics: Metrics,
}

impl TaskAuditor {
    /// An auditor that asks by this collector, and tells as configured.
    pub fn new(sdk: &SdkConfig, config: Config, collector: Arc<Collector>) -> Self {
        Self {
            keeper: Keeper::new(config.policy.clone()),
            aws: config.aws(sdk, collector.calls()),
            prober: (config.probes_tasks).then(|| Prober::new(sdk, collector.calls())),
            collector,
            config,
        }
    }

    /// Handles one invocation.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, AuditError> {
        let started = Instant::now();
        let calls_before = self.collector.calls().total();
        let mut invocation = Invocation {
            holder: holder(&event.context),
            time: Time::of(&event.context, TO_TELL, TO_ANSWER),
            metrics: Metrics::default(),
        };
        let payload =
            Payload::read(&event.payload).map_err(|error| InvalidPayload(error.to_string()))?;
        let events = payload.events.len() + payload.outdated + payload.poison.len();
        invocation.metrics.events = events as u64;
        let answer = match payload.events.as_slice() {
            [
                Incoming {
                    message_id: None, ..
                },
            ] => self.by_hand(payload, &mut invocation).await,
            _ => self.batch(payload, &mut invocation).await,
        };
        let metrics = &mut invocation.metrics;
        metrics.aws_calls = self.collector.calls().total() - calls_before;
        if let Err(error) = metrics.write(&self.config.metrics_namespace, started.elapsed()) {
            tracing::error!(%error, "metrics could not be written");
        }
        answer
    }

    /// A batch: whatever could not be done goes back to the queue, and only that.
    async fn batch(
        &self,
        payload: Payload,
        invocation: &mut Invocation,
    ) -> Result<Answer, AuditError> {
        let mut back: BTreeSet<String> = BTreeSet::new();
        for (message_id, error) in payload.poison {
            tracing::error!(message_id, error, "message holds no task state change");
            back.insert(message_id);
        }
        let (audited, ignored): (Vec<_>, Vec<_>) = payload
            .events
            .into_iter()
            .partition(|incoming| reason_to_ignore(&incoming.event.detail).is_none());
        tracing::info!(
            tasks = audited.len(),
            ignored = ignored.len(),
            outdated = payload.outdated,
            poison = back.len(),
            "batch"
        );
        match self.audit(&audited, invocation).await {
            Ok(failed) => back.extend(failed),
            // One task's facts that can't be read must not cost the others their audits.
            Err(AuditError::Unreadable(_)) if audited.len() > 1 => {
                for incoming in &audited {
                    back.extend(self.alone(incoming, invocation).await);
                }
            }
            Err(error) => return Err(error),
        }
        invocation.metrics.failures = back.len() as u64;
        Ok(Answer::Batch(given_back(back)))
    }

    /// One event, for whoever invoked the function: the report, and messages as for any other.
    async fn by_hand(
        &self,
        payload: Payload,
        invocation: &mut Invocation,
    ) -> Result<Answer, AuditError> {
        let Some(incoming) = payload.events.first() else {
            return Ok(Answer::Ignored {
                ignored: "no event",
            });
        };
        if let Some(ignored) = reason_to_ignore(&incoming.event.detail) {
            return Ok(Answer::Ignored { ignored });
        }
        let collected = self.collect(&payload.events, invocation.time).await?;
        let snapshot = collected.snapshot()?;
        let snapshot = self.probed(snapshot, &payload.events, invocation).await;
        let judged = self.judge(&snapshot, &collected, &payload.events, invocation);
        // The report is the answer; that a topic didn't take its message is in the log.
        self.tell(&judged, invocation).await;
        let report = report(&snapshot, incoming);
        Ok(Answer::Report(Box::new(ReportV1::from(&report))))
    }

    /// Audits tasks together and tells what is news; the messages that must come again.
    async fn audit(
        &self,
        events: &[Incoming],
        invocation: &mut Invocation,
    ) -> Result<BTreeSet<String>, AuditError> {
        if events.is_empty() {
            return Ok(BTreeSet::new());
        }
        let collected = self.collect(events, invocation.time).await?;
        let snapshot = collected.snapshot()?;
        let snapshot = self.probed(snapshot, events, invocation).await;
        let judged = self.judge(&snapshot, &collected, events, invocation);
        let mut outcome = self.tell(&judged, invocation).await;
        let mut back = judged.to_retry.clone();
        // What can't be seen has no events to look at again.
        outcome
            .stale
            .retain(|scope| judged.messages.contains_key(scope));
        if !outcome.stale.is_empty() {
            // Somebody saw newer facts than this process keeps: look again before contradicting.
            self.collector.forget();
            let stale = std::mem::take(&mut outcome.stale);
            let again: Vec<Incoming> = events
                .iter()
                .filter(|incoming| stale.contains(&scope_of(&incoming.event.detail)))
                .cloned()
                .collect();
            let collected = self.collect(&again, invocation.time).await?;
            let snapshot = collected.snapshot()?;
            let fresh = self.judge(&snapshot, &collected, &again, invocation);
            let second = self.tell(&fresh, invocation).await;
            outcome.failed.extend(second.failed);
            outcome.failed.extend(second.stale);
            back.extend(fresh.to_retry);
        }
        let failed = outcome.failed.iter();
        let messages = failed.filter_map(|scope| judged.messages.get(scope));
        back.extend(messages.flatten().cloned());
        Ok(back)
    }

    /// Audits a task by itself; the message's id if that fails.
    async fn alone(&self, incoming: &Incoming, invocation: &mut Invocation) -> BTreeSet<String> {
        match self.audit(std::slice::from_ref(incoming), invocation).await {
            Ok(back) => back,
            Err(error) => {
                let task = incoming.event.detail.task_arn.as_str();
                tracing::error!(task, %error, "no audit");
                incoming.message_id.clone().into_iter().collect()
            }
        }
    }

    /// The facts about all of these tasks: what they share is asked for once.
    async fn collect(&self, events: &[Incoming], time: Time) -> Result<Collected, AuditError> {
        let mut request = Request::default();
        for incoming in events {
            request.audit(&incoming.event.detail);
        }
        let collected = self.collector.collect(&request, time.facts).await?;
        // Permissions that lack are the operator's to mend, so the log names them.
        for (action, reason) in collected.missing() {
            tracing::warn!(action, reason, "facts are missing");
        }
        Ok(collected)
    }

    /// Adds what tasks were answered whose alerts are about to open, where that is wanted.
    async fn probed(
        &self,
        snapshot: Snapshot,
        events: &[Incoming],
        invocation: &Invocation,
    ) -> Snapshot {
        let Some(prober) = &self.prober else {
            return snapshot;
        };
        let until = invocation.time.telling;
        // On the heap: with all that it may await, it would be too deep a type for the compiler.
        let answers = Box::pin(prober.ask(&self.aws, &snapshot, events, until)).await;
        snapshot.probed(answers)
    }

    fn judge(
        &self,
        snapshot: &Snapshot,
        collected: &Collected,
        events: &[Incoming],
        invocation: &mut Invocation,
    ) -> Judged {
        let policy = self.keeper.policy();
        Judged::of(snapshot, collected, events, policy, &mut invocation.metrics)
    }

    async fn tell(&self, judged: &Judged, invocation: &mut Invocation) -> Outcome {
        let until = invocation.time.telling;
        let observations = &judged.observations;
        let told = self
            .keeper
            .tell(&self.aws, &invocation.holder, until, observations);
        let outcome = in_time(until, observations.keys().cloned(), told).await;
        if let Some(reason) = &outcome.degraded {
            tracing::error!(reason, "messages go out without the table of what was told");
            invocation.metrics.degraded += 1;
        }
        invocation.metrics.messages += outcome.messages;
        outcome
    }
}

fn scope_of(task: &Task) -> Scope {
    Scope::of(&Subject::Task(task))
}

/// Why a task isn't audited, if it isn't.
fn reason_to_ignore(task: &Task) -> Option<&'static str> {
    let is_awsvpc = Subject::Task(task).is_awsvpc();
    let is_stopping = task.desired_status.as_deref() == Some("STOPPED");
    let failed_to_start = StopReason::is_of_start(task);
    if !is_awsvpc {
        Some("the task isn't in awsvpc network mode")
    } else if task.last_status == TaskStatus::Stopped && !failed_to_start {
        Some("the task ran and has stopped")
    } else if task.last_status != TaskStatus::Stopped && is_stopping {
        Some("the task is being stopped")
    } else {
        None
    }
}
