//! How deployments end: alone, with what a capacity provider adds, and together.

use serde_json::{Value, json};

use crate::account::{Account, account, task};
use crate::machine::{Machine, machine};

/// A service of two tasks that fill one instance.
fn full(members: &Value) -> Account {
    account()
        .machine(machine("x"))
        .only(
            "tasks",
            json!(["t", "u"].map(|name| task(name, "web", "x"))),
        )
        .service("web", 2, members, &json!({}))
}

fn percent(maximum: u32, minimum: u32) -> Value {
    json!({"deploymentConfiguration": {"maximumPercent": maximum, "minimumHealthyPercent": minimum}})
}

#[test]
fn percentages_decide_what_must_be_free() {
    for (name, account, expected) in [
        (
            "what ECS takes by itself",
            full(&json!({})),
            "stalls at 0 of 2: {Slot}",
        ),
        (
            "twice as many",
            full(&percent(200, 100)),
            "stalls at 0 of 2: {Slot}",
        ),
        (
            "one at a time",
            full(&percent(200, 50)),
            "finishes after waiting",
        ),
        (
            "no more than now",
            full(&percent(100, 0)),
            "finishes after waiting",
        ),
        (
            "neither more nor fewer",
            full(&percent(100, 100)),
            "stalls at 0 of 2: {}",
        ),
        (
            "a free instance",
            full(&json!({})).machine(machine("y").in_zone_b()),
            "finishes",
        ),
    ] {
        assert_eq!(account.deployment(), expected, "{name}");
    }
}

fn provider(scaling: &str) -> Value {
    json!({"capacityProviderArn": "arn:aws:ecs:eu-west-1:123456789012:capacity-provider/cp", "name": "cp",
           "autoScalingGroupProvider": {"autoScalingGroupArn": "group", "managedScaling": {"status": scaling}}})
}

fn group(most: u32, zones: &[&str]) -> Value {
    json!({"AutoScalingGroupARN": "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:group",
           "AutoScalingGroupName": "group", "MaxSize": most, "DesiredCapacity": 1, "AvailabilityZones": zones})
}

/// The full instance is a capacity provider's, whose group may have so many.
fn scaled(scaling: &str, group: &Value) -> Account {
    let strategy =
        json!({"launchType": null, "capacityProviderStrategy": [{"capacityProvider": "cp"}]});
    let own = machine("x").ecs(&json!({"capacityProviderName": "cp"}));
    full(&strategy)
        .only("containerInstances", json!([own.host]))
        .only("capacityProviders", json!([provider(scaling)]))
        .only("AutoScalingGroups", json!([group]))
}

const ZONES: [&str; 2] = ["eu-west-1a", "eu-west-1b"];

#[test]
fn a_capacity_provider_adds_what_its_group_allows() {
    let enabled = |most| scaled("ENABLED", &group(most, &ZONES));
    for (name, account, expected) in [
        (
            "one more would do",
            enabled(2),
            "finishes with 1 more of cp",
        ),
        (
            "two more, of which the one in the emptier zone takes both",
            enabled(3),
            "finishes with 1 more of cp",
        ),
        ("at its maximum", enabled(1), "stalls at 0 of 2: {Slot}"),
        ("beyond its maximum", enabled(0), "stalls at 0 of 2: {Slot}"),
        (
            "no managed scaling",
            scaled("DISABLED", &group(3, &ZONES)),
            "stalls at 0 of 2: {Slot}",
        ),
        (
            "zones not told: those it has",
            scaled("ENABLED", &group(3, &[])),
            "finishes with 1 more of cp",
        ),
        (
            "zones without its subnets",
            scaled("ENABLED", &group(3, &["eu-west-1c"])),
            "stalls at 0 of 2: {Slot}",
        ),
        (
            "its group not observed",
            enabled(3).unobserved("AutoScalingGroups"),
            "unknown: AutoScalingGroups: not observed (needs autoscaling:DescribeAutoScalingGroups)",
        ),
        (
            "its group not among those observed",
            enabled(3).only("AutoScalingGroups", json!([])),
            "unknown: AutoScalingGroups: the Auto Scaling group of cp is not among the observed facts \
             (needs autoscaling:DescribeAutoScalingGroups)",
        ),
        (
            "the provider denied",
            enabled(3).denied("capacityProviders"),
            "unknown: capacityProviders: access denied (needs ecs:DescribeCapacityProviders)",
        ),
        (
            "it has no instance to go by",
            enabled(3).only("containerInstances", json!([machine("x").host])),
            "unknown: containerInstances: what an instance of cp has: there is none now is not among the \
             observed facts (needs ecs:DescribeContainerInstances)",
        ),
    ] {
        assert_eq!(account.deployment(), expected, "{name}");
    }
}

