//! What services tell: what is read of it, and what is wrong with broken events.

use awsvpc_auditor_engine::facts::{ServiceEvent, ServiceEventName, TaskStateChange};
use serde_json::{Value, json};

const SERVICE: &str = "arn:aws:ecs:eu-west-1:123456789012:service/shop/checkout";
const CLUSTER: &str = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop";

/// An event of a service as EventBridge delivers it.
fn event(kind: &str, detail: &Value) -> Value {
    json!({
        "version": "0", "detail-type": kind, "source": "aws.ecs", "account": "123456789012",
        "region": "eu-west-1", "time": "2026-11-20T10:14:31Z", "resources": [SERVICE], "detail": detail,
    })
}

fn action(detail: &Value) -> Value {
    event("ECS Service Action", detail)
}

fn read(event: &Value) -> ServiceEvent {
    ServiceEvent::parse(&event.to_string()).unwrap()
}

/// What is said of a broken event.
fn error(event: &str) -> String {
    ServiceEvent::parse(event).unwrap_err().to_string()
}

#[test]
fn each_name_is_told_apart_or_ignored() {
    use ServiceEventName as Name;
    for (text, name) in [
        ("SERVICE_TASK_PLACEMENT_FAILURE", Name::TaskPlacementFailure),
        ("SERVICE_TASK_START_IMPAIRED", Name::TaskStartImpaired),
        (
            "SERVICE_TASK_CONFIGURATION_FAILURE",
            Name::TaskConfigurationFailure,
        ),
        ("SERVICE_DEPLOYMENT_FAILED", Name::DeploymentFailed),
        ("SERVICE_STEADY_STATE", Name::Other),
        ("TASKSET_STEADY_STATE", Name::Other),
        ("CAPACITY_PROVIDER_STEADY_STATE", Name::Other),
        ("SERVICE_DESIRED_COUNT_UPDATED", Name::Other),
        ("TASKS_STOPPED", Name::Other),
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", Name::Other),
        ("SERVICE_DEPLOYMENT_COMPLETED", Name::Other),
        ("SERVICE_DISCOVERY_INSTANCE_UNHEALTHY", Name::Other),
        ("ECS_OPERATION_THROTTLED", Name::Other),
        ("SOMETHING_NEW", Name::Other),
    ] {
        let read = read(&action(
            &json!({ "eventType": "INFO", "eventName": text, "clusterArn": CLUSTER }),
        ));
        assert_eq!(read.name, name, "{text}");
        assert_eq!(read.name.is_failure(), name.as_str() == text, "{text}");
        assert_eq!(Name::FAILURES.contains(&name), name.is_failure(), "{text}");
    }
}

#[test]
fn a_placement_failure_tells_where_there_was_no_place() {
    let instances = [
        "arn:aws:ecs:eu-west-1:123456789012:container-instance/shop/0c0ffee0000000000000000000000001",
        "arn:aws:ecs:eu-west-1:123456789012:container-instance/shop/0c0ffee0000000000000000000000002",
    ];
    let read = read(&action(&json!({
        "eventType": "ERROR", "eventName": "SERVICE_TASK_PLACEMENT_FAILURE", "clusterArn": CLUSTER,
        "containerInstanceArns": instances, "reason": "RESOURCE:ENI",
        "createdAt": "2026-11-20T10:14:31.112Z",
    })));
    assert_eq!(read.service_arn.as_str(), SERVICE);
    assert_eq!(read.service_name(), "checkout");
    assert_eq!(read.cluster_arn.as_str(), CLUSTER);
    assert_eq!(read.reason.as_deref(), Some("RESOURCE:ENI"));
    let told: Vec<_> = read.container_instance_arns.iter().collect();
    assert_eq!(
        told.iter().map(|arn| arn.as_str()).collect::<Vec<_>>(),
        instances
    );
    assert!(read.capacity_provider_arns.is_empty());
}

