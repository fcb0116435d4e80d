use std::path::Path;
use std::time::Duration;

use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::lambda_api::{Function, Outcome};
use awsvpc_auditor_tests::recorder::Recorder;
use awsvpc_auditor_tests::stack::Package;
use awsvpc_auditor_tests::state_table;
use awsvpc_auditor_tests::world::{World, wait};
use serde_json::{Value, json};

/// An account: a network to look at, a topic to publish to, a queue that listens, and the function.
pub(crate) struct Account {
    pub(crate) function: Function,
    /// What the function asks of EC2, ECS and SNS.
    pub(crate) recorder: Recorder,
    sqs: aws_sdk_sqs::Client,
    topics: Vec<(&'static str, String)>,
    inbox: String,
    chat: String,
    findings: String,
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
        state_table::make(&network, TABLE);
        let heard = |variable, name: &str| {
            let (topic, queue) = topic_with_queue(&sns, &sqs, name);
            ((variable, topic), queue)
        };
        let (mail, inbox) = heard("TOPIC_ARN", "faults");
        let (chat_topic, chat) = heard("CHAT_TOPIC_ARN", "chat");
        let (findings_topic, findings) = heard("FINDINGS_TOPIC_ARN", "findings");
        let topics = vec![mail, chat_topic, findings_topic];
        let mut all: Vec<(&str, &str)> = vec![
            ("STATE_TABLE", TABLE),
            ("AWS_ENDPOINT_URL", recorder.url()),
            ("LOG_LEVEL", "debug"),
        ];
        all.extend(
            topics
                .iter()
                .map(|(variable, arn)| (*variable, arn.as_str())),
        );
        all.extend(environment);
        let function = Function::start(&binary(), &all, timeout);
        Self {
            function,
            recorder,
            sqs,
            topics,
            inbox,
            chat,
            findings,
            network,
        }
    }

    /// Another process of the function, as Lambda starts it beside the first or after a crash.
    pub(crate) fn start_another(
        &self,
        environment: &[(&str, &str)],
        timeout: Duration,
    ) -> Function {
        let mut all: Vec<(&str, &str)> = vec![
            ("STATE_TABLE", TABLE),
            ("AWS_ENDPOINT_URL", self.recorder.url()),
            ("LOG_LEVEL", "debug"),
        ];
        let topics = self.topics.iter();
        all.extend(topics.map(|(variable, arn)| (*variable, arn.as_str())));
        all.extend(environment);
        Function::start(&binary(), &all, timeout)
    }

    pub(crate) fn world(&self, network: u8) -> World {
        World::new(&self.network.url(), network)
    }

    /// The messages that people got by mail since the last look, in the order of their texts.
    pub(crate) fn messages(&self) -> Vec<Value> {
        self.received(&self.inbox)
    }

    /// All that is in the state table.
    pub(crate) fn kept(&self) -> String {
        let client = aws_sdk_dynamodb::Client::new(&client_config(&self.network.url()));
        let items = wait(client.scan().table_name(TABLE).send()).unwrap().items;
        assert!(
            items.as_ref().is_some_and(|items| !items.is_empty()),
            "nothing is kept"
        );
        format!("{items:?}")
    }

    /// What came into the chat since the last look.
    pub(crate) fn chat(&self) -> Vec<Value> {
        self.documents(&self.chat)
    }

    /// What programs got since the last look.
    pub(crate) fn findings(&self) -> Vec<Value> {
        self.documents(&self.findings)
    }

    fn documents(&self, queue: &str) -> Vec<Value> {
        let received = self.received(queue).into_iter();
        let document =
            |message: Value| serde_json::from_str(message["Message"].as_str().unwrap()).unwrap();
        let mut documents: Vec<Value> = received.map(document).collect();
        documents.sort_by_key(|document| document["at"].to_string());
        documents
    }

    fn received(&self, queue: &str) -> Vec<Value> {
        let mut messages = Vec::new();
        loop {
            let receive = self.sqs.receive_message().queue_url(queue);
            let got = wait(receive.max_number_of_messages(10).send()).unwrap();
            let got = got.messages.unwrap_or_default();
            if got.is_empty() {
                break;
            }
            for message in got {
                let delete = self.sqs.delete_message().queue_url(queue);
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
        given_back(&answer)
    }
}

/// The ids of the messages that a function gives back.
pub(crate) fn given_back(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
    failures.iter().map(id).collect()
}

const TABLE: &str = "alerts";

/// The ARN of a topic, and the URL of a queue that listens to it.
fn topic_with_queue(
    sns: &aws_sdk_sns::Client,
    sqs: &aws_sdk_sqs::Client,
    name: &str,
) -> (String, String) {
    let topic = wait(sns.create_topic().name(name).send()).unwrap();
    let topic = topic.topic_arn.unwrap();
    let queue = wait(sqs.create_queue().queue_name(name).send()).unwrap();
    let subscribe = sns.subscribe().topic_arn(&topic).protocol("sqs");
    let arn = topic.replace(":sns:", ":sqs:");
    wait(subscribe.endpoint(arn).send()).unwrap();
    (topic, queue.queue_url.unwrap())
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