/// New instances don't help when addresses are short.
#[test]
fn more_instances_bring_no_addresses() {
    let account = scaled("ENABLED", &group(3, &ZONES)).addresses(0, 0);
    assert_eq!(account.deployment(), "stalls at 0 of 2: {Slot, Address}");
}

/// Who goes how far, and whether the order matters.
fn together(account: &Account, names: &[&str]) -> Result<(Vec<String>, bool), String> {
    account.region(names, |region| {
        let together = awsvpc_auditor_engine::headroom::together(region).unwrap();
        let together = together.map_err(|missing| missing.to_string())?;
        let courses = together.courses.iter().map(|(plan, course)| {
            let end = if course.finishes {
                "finishes"
            } else {
                "stalls"
            };
            format!("{} {end}: {:?}", plan.name(), course.short)
        });
        Ok((courses.collect(), together.depends_on_order))
    })
}

/// Two services of a task each that fill an instance.
fn pair(web: &Value, worker: &Value, machine: Machine) -> Account {
    account()
        .machine(machine)
        .only(
            "tasks",
            json!([task("t", "web", "x"), task("u", "worker", "x")]),
        )
        .service("web", 1, web, &json!({}))
        .service("worker", 1, worker, &json!({}))
}

#[test]
fn services_that_deploy_together_take_what_others_give_back() {
    let plain = json!({});
    let with_room = pair(&plain, &plain, machine("x").of_type("m5.xlarge"));
    let stalled = pair(&plain, &plain, machine("x"));
    let (first_yields, second_yields) = (
        pair(&percent(100, 0), &plain, machine("x")),
        pair(&plain, &percent(200, 0), machine("x")),
    );
    for (name, account, expected, by_order) in [
        (
            "a slot is free",
            with_room,
            ["c/web finishes: {}", "c/worker finishes: {}"],
            false,
        ),
        (
            "none is free",
            stalled,
            ["c/web stalls: {Slot}", "c/worker stalls: {Slot}"],
            false,
        ),
        (
            "the first gives its own up",
            first_yields,
            ["c/web finishes: {}", "c/worker stalls: {Slot}"],
            true,
        ),
        (
            "the second does",
            second_yields,
            ["c/web finishes: {}", "c/worker finishes: {}"],
            true,
        ),
    ] {
        let names = ["web", "c/worker"];
        let (courses, depends_on_order) = together(&account, &names).unwrap();
        assert_eq!(
            (courses, depends_on_order),
            (expected.map(str::to_owned).to_vec(), by_order),
            "{name}"
        );
    }
}

/// Services without interfaces of their own take ports of the instance instead.
#[test]
fn a_fixed_port_is_taken_until_the_old_task_is_gone() {
    let ports = json!([{"name": "main", "portMappings": [{"containerPort": 80, "hostPort": 8080, "protocol": "tcp"}]}]);
    let bridge = json!({"networkMode": "bridge", "containerDefinitions": ports});
    let mut running = task("t", "edge", "x");
    running["attachments"] = json!([]);
    let account = |members: &Value| {
        account()
            .machine(machine("x").ports(&[22, 8080]))
            .with("tasks", running.clone())
            .service("edge", 1, members, &bridge)
    };
    let mut members = json!({"networkConfiguration": null});
    let (courses, _) = together(&account(&members), &["edge"]).unwrap();
    assert_eq!(courses, ["c/edge stalls: {Port}"]);
    members["deploymentConfiguration"] = percent(100, 0)["deploymentConfiguration"].clone();
    let (courses, _) = together(&account(&members), &["edge"]).unwrap();
    assert_eq!(courses, ["c/edge finishes: {}"]);
}

#[test]
fn what_is_missing_about_one_leaves_all_open() {
    let lacking =
        json!({"taskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/w:9"});
    let account = pair(&json!({}), &lacking, machine("x"));
    let missing = together(&account, &["web", "worker"]).unwrap_err();
    assert!(missing.contains("w:9 is not among"), "{missing}");
    let strange = machine("y").of_type("x99.large");
    let account = pair(&json!({}), &json!({}), machine("x")).machine(strange);
    let missing = together(&account, &["web", "worker"]).unwrap_err();
    assert!(missing.contains("x99.large is not among"), "{missing}");
}
