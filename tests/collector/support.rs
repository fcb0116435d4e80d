use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use awsvpc_auditor_collector::{Calls, Collected, Collector, Request, retries};
use awsvpc_auditor_engine::checks::{self, Subject};
use awsvpc_auditor_engine::dependencies::question::Question;
use awsvpc_auditor_engine::facts::TaskStateChange;
use awsvpc_auditor_engine::report::json_v1::ReportV1;
use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::recorder::Recorder;
use awsvpc_auditor_tests::world::{World, wait};
use serde_json::Value;
use tokio::time::Instant;

/// moto behind a recorder, and a network in it.
pub(crate) struct Account {
    pub(crate) recorder: Recorder,
    pub(crate) world: World,
    network: Server,
}

impl Account {
    pub(crate) fn new() -> Self {
        let network = Server::moto();
        let recorder = Recorder::start(&network.url());
        let world = World::new(&network.url(), 20);
        world.make_service("checkout");
        Self {
            recorder,
            world,
            network,
        }
    }

    /// Where moto listens, past the recorder.
    pub(crate) fn network(&self) -> String {
        self.network.url()
    }

    /// A collector without anything kept from before.
    pub(crate) fn collector(&self) -> Collector {
        collector(self.recorder.url())
    }

    /// One that waits for an emulator that is asked many things at once.
    pub(crate) fn patient_collector(&self) -> Collector {
        collector_with(self.recorder.url(), Duration::from_secs(10))
    }

    /// The event of a new task.
    pub(crate) fn task(&self, number: usize) -> TaskStateChange {
        let interface = self.world.make_interface();
        let event = self.world.event("checkout", number, 5, &interface);
        TaskStateChange::parse(&event.to_string()).unwrap()
    }
}

/// A collector that asks at an endpoint: retries as the real one has them, but no patience for what
/// never answers.
pub(crate) fn collector(endpoint: &str) -> Collector {
    collector_with(endpoint, Duration::from_millis(700))
}

fn collector_with(endpoint: &str, patience: Duration) -> Collector {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(patience)
        .operation_timeout(Duration::from_secs(10))
        .build();
    let config = client_config(endpoint)
        .into_builder()
        .retry_config(retries())
        .timeout_config(timeouts)
        .build();
    Collector::new(&config, Calls::default())
}

pub(crate) fn collect(collector: &Collector, event: &TaskStateChange) -> Collected {
    collect_with(collector, event, &BTreeSet::new())
}

/// The facts about an event's task, and about what questions lead to.
pub(crate) fn collect_with(
    collector: &Collector,
    event: &TaskStateChange,
    questions: &BTreeSet<Question>,
) -> Collected {
    let deadline = Instant::now() + Duration::from_secs(40);
    wait(collector.collect(&request(event, questions), deadline)).unwrap()
}

pub(crate) fn request(event: &TaskStateChange, questions: &BTreeSet<Question>) -> Request {
    let mut request = Request::default();
    request.audit(&event.detail);
    request.questions.clone_from(questions);
    request
}

/// The report about an event's task.
pub(crate) fn report(collected: &Collected, event: &TaskStateChange) -> Value {
    let snapshot = collected.snapshot().unwrap();
    let report = checks::run(&snapshot, Subject::Task(&event.detail));
    serde_json::to_value(ReportV1::from(&report)).unwrap()
}

/// Each check's outcomes: what one says about several resources comes sorted.
pub(crate) fn outcomes(report: &Value) -> BTreeMap<String, Vec<String>> {
    let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for result in report["results"].as_array().unwrap() {
        let text = |key: &str| result[key].as_str().unwrap().to_owned();
        outcomes
            .entry(text("check"))
            .or_default()
            .push(text("outcome"));
    }
    outcomes
}
