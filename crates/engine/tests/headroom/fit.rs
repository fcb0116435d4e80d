//! How many more tasks of a service fit, and what ends it.

use awsvpc_auditor_engine::headroom::Lack::{
    self, Address, Cpu, FargateQuota, Gpu, InterfaceQuota, Memory, Slot,
};
use serde_json::{Value, json};

use crate::account::{Account, account, quota, task};
use crate::machine::{Machine, machine};
use crate::places::{member_of, with};

/// An instance in each of the two zones.
pub(crate) fn two() -> [Machine; 2] {
    [machine("x"), machine("y").in_zone_b()]
}

pub(crate) fn instances(machines: impl IntoIterator<Item = Machine>) -> Account {
    account().machines(machines)
}

pub(crate) fn web(account: Account, task: &Value) -> Account {
    account.service("web", 1, &json!({}), task)
}

pub(crate) fn plain(account: Account) -> Account {
    web(account, &json!({}))
}

pub(crate) type Row = (&'static str, Account, u64, Option<Lack>);

pub(crate) fn check(rows: Vec<Row>) {
    for (name, account, tasks, bound) in rows {
        let fit = account
            .fit()
            .unwrap_or_else(|missing| panic!("{name}: {missing}"));
        assert_eq!((fit.tasks, fit.bound), (tasks, bound), "{name}: {fit:?}");
    }
}

#[test]
fn the_scarcest_thing_ends_it() {
    let gpu = json!([{"name": "main", "resourceRequirements": [{"type": "GPU", "value": "1"}]}]);
    let reserving = json!([{"name": "main", "memory": 7000, "memoryReservation": 3000}, {"name": "side", "memory": 840}]);
    let foreign = machine("y")
        .in_zone_b()
        .attached("eni-9", "interface", "monitoring");
    check(vec![
        ("two slots each", plain(instances(two())), 4, Some(Slot)),
        (
            "one is somebody else's",
            plain(instances([machine("x"), foreign])),
            3,
            Some(Slot),
        ),
        (
            "a trunk",
            plain(instances([machine("x").with_trunk()])),
            10,
            Some(Slot),
        ),
        (
            "one used",
            plain(instances(two()).with("tasks", task("t", "web", "x"))),
            3,
            Some(Slot),
        ),
        (
            "CPU",
            web(
                instances(two().map(|m| m.left(1500, 7680))),
                &json!({"cpu": "1024"}),
            ),
            2,
            Some(Cpu),
        ),
        (
            "memory",
            web(instances(two()), &json!({"memory": "7000"})),
            2,
            Some(Memory),
        ),
        (
            "memory of containers: reserved, where it is said",
            web(
                instances([machine("x").with_trunk()]),
                &json!({"memory": null, "containerDefinitions": reserving}),
            ),
            2,
            Some(Memory),
        ),
        (
            "GPUs",
            web(
                instances([machine("x").gpus(1), machine("y").in_zone_b()]),
                &json!({"containerDefinitions": gpu}),
            ),
            1,
            Some(Gpu),
        ),
        (
            "nothing is left of it",
            plain(instances([machine("x").left(0, 0)])),
            0,
            Some(Memory),
        ),
        (
            "an address each",
            plain(instances(two()).addresses(1, 1)),
            2,
            Some(Address),
        ),
        (
            "addresses in one zone",
            plain(instances(two()).addresses(0, 1)),
            1,
            Some(Address),
        ),
        (
            "no address where there are slots",
            plain(instances([machine("x")]).addresses(0, 200)),
            0,
            Some(Address),
        ),
        (
            "the quota of interfaces, for each zone",
            plain(instances(two()).only("Quotas", json!([quota("L-DF5E4CA3", 1)]))),
            2,
            Some(InterfaceQuota),
        ),
        (
            "no quota observed: none is counted",
            plain(instances(two()).unobserved("Quotas")),
            4,
            Some(Slot),
        ),
    ]);
}

/// CPU is on one instance, slots are on the other: neither alone is short.
#[test]
fn a_task_needs_everything_in_one_place() {
    let slots_only = machine("x").with_trunk().left(2048, 100);
    let room_only = machine("y").in_zone_b().ecs(&json!({}));
    let tasks = ["t", "u"].map(|name| task(name, "other", "y"));
    let fit = plain(instances([slots_only, room_only]).only("tasks", json!(tasks))).fit();
    let fit = fit.unwrap();
    assert_eq!((fit.tasks, fit.by_slots, fit.by_resources), (0, 10, 15));
}

fn fargate(account: Account, members: &Value) -> Account {
    account.service("web", 1, members, &json!({"cpu": "256", "memory": "512"}))
}

/// A Fargate task of a quarter of a vCPU.
fn on_fargate(name: &str, provider: &str, status: &str) -> Value {
    json!({"taskArn": format!("arn:aws:ecs:eu-west-1:123456789012:task/c/{name}"), "cpu": "256",
           "clusterArn": crate::account::CLUSTER, "group": "service:other", "lastStatus": status,
           "capacityProviderName": provider, "availabilityZone": "eu-west-1a"})
}

#[test]
fn fargate_has_no_instances_but_quotas_and_subnets() {
    let launch = json!({"launchType": "FARGATE"});
    let spot = json!({"launchType": null, "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]});
    let quotas = || {
        account().only(
            "Quotas",
            json!([quota("L-3032A538", 1), quota("L-36FBB829", 2)]),
        )
    };
    let running = ["t", "u"].map(|name| on_fargate(name, "FARGATE", "RUNNING"));
    let mixed = [
        on_fargate("t", "FARGATE_SPOT", "RUNNING"),
        on_fargate("u", "FARGATE", "STOPPED"),
        on_fargate("v", "FARGATE", "PROVISIONING"),
    ];
    check(vec![
        ("a vCPU", fargate(quotas(), &launch), 4, Some(FargateQuota)),
        (
            "half of it is in use",
            fargate(quotas().only("tasks", json!(running)), &launch),
            2,
            Some(FargateQuota),
        ),
        (
            "spot and stopped ones don't count",
            fargate(quotas().only("tasks", json!(mixed)), &launch),
            3,
            Some(FargateQuota),
        ),
        (
            "spot",
            fargate(quotas().only("tasks", json!(mixed)), &spot),
            7,
            Some(FargateQuota),
        ),
        (
            "addresses",
            fargate(account().addresses(1, 2), &launch),
            3,
            Some(Address),
        ),
        (
            "instances don't count",
            fargate(quotas().machines(two()), &launch),
            4,
            Some(FargateQuota),
        ),
        (
            "managed by ECS",
            fargate(quotas(), &json!({"launchType": "MANAGED_INSTANCES"})),
            400,
            Some(Address),
        ),
    ]);
}

#[test]
fn what_nobody_knows_leaves_it_open() {
    let strange = || [machine("x").of_type("x99.large"), machine("y").in_zone_b()];
    let no_subnet =
        json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-c"]}}});
    for (name, account, expected) in [
        (
            "a task group",
            member_of("task:group == service:db"),
            "asks for `task:group`",
        ),
        (
            "no expression",
            member_of("attribute:stack like x"),
            "`like` is no operator",
        ),
        (
            "a type that nobody described",
            plain(instances(strange())),
            "x99.large is not among",
        ),
        (
            "a list of tasks",
            plain(instances(two()).denied("tasks")),
            "tasks: access denied",
        ),
        (
            "a list of instances",
            plain(account().denied("containerInstances")),
            "containerInstances: access denied",
        ),
        (
            "its task definition",
            with(
                &json!({"taskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/w:9"}),
            ),
            "w:9 is not among",
        ),
        ("its subnet", with(&no_subnet), "subnet-c is not among"),
        (
            "Fargate's quota",
            fargate(
                account().unobserved("Quotas"),
                &json!({"launchType": "FARGATE"}),
            ),
            "Quotas: not observed",
        ),
        (
            "what is attached to instances",
            plain(instances(two()).denied("Reservations")),
            "Reservations: access denied",
        ),
        (
            "its desired count",
            with(&json!({"desiredCount": null})),
            "the desired count of web",
        ),
        (
            "who deploys it",
            with(&json!({"deploymentController": {"type": "EXTERNAL"}})),
            "an external controller decides",
        ),
    ] {
        let missing = account.fit().unwrap_err().to_string();
        assert!(missing.contains(expected), "{name}: {missing}");
    }
}
