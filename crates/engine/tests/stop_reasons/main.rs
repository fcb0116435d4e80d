//! Why tasks stop, in ECS's words.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on has failed"
)]

use awsvpc_auditor_engine::facts::{ServiceEvent, Task, TaskStateChange};
use awsvpc_auditor_engine::stop_reason::{Class, StopReason};
use serde_json::json;

const REASONS: &str = include_str!("reasons.txt");

fn event(stop_code: &str, reason: &str, of_container: Option<&str>) -> Task {
    let arn = "arn:aws:ecs:eu-west-1:123456789012";
    let event = json!({
        "detail-type": TaskStateChange::DETAIL_TYPE,
        "account": "123456789012", "region": "eu-west-1", "time": "2026-11-20T10:00:00Z",
        "detail": {
            "taskArn": format!("{arn}:task/shop/1"), "clusterArn": format!("{arn}:cluster/shop"),
            "lastStatus": "STOPPED", "desiredStatus": "STOPPED",
            "stopCode": stop_code, "stoppedReason": reason,
            "containers": [{ "name": "app", "reason": of_container }, { "name": "other" }],
        },
    });
    TaskStateChange::parse(&event.to_string()).unwrap().detail
}

/// The same words about a service.
fn of_service(reason: &str) -> Option<StopReason> {
    let arn = "arn:aws:ecs:eu-west-1:123456789012";
    let event = json!({
        "detail-type": ServiceEvent::DETAIL_TYPES[0],
        "account": "123456789012", "region": "eu-west-1", "time": "2026-11-20T10:00:00Z",
        "resources": [format!("{arn}:service/shop/web")],
        "detail": { "eventName": "SERVICE_TASK_PLACEMENT_FAILURE", "reason": reason },
    });
    let event = ServiceEvent::parse(&event.to_string()).unwrap();
    StopReason::of_words(event.reason.as_deref())
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Network => "network",
        Class::Unclear => "unclear",
        Class::Permission => "permission",
        Class::Configuration => "configuration",
        Class::Capacity => "capacity",
        Class::Image => "image",
        Class::Application => "application",
    }
}

fn told(reason: Option<StopReason>) -> String {
    reason.map_or("nothing | -".to_owned(), |reason| {
        format!("{} | {:?}", class(reason.class), reason.failed)
    })
}

#[test]
fn every_reason_has_its_class() {
    let rows = REASONS.lines().filter(|line| !line.starts_with('#'));
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows {
        let parts: Vec<_> = row.splitn(3, '|').map(str::trim).collect();
        let [class, failed, words] = parts[..] else {
            panic!("{row}");
        };
        let expected = format!("{class} | {failed}");
        // As some platforms have it.
        let of_container = event("TaskFailedToStart", "Task failed to start", Some(words));
        for reason in [
            StopReason::of(&event("TaskFailedToStart", words, None)),
            StopReason::of(&of_container),
            of_service(words),
        ] {
            let given = told(reason);
            if given != expected {
                wrong.push(format!("{words}\n  truth {expected}\n  given {given}"));
            }
        }
        count += 1;
    }
    assert!(count > 60, "{count} rows");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_start_that_failed_is_told_from_a_task_that_ran() {
    let checks = "Task failed ELB health checks in (target-group arn:x)";
    for (stop_code, reason, is_of_start) in [
        ("TaskFailedToStart", "anything", true),
        ("ServiceSchedulerInitiated", checks, true),
        (
            "ServiceSchedulerInitiated",
            "Scaling activity initiated by (deployment x)",
            false,
        ),
        (
            "EssentialContainerExited",
            "Essential container in task exited",
            false,
        ),
        ("UserInitiated", "Task stopped by user", false),
    ] {
        let task = event(stop_code, reason, None);
        assert_eq!(StopReason::is_of_start(&task), is_of_start, "{reason}");
    }
}

/// The runtime quotes command lines, and those may hold secrets.
#[test]
fn what_containers_say_holds_no_command() {
    let reason = r#"CannotStartContainerError: exec: "app --password=hunter2": not found"#;
    let task = event("TaskFailedToStart", "Task failed to start", Some(reason));
    assert_eq!(task.container_reasons.len(), 1);
    assert!(!task.container_reasons[0].contains("hunter2"), "{task:?}");
}
