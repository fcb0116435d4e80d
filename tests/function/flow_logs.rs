//! The proof from the wire: what a VPC flow log has of a task's refused packets, in its alert.

use std::time::Duration;

use awsvpc_auditor_tests::emulators::client_config;
use awsvpc_auditor_tests::recorder::{Call, Fault};
use awsvpc_auditor_tests::world::{Interface, World, wait};
use serde_json::Value;

use crate::support::Account;

const GROUP: &str = "/vpc/flow-logs";
const ARN: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow-logs:*";

/// The log group of another flow log, which nobody allowed to be asked.
const OTHER_GROUP: &str = "/vpc/another";

const START: &str = "logs:StartQuery";
const RESULTS: &str = "logs:GetQueryResults";
const STOP: &str = "logs:StopQuery";

/// An account with a flow log, a service whose endpoint refuses it, and a task of it.
struct Shop {
    account: Account,
    world: World,
    interface: Interface,
}

impl Shop {
    fn new(environment: &[(&str, &str)]) -> Self {
        let shop = Self::unrecorded(environment);
        shop.world.record_refused(GROUP);
        shop
    }

    /// The same without a flow log.
    fn unrecorded(environment: &[(&str, &str)]) -> Self {
        let account = Account::with_timeout(environment, Duration::from_mins(1));
        let logs = aws_sdk_cloudwatchlogs::Client::new(&client_config(&account.network.url()));
        for group in [GROUP, OTHER_GROUP] {
            wait(logs.create_log_group().log_group_name(group).send()).unwrap();
        }
        let world = account.world(20);
        world.make_service("checkout");
        world.break_endpoint_group();
        let interface = world.make_interface();
        Self {
            account,
            world,
            interface,
        }
    }

    /// What Insights answers: moto runs no such question.
    fn answers(&self, rule: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static) {
        self.account.recorder.set_rule(rule);
    }

