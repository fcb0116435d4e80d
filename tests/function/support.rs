use std::path::Path;
use std::time::Duration;

use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::lambda_api::{Function, Outcome};
use awsvpc_auditor_tests::recorder::Recorder;
use awsvpc_auditor_tests::stack::Package;
use awsvpc_auditor_tests::world::{World, wait};
use serde_json::{Value, json};

/// An account: a network to look at, a topic to publish to, a queue that listens, and the function.
pub(crate) struct Account {
    pub(crate) function: Function,
    /// What the function asks of EC2, ECS and SNS.
    pub(crate) recorder: Recorder,
    sqs: aws_sdk_sqs::Client,
    inbox: String,
    pub(crate) network: Server,
}

impl Account {
    /// An account with nothing in it. moto plays SNS and SQS too.
    pub(crate) fn new(environment: &[(&str, &str)]) -> Self {
        Self::with_timeout(environment, Duration::from_mins(1))
    }

    /// The same, but an invocation may only take so long.
    pub(crate) fn with_timeout(environment: &[(&str, &str)], timeout: Duration) -> Self {
        let network = Server::moto();
        let recorder = Recorder::start(&network.url());
        let config = client_config(&network.url());
        let (sns, sqs) = (
            aws_sdk_sns::Client::new(&config),
            aws_sdk_sqs::Client::new(&config),
        );
        let topic = wait(sns.create_topic().name("faults").send()).unwrap();
        let topic = topic.topic_arn.unwrap();
        let inbox = wait(sqs.create_queue().queue_name("inbox").send()).unwrap();
        let inbox = inbox.queue_url.unwrap();
        let subscribe = sns.subscribe().topic_arn(&topic).protocol("sqs");
        let arn = topic.replace(":sns:", ":sqs:").replace("faults", "inbox");
        wait(subscribe.endpoint(arn).send()).unwrap();
        let mut all = vec![
            ("TOPIC_ARN", topic.as_str()),
            ("AWS_ENDPOINT_URL", recorder.url()),
            ("LOG_LEVEL", "debug"),
        ];
        all.extend(environment);
        let function = Function::start(&binary(), &all, timeout);
        Self {
            function,
            recorder,
            sqs,
            inbox,
            network,
        }
    }

    pub(crate) fn world(&self, network: u8) -> World {
        World::new(&self.network.url(), network)
    }

    /// The messages that people got since the last look, in the order of their subjects.
    pub(crate) fn messages(&self) -> Vec<Value> {
        let mut messages = Vec::new();
        loop {
            let receive = self.sqs.receive_message().queue_url(&self.inbox);
            let got = wait(receive.max_number_of_messages(10).send()).unwrap();
            let got = got.messages.unwrap_or_default();
            if got.is_empty() {
                break;
            }
            for message in got {
                let delete = self.sqs.delete_message().queue_url(&self.inbox);
                wait(
                    delete
                        .receipt_handle(message.receipt_handle.unwrap())
                        .send(),
                )
                .unwrap();
                messages.push(serde_json::from_str(&message.body.unwrap()).unwrap());
            }
        }
        messages.sort_by_key(|message: &Value| message["Message"].to_string());
        messages
    }

    /// Delivers a batch; the ids of the messages that the function gives back.
    pub(crate) fn deliver(&mut self, bodies: &[String]) -> Vec<String> {
        let answer = match self.function.invoke(&batch(bodies)) {
            Outcome::Response(answer) => answer,
            other => panic!("{other:?}\n{}", self.function.output()),
        };
        let failures = answer["batchItemFailures"].as_array().unwrap();
        let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
        failures.iter().map(id).collect()
    }
}

/// The function as `sam build` packages it.
pub(crate) fn binary() -> std::path::PathBuf {
    let path = Package::get().binary();
    assert!(Path::new(&path).exists(), "{}", path.display());
    path
}

/// SQS messages with these bodies; the ids are their places.
pub(crate) fn batch(bodies: &[String]) -> Value {
    let records: Vec<_> = bodies
        .iter()
        .enumerate()
        .map(|(place, body)| {
            json!({
                "messageId": format!("message-{place}"),
                "receiptHandle": "receipt",
                "body": body,
                "attributes": {},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:tasks",
                "awsRegion": "eu-central-1",
            })
        })
        .collect();
    json!({ "Records": records })
}
