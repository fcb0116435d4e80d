//! Tasks and their definitions hold secrets, also those that nobody can read.

use awsvpc_auditor_engine::facts::TaskStateChange;
use serde_json::{Value, json};

use crate::read;

const PLANTED: &str = "not-for-anybody-to-see";

/// What reading a definition says that has this in place of one of its parts.
fn error_with(key: &str, value: Value) -> String {
    let mut definition = json!({
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
        "containerDefinitions": [{ "name": "web" }],
    });
    match definition.get(key) {
        Some(_) => definition[key] = value,
        None => definition["containerDefinitions"][0][key] = value,
    }
    let file = json!({ "taskDefinition": definition }).to_string();
    read(&[("definition.json", &file)]).unwrap_err().to_string()
}

#[test]
fn a_definition_of_another_shape_is_refused_without_quoting_it() {
    for key in [
        "containerDefinitions",
        "secrets",
        "logConfiguration",
        "environmentFiles",
    ] {
        let error = error_with(
            key,
            json!(format!("postgres://app:{PLANTED}@orders/{PLANTED}")),
        );
        assert!(error.contains(key), "{error}");
        assert!(!error.contains(PLANTED), "{error}");
    }
}

#[test]
fn a_task_of_another_shape_is_refused_without_quoting_it() {
    let file = json!({ "tasks": [{
        "taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/shop/1",
        "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
        "lastStatus": "RUNNING",
        "overrides": format!("TOKEN={PLANTED}"),
    }] });
    let error = read(&[("tasks.json", &file.to_string())]).unwrap_err();
    assert!(error.to_string().contains("overrides"), "{error}");
    assert!(!error.to_string().contains(PLANTED), "{error}");
}

#[test]
fn why_a_task_stopped_is_told_without_its_command_line() {
    let reason = format!(
        "CannotStartContainerError: exec: \"app --token={PLANTED}\": executable file not found in \"$PATH\""
    );
    let event = json!({
        "detail-type": "ECS Task State Change", "account": "123456789012", "region": "eu-west-1",
        "time": "2026-11-20T10:14:31Z",
        "detail": {
            "taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/shop/1",
            "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
            "lastStatus": "STOPPED", "stoppedReason": reason,
        },
    });
    let event = TaskStateChange::parse(&event.to_string()).unwrap();
    assert_eq!(
        event.detail.stopped_reason.as_deref(),
        Some("CannotStartContainerError: exec: \"…\": executable file not found in \"$PATH\"")
    );
}
