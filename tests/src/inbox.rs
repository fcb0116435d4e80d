//! A queue, and what arrives in it.

use aws_sdk_sqs::Client;
use serde_json::Value;

use crate::emulators::{Server, client_config};
use crate::tools::{ACCOUNT, REGION};
use crate::world::wait;

/// A queue whose messages are JSON.
#[derive(Debug)]
pub struct Inbox {
    sqs: Client,
    queue: String,
}

impl Inbox {
    /// A new queue that listens to a topic.
    pub fn subscribed(account: &Server, topic: &str) -> Self {
        Self::subscribed_as("inbox", account, topic)
    }

    /// A new queue of this name that listens to a topic.
    pub fn subscribed_as(name: &str, account: &Server, topic: &str) -> Self {
        let config = client_config(&account.url());
        let sqs = Client::new(&config);
        let made = wait(sqs.create_queue().queue_name(name).send()).expect("a queue");
        let sns = aws_sdk_sns::Client::new(&config);
        let listener = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}");
        let subscribe = sns.subscribe().topic_arn(topic).protocol("sqs");
        wait(subscribe.endpoint(listener).send()).expect("the queue may listen");
        Self {
            sqs,
            queue: made.queue_url.expect("a queue has a URL"),
        }
    }

    /// A new queue that gets what a rule of this pattern takes from the default bus.
    pub fn behind_a_rule(account: &Server, pattern: &str) -> Self {
        let config = client_config(&account.url());
        let (sqs, events) = (
            Client::new(&config),
            aws_sdk_eventbridge::Client::new(&config),
        );
        let made = wait(sqs.create_queue().queue_name("bus").send()).expect("a queue");
        let rule = events.put_rule().name("inbox").event_pattern(pattern);
        wait(rule.send()).expect("a rule");
        let target = aws_sdk_eventbridge::types::Target::builder().id("inbox");
        let target = target.arn(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:bus"));
        let target = target.build().expect("it has an id and an ARN");
        let put = events.put_targets().rule("inbox").targets(target);
        wait(put.send()).expect("the rule may have a target");
        Self {
            sqs,
            queue: made.queue_url.expect("a queue has a URL"),
        }
    }

    /// A queue that is there.
    pub fn of(account: &Server, queue: &str) -> Self {
        Self {
            sqs: Client::new(&client_config(&account.url())),
            queue: queue.to_owned(),
        }
    }

    /// Takes what has arrived, or arrives within a second.
    pub fn receive(&self) -> Vec<Value> {
        let receive = self.sqs.receive_message().queue_url(&self.queue);
        let receive = receive.max_number_of_messages(10).wait_time_seconds(1);
        let got = wait(receive.send()).expect("the queue can be read");
        let mut messages = Vec::new();
        for message in got.messages.unwrap_or_default() {
            let receipt = message.receipt_handle.expect("it can be deleted");
            let delete = self.sqs.delete_message().queue_url(&self.queue);
            wait(delete.receipt_handle(receipt).send()).expect("it is deleted");
            let body = message.body.expect("it has a body");
            messages.push(serde_json::from_str(&body).expect("messages are JSON"));
        }
        messages
    }
}