    /// The text of the one message that a task's start brings.
    fn told(&mut self) -> String {
        let event = self.world.event("checkout", 1, 5, &self.interface);
        assert!(self.account.deliver(&[event.to_string()]).is_empty());
        let told = self.account.messages();
        assert_eq!(told.len(), 1, "{told:#?}");
        let text = told[0]["Message"].as_str().unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn asked(&self, action: &str) -> usize {
        let counts = self.account.recorder.counts();
        counts.get(action).copied().unwrap_or_default()
    }
}

/// A row of what the question asks for.
fn row(at: &str, from: &str, packets: u32) -> String {
    let field = |name: &str, value: &str| format!(r#"{{"field": "{name}", "value": "{value}"}}"#);
    let fields = [
        field("f_interface_id", at),
        field("f_srcaddr", from),
        field("f_dstaddr", "10.20.1.9"),
        field("f_dstport", "443"),
        field("f_protocol", "6"),
        field("f_refused", &packets.to_string()),
    ];
    format!("[{}]", fields.join(", "))
}

fn complete(rows: &[String]) -> &'static str {
    let rows = rows.join(", ");
    let answer = format!(
        r#"{{"status": "Complete", "results": [{rows}], "statistics": {{"bytesScanned": 1234}}}}"#
    );
    answer.leak()
}

#[test]
fn an_alert_carries_what_a_flow_log_has_of_the_refused_packets() {
    let mut shop = Shop::new(&[("FLOW_LOG_GROUP_ARNS", ARN)]);
    let own = shop.interface.address.clone();
    let answer = complete(&[row("eni-0e0d", &own, 7), row("eni-0e0d", "10.20.9.9", 90)]);
    shop.answers(move |call| match call.action.as_str() {
        START => Some(Fault::Answer(r#"{"queryId": "question-1"}"#)),
        // Insights takes a moment.
        RESULTS if call.number == 1 => {
            Some(Fault::Answer(r#"{"status": "Running", "results": []}"#))
        }
        RESULTS => Some(Fault::Answer(answer)),
        _ => None,
    });
    let text = shop.told();
    let proof = format!("flow log {GROUP}: eni-0e0d refused 7 packets: tcp {own} to 10.20.1.9:443");
    assert!(text.contains(&proof), "{text}");
    let programs = shop.account.findings();
    let flows = &programs[0]["refused"];
    assert_eq!(flows["interface"], shop.interface.id.as_str(), "{flows}");
    // What the task sent comes before the replies to it, however many.
    let packets: Vec<_> = flows["flows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["packets"].clone())
        .collect();
    assert_eq!(packets, [7, 90]);
    assert_eq!((shop.asked(START), shop.asked(STOP)), (1, 0));
    let question = shop
        .account
        .recorder
        .calls()
        .into_iter()
        .find(|call| call.action == START);
    let question: Value = serde_json::from_str(&question.unwrap().body).unwrap();
    assert_eq!(question["logGroupName"], GROUP);
    let span = question["endTime"].as_u64().unwrap() - question["startTime"].as_u64().unwrap();
    assert_eq!(span, 30 * 60, "what is read costs");
    let words = question["queryString"].as_str().unwrap();
    assert!(
        words.contains(&own) && words.contains(&shop.interface.id),
        "{words}"
    );
}

/// Insights charges for what it reads: what nobody waits for any more is taken back.
#[test]
fn a_question_that_isnt_answered_in_time_is_taken_back_and_the_alert_goes_out() {
    let mut shop = Shop::new(&[("FLOW_LOG_GROUP_ARNS", ARN)]);
    shop.answers(|call| match call.action.as_str() {
        START => Some(Fault::Answer(r#"{"queryId": "question-1"}"#)),
        RESULTS => Some(Fault::Answer(r#"{"status": "Running", "results": []}"#)),
        STOP => Some(Fault::Answer(r#"{"success": true}"#)),
        _ => None,
    });
    let text = shop.told();
    assert!(!text.contains("flow log /vpc"), "{text}");
    assert_eq!((shop.asked(START), shop.asked(STOP)), (1, 1));
    assert!(
        (2..=20).contains(&shop.asked(RESULTS)),
        "{}",
        shop.asked(RESULTS)
    );
}

#[test]
fn an_alert_goes_out_without_its_proof_where_the_flow_log_may_not_be_read() {
    let mut shop = Shop::new(&[("FLOW_LOG_GROUP_ARNS", ARN)]);
    shop.answers(|call| (call.action == START).then_some(Fault::AccessDenied));
    let text = shop.told();
    assert!(!text.contains("flow log /vpc"), "{text}");
    let log = shop.account.function.output();
    assert!(log.contains("logs:StartQuery: denied"), "{log}");
}

/// Records come minutes late: that there is none yet must not read as "nothing was refused".
#[test]
fn a_flow_log_that_has_nothing_yet_says_that_it_is_behind() {
    let mut shop = Shop::new(&[("FLOW_LOG_GROUP_ARNS", ARN)]);
    let answer = complete(&[]);
    shop.answers(move |call| match call.action.as_str() {
        START => Some(Fault::Answer(r#"{"queryId": "question-1"}"#)),
        RESULTS => Some(Fault::Answer(answer)),
        _ => None,
    });
    let text = shop.told();
    let interface = &shop.interface.id;
    assert!(
        text.contains(&format!("has no refused packets of {interface}")),
        "{text}"
    );
    assert!(text.contains("minutes behind"), "{text}");
}

/// The VPC's would say more, and nobody allowed it.
#[test]
fn of_two_flow_logs_the_one_that_may_be_asked_is() {
    let mut shop = Shop::unrecorded(&[("FLOW_LOG_GROUP_ARNS", ARN)]);
    shop.world.record_refused(OTHER_GROUP);
    shop.world.record_refused_in_subnet(GROUP);
    let own = shop.interface.address.clone();
    let answer = complete(&[row("eni-0e0d", &own, 7)]);
    shop.answers(move |call| match call.action.as_str() {
        START => Some(Fault::Answer(r#"{"queryId": "question-1"}"#)),
        RESULTS => Some(Fault::Answer(answer)),
        _ => None,
    });
    let text = shop.told();
    assert!(
        text.contains(&format!("flow log {GROUP}: eni-0e0d refused 7")),
        "{text}"
    );
}

#[test]
fn nobody_is_asked_unless_the_log_group_is_named() {
    for environment in [
        &[] as &[(&str, &str)],
        &[(
            "FLOW_LOG_GROUP_ARNS",
            "arn:aws:logs:eu-west-1:123456789012:log-group:another:*",
        )],
    ] {
        let mut shop = Shop::new(environment);
        shop.told();
        assert_eq!(shop.asked(START), 0, "{environment:?}");
    }
}
