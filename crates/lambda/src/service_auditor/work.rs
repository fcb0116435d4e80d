//! What the service auditor is invoked for.

use std::collections::BTreeSet;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use awsvpc_auditor_engine::change::{Change, ChangeEvent};
use awsvpc_auditor_engine::facts::ServiceEvent;
use serde::Deserialize;
use serde_json::Value;

use super::looked::End;
use crate::payload::PayloadError;

/// What to do.
#[derive(Debug)]
pub(super) enum Work {
    /// Look at every service.
    Sweep,
    /// Look at the services that these concern.
    News(News),
}

/// What a batch tells.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Changes that can change what reaches what.
    pub(super) changes: Vec<Change>,
    /// Services whose tasks don't start.
    pub(super) failures: Vec<ServiceEvent>,
    /// Everything that came, by the queue's ids.
    pub(super) messages: BTreeSet<String>,
    /// Of that, what could not be read.
    pub(super) poison: BTreeSet<String>,
    /// Of that, what has not come so often yet that it must not wait for better answers any more.
    pub(super) may_wait: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type")]
    detail_type: String,
}

impl Work {
    /// Reads an invocation: a batch of a queue, an event, or the tick of a clock.
    pub(super) fn read(value: &Value, tries: u32) -> Result<Self, PayloadError> {
        let mut news = News::default();
        if value.get("Records").is_none() {
            let Ok(Envelope { detail_type }) = Envelope::deserialize(value) else {
                return Ok(Self::Sweep);
            };
            if detail_type == SCHEDULED {
                return Ok(Self::Sweep);
            }
            news.take(&value.to_string()).map_err(PayloadError::Other)?;
            return Ok(Self::News(news));
        }
        let batch = SqsEvent::deserialize(value).map_err(PayloadError::Batch)?;
        for message in batch.records {
            let may_wait = received(&message) <= tries;
            let id = message.message_id.unwrap_or_default();
            if let Err(error) = news.take(&message.body.unwrap_or_default()) {
                tracing::error!(message_id = id, error, "message holds nothing to look at");
                news.poison.insert(id.clone());
            }
            if may_wait {
                news.may_wait.insert(id.clone());
            }
            news.messages.insert(id);
        }
        news.changes.sort();
        news.changes.dedup();
        Ok(Self::News(news))
    }
}

/// The `detail-type` of what a clock of EventBridge brings.
const SCHEDULED: &str = "Scheduled Event";

/// How often a message has come, this time included.
fn received(message: &SqsMessage) -> u32 {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

impl News {
    /// Takes an event in. Events come more than once: a change is one all the same.
    fn take(&mut self, text: &str) -> Result<(), String> {
        let envelope: Envelope = serde_json::from_str(text)
            .map_err(|_| "not an event, as EventBridge delivers it".to_owned())?;
        if envelope.detail_type == ChangeEvent::DETAIL_TYPE {
            let event = ChangeEvent::parse(text).map_err(|error| error.to_string())?;
            self.changes.extend(event.change);
            return Ok(());
        }
        let event = ServiceEvent::parse(text).map_err(|error| error.to_string())?;
        if event.name.is_failure() {
            self.failures.push(event);
        }
        Ok(())
    }

    /// The messages that are to come again after a look that ended so.
    pub(super) fn back(self, end: End) -> BTreeSet<String> {
        match end {
            End::Done => self.poison,
            End::Partial => self.poison.into_iter().chain(self.may_wait).collect(),
            End::Undone => self.messages,
        }
    }

    /// The failures in these clusters, by name or ARN; in all of them, where none are named. The rule can't
    /// tell for deployments, whose events don't name their cluster.
    pub(super) fn failures_in(&self, clusters: &[String]) -> Vec<ServiceEvent> {
        let is_in = |event: &&ServiceEvent| {
            let mut clusters = clusters.iter();
            clusters.len() == 0 || clusters.any(|name| event.cluster_arn.is_called(name))
        };
        self.failures.iter().filter(is_in).cloned().collect()
    }
}
