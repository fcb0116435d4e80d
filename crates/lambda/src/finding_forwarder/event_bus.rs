use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::ProvideErrorMetadata;
use aws_sdk_eventbridge::primitives::{DateTime, DateTimeFormat};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use awsvpc_auditor_engine::report::machine_v1::NoticeV1;

use super::{NotForwarded, refusal};

/// What rules match.
const SOURCE: &str = "awsvpc-auditor";
const DETAIL_TYPE: &str = "awsvpc-auditor Alert";

/// An event bus, by its ARN.
#[derive(Debug)]
pub(super) struct EventBus {
    client: Client,
    arn: String,
}

impl EventBus {
    pub(super) fn new(sdk: &SdkConfig, arn: String) -> Self {
        Self {
            client: Client::new(sdk),
            arn,
        }
    }

    /// Looks for the bus, where it is the function's own account's: EventBridge takes events for a bus
    /// that isn't there, and drops them without a word.
    /// <https://github.com/aws/aws-cli/issues/9186>
    pub(super) async fn find(&self, function: &str) -> Result<(), NotForwarded> {
        let account = |arn: &str| arn.split(':').nth(4).map(str::to_owned);
        let name = self.arn.split_once("event-bus/").map(|(_, name)| name);
        if account(&self.arn) != account(function) {
            return Ok(());
        }
        let describe = self
            .client
            .describe_event_bus()
            .set_name(name.map(str::to_owned));
        match describe.send().await {
            Err(error) if error.code() == Some("ResourceNotFoundException") => {
                let words = format!("isn't there: {}", self.arn);
                Err(NotForwarded::EventBus(words))
            }
            // Whoever may not look may still put.
            Err(error) => {
                tracing::warn!(
                    error = refusal(&error),
                    "whether the event bus is there isn't known"
                );
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// Puts the message as it is: an event takes 256 KB, and a message has less.
    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>
    pub(super) async fn put(&self, notice: &NoticeV1, body: &str) -> Result<(), NotForwarded> {
        let at = DateTime::from_str(notice.at(), DateTimeFormat::DateTime).ok();
        let task = notice.example_task().map(|task| vec![task.to_owned()]);
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.arn)
            .source(SOURCE)
            .detail_type(DETAIL_TYPE)
            .set_time(at)
            .set_resources(task)
            .detail(body)
            .build();
        let put = self.client.put_events().entries(entry).send().await;
        let put = put.map_err(|error| NotForwarded::EventBus(refusal(&error)))?;
        let mut refused = put
            .entries()
            .iter()
            .filter(|one| one.error_code().is_some());
        match refused.next() {
            None => Ok(()),
            Some(one) => {
                let code = one.error_code().unwrap_or_default();
                let why = one.error_message().unwrap_or_default();
                Err(NotForwarded::EventBus(format!("refused it: {code}: {why}")))
            }
        }
    }
}
