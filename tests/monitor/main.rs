//! The monitor with real parts: the stack as `sam deploy` puts it into an account, the clock, the packaged
//! function, its log, the table, the topic, and a queue that listens. What doesn't answer is told, what
//! answers again is told in the same thread.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::thread::sleep;
use std::time::{Duration, Instant};

use awsvpc_auditor_tests::emulators::Server;
use awsvpc_auditor_tests::inbox::Inbox;
use awsvpc_auditor_tests::stack::Stack;
use awsvpc_auditor_tests::tools;
use serde_json::Value;

/// The clock goes every minute, and a run takes some seconds.
const PATIENCE: Duration = Duration::from_mins(3);

const SUBNET: &str = "subnet-0a1b2c3d4e5f60718";

struct Watched {
    inbox: Inbox,
    stack: Stack,
    account: Server,
    _network: Server,
}

impl Watched {
    fn new(target: &str) -> Self {
        let network = Server::moto();
        let account = Server::ministack(&network.url());
        let parameters = BTreeMap::from([
            ("MonitorSubnetId1", SUBNET),
            ("MonitorSecurityGroupIds", "sg-0a1b2c3d4e5f60718"),
            ("MonitorTargets", target),
            ("MonitorSchedule", "\"rate(1 minute)\""),
        ]);
        let stack = Stack::deploy(&account, "monitored", &parameters);
        Self {
            inbox: Inbox::subscribed(&account, stack.output("FindingsTopicArn")),
            stack,
            account,
            _network: network,
        }
    }

    /// Waits for one message for programs.
    fn told(&self) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut found = self.inbox.receive();
            if let Some(message) = found.pop() {
                assert!(found.is_empty(), "{found:#?}");
                return serde_json::from_str(message["Message"].as_str().unwrap()).unwrap();
            }
            assert!(
                Instant::now() < until,
                "no message within {PATIENCE:?}\n{}\n{}",
                self.log(),
                self.account.log()
            );
            sleep(Duration::from_millis(200));
        }
    }

    /// What the function logged.
    fn log(&self) -> String {
        let found = tools::run(
            tools::program("aws")
                .args(["logs", "filter-log-events", "--output", "json"])
                .args(["--log-group-name", self.stack.output("VpcMonitorLogGroup")])
                .env("AWS_ENDPOINT_URL", self.account.url()),
        );
        let found: Value = serde_json::from_str(&found).unwrap();
        let events = found["events"].as_array().unwrap().iter();
        let lines = events.map(|event| event["message"].as_str().unwrap().trim().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The values of a metric that the log carries for a target, in their order.
    fn metric(&self, name: &str, target: &str) -> Vec<u64> {
        let log = self.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let own = lines.filter(|line| line["Target"] == target && line["Subnet"] == SUBNET);
        own.filter_map(|line| line[name].as_u64()).collect()
    }
}

#[test]
fn what_does_not_answer_inside_a_subnet_is_told_and_what_answers_again_is_mended() {
    // A port that nobody listens on: until it is let go, nobody else gets it.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let target = port.local_addr().unwrap().to_string();
    drop(port);
    let watched = Watched::new(&target);

    let told = watched.told();
    assert_eq!(told["kind"], "opened", "{told:#}");
    assert_eq!(told["subject"]["kind"], "monitor", "{told:#}");
    let finding = &told["findings"][0];
    assert_eq!(finding["check"], "monitored-target-unreachable");
    assert_eq!(finding["resource"], target.as_str());
    assert!(
        finding["message"].to_string().contains(SUBNET),
        "{finding:#}"
    );
    let before = watched.metric("ProbeSuccess", &target);
    assert!(
        !before.is_empty() && before.iter().all(|value| *value == 0),
        "{before:?}"
    );

    let _port = TcpListener::bind(&target).unwrap();
    let mended = watched.told();
    assert_eq!(mended["kind"], "resolved", "{mended:#}");
    assert_eq!(mended["thread"], told["thread"]);
    assert_eq!(mended["findings"][0]["fingerprint"], finding["fingerprint"]);
    let after = watched.metric("ProbeSuccess", &target);
    assert_eq!(after.last(), Some(&1), "{after:?}");
    assert!(!watched.metric("ConnectMilliseconds", &target).is_empty());
}
