//! The task itself is asked when an alert opens, where people want that.

use std::time::Duration;

use awsvpc_auditor_lab::agent::Mischief;
use awsvpc_auditor_lab::namespaces::{Lab, Port, Reply};
use awsvpc_auditor_tests::insider::Insider;
use awsvpc_auditor_tests::recorder::Fault;
use awsvpc_auditor_tests::world::{Interface, PLANTED, World};
use serde_json::{Value, json};

use crate::support::Account;

const EXECUTE: &str = "ecs:ExecuteCommand";

/// A service whose replies a network ACL drops, and a task of it that says where its database is.
struct Shop {
    account: Account,
    world: World,
    interface: Interface,
    insider: Insider,
}

impl Shop {
    fn new(environment: &[(&str, &str)], mischief: Mischief) -> Self {
        let account = Account::with_timeout(environment, Duration::from_mins(1));
        let world = account.world(20);
        world.make_service("checkout");
        world.tag_service("checkout", "awsvpc-auditor:probe", "on");
        world.break_return_path();
        let insider = Insider::new(mischief);
        let answering = insider.clone();
        account
            .recorder
            .set_rule(move |call| answering.answer(call));
        Self {
            interface: world.make_interface(),
            account,
            world,
            insider,
        }
    }

    fn event(&self, task: usize) -> Value {
        let mut event = self.world.event("checkout", task, 5, &self.interface);
        event["source"] = json!("aws.ecs");
        let detail = &mut event["detail"];
        detail["enableExecuteCommand"] = json!(true);
        let url = format!("postgres://shop:{PLANTED}@{}:5432/orders", Lab::SERVER);
        detail["overrides"]["containerOverrides"][0]["environment"] =
            json!([{ "name": "DATABASE_URL", "value": url }]);
        event
    }

    /// The text of the one message that a task's start brings.
    fn told(&mut self, task: usize) -> String {
        let event = self.event(task);
        assert!(self.account.deliver(&[event.to_string()]).is_empty());
        let told = self.account.messages();
        assert_eq!(told.len(), 1, "{told:#?}");
        let text = told[0]["Message"].as_str().unwrap();
        assert!(!text.contains(PLANTED), "{text}");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn asked(&self) -> usize {
        let counts = self.account.recorder.counts();
        counts.get(EXECUTE).copied().unwrap_or_default()
    }

    fn database(&self) -> Port {
        self.insider.lab().port(5432, Reply::Nothing).unwrap()
    }
}

const ON: &[(&str, &str)] = &[("PROBE_TASKS", "on"), ("MINIMUM_SEVERITY", "low")];

/// The audit takes the network ACL for what stops the replies, and the database answers all the same: as if
/// the engine were wrong.
#[test]
fn an_audit_that_a_task_contradicts_is_told_with_both_proofs_and_counted() {
    let mut shop = Shop::new(ON, Mischief::None);
    let _database = shop.database();
    let text = shop.told(1);
    let address = format!("{}:5432", Lab::SERVER);
    assert!(text.contains("probe-contradicts-configuration"), "{text}");
    assert!(text.contains(&address), "{text}");
    assert!(text.contains(&shop.world.network_acl), "{text}");
    assert_eq!((shop.asked(), shop.insider.all_ended()), (1, 1));
    let log = shop.account.function.output();
    let counted = log.lines().any(|line| {
        line.contains("\"Check\":\"probe-contradicts-configuration\"")
            && line.contains("\"Findings\":1")
    });
    assert!(counted, "{log}");
    assert!(!log.contains(PLANTED), "{log}");
    assert!(!log.contains("cell-number=secret"), "{log}");
}

/// What is known already isn't asked again: each start of a task would be a session.
#[test]
fn a_task_is_asked_once_for_an_alert_that_opens() {
    let mut shop = Shop::new(ON, Mischief::None);
    shop.told(1);
    for task in 2..5 {
        let event = shop.event(task).to_string();
        assert!(shop.account.deliver(&[event]).is_empty());
    }
    assert_eq!((shop.asked(), shop.insider.all_ended()), (1, 1));
}

/// An alert is worth more than what stands beside it.
#[test]
fn an_alert_goes_out_without_answers_where_the_task_cant_be_asked() {
    let mut shop = Shop::new(ON, Mischief::RefusedUpgrade);
    let text = shop.told(1);
    assert!(!text.contains("probe-contradicts"), "{text}");
    let log = shop.account.function.output();
    assert!(log.contains("not probed from inside"), "{log}");
    assert!(log.contains("Session Manager refuses"), "{log}");

    let mut shop = Shop::new(ON, Mischief::None);
    shop.account
        .recorder
        .set_rule(|call| (call.action == EXECUTE).then_some(Fault::AccessDenied));
    shop.told(1);
    let log = shop.account.function.output();
    assert!(log.contains("ecs:ExecuteCommand: denied"), "{log}");
}

/// An event says what a task needs: whoever may put one onto the bus is not to have tasks connect to it.
#[test]
fn an_event_that_isn_t_of_ecs_has_no_task_asked() {
    let mut shop = Shop::new(ON, Mischief::None);
    let mut event = shop.event(1);
    event["source"] = json!("somebody.else");
    assert!(shop.account.deliver(&[event.to_string()]).is_empty());
    assert_eq!(shop.account.messages().len(), 1);
    assert_eq!(shop.asked(), 0);
}

/// IAM would refuse it, and that is an alarm in somebody's log.
#[test]
fn a_task_without_the_tag_isnt_asked() {
    let mut shop = Shop::new(ON, Mischief::None);
    shop.world
        .tag_service("checkout", "awsvpc-auditor:probe", "off");
    shop.told(1);
    assert_eq!(shop.asked(), 0);
}

#[test]
fn nobody_is_asked_unless_people_want_it() {
    let mut shop = Shop::new(&[], Mischief::None);
    shop.told(1);
    assert_eq!(shop.asked(), 0);
}
