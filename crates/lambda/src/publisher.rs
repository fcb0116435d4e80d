//! Publishes to the topic.

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::error::DisplayErrorContext;
use aws_sdk_sns::types::MessageAttributeValue;
use awsvpc_auditor_collector::Calls;
use awsvpc_auditor_engine::report::{Attribute, Message};

/// The one topic.
#[derive(Debug)]
pub(crate) struct Publisher {
    client: Client,
    topic_arn: String,
}

/// A message that SNS didn't take.
#[derive(Debug, thiserror::Error)]
#[error("SNS didn't take the message: {0}")]
pub(crate) struct NotPublished(String);

impl Publisher {
    /// A publisher to this topic. Its calls are counted in `calls`.
    pub(crate) fn new(config: &SdkConfig, topic_arn: String, calls: Calls) -> Self {
        let config = aws_sdk_sns::config::Builder::from(config).interceptor(calls);
        Self {
            client: Client::from_conf(config.build()),
            topic_arn,
        }
    }

    /// Publishes a message.
    pub(crate) async fn publish(&self, message: Message) -> Result<(), NotPublished> {
        let mut request = self
            .client
            .publish()
            .topic_arn(&self.topic_arn)
            .subject(message.subject)
            .message(message.body);
        for (name, value) in message.attributes {
            let value = attribute(value).map_err(|error| NotPublished(error.to_string()))?;
            request = request.message_attributes(name, value);
        }
        let sent = request.send().await;
        sent.map_err(|error| NotPublished(DisplayErrorContext(error).to_string()))?;
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
