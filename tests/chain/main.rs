//! The whole chain with real parts: the stack as `sam deploy` puts it into an account, an event
//! through EventBridge, the queue, the function, the topic, and a queue that listens. What is broken
//! in the network is named in a message; what is mended is told in the same thread. A command that a message prints
//! is run as it stands. An event bus and Security Hub get the same.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use awsvpc_auditor_collector::{ACTIONS, FRESH, REGION_ACTIONS};
use awsvpc_auditor_lambda::finding_forwarder;
use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::event_bus;
use awsvpc_auditor_tests::inbox::Inbox;
use awsvpc_auditor_tests::migration::Migration;
use awsvpc_auditor_tests::recorder::Recorder;
use awsvpc_auditor_tests::stack::Stack;
use awsvpc_auditor_tests::tools;
use awsvpc_auditor_tests::world::{Interface, PLANTED, World, wait};
use serde_json::Value;

const BUS: &str = "arn:aws:events:eu-central-1:123456789012:event-bus/default";

/// From an event to its message it takes about three seconds.
const PATIENCE: Duration = Duration::from_mins(1);

struct Chain {
    recorder: Recorder,
    account: Server,
    events: aws_sdk_eventbridge::Client,
    inbox: Inbox,
    bus: Inbox,
    stack: Stack,
    network: Server,
}

impl Chain {
    fn new() -> Self {
        let network = Server::moto();
        let recorder = Recorder::start(&network.url());
        let account = Server::ministack(recorder.url());
        let parameters = BTreeMap::from([
            ("EventBusArn", BUS),
            ("SecurityHub", "on"),
            ("SettleSeconds", "2"),
        ]);
        let stack = Stack::deploy(&account, "chain", &parameters);
        let config = client_config(&account.url());
        let inbox = Inbox::subscribed(&account, stack.output("AlertTopicArn"));
        let bus = Inbox::behind_a_rule(&account, r#"{"detail-type": ["awsvpc-auditor Alert"]}"#);
        Self {
            recorder,
            events: aws_sdk_eventbridge::Client::new(&config),
            inbox,
            bus,
            stack,
            account,
            network,
        }
    }

    /// What nobody turned on, no role may do.
    fn allows_only_what_is_on(&self) {
        let policies = self.stack.policies();
        assert!(policies.contains("ecs:DescribeTasks"), "{policies}");
        for off in ["ecs:ExecuteCommand", "logs:StartQuery"] {
            assert!(!policies.contains(off), "{off}: {policies}");
        }
    }

    /// Waits for so many messages; more than one for a cluster counts as more.
    fn expect(&self, count: usize) -> BTreeMap<String, Value> {
        let until = Instant::now() + PATIENCE;
        let mut messages = Vec::new();
        while messages.len() < count && Instant::now() < until {
            messages.extend(self.inbox.receive());
        }
        assert_eq!(
            messages.len(),
            count,
            "{messages:#?}\n{}",
            self.account.log()
        );
        let cluster =
            |message: &Value| message["MessageAttributes"]["cluster"]["Value"].to_string();
        let by_cluster: BTreeMap<_, _> = messages
            .into_iter()
            .map(|message| (cluster(&message).trim_matches('"').to_owned(), message))
            .collect();
        assert_eq!(by_cluster.len(), count, "{by_cluster:#?}");
        by_cluster
    }

    /// Waits for five alerts of a kind on the bus, and for Security Hub to hold a finding of each, all of
    /// them in a state; how many findings it has.
    fn expect_forwarded(&self, kind: &str, state: &str) -> usize {
        let until = Instant::now() + PATIENCE;
        let mut events = Vec::new();
        while events.len() < 5 && Instant::now() < until {
            events.extend(self.bus.receive());
        }
        let kinds: Vec<_> = events
            .iter()
            .map(|event| &event["detail"]["kind"])
            .collect();
        assert_eq!(kinds, [kind; 5], "{events:#?}\n{}", self.account.log());
        // The bus and Security Hub get it side by side.
        let hub = aws_sdk_securityhub::Client::new(&client_config(&self.network.url()));
        let states = loop {
            let found = wait(hub.get_findings().send()).unwrap();
            let states = found.findings().iter().filter_map(|one| one.record_state());
            let states: Vec<_> = states.map(|state| state.as_str().to_owned()).collect();
            if states.len() >= 5 && states.iter().all(|one| one == state) {
                break states;
            }
            assert!(Instant::now() < until, "{states:?}");
            sleep(Duration::from_millis(200));
        };
        let log = self.account.log();
        assert!(!log.contains("not forwarded"), "{log}");
        states.len()
    }

    /// Somebody revokes a rule and makes it again: CloudTrail's events bring an alert that names the change,
    /// and that it is mended, of the one service on whose way it lies.
    fn tells_of_changes_in(&self, world: &World) {
        world.break_endpoint_group();
        let revoke = world.change_of_endpoint_group("RevokeSecurityGroupIngress");
        event_bus::put(&self.events, &[revoke]);
        let told = self.expect(1);
        let text = told[&world.cluster]["Message"].as_str().unwrap();
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let change = format!(
            "changed: RevokeSecurityGroupIngress on {} by arn:aws:sts::",
            world.endpoint_group
        );
        assert!(flat.contains(&change), "{text}");
        world.mend_endpoint_group();
        let authorize = world.change_of_endpoint_group("AuthorizeSecurityGroupIngress");
        event_bus::put(&self.events, &[authorize]);
        let mended = self.expect(1);
        let subject = mended[&world.cluster]["Subject"].as_str().unwrap();
        assert!(subject.starts_with("Mended: "), "{subject}");
    }

    /// Waits until the function has asked about these interfaces.
    fn wait_for_questions_about(&self, interfaces: &[Interface]) {
        let until = Instant::now() + PATIENCE;
        loop {
            let calls = self.recorder.calls();
            let is_asked = |i: &&Interface| calls.iter().any(|call| call.body.contains(&i.id));
            if interfaces.iter().filter(is_asked).count() == interfaces.len() {
                return;
            }
            assert!(Instant::now() < until, "{}", self.account.log());
            sleep(Duration::from_millis(200));
        }
    }
}

/// The commands of a message that are proved, as somebody would copy them.
fn proved_fixes(text: &str) -> Vec<&str> {
    let mut proved = Vec::new();
    let mut shown = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("      ") {
            shown.push(command);
        } else if line.starts_with("  verified: ") {
            proved.append(&mut shown);
        } else {
            shown.clear();
        }
    }
    proved
}

