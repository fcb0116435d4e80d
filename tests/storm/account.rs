use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_sqs::types::QueueAttributeName;
use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::inbox::Inbox;
use awsvpc_auditor_tests::recorder::Recorder;
use awsvpc_auditor_tests::stack::Stack;
use awsvpc_auditor_tests::tools;
use awsvpc_auditor_tests::world::{Interface, World, wait};
use serde_json::Value;

pub(super) const SERVICES: usize = 20;

/// Services whose VPC has no way out.
const BROKEN: usize = 3;

/// Interfaces that tasks of a service have. moto takes long to make one, and to find one among many.
const INTERFACES: usize = 20;

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
                threads.spawn(move || {
                    for events in events.chunks(10) {
                        let entries = events.iter().map(entry).collect();
                        let put = client.put_events().set_entries(Some(entries));
                        assert_eq!(wait(put.send()).unwrap().failed_entry_count, 0);
                    }
                });
            }
        });
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

fn entry(event: &Value) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .source("awsvpc-auditor")
        .detail_type("ECS Task State Change")
        .resources(event["resources"][0].as_str().unwrap())
        .detail(event["detail"].to_string())
        .build()
}
