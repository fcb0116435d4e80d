//! Forwards what was told to where programs route it on: an event bus, Security Hub. It has only the
//! permissions for that, and reads what the auditors publish as JSON.

mod event_bus;
mod security_hub;

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use awsvpc_auditor_engine::report::machine_v1::{NoticeError, NoticeV1};
use lambda_runtime::LambdaEvent;
use serde::Deserialize;
use serde_json::Value;

use crate::config::ForwarderConfig;
use crate::payload::given_back;
use event_bus::EventBus;
use security_hub::SecurityHub;

/// Every IAM action that it needs; a test compares them with its role.
pub const ACTIONS: [&str; 2] = ["events:PutEvents", "securityhub:BatchImportFindings"];

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
        let mut back = BTreeSet::new();
        for message in batch.records {
            let id = message.message_id.unwrap_or_default();
            if !self.forward(&id, &message.body.unwrap_or_default()).await {
                back.insert(id);
            }
        }
        Ok(given_back(back))
    }

    /// Forwards a message to all there is; whether all took it. One that is told again because another
    /// refused it has the same id.
    async fn forward(&self, message_id: &str, body: &str) -> bool {
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
                    Some(bus) => bus.put(&notice, body).await,
                    None => Ok(()),
                }
            },
            async {
                match &self.hub {
                    Some(hub) => hub.import(&notice).await,
                    None => Ok(()),
                }
            }
        );
        let mut all_took_it = true;
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
