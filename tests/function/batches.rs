//! What comes in a batch, and what goes back to the queue.

use std::fs;
use std::time::Duration;

use awsvpc_auditor_tests::lambda_api::Outcome;
use awsvpc_auditor_tests::recorder::Fault;
use awsvpc_auditor_tests::root;
use awsvpc_auditor_tests::world::World;
use serde_json::Value;

use crate::support::Account;

/// The event of a task in a network whose way out is gone.
fn broken_task(world: &World) -> Value {
    world.make_service("checkout");
    world.break_nat_route();
    world.event("checkout", 1, 5, &world.make_interface())
}

#[test]
fn poison_goes_back_alone_and_outdated_events_are_dropped() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let interface = world.make_interface();
    let event = |version| world.event("checkout", 1, version, &interface).to_string();
    let malformed = fs::read_to_string(root().join("events/ecs-task-malformed.json")).unwrap();
    let bodies = [
        event(5),
        "{ this is no JSON".to_owned(),
        event(7),
        malformed,
        event(7),
        event(3),
        r#"{"detail-type":"EC2 Instance State-change Notification"}"#.to_owned(),
    ];
    let mut back = account.deliver(&bodies);
    back.sort();
    assert_eq!(back, ["message-1", "message-3", "message-6"]);
    let messages = account.messages();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(
        messages[0]["Message"]
            .as_str()
            .unwrap()
            .contains(&world.route_table)
    );
    let log = account.function.output();
    assert!(log.contains(r#""outdated":3"#), "{log}");
    assert!(
        log.contains("line 1, column"),
        "the log says where the poison is: {log}"
    );
}

#[test]
fn tasks_without_an_interface_of_their_own_are_ignored() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    let interface = world.make_interface();
    let mut event = world.event("checkout", 1, 5, &interface);
    event["detail"]["attachments"] = serde_json::json!([]);
    event["detail"]["launchType"] = "EC2".into();
    assert!(account.deliver(&[event.to_string()]).is_empty());
    assert!(account.messages().is_empty());
    assert_eq!(
        account.recorder.calls().len(),
        0,
        "{:?}",
        account.recorder.counts()
    );
}

#[test]
fn a_message_that_sns_does_not_take_comes_again() {
    let mut account = Account::new(&[]);
    let event = broken_task(&account.world(20)).to_string();
    account
        .recorder
        .set_rule(|call| (call.action == "sns:Publish").then_some(Fault::AccessDenied));
    assert_eq!(account.deliver(std::slice::from_ref(&event)), ["message-0"]);
    account.recorder.clear_rule();
    assert!(account.deliver(&[event]).is_empty());
    assert_eq!(account.messages().len(), 1);
}

#[test]
fn a_topic_that_never_answers_costs_the_messages_not_the_batch() {
    let mut account = Account::with_timeout(&[], Duration::from_secs(8));
    let world = account.world(20);
    let broken = broken_task(&world).to_string();
    let healthy = account.world(30);
    healthy.make_service("checkout");
    let healthy = healthy.event("checkout", 2, 5, &healthy.make_interface());
    account
        .recorder
        .set_rule(|call| (call.action == "sns:Publish").then_some(Fault::Silence));
    assert_eq!(
        account.deliver(&[broken, healthy.to_string()]),
        ["message-0"]
    );
}

#[test]
fn a_message_says_what_stops_the_task_and_can_be_filtered() {
    let mut account = Account::new(&[]);
    let event = broken_task(&account.world(20)).to_string();
    assert!(account.deliver(&[event]).is_empty());
    let message = account.messages().remove(0);
    let subject = message["Subject"].as_str().unwrap();
    assert_eq!(
        subject,
        "ECS network fault: checkout in shop-20: no-internet-route, aws-endpoint-unreachable"
    );
    let attribute = |name: &str| {
        message["MessageAttributes"][name]["Value"]
            .as_str()
            .unwrap()
    };
    assert_eq!(attribute("severity"), "high");
    assert_eq!(attribute("cluster"), "shop-20");
    assert_eq!(attribute("owner"), "service:checkout");
    assert!(attribute("checks").contains("no-internet-route"));
    let text = message["Message"].as_str().unwrap();
    assert!(text.contains("\n      aws ec2 create-route"), "{text}");
}

#[test]
fn faults_below_the_minimum_severity_bring_no_message() {
    let mut account = Account::new(&[("MINIMUM_SEVERITY", "critical")]);
    let event = broken_task(&account.world(20)).to_string();
    assert!(account.deliver(&[event]).is_empty());
    assert!(account.messages().is_empty());
}

#[test]
fn an_event_by_hand_is_answered_with_its_report() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    let event = world.event("checkout", 1, 5, &world.make_interface());
    let Outcome::Response(report) = account.function.invoke(&event) else {
        panic!("{}", account.function.output());
    };
    assert_eq!(report["schema"], 1);
    assert_eq!(report["subject"]["owner"], "service:checkout");
    assert_eq!(report["summary"]["unknown"], 0, "{report:#}");
    let malformed = fs::read_to_string(root().join("events/ecs-task-malformed.json")).unwrap();
    let malformed = serde_json::from_str(&malformed).unwrap();
    let Outcome::Error(error) = account.function.invoke(&malformed) else {
        panic!("{}", account.function.output());
    };
    let said = error["errorMessage"].as_str().unwrap();
    assert!(said.contains("detail"), "{said}");
}

#[test]
fn a_task_that_failed_to_start_is_audited_by_its_services_configuration() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let interface = world.make_interface();
    let mut event = world.event("checkout", 1, 6, &interface);
    let detail = &mut event["detail"];
    detail["lastStatus"] = "STOPPED".into();
    detail["desiredStatus"] = "STOPPED".into();
    detail["stopCode"] = "TaskFailedToStart".into();
    detail["stoppedReason"] = "ResourceInitializationError: i/o timeout".into();
    detail["attachments"][0]["status"] = "DELETED".into();
    detail["attachments"][0]["details"][1]["value"] = "eni-0123456789abcdef0".into();
    assert!(account.deliver(&[event.to_string()]).is_empty());
    let messages = account.messages();
    let text = messages[0]["Message"].as_str().unwrap();
    assert!(
        text.contains("ECS says: ResourceInitializationError: i/o timeout"),
        "{text}"
    );
    assert!(text.contains("no-internet-route"), "{text}");
}
