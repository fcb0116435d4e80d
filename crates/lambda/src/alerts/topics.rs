//! Publishes to a topic for each form.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::error::DisplayErrorContext;
use aws_sdk_sns::types::MessageAttributeValue;
use awsvpc_auditor_collector::Calls;
use awsvpc_auditor_engine::alert::{Channel, Notice};
use awsvpc_auditor_engine::report::{Attribute, Message};

use super::NotSent;
use crate::config::TopicArns;

/// The topics. A form that has none isn't sent.
#[derive(Debug)]
pub struct Topics {
    client: Client,
    arns: TopicArns,
}

/// How often a message is tried: a call that fails for good brings its events back minutes later.
const ATTEMPTS: u32 = 6;

impl Topics {
    /// A publisher to these topics. Its calls are counted in `calls`.
    pub fn new(config: &SdkConfig, arns: TopicArns, calls: Calls) -> Self {
        let config = aws_sdk_sns::config::Builder::from(config)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .interceptor(calls);
        Self {
            client: Client::from_conf(config.build()),
            arns,
        }
    }

    /// Publishes a message in the form of a channel.
    pub(super) async fn send(&self, channel: Channel, notice: &Notice) -> Result<(), NotSent> {
        let Some(topic) = self.arns.of(channel) else {
            return Ok(());
        };
        let message = match channel {
            Channel::Mail => Message::mail(notice),
            Channel::Chat => Message::chat(notice),
            Channel::Machine => Message::machine(notice),
        };
        let mut request = self
            .client
            .publish()
            .topic_arn(topic)
            .subject(message.subject)
            .message(message.body);
        for (name, value) in message.attributes {
            let value = attribute(value).map_err(|error| NotSent(error.to_string()))?;
            request = request.message_attributes(name, value);
        }
        let sent = request.send().await;
        sent.map_err(|error| NotSent(DisplayErrorContext(error).to_string()))?;
        Ok(())
    }
}

/// <https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html>
fn attribute(value: Attribute) -> Result<MessageAttributeValue, aws_sdk_sns::error::BuildError> {
    let (kind, text) = match value {
        Attribute::Text(text) => ("String", text),
        Attribute::List(texts) => ("String.Array", serde_json::Value::from(texts).to_string()),
    };
    MessageAttributeValue::builder()
        .data_type(kind)
        .string_value(text)
        .build()
}
