//! Tasks that never came to run.

use std::time::Duration;

use awsvpc_auditor_tests::lambda_api::Outcome;
use awsvpc_auditor_tests::recorder::Fault;
use awsvpc_auditor_tests::root;
use awsvpc_auditor_tests::world::World;
use serde_json::Value;

use crate::support::{Account, batch};

const NO_IMAGE: &str = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to \
    resolve ref: dial tcp 3.120.0.1:443: i/o timeout";
const NO_TAG: &str = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to \
    resolve ref web:9: not found";

/// The event of a task that stopped before it ran.
fn stopped(world: &World, task: usize, reason: &str) -> String {
    let mut event = world.event("checkout", task, 5, &world.make_interface());
    let detail = &mut event["detail"];
    for status in ["lastStatus", "desiredStatus"] {
        detail[status] = "STOPPED".into();
    }
    detail["stopCode"] = "TaskFailedToStart".into();
    detail["stoppedReason"] = reason.into();
    detail["attachments"][0]["status"] = "DELETED".into();
    event.to_string()
}

#[test]
fn a_deployment_that_can_t_pull_its_image_is_one_message_with_the_cause() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let events: Vec<_> = (0..20)
        .map(|task| stopped(&world, task, NO_IMAGE))
        .collect();
    for events in events.chunks(5) {
        assert!(account.deliver(events).is_empty());
    }
    let messages = account.messages();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    let text = messages[0]["Message"].as_str().unwrap();
    for words in [
        "task-start-failed",
        "ECS could not pull the image because",
        "ECS says:",
    ] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words}: {text}");
    }
    assert!(text.contains(&world.route_table), "{text}");

    world.mend_nat_route();
    let mut fresh = account.start_another(&[], Duration::from_mins(1));
    let runs = world.event("checkout", 99, 5, &world.make_interface());
    assert!(matches!(
        fresh.invoke(&batch(&[runs.to_string()])),
        Outcome::Response(_)
    ));
    let messages = account.messages();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    let subject = messages[0]["Subject"].as_str().unwrap();
    assert!(subject.starts_with("Mended: "), "{subject}");
}

#[test]
fn a_tag_that_is_not_there_is_no_news_about_the_network() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    assert!(account.deliver(&[stopped(&world, 1, NO_TAG)]).is_empty());
    let told: Vec<Value> = account.messages();
    assert!(told.is_empty(), "{told:#?}");
}

/// What ECS tells of a service whose tasks don't start.
fn impaired(world: &World) -> String {
    let text =
        std::fs::read_to_string(root().join("events/ecs-service-start-impaired.json")).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    let prefix = "arn:aws:ecs:eu-central-1:123456789012";
    let service = format!("{prefix}:service/{}/checkout", world.cluster);
    event["resources"] = serde_json::json!([service]);
    event["detail"]["clusterArn"] = format!("{prefix}:cluster/{}", world.cluster).into();
    event.to_string()
}

/// The service's event comes without a reason, its tasks' events with one: they are one alert.
#[test]
fn a_service_whose_tasks_don_t_start_has_the_alert_of_its_tasks() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    assert!(account.deliver(&[impaired(&world)]).is_empty());
    let told = account.messages();
    assert_eq!(told.len(), 1, "{told:#?}");
    let subject = told[0]["Subject"].as_str().unwrap();
    assert!(subject.contains("task-start-failed"), "{subject}");
    assert!(account.deliver(&[stopped(&world, 1, NO_IMAGE)]).is_empty());
    let more = account.messages();
    assert!(more.is_empty(), "{more:#?}");

    world.mend_nat_route();
    let mut fresh = account.start_another(&[], Duration::from_mins(1));
    let runs = world.event("checkout", 99, 5, &world.make_interface());
    fresh.invoke(&batch(&[runs.to_string()]));
    let told = account.messages();
    assert_eq!(told.len(), 1, "{told:#?}");
    let subject = told[0]["Subject"].as_str().unwrap();
    assert!(subject.starts_with("Mended: "), "{subject}");
}

/// ECS tells it once.
#[test]
fn a_failure_comes_back_while_ecs_is_too_busy_to_show_the_service() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    account
        .recorder
        .set_rule(|call| (call.action == "ecs:DescribeServices").then_some(Fault::Throttled));
    assert_eq!(account.deliver(&[impaired(&world)]), ["message-0"]);
    account.recorder.clear_rule();
    assert!(account.deliver(&[impaired(&world)]).is_empty());
    assert_eq!(account.messages().len(), 1);
}

/// A change within the same seconds costs a failure nothing, and other clusters' failures are nobody's.
#[test]
fn failures_and_changes_come_together() {
    let mut account = Account::new(&[("CLUSTERS", "shop-20")]);
    let worlds = [account.world(20), account.world(30)];
    for world in &worlds {
        world.make_service("checkout");
        world.break_nat_route();
    }
    let change = worlds[0].change_of_endpoint_group("AuthorizeSecurityGroupIngress");
    let bodies = [
        change.to_string(),
        impaired(&worlds[0]),
        impaired(&worlds[1]),
    ];
    assert!(account.deliver(&bodies).is_empty());
    let told = account.messages();
    let all: String = told
        .iter()
        .map(|message| message["Subject"].as_str().unwrap())
        .collect();
    assert!(all.contains("task-start-failed"), "{all}");
    assert!(!all.contains("shop-30"), "{all}");
}