#[test]
fn a_deployment_tells_its_cluster_by_the_service() {
    let read = read(&event(
        "ECS Deployment State Change",
        &json!({
            "eventType": "ERROR", "eventName": "SERVICE_DEPLOYMENT_FAILED",
            "deploymentId": "ecs-svc/4712095318274650912", "updatedAt": "2026-11-20T10:14:31Z",
            "reason": "ECS deployment circuit breaker: tasks failed to start.",
        }),
    ));
    assert_eq!(read.cluster_arn.as_str(), CLUSTER);
    assert_eq!(
        read.deployment_id.as_deref(),
        Some("ecs-svc/4712095318274650912")
    );
}

#[test]
fn a_reason_is_told_without_a_command_line() {
    let read = read(&action(&json!({
        "eventName": "SERVICE_TASK_CONFIGURATION_FAILURE", "clusterArn": CLUSTER,
        "reason": "could not start \"app --token=not-for-anybody-to-see\"",
    })));
    assert_eq!(read.reason.as_deref(), Some("could not start \"…\""));
}

#[test]
fn broken_events_are_refused_with_what_is_wrong() {
    let with = |change: fn(&mut Value)| {
        let mut event = action(&json!({
            "eventName": "SERVICE_TASK_START_IMPAIRED", "clusterArn": CLUSTER,
        }));
        change(&mut event);
        event.to_string()
    };
    for (event, said) in [
        (String::new(), "line 1, column 0: EOF while parsing a value"),
        ("[]".to_owned(), "expected one event, an object in braces"),
        (
            "{}".to_owned(),
            "`detail-type` is missing: this isn't an EventBridge event",
        ),
        (
            with(|e| e["detail-type"] = "ECS Task State Change".into()),
            "this is a `ECS Task State Change` event: expected `detail-type` to be `ECS Service Action` \
             or `ECS Deployment State Change`",
        ),
        (
            with(|e| e["detail"] = json!("SERVICE_TASK_START_IMPAIRED")),
            "`detail`: invalid type: string \"…\", expected struct Detail",
        ),
        (
            with(|e| e["detail"]["eventName"] = json!(7)),
            "`detail.eventName`: ",
        ),
        (
            with(|e| e["detail"] = json!({})),
            "missing field `eventName`",
        ),
        (
            with(|e| e["detail"]["containerInstanceArns"] = json!({ "arn": 1 })),
            "`detail.containerInstanceArns`: invalid type: map, expected a sequence",
        ),
        (
            with(|e| e["detail"]["reason"] = json!(["RESOURCE:ENI"])),
            "`detail.reason`: invalid type: sequence, expected a string",
        ),
        (
            with(|e| e["resources"] = json!([])),
            "the event names no service",
        ),
        (
            with(|e| e["resources"] = json!([CLUSTER])),
            "the event names no service",
        ),
        (
            with(|e| {
                e["resources"] = json!(["arn:aws:ecs:eu-west-1:123456789012:service/checkout"]);
                e["detail"] = json!({ "eventName": "SERVICE_DEPLOYMENT_FAILED" });
            }),
            "the event doesn't tell the service's cluster",
        ),
        (with(|e| e["account"] = Value::Null), "`account`: "),
    ] {
        let found = error(&event);
        assert!(found.contains(said), "{event}\n{found}");
    }
}

#[test]
fn an_event_of_a_task_is_none_of_a_service() {
    let text = action(&json!({ "eventName": "SERVICE_STEADY_STATE", "clusterArn": CLUSTER }));
    let error = TaskStateChange::parse(&text.to_string()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this is a `ECS Service Action` event: expected `detail-type` to be `ECS Task State Change`"
    );
}

#[test]
fn the_sample_events_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("ecs-service-") {
            continue;
        }
        let read = ServiceEvent::parse(&std::fs::read_to_string(&path).unwrap());
        let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            (read.service_name(), read.cluster_arn.name()),
            ("checkout", "shop")
        );
        failures.extend(read.name.is_failure().then_some(read.name));
    }
    failures.sort();
    assert_eq!(failures, ServiceEventName::FAILURES);
}
