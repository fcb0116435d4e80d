//! What was told, on to an event bus and Security Hub.

use std::time::Duration;

use awsvpc_auditor_tests::emulators::client_config;
use awsvpc_auditor_tests::inbox::Inbox;
use awsvpc_auditor_tests::lambda_api::{Function, Outcome};
use awsvpc_auditor_tests::recorder::{Fault, Recorder, nth};
use awsvpc_auditor_tests::stack::Package;
use awsvpc_auditor_tests::world::{PLANTED, World, wait};
use serde_json::{Value, json};

use crate::support::{Account, batch, given_back};

const BUS: &str = "arn:aws:events:eu-central-1:123456789012:event-bus/default";
const PRODUCT: &str = "arn:aws:securityhub:eu-central-1:123456789012:product/123456789012/default";

/// The forwarder beside a task auditor, in the same account.
struct Forwarding {
    account: Account,
    /// What the forwarder asks for.
    recorder: Recorder,
    function: Function,
    /// Alerts of high severity and above that came to the bus.
    bus: Inbox,
    hub: aws_sdk_securityhub::Client,
}

impl Forwarding {
    fn new() -> Self {
        let account = Account::new(&[]);
        let url = account.network.url();
        let recorder = Recorder::start(&url);
        let config = client_config(&url);
        let pattern = json!({
            "source": ["awsvpc-auditor"],
            "detail-type": ["awsvpc-auditor Alert"],
            "detail": { "severity": ["high", "critical"] },
        });
        let environment = [
            ("EVENT_BUS_ARN", BUS),
            ("SECURITY_HUB_PRODUCT_ARN", PRODUCT),
            ("AWS_ENDPOINT_URL", recorder.url()),
        ];
        let binary = Package::get().binary_of("FindingForwarder");
        Self {
            function: Function::start(&binary, &environment, Duration::from_secs(30)),
            bus: Inbox::behind_a_rule(&account.network, &pattern.to_string()),
            hub: aws_sdk_securityhub::Client::new(&config),
            account,
            recorder,
        }
    }

    /// Forwards messages; the ids of those that come again.
    fn forward(&mut self, bodies: &[String]) -> Vec<String> {
        match self.function.invoke(&batch(bodies)) {
            Outcome::Response(answer) => given_back(&answer),
            other => panic!("{other:?}\n{}", self.function.output()),
        }
    }

    /// What Security Hub has: check, severity, compliance and record state.
    fn findings(&self) -> Vec<(String, String, String, String)> {
        let found = wait(self.hub.get_findings().send()).unwrap();
        let mut findings: Vec<_> = found
            .findings()
            .iter()
            .map(|finding| {
                let severity = finding.finding_provider_fields().unwrap().severity();
                (
                    finding.generator_id().unwrap().to_owned(),
                    severity.unwrap().label().unwrap().to_string(),
                    finding.compliance().unwrap().status().unwrap().to_string(),
                    finding.record_state().unwrap().to_string(),
                )
            })
            .collect();
        findings.sort();
        findings
    }

    /// A message about a service without a way out, as programs get it.
    fn opened(&mut self) -> (World, String) {
        let world = self.account.world(20);
        world.make_service("checkout");
        world.break_nat_route();
        let event = world.event("checkout", 1, 5, &world.make_interface());
        assert!(self.account.deliver(&[event.to_string()]).is_empty());
        let told = self.account.findings();
        assert_eq!(told.len(), 1, "{told:#?}");
        (world, told[0].to_string())
    }
}

#[test]
fn an_alert_reaches_both_and_is_archived_when_it_is_mended() {
    let mut forwarding = Forwarding::new();
    let (world, opened) = forwarding.opened();
    assert!(forwarding.forward(std::slice::from_ref(&opened)).is_empty());
    let events = forwarding.bus.receive();
    assert_eq!(events.len(), 1, "{events:#?}");
    let told: Value = serde_json::from_str(&opened).unwrap();
    assert_eq!(events[0]["detail"], told, "the message as it is");
    assert_eq!(events[0]["resources"], json!([told["example_task"]]));
    let active = forwarding.findings();
    assert_eq!(active.len(), told["findings"].as_array().unwrap().len());
    let high = (
        "awsvpc-auditor/no-internet-route".to_owned(),
        "HIGH".to_owned(),
        "FAILED".to_owned(),
        "ACTIVE".to_owned(),
    );
    assert!(active.contains(&high), "{active:?}");

    world.mend_nat_route();
    let mut fresh = forwarding
        .account
        .start_another(&[], Duration::from_mins(1));
    let event = world.event("checkout", 2, 5, &world.make_interface());
    assert!(matches!(
        fresh.invoke(&batch(&[event.to_string()])),
        Outcome::Response(_)
    ));
    let resolved = forwarding.account.findings();
    assert_eq!(resolved.len(), 1, "{resolved:#?}");
    assert!(forwarding.forward(&[resolved[0].to_string()]).is_empty());
    let archived = forwarding.findings();
    assert_eq!(archived.len(), active.len(), "{archived:?}");
    for (check, _, compliance, state) in &archived {
        assert_eq!(
            (compliance.as_str(), state.as_str()),
            ("PASSED", "ARCHIVED"),
            "{check}"
        );
    }
    let events = forwarding.bus.receive();
    assert_eq!(events[0]["detail"]["kind"], "resolved");
    assert_eq!(events[0]["detail"]["thread"], told["thread"]);

    let seen = format!("{:?}", forwarding.recorder.calls());
    assert!(!seen.contains(PLANTED), "a secret gets out");
    assert!(!forwarding.function.output().contains(PLANTED));
}

