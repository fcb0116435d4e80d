//! Forwards what was told to where programs route it on: an event bus, Security Hub. It has only the
//! permissions for that, and reads what the auditors publish as JSON.

mod event_bus;
mod security_hub;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_sdk_eventbridge::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use awsvpc_auditor_engine::report::machine_v1::{NoticeError, NoticeV1};
use futures_util::future::join_all;
use lambda_runtime::LambdaEvent;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::config::ForwarderConfig;
use crate::payload::given_back;
use event_bus::EventBus;
use security_hub::SecurityHub;

/// Every IAM action that it needs; a test compares them with its role.
pub const ACTIONS: [&str; 3] = [
    "events:DescribeEventBus",
    "events:PutEvents",
    "securityhub:BatchImportFindings",
];

/// What is left for the answer: a batch that isn't answered comes back whole.
const TO_ANSWER: Duration = Duration::from_secs(3);

/// How often a call is tried. What fails for good comes again by the queue, minutes later.
const ATTEMPTS: u32 = 6;

/// The function: one for a process.
#[derive(Debug)]
pub struct FindingForwarder {
    bus: Option<EventBus>,
    hub: Option<SecurityHub>,
}

/// The invocation is no batch of a queue.
#[derive(Debug, thiserror::Error)]
#[error("invoked with something else than a batch of SQS messages: {0}")]
pub struct InvalidBatch(#[from] serde_json::Error);

/// Why a message could not be forwarded.
#[derive(Debug, thiserror::Error)]
enum NotForwarded {
    #[error(transparent)]
    Unreadable(#[from] NoticeError),
    #[error("the event bus {0}")]
    EventBus(String),
    #[error("Security Hub {0}")]
    SecurityHub(String),
    #[error("there was no time left")]
    Late,
}

impl FindingForwarder {
    /// A forwarder to what is configured.
    pub fn new(sdk: &SdkConfig, config: ForwarderConfig) -> Self {
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        let sdk = sdk.clone().into_builder().retry_config(retries).build();
        Self {
            bus: config.event_bus.map(|arn| EventBus::new(&sdk, arn)),
            hub: config
                .product
                .map(|product| SecurityHub::new(&sdk, product)),
        }
    }

    /// Forwards a batch; the messages that must come again.
    pub async fn handle(
        &self,
        event: LambdaEvent<Value>,
    ) -> Result<SqsBatchResponse, InvalidBatch> {
        let batch = SqsEvent::deserialize(&event.payload)?;
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(event.context.deadline);
        let left = end.duration_since(SystemTime::now()).unwrap_or_default();
        let until = Instant::now() + left.saturating_sub(TO_ANSWER);
        let bus = match &self.bus {
            Some(bus) => bus.find(&event.context.invoked_function_arn).await,
            None => Ok(()),
        };
        let is_lost = bus
            .inspect_err(|error| tracing::error!(%error, "not forwarded"))
            .is_err();
        // Side by side: what one service takes its time for must not cost others theirs.
        let all = batch.records.into_iter().map(async |message| {
            let id = message.message_id.unwrap_or_default();
            let body = message.body.unwrap_or_default();
            let forwarding = tokio::time::timeout_at(until, self.forward(&id, &body, is_lost));
            let is_done = forwarding.await.unwrap_or_else(|_| {
                tracing::error!(message_id = id, error = %NotForwarded::Late, "not forwarded");
                false
            });
            (id, is_done)
        });
        let back = join_all(all).await.into_iter();
        let back = back.filter(|(_, is_done)| !is_done).map(|(id, _)| id);
        Ok(given_back(back.collect::<BTreeSet<_>>()))
    }

    /// Forwards a message to all there is; whether all took it. One that is told again because another
    /// refused it has the same id. `is_lost` says that there is no bus to put it to.
    async fn forward(&self, message_id: &str, body: &str, is_lost: bool) -> bool {
        let notice = match NoticeV1::parse(body) {
            Ok(notice) => notice,
            Err(error) => {
                let error = NotForwarded::from(error);
                tracing::error!(message_id, %error, "not forwarded");
                return false;
            }
        };
        let (put, imported) = tokio::join!(
            async {
                match &self.bus {
                    Some(bus) if !is_lost => bus.put(&notice, body).await,
                    _ => Ok(()),
                }
            },
            async {
                match &self.hub {
                    Some(hub) => hub.import(&notice).await,
                    None => Ok(()),
                }
            }
        );
        let mut all_took_it = !is_lost;
        for error in [put.err(), imported.err()].into_iter().flatten() {
            tracing::error!(message_id, id = notice.id(), %error, "not forwarded");
            all_took_it = false;
        }
        if all_took_it {
            let left_out = notice.left_out();
            tracing::info!(id = notice.id(), left_out, "forwarded");
        }
        all_took_it
    }
}

/// What a service said, or that it said nothing.
fn refusal<E>(error: &SdkError<E>) -> String
where
    SdkError<E>: ProvideErrorMetadata + std::error::Error,
{
    let all = DisplayErrorContext(error);
    match error.code() {
        Some(code) => format!("refused it: {code}: {all}"),
        None => format!("didn't answer: {all}"),
    }
}