#[test]
fn what_is_broken_is_named_and_what_is_mended_is_told_in_the_same_thread() {
    let chain = Chain::new();
    chain.allows_only_what_is_on();
    // Each in a VPC of its own, so that none hides another.
    let worlds: Vec<_> = (20..26)
        .map(|n| World::new(&chain.network.url(), n))
        .collect();
    let [healthy, endpoint, nat, acl, dns, moved] = worlds.as_slice() else {
        unreachable!("there are six");
    };
    let migration = Migration::new(moved, &chain.network.url());
    let events = |version: u64| -> (Vec<Value>, Vec<Interface>) {
        let interfaces: Vec<_> = worlds.iter().map(World::make_interface).collect();
        let pairs = worlds.iter().zip(&interfaces).enumerate();
        let event = |(n, (world, i)): (usize, (&World, &Interface))| {
            if world.cluster == moved.cluster {
                migration.event(world, n, version, i)
            } else {
                world.event("checkout", n, version, i)
            }
        };
        (pairs.map(event).collect(), interfaces)
    };
    for world in &worlds {
        world.make_service("checkout");
    }
    endpoint.break_endpoint_group();
    nat.break_nat_route();
    acl.break_return_path();
    dns.set_dns_support(false);

    let (broken, _) = events(5);
    event_bus::put(&chain.events, &broken);
    let messages = chain.expect(5);
    for (world, check, component) in [
        (
            endpoint,
            "interface-endpoint-blocks-task",
            &endpoint.endpoint_group,
        ),
        (nat, "no-internet-route", &nat.route_table),
        (acl, "interface-endpoint-blocks-task", &acl.network_acl),
        (dns, "vpc-dns-support-disabled", &dns.vpc),
        (
            moved,
            "stale-instance-security-group",
            &migration.database_group,
        ),
    ] {
        let message = &messages[&world.cluster];
        let subject = message["Subject"].as_str().unwrap();
        let text = message["Message"].as_str().unwrap();
        assert!(subject.contains(check), "{subject}");
        assert!(subject.is_ascii() && subject.len() <= 100, "{subject}");
        assert!(text.contains(component.as_str()), "{component}: {text}");
        assert!(!text.contains(PLANTED), "{text}");
    }

    let active = chain.expect_forwarded("opened", "ACTIVE");
    assert!(active >= 5, "{active}");

    let text = messages[&moved.cluster]["Message"].as_str().unwrap();
    assert!(text.contains(&migration.host), "{text}");
    assert!(text.contains(&migration.instance_group), "{text}");

    for message in messages.values() {
        let text = message["Message"].as_str().unwrap();
        let commands = proved_fixes(text);
        assert!(!commands.is_empty(), "{text}");
        for command in commands {
            tools::run(&mut tools::typed(command, &chain.network.url()));
        }
    }
    // What the warm process knows about a VPC it knows for a minute.
    sleep(FRESH + Duration::from_secs(1));
    let (mended, interfaces) = events(6);
    event_bus::put(&chain.events, &mended);
    chain.wait_for_questions_about(&interfaces);
    let resolved = chain.expect(5);
    for (cluster, message) in &resolved {
        let subject = message["Subject"].as_str().unwrap();
        assert!(subject.starts_with("Mended: "), "{subject}");
        let thread = |message: &Value| {
            let text = message["Message"].as_str().unwrap();
            text.lines().last().unwrap().to_owned()
        };
        assert_eq!(thread(message), thread(&messages[cluster]));
    }
    assert_eq!(chain.expect_forwarded("resolved", "ARCHIVED"), active);
    sleep(Duration::from_secs(5));
    let late = chain.inbox.receive();
    assert!(late.is_empty(), "{late:#?}");

    chain.tells_of_changes_in(healthy);

    let called = chain.recorder.counts();
    let foreign: Vec<_> = called
        .keys()
        .filter(|a| !ACTIONS.contains(&a.as_str()) && !REGION_ACTIONS.contains(&a.as_str()))
        .filter(|a| !finding_forwarder::ACTIONS.contains(&a.as_str()))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert!(
        !chain.account.log().contains(PLANTED),
        "the account's log holds a secret"
    );
}
