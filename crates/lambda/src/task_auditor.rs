//! Audits the tasks that events tell of, and publishes what is wrong with them.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse};
use awsvpc_auditor_collector::{Calls, Collected, Collector, Refused, Request};
use awsvpc_auditor_engine::checks::{self, Report, Subject};
use awsvpc_auditor_engine::facts::{LoadError, Snapshot, Task, TaskStatus};
use awsvpc_auditor_engine::report::Message;
use awsvpc_auditor_engine::report::json_v1::ReportV1;
use lambda_runtime::{Context, LambdaEvent};
use serde::Serialize;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::config::Config;
use crate::emf::Metrics;
use crate::payload::{Incoming, Payload};
use crate::publisher::Publisher;

/// What is left of the function's time for judging and publishing.
const TO_PUBLISH: Duration = Duration::from_secs(15);

/// What is left for the answer: a batch that isn't answered comes back whole.
const TO_ANSWER: Duration = Duration::from_secs(2);

/// The function: one for a process, which may live for many invocations.
#[derive(Debug)]
pub struct TaskAuditor {
    collector: Collector,
    publisher: Publisher,
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

impl TaskAuditor {
    /// An auditor that asks and publishes as configured.
    pub fn new(sdk: &SdkConfig, config: Config) -> Self {
        let calls = Calls::default();
        Self {
            publisher: Publisher::new(sdk, config.topic_arn.clone(), calls.clone()),
            collector: Collector::new(sdk, calls),
            config,
        }
    }

    /// Handles one invocation.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, AuditError> {
        let started = Instant::now();
        let calls_before = self.collector.calls().total();
        let time = Time::of(&event.context);
        let mut metrics = Metrics::default();
        let payload =
            Payload::read(&event.payload).map_err(|error| InvalidPayload(error.to_string()))?;
        let answer = match payload.events.as_slice() {
            [
                Incoming {
                    message_id: None, ..
                },
            ] => self.by_hand(payload, time, &mut metrics).await,
            _ => self.batch(payload, time, &mut metrics).await,
        };
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
        time: Time,
        metrics: &mut Metrics,
    ) -> Result<Answer, AuditError> {
        let mut failed: Vec<String> = Vec::new();
        for (message_id, error) in payload.poison {
            tracing::error!(message_id, error, "message holds no task state change");
            failed.push(message_id);
        }
        let (audited, ignored): (Vec<_>, Vec<_>) = payload
            .events
            .into_iter()
            .partition(|incoming| reason_to_ignore(&incoming.event.detail).is_none());
        tracing::info!(
            tasks = audited.len(),
            ignored = ignored.len(),
            outdated = payload.outdated,
            poison = failed.len(),
            "batch"
        );
        match self.facts(&audited, time).await {
            Ok(snapshot) => {
                for incoming in &audited {
                    if let Err(message_id) = self.audit(&snapshot, incoming, time, metrics).await {
                        failed.extend(message_id);
                    }
                }
            }
            // One task's facts that can't be read must not cost the others their audits.
            Err(AuditError::Unreadable(_)) if audited.len() > 1 => {
                for incoming in &audited {
                    failed.extend(self.alone(incoming, time, metrics).await);
                }
            }
            Err(error) => return Err(error),
        }
        metrics.failures = failed.len() as u64;
        let failures = failed.into_iter().map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        });
        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = failures.collect();
        Ok(Answer::Batch(response))
    }

    /// One event, for whoever invoked the function: the report, and the message as for any other.
    async fn by_hand(
        &self,
        payload: Payload,
        time: Time,
        metrics: &mut Metrics,
    ) -> Result<Answer, AuditError> {
        let Some(incoming) = payload.events.first() else {
            return Ok(Answer::Ignored {
                ignored: "no event",
            });
        };
        if let Some(ignored) = reason_to_ignore(&incoming.event.detail) {
            return Ok(Answer::Ignored { ignored });
        }
        let snapshot = self.facts(&payload.events, time).await?;
        let report = report(&snapshot, incoming);
        metrics.add(&report);
        // The report is the answer; that the topic didn't take it is in the log.
        let _ = self.announce(&report, time, metrics).await;
        Ok(Answer::Report(Box::new(ReportV1::from(&report))))
    }

    /// The facts about all of these tasks: what they share is asked for once.
    async fn facts(&self, events: &[Incoming], time: Time) -> Result<Snapshot, AuditError> {
        let mut request = Request::default();
        for incoming in events {
            request.audit(&incoming.event.detail);
        }
        let collected = self.collector.collect(&request, time.facts).await?;
        tell_missing(&collected);
        Ok(collected.snapshot()?)
    }

    /// Audits a task by itself; the message's id if that fails.
    async fn alone(
        &self,
        incoming: &Incoming,
        time: Time,
        metrics: &mut Metrics,
    ) -> Option<String> {
        let facts = self.facts(std::slice::from_ref(incoming), time).await;
        match facts {
            Ok(snapshot) => self
                .audit(&snapshot, incoming, time, metrics)
                .await
                .err()
                .flatten(),
            Err(error) => {
                let task = incoming.event.detail.task_arn.as_str();
                tracing::error!(task, %error, "no audit");
                incoming.message_id.clone()
            }
        }
    }

    /// Audits a task and announces what is wrong; the message's id if it must come again.
    async fn audit(
        &self,
        snapshot: &Snapshot,
        incoming: &Incoming,
        time: Time,
        metrics: &mut Metrics,
    ) -> Result<(), Option<String>> {
        let report = report(snapshot, incoming);
        metrics.add(&report);
        self.announce(&report, time, metrics)
            .await
            .map_err(|()| incoming.message_id.clone())
    }

    /// Tells people. Between the report and the message is the place of the alert lifecycle, which
    /// will know what has been told already.
    async fn announce(
        &self,
        report: &Report<'_>,
        time: Time,
        metrics: &mut Metrics,
    ) -> Result<(), ()> {
        let summary = report.summary();
        let task = report.subject.arn().as_str();
        tracing::info!(
            task,
            owner = report.subject.owner(),
            pass = summary.pass,
            fail = summary.fail,
            unknown = summary.unknown,
            skipped = summary.skipped,
            "audited"
        );
        let Some(message) = Message::about(report, self.config.minimum_severity) else {
            return Ok(());
        };
        match timeout_at(time.answer, self.publisher.publish(message)).await {
            Ok(Ok(())) => {
                metrics.messages += 1;
                Ok(())
            }
            Err(_) => {
                tracing::error!(task, "fault not announced: no time left");
                Err(())
            }
            Ok(Err(error)) => {
                tracing::error!(task, %error, "fault not announced");
                Err(())
            }
        }
    }
}

