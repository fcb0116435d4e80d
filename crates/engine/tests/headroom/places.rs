//! Which instances a service's tasks may be on.

use awsvpc_auditor_engine::headroom::Lack::{AnotherTask, Slot};
use serde_json::{Value, json};

use crate::account::{Account, task};
use crate::fit::{check, instances, plain, two, web};
use crate::machine::{Machine, machine};

pub(crate) fn with(members: &Value) -> Account {
    instances(two()).service("web", 1, members, &json!({}))
}

pub(crate) fn member_of(expression: &str) -> Account {
    with(&json!({"placementConstraints": [{"type": "memberOf", "expression": expression}]}))
}

#[test]
fn constraints_decide_which_instances_count() {
    let distinct = json!({"placementConstraints": [{"type": "distinctInstance"}]});
    let daemon = json!({"schedulingStrategy": "DAEMON"});
    let running = || task("t", "web", "x");
    check(vec![
        (
            "in a zone",
            member_of("attribute:ecs.availability-zone == eu-west-1a"),
            2,
            Some(Slot),
        ),
        (
            "by type",
            member_of("attribute:ecs.instance-type =~ m5.*"),
            4,
            Some(Slot),
        ),
        (
            "by id",
            member_of("ec2InstanceId in ['i-y']"),
            2,
            Some(Slot),
        ),
        (
            "by agent",
            member_of("agentConnected == true and agentVersion exists"),
            4,
            Some(Slot),
        ),
        (
            "by tasks",
            member_of("runningTasksCount < 1").with("tasks", running()),
            2,
            Some(Slot),
        ),
        ("none at all", member_of("attribute:gpu exists"), 0, None),
        ("one on each", with(&distinct), 2, Some(AnotherTask)),
        (
            "one on each, and one is there",
            with(&distinct).with("tasks", running()),
            1,
            Some(AnotherTask),
        ),
        ("a daemon", with(&daemon), 2, Some(AnotherTask)),
        (
            "a daemon, and one is there",
            with(&daemon).with("tasks", running()),
            1,
            Some(AnotherTask),
        ),
    ]);
}

#[test]
fn instances_that_take_no_tasks_do_not_count() {
    let one_is = |members: &Value| {
        plain(instances([
            machine("x").ecs(members),
            machine("y").in_zone_b(),
        ]))
    };
    let without = |attribute| {
        plain(instances([
            machine("x").lacks(attribute),
            machine("y").in_zone_b(),
        ]))
    };
    let required = |attribute: Value| {
        web(
            instances(two()),
            &json!({ "requiresAttributes": [attribute] }),
        )
    };
    let gravity = |name: &str| json!({"name": name, "value": "high"});
    check(vec![
        (
            "draining",
            one_is(&json!({"status": "DRAINING"})),
            2,
            Some(Slot),
        ),
        (
            "registering",
            one_is(&json!({"status": "REGISTERING"})),
            2,
            Some(Slot),
        ),
        (
            "gone",
            one_is(&json!({"status": "INACTIVE"})),
            2,
            Some(Slot),
        ),
        (
            "its agent is away for a moment",
            one_is(&json!({"agentConnected": false})),
            4,
            Some(Slot),
        ),
        (
            "its agent knows no interfaces",
            without("ecs.capability.task-eni"),
            2,
            Some(Slot),
        ),
        (
            "all have it",
            required(json!({"name": "ecs.capability.task-eni"})),
            4,
            Some(Slot),
        ),
        ("none has it", required(gravity("gravity")), 0, None),
        ("another value", required(gravity("ecs.os-type")), 0, None),
        (
            "no subnet in its zone",
            with(
                &json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-b"]}}}),
            ),
            2,
            Some(Slot),
        ),
    ]);
}

fn by_provider(machines: [Machine; 2]) -> Account {
    let strategy =
        json!({"launchType": null, "capacityProviderStrategy": [{"capacityProvider": "cp"}]});
    instances(machines).service("web", 1, &strategy, &json!({}))
}

#[test]
fn a_capacity_provider_has_its_own_instances() {
    let [x, y] = two();
    let own = json!({"capacityProviderName": "cp"});
    let other = json!({"capacityProviderName": "other"});
    check(vec![
        (
            "both",
            by_provider([x.clone().ecs(&own), y.clone().ecs(&own)]),
            4,
            Some(Slot),
        ),
        (
            "one",
            by_provider([x.clone().ecs(&own), y.clone().ecs(&other)]),
            2,
            Some(Slot),
        ),
        ("none", by_provider([x, y]), 0, None),
    ]);
}