/// Each of both gets what the other doesn't take, and the message comes again.
#[test]
fn what_one_refuses_the_other_gets_and_the_message_comes_again() {
    let mut forwarding = Forwarding::new();
    let (_, opened) = forwarding.opened();
    let one = std::slice::from_ref(&opened);
    let refused = r#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"later"}]}"#;
    let rejected = r#"{"FailedCount":1,"SuccessCount":0,"FailedFindings":[{"Id":"x","ErrorCode":"InvalidAccess","ErrorMessage":"Security Hub is off"}]}"#;
    for (action, fault, words) in [
        ("events:PutEvents", Fault::AccessDenied, "AccessDenied"),
        (
            "events:PutEvents",
            Fault::Answer(refused),
            "InternalFailure: later",
        ),
        (
            "securityhub:BatchImportFindings",
            Fault::AccessDenied,
            "AccessDenied",
        ),
        (
            "securityhub:BatchImportFindings",
            Fault::Answer(rejected),
            "InvalidAccess: Security Hub is off",
        ),
    ] {
        forwarding
            .recorder
            .set_rule(move |call| (call.action == action).then_some(fault));
        let before = forwarding.function.output().len();
        assert_eq!(forwarding.forward(one), ["message-0"], "{action}");
        let log = forwarding.function.output().split_off(before);
        assert!(log.contains(words), "{words}: {log}");
        let events = forwarding.bus.receive().len();
        assert_eq!(
            events,
            usize::from(!action.starts_with("events")),
            "{action}"
        );
    }
    assert!(!forwarding.findings().is_empty(), "Security Hub took it");
    forwarding.recorder.clear_rule();
    assert!(forwarding.forward(one).is_empty());
    assert_eq!(forwarding.bus.receive().len(), 1);
}

/// EventBridge takes what is put to a bus that isn't there, and says that all is well.
#[test]
fn a_bus_that_is_gone_keeps_alerts_from_getting_lost() {
    let mut forwarding = Forwarding::new();
    let (_, opened) = forwarding.opened();
    let gone = Fault::Refused("ResourceNotFoundException");
    let describes = |action: &str| action == "events:DescribeEventBus";
    forwarding.recorder.forget();
    forwarding
        .recorder
        .set_rule(move |call| describes(&call.action).then_some(gone));
    assert_eq!(forwarding.forward(&[opened]), ["message-0"]);
    assert!(
        forwarding
            .function
            .output()
            .contains("the event bus isn't there")
    );
    assert!(
        !forwarding
            .recorder
            .counts()
            .contains_key("events:PutEvents")
    );
    assert!(!forwarding.findings().is_empty(), "Security Hub took it");
}

#[test]
fn a_call_that_doesn_t_answer_costs_only_its_own_message() {
    let mut forwarding = Forwarding::new();
    let (_, opened) = forwarding.opened();
    let mut other: Value = serde_json::from_str(&opened).unwrap();
    other["id"] = "never-answered".into();
    forwarding.recorder.set_rule(|call| {
        let is_other = call.body.contains("never-answered");
        (call.action == "events:PutEvents" && is_other).then_some(Fault::Silence)
    });
    let bodies = [other.to_string(), opened.clone(), opened];
    assert_eq!(forwarding.forward(&bodies), ["message-0"]);
    assert_eq!(forwarding.bus.receive().len(), 2);
}

#[test]
fn what_is_throttled_is_tried_again_and_what_is_no_alert_goes_back_alone() {
    let mut forwarding = Forwarding::new();
    let (_, opened) = forwarding.opened();
    forwarding.recorder.forget();
    forwarding
        .recorder
        .set_rule(nth("securityhub:BatchImportFindings", 1, Fault::Throttled));
    let mut newer: Value = serde_json::from_str(&opened).unwrap();
    newer["schema"] = 2.into();
    let bodies = [
        "{ no JSON".to_owned(),
        opened,
        newer.to_string(),
        "{}".to_owned(),
    ];
    let mut back = forwarding.forward(&bodies);
    back.sort();
    assert_eq!(back, ["message-0", "message-2", "message-3"]);
    let counts = forwarding.recorder.counts();
    assert_eq!(counts["securityhub:BatchImportFindings"], 2, "{counts:?}");
    assert_eq!(counts["events:PutEvents"], 1, "{counts:?}");
    let log = forwarding.function.output();
    for words in ["line 1 column", "schema 2", "missing field"] {
        assert!(log.contains(words), "{words}: {log}");
    }
}