fn report<'a>(snapshot: &'a Snapshot, incoming: &'a Incoming) -> Report<'a> {
    let mut report = checks::run(snapshot, Subject::Task(&incoming.event.detail));
    report.event_time = Some(incoming.event.time.clone());
    report
}

/// Why a task isn't audited, if it isn't.
fn reason_to_ignore(task: &Task) -> Option<&'static str> {
    let is_awsvpc = Subject::Task(task).is_awsvpc();
    let is_stopping = task.desired_status.as_deref() == Some("STOPPED");
    let failed_to_start = task.stop_code.as_deref() == Some("TaskFailedToStart");
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

/// Permissions that lack are the operator's to mend, so the log names them.
fn tell_missing(collected: &Collected) {
    for (action, reason) in collected.missing() {
        tracing::warn!(action, reason, "facts are missing");
    }
}

/// Until when an invocation waits for what.
#[derive(Debug, Clone, Copy)]
struct Time {
    /// For facts.
    facts: Instant,
    /// For the topic; then it answers, and what wasn't announced comes again.
    answer: Instant,
}

impl Time {
    fn of(context: &Context) -> Self {
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(context.deadline);
        let left = end.duration_since(SystemTime::now()).unwrap_or_default();
        // A function with very little time spends at least half of it on facts.
        let facts = left.saturating_sub(TO_PUBLISH).max(left / 2);
        Self {
            facts: Instant::now() + facts,
            answer: Instant::now() + left.saturating_sub(TO_ANSWER).max(facts),
        }
    }
}
