use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{Message, QueueAttributeName};
use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::event_bus;
use awsvpc_auditor_tests::inbox::Inbox;
use awsvpc_auditor_tests::recorder::Recorder;
use awsvpc_auditor_tests::stack::Stack;
use awsvpc_auditor_tests::world::{Interface, World, wait};
use awsvpc_auditor_tests::{root, tools};
use serde_json::{Value, json};

pub(super) const SERVICES: usize = 20;

/// Services whose VPC has no way out.
const BROKEN: usize = 3;

/// Interfaces that tasks of a service have. moto takes long to make one, and to find one among many.
const INTERFACES: usize = 20;

/// The template's `BatchSize`.
const BATCH: usize = 500;

/// How long a message that could not be handled stays away. In the template it is minutes.
const AWAY: &str = "20";

/// An account with the stack, in which services of three VPCs start tasks.
pub(super) struct Account {
    /// Before EC2 and ECS.
    pub(super) network: Recorder,
    /// Before the topics and the table.
    pub(super) own: Recorder,
    inbox: Inbox,
    services: Vec<(String, World, Vec<Interface>)>,
    stack: Stack,
    server: Server,
    _moto: Server,
}

impl Account {
    pub(super) fn new() -> Self {
        let moto = Server::moto();
        let network = Recorder::start(&moto.url());
        let own = Recorder::start("");
        let server = Server::ministack_behind(&own, network.url());
        // A line for each audit is more than the emulator's log keeps.
        let parameters = BTreeMap::from([("LogLevel", "error")]);
        let stack = Stack::deploy(&server, "storm", &parameters);
        let account = Self {
            inbox: Inbox::subscribed(&server, stack.output("FindingsTopicArn")),
            services: services(&moto),
            network,
            own,
            stack,
            server,
            _moto: moto,
        };
        let sqs = account.sqs();
        let set = sqs.set_queue_attributes().queue_url(account.queue());
        wait(
            set.attributes(QueueAttributeName::VisibilityTimeout, AWAY)
                .send(),
        )
        .unwrap();
        account.network.forget();
        account.own.forget();
        account
    }

    /// The owners of the broken services.
    pub(super) fn broken(&self) -> Vec<String> {
        let broken = self.services.iter().take(BROKEN);
        broken.map(|(name, ..)| format!("service:{name}")).collect()
    }

    fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&client_config(&self.server.url()))
    }

    fn queue(&self) -> &str {
        self.stack.output("TaskEventsQueueUrl")
    }

    /// Starts so many tasks of all services side by side, as EventBridge tells of it.
    pub(super) fn start(&self, tasks: usize, version: u64) {
        let events: Vec<Value> = (0..tasks)
            .map(|task| {
                let (name, world, interfaces) = &self.services[task % SERVICES];
                let interface = &interfaces[task / SERVICES % interfaces.len()];
                world.event(name, task, version, interface)
            })
            .collect();
        let config = client_config(&self.server.url());
        thread::scope(|threads| {
            for events in events.chunks(tasks.div_ceil(2)) {
                let client = aws_sdk_eventbridge::Client::new(&config);
                threads.spawn(move || event_bus::put(&client, events));
            }
        });
    }

    /// Keeps the emulator from taking tasks' events out of their queue.
    pub(super) fn stop_mapping(&self) {
        let mappings = self.lambda(&["list-event-source-mappings"]);
        let mut stopped = 0;
        let all = mappings["EventSourceMappings"].as_array().unwrap().iter();
        let of_tasks = |one: &&Value| {
            one["EventSourceArn"]
                .as_str()
                .unwrap()
                .contains("-TaskEvents-")
        };
        for mapping in all.filter(of_tasks) {
            let id = mapping["UUID"].as_str().unwrap();
            self.lambda(&["update-event-source-mapping", "--no-enabled", "--uuid", id]);
            stopped += 1;
        }
        assert_eq!(stopped, 1, "{mappings}");
    }

    fn lambda(&self, arguments: &[&str]) -> Value {
        let mut command = tools::program("aws");
        command.env("AWS_ENDPOINT_URL", self.server.url());
        let said = tools::run(command.args(["--output", "json", "lambda"]).args(arguments));
        serde_json::from_str(&said).unwrap()
    }

    /// Hands what is in the queue to two executions of the function, as a mapping with the template's
    /// batch size does. How many batches there were.
    pub(super) fn hand_over(&self) -> usize {
        thread::scope(|threads| {
            let pollers = [(), ()].map(|()| {
                threads.spawn(|| {
                    let mut batches = 0;
                    loop {
                        let messages = self.batch();
                        if messages.is_empty() {
                            return batches;
                        }
                        self.invoke(&messages);
                        batches += 1;
                    }
                })
            });
            pollers.into_iter().map(|one| one.join().unwrap()).sum()
        })
    }

    /// Up to a batch of what is in the queue.
    fn batch(&self) -> Vec<Message> {
        let sqs = self.sqs();
        let mut messages = Vec::new();
        while messages.len() < BATCH {
            let receive = sqs.receive_message().queue_url(self.queue());
            let receive = receive.max_number_of_messages(10).wait_time_seconds(1);
            let got = wait(receive.send()).unwrap().messages.unwrap_or_default();
            if got.is_empty() {
                break;
            }
            messages.extend(got);
        }
        messages
    }

    /// Gives the function a batch, and deletes what it doesn't give back.
    fn invoke(&self, messages: &[Message]) {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let records: Vec<Value> = messages.iter().map(record).collect();
        fs::write(path("batch"), json!({ "Records": records }).to_string()).unwrap();
        let payload = format!("fileb://{}", path("batch").display());
        let function = self.stack.output("TaskAuditorFunctionArn");
        let answer = path("answer").display().to_string();
        let said = self.lambda(&[
            "invoke",
            "--function-name",
            function,
            "--payload",
            &payload,
            &answer,
        ]);
        assert!(said.get("FunctionError").is_none(), "{said}");
        let answer: Value = serde_json::from_slice(&fs::read(answer).unwrap()).unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap();
        let back: Vec<_> = failures.iter().map(|one| &one["itemIdentifier"]).collect();
        let sqs = self.sqs();
        for message in messages {
            if !back.contains(&&json!(message.message_id)) {
                let delete = sqs.delete_message().queue_url(self.queue());
                let receipt = message.receipt_handle.as_ref().unwrap();
                wait(delete.receipt_handle(receipt).send()).unwrap();
            }
        }
    }

    /// Puts the events of so many tasks, each of another broken service, where EventBridge leaves what it
    /// could not deliver. How many.
    pub(super) fn lose(&self, tasks: usize) -> usize {
        let sqs = self.sqs();
        let queue = self.stack.output("UndeliveredEventsQueueUrl");
        for (task, (name, world, interfaces)) in self.services.iter().take(tasks).enumerate() {
            let event = world.event(name, task, 5, &interfaces[0]);
            let send = sqs.send_message().queue_url(queue);
            wait(send.message_body(event.to_string()).send()).unwrap();
        }
        tasks
    }

    /// How many events wait where EventBridge leaves what it could not deliver.
    pub(super) fn lost(&self) -> usize {
        let waiting = self.waiting(self.stack.output("UndeliveredEventsQueueUrl"));
        usize::try_from(waiting).unwrap()
    }

    /// Types the lines of the runbook that begin like this, after those that it says to type first.
    pub(super) fn follow_runbook(&self, begins: &str) {
        let runbook = fs::read_to_string(root().join("RUNBOOK.md")).unwrap();
        let blocks = || runbook.split("```\n").skip(1).step_by(2);
        let first = blocks().next().unwrap();
        let stack = format!("STACK={}", self.stack.name());
        let first = first.replace("STACK=awsvpc-auditor", &stack);
        assert!(first.contains(&stack), "{first}");
        let block = blocks().find(|block| block.starts_with(begins)).unwrap();
        // Version 1 of the command line, which is what can be installed, has an endpoint of its own for SQS
        // in mind, whatever the environment says.
        let aws = r#"aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }"#;
        let lines = format!("{aws}\n{first}\n{block}");
        tools::run(&mut tools::typed_in("bash", &lines, &self.server.url()));
    }

    /// Waits until the queue is drained and stays so.
    pub(super) fn wait_until_quiet(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut quiet = 0;
        while quiet < 5 {
            let waiting = self.waiting(self.queue());
            quiet = if waiting == 0 { quiet + 1 } else { 0 };
            assert!(
                Instant::now() < until,
                "{waiting} events wait\n{}",
                self.server.log()
            );
            thread::sleep(Duration::from_secs(1));
        }
    }

    /// How many messages a queue has, also those that somebody is at.
    fn waiting(&self, queue: &str) -> u64 {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let sqs = self.sqs();
        let ask = sqs.get_queue_attributes().queue_url(queue);
        let got = wait(ask.set_attribute_names(Some(names.to_vec())).send()).unwrap();
        let attributes = got.attributes.unwrap();
        names
            .iter()
            .map(|name| attributes[name].parse::<u64>().unwrap())
            .sum()
    }

    /// What programs were told, in order.
    pub(super) fn told(&self) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let messages = self.inbox.receive();
            if messages.is_empty() {
                return told;
            }
            let documents = messages
                .iter()
                .map(|message| serde_json::from_str(message["Message"].as_str().unwrap()).unwrap());
            told.extend(documents);
        }
    }

    /// Every call that the function made.
    pub(super) fn calls(&self) -> BTreeMap<String, usize> {
        let mut calls = self.network.counts();
        for (action, count) in self.own.counts() {
            *calls.entry(action).or_default() += count;
        }
        calls
    }

    /// How many tasks were audited, by the function's metrics.
    pub(super) fn audited(&self) -> usize {
        let mut command = tools::program("aws");
        let found = tools::run(command.env("AWS_ENDPOINT_URL", self.server.url()).args([
            "logs",
            "filter-log-events",
            "--output",
            "json",
            "--log-group-name",
            self.stack.output("TaskAuditorLogGroup"),
        ]));
        let found: Value = serde_json::from_str(&found).unwrap();
        let lines = found["events"].as_array().unwrap().iter();
        let audits = lines.map(|event| {
            let line: Value =
                serde_json::from_str(event["message"].as_str().unwrap()).unwrap_or_default();
            line["Audits"].as_u64().unwrap_or_default()
        });
        usize::try_from(audits.sum::<u64>()).unwrap()
    }

    pub(super) fn assert_nothing_is_lost(&self) {
        for queue in ["UndeliveredEventsQueueUrl", "UnprocessedEventsQueueUrl"] {
            assert_eq!(self.waiting(self.stack.output(queue)), 0, "{queue}");
        }
    }
}

/// The broken ones first, in a VPC of their own.
fn services(moto: &Server) -> Vec<(String, World, Vec<Interface>)> {
    let mut services = Vec::new();
    for service in 0..SERVICES {
        let network = if service < BROKEN {
            20
        } else {
            30 + u8::try_from(service % 2).unwrap()
        };
        services.push((service, network));
    }
    let mut worlds: BTreeMap<u8, World> = BTreeMap::new();
    let mut made = Vec::new();
    for (service, network) in services {
        let world = worlds
            .entry(network)
            .or_insert_with(|| World::new(&moto.url(), network));
        let name = format!("service-{service}");
        world.make_service(&name);
        let interfaces = (0..INTERFACES).map(|_| world.make_interface()).collect();
        made.push((name, network, interfaces));
    }
    worlds[&20].break_nat_route();
    made.into_iter()
        .map(|(name, network, interfaces)| (name, worlds[&network].clone(), interfaces))
        .collect()
}

/// A message as a mapping hands it over.
fn record(message: &Message) -> Value {
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": { "ApproximateReceiveCount": "1" },
        "messageAttributes": {},
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:task-events",
        "awsRegion": "eu-central-1",
    })
}
