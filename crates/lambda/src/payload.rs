//! What a function is invoked with: a batch from its queue, or one event by hand.

use std::collections::{BTreeMap, BTreeSet};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use awsvpc_auditor_engine::facts::{EcsArn, TaskStateChange};
use serde::Deserialize;
use serde_json::Value;

/// One task state change, and the queue message that brought it.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    /// The message's id; none when invoked by hand.
    pub(crate) message_id: Option<String>,
    /// How often the message has come, this time included.
    pub(crate) received: u32,
    pub(crate) event: TaskStateChange,
}

/// An invocation's events.
#[derive(Debug, Default)]
pub(crate) struct Payload {
    /// What can be audited.
    pub(crate) events: Vec<Incoming>,
    /// The messages that hold no such event, and why.
    pub(crate) poison: Vec<(String, String)>,
    /// Messages that another one of the batch outdates.
    pub(crate) outdated: usize,
}

/// The answer to a queue: which of its messages to keep.
pub(crate) fn given_back(ids: BTreeSet<String>) -> SqsBatchResponse {
    let failures = ids.into_iter().map(|id| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        failure
    });
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures.collect();
    response
}

/// The invocation is neither of what a function takes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PayloadError {
    #[error("not a batch of SQS messages: {0}")]
    Batch(serde_json::Error),
    #[error("not an event: {0}")]
    Event(#[from] awsvpc_auditor_engine::facts::EventError),
    #[error("not an event: {0}")]
    Other(String),
}

impl Payload {
    /// Reads an invocation. A message that can't be read is poison and costs the others nothing.
    pub(crate) fn read(value: &Value) -> Result<Self, PayloadError> {
        if value.get("Records").is_none() {
            let event = TaskStateChange::parse(&value.to_string())?;
            return Ok(Self {
                events: vec![Incoming {
                    message_id: None,
                    received: 1,
                    event,
                }],
                ..Self::default()
            });
        }
        let batch = SqsEvent::deserialize(value).map_err(PayloadError::Batch)?;
        let mut payload = Self::default();
        for message in batch.records {
            // Without an id the message can't be given back, and is let go.
            let id = message.message_id.unwrap_or_default();
            let received = message.attributes.get("ApproximateReceiveCount");
            let received = received.and_then(|count| count.parse().ok()).unwrap_or(1);
            match TaskStateChange::parse(&message.body.unwrap_or_default()) {
                Ok(event) => payload.events.push(Incoming {
                    message_id: Some(id),
                    received,
                    event,
                }),
                Err(error) => payload.poison.push((id, error.to_string())),
            }
        }
        payload.keep_newest();
        Ok(payload)
    }

    /// Keeps the newest state of each task: events come more than once and in any order.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html>
    fn keep_newest(&mut self) {
        let all = self.events.len();
        let mut newest: BTreeMap<EcsArn, Incoming> = BTreeMap::new();
        for incoming in std::mem::take(&mut self.events) {
            let task = &incoming.event.detail;
            match newest.get(&task.task_arn) {
                Some(known) if known.event.detail.version >= task.version => {}
                _ => {
                    newest.insert(task.task_arn.clone(), incoming);
                }
            }
        }
        self.events = newest.into_values().collect();
        self.outdated = all - self.events.len();
    }
}
