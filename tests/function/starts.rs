//! Tasks that never came to run.

use std::time::Duration;

use awsvpc_auditor_tests::lambda_api::Outcome;
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
