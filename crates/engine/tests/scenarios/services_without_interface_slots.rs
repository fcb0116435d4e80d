//! Services whose tasks find no interface slot on container instances: which are full, and what would help.

use awsvpc_auditor_engine::checks::{self, AuditResult, Outcome};
use awsvpc_auditor_engine::facts::{ServiceEvent, TaskStateChange};
use serde_json::{Value, json};

use super::account::Account;
use super::services_that_cannot_start::{ATTACHED, audit, event, of_check, start, stop};
use super::shop::failing;
use super::tasks_that_could_not_start::told_of;

const INSTANCES: &str = "migrated-from-bridge-mode";

/// The shop on two instances of a type, each with so many tasks and room for two.
fn on_instances(instance_type: &str, tasks: usize) -> Account {
    let mut account = Account::read(INSTANCES);
    account.add(
        "instance-types",
        json!({ "InstanceTypes": [{ "InstanceType": instance_type, "NetworkInfo": {
            "MaximumNetworkInterfaces": 3,
            "NetworkCards": [{ "NetworkCardIndex": 0, "MaximumNetworkInterfaces": 3 }],
        } }] }),
    );
    let mut instances = Vec::new();
    for host in account.list("containerInstances") {
        let attributes = host["attributes"].as_array_mut().unwrap();
        attributes.retain(|attribute| attribute["name"] != "ecs.instance-type");
        attributes.push(json!({ "name": "ecs.instance-type", "value": instance_type }));
        attributes.push(json!({ "name": "ecs.capability.task-eni-trunking" }));
        instances.push(json!({
            "InstanceId": host["ec2InstanceId"], "InstanceType": instance_type,
            "NetworkInterfaces": [{ "NetworkInterfaceId": format!("{}-0", host["ec2InstanceId"]),
                "InterfaceType": "interface", "Attachment": { "DeviceIndex": 0, "Status": "attached" } }],
            "BlockDeviceMappings": [],
        }));
    }
    account.add(
        "instances",
        json!({ "Reservations": [{ "Instances": instances }] }),
    );
    account.add(
        "account-settings",
        json!({ "settings": [{ "name": "awsvpcTrunking", "value": "disabled" }] }),
    );
    let running = account.list("tasks").clone();
    for (number, task) in running
        .iter()
        .flat_map(|task| (1..tasks).map(move |n| (n, task)))
    {
        let mut another = task.clone();
        another["taskArn"] = format!("{}{number}", task["taskArn"].as_str().unwrap()).into();
        another["attachments"][0]["details"] = json!([]);
        account.list("tasks").push(another);
    }
    account
}

fn no_slot(more: &Value) -> ServiceEvent {
    let mut all = more.clone();
    all["reason"] = "RESOURCE:ENI".into();
    event("orders", "SERVICE_TASK_PLACEMENT_FAILURE", &all)
}

fn commands(result: &AuditResult) -> String {
    let all = result.fixes.iter().flat_map(|fix| fix.commands());
    all.collect::<Vec<_>>().join("\n")
}

#[test]
fn full_instances_are_named_with_their_slots() {
    let account = on_instances("t3.medium", 2);
    audit(&account, &no_slot(&json!({})), |report| {
        let list = failing(report);
        assert_eq!(list.len(), 1, "{list:#?}");
        let result = start(report);
        assert_eq!(
            result.message,
            "ECS could not find a free slot for the task's network interface: 2 container instances of shop \
             have none free: i-host-a (t3.medium, 0 of 2 interface slots are free), i-host-b (t3.medium, 0 of \
             2 interface slots are free); trunks give no more: t3.medium supports no trunk; t3.xlarge in \
             place of t3.medium has 3 slots in place of 2"
        );
        assert!(commands(result).contains("set-desired-capacity"));
        assert!(!commands(result).contains("awsvpcTrunking"));
    });
}

#[test]
fn trunks_are_proposed_where_they_would_help() {
    let account = on_instances("m6i.large", 2);
    audit(&account, &no_slot(&json!({})), |report| {
        let result = start(report);
        assert_eq!(result.outcome, Outcome::Fail);
        let part = "trunks would give 2 instances 20 slots in place of 4";
        assert!(result.message.contains(part), "{}", result.message);
        assert!(commands(result).contains(
            "aws ecs put-account-setting-default --name awsvpcTrunking --value enabled --region eu-west-1"
        ));
    });
}

#[test]
fn only_the_instances_that_were_asked_are_named() {
    let mut account = on_instances("t3.medium", 2);
    let arn = account.list("containerInstances")[0]["containerInstanceArn"].clone();
    let asked = no_slot(&json!({ "containerInstanceArns": [arn] }));
    audit(&account, &asked, |report| {
        let message = &start(report).message;
        assert!(
            message.contains("1 container instance of shop has none free"),
            "{message}"
        );
        assert!(!message.contains("i-host-b"), "{message}");
    });
}

#[test]
fn a_slot_that_is_free_now_is_no_fault() {
    let account = on_instances("t3.medium", 1);
    audit(&account, &no_slot(&json!({})), |report| {
        let result = start(report);
        assert_eq!(result.outcome, Outcome::Skipped, "{}", result.message);
        assert!(
            result.message.contains("1 of 2 interface slots is free"),
            "{}",
            result.message
        );
    });
}

#[test]
fn slots_that_nobody_counted_are_unknown_with_the_permission() {
    for (file, action) in [
        ("container-instances", "ecs:DescribeContainerInstances"),
        ("tasks", "ecs:DescribeTasks"),
        ("instance-types", "ec2:DescribeInstanceTypes"),
    ] {
        let mut account = on_instances("m6i.large", 2);
        account.drop(file);
        audit(&account, &no_slot(&json!({})), |report| {
            let result = start(report);
            assert_eq!(
                result.outcome,
                Outcome::Unknown,
                "{file}: {}",
                result.message
            );
            let actions: Vec<_> = result
                .missing
                .iter()
                .filter_map(|one| one.action())
                .collect();
            assert_eq!(actions, [action], "{file}");
        });
    }
}

#[test]
fn a_slot_on_an_instance_without_memory_is_of_no_use() {
    let mut account = on_instances("t3.medium", 2);
    let left = |memory: i64| {
        json!([{ "name": "CPU", "type": "INTEGER", "integerValue": 2048 },
               { "name": "MEMORY", "type": "INTEGER", "integerValue": memory }])
    };
    let hosts = account.list("containerInstances");
    hosts[0]["remainingResources"] = left(8_192);
    hosts[1]["remainingResources"] = left(1);
    let second = hosts[1]["containerInstanceArn"].clone();
    let tasks = account.list("tasks");
    let index = tasks
        .iter()
        .position(|task| task["containerInstanceArn"] == second);
    tasks.remove(index.unwrap());
    audit(&account, &no_slot(&json!({})), |report| {
        let result = start(report);
        assert_eq!(result.outcome, Outcome::Fail, "{}", result.message);
        let part = "; 1 instance more can't take the task for want of something else";
        assert!(result.message.contains(part), "{}", result.message);
        assert!(!result.message.contains("i-host-b"), "{}", result.message);
    });
    account.list("containerInstances")[1]["remainingResources"] = left(8_192);
    audit(&account, &no_slot(&json!({})), |report| {
        assert_eq!(start(report).outcome, Outcome::Skipped);
    });
}

#[test]
fn an_instance_that_is_gone_says_nothing_beside_others() {
    let mut account = on_instances("t3.medium", 2);
    let gone = "arn:aws:ecs:eu-west-1:123456789012:container-instance/shop/00000000000000000000000000000000";
    let there = account.list("containerInstances")[0]["containerInstanceArn"].clone();
    let asked = no_slot(&json!({ "containerInstanceArns": [gone, there] }));
    audit(&account, &asked, |report| {
        let result = start(report);
        assert_eq!(result.outcome, Outcome::Fail, "{}", result.message);
        let part = "1 container instance of shop has none free: i-host-a";
        assert!(result.message.contains(part), "{}", result.message);
    });
    let asked = no_slot(&json!({ "containerInstanceArns": [gone] }));
    audit(&account, &asked, |report| {
        assert_eq!(start(report).outcome, Outcome::Unknown);
    });
}

#[test]
fn an_interface_that_timed_out_tells_of_its_instance() {
    let mut account = on_instances("m6i.large", 3);
    let says = "Timeout waiting for network interface provisioning to complete.";
    let told = told_of(&mut account, says);
    let task = TaskStateChange::parse(&told.to_string()).unwrap().detail;
    stop(&mut account, told["detail"].clone());
    let snapshot = account.snapshot();
    let of_task = checks::run(&snapshot, checks::Subject::Task(&task));
    let part = "Its container instance is i-host-a (m6i.large, 0 of 2 interface slots are free)";
    let event = event("orders", "SERVICE_TASK_START_IMPAIRED", &json!({}));
    audit(&account, &event, |of_service| {
        for report in [&of_task, of_service] {
            let [result] = of_check(report, ATTACHED)[..] else {
                panic!("{:#?}", of_check(report, ATTACHED));
            };
            assert!(result.message.contains(part), "{}", result.message);
            assert!(commands(result).contains("awsvpcTrunking"));
        }
        assert_eq!(
            of_check(&of_task, ATTACHED)[0].fingerprint,
            of_check(of_service, ATTACHED)[0].fingerprint
        );
    });
}

#[test]
fn an_interface_that_failed_in_a_task_that_nobody_saw_is_told_of_the_service() {
    let account = on_instances("m6i.large", 2);
    for says in [
        "Timeout waiting for network interface provisioning to complete.",
        "Unexpected EC2 error while attempting to Create Network Interface in subnet: \
         InsufficientFreeAddressesInSubnet",
    ] {
        let event = event(
            "orders",
            "SERVICE_TASK_START_IMPAIRED",
            &json!({ "reason": says }),
        );
        audit(&account, &event, |report| {
            let result = start(report);
            assert_eq!(result.outcome, Outcome::Fail, "{says}: {}", result.message);
            for part in [
                says.trim_end_matches('.'),
                "i-host-a (m6i.large, 0 of 2 interface slots are free)",
            ] {
                assert!(result.message.contains(part), "{}", result.message);
            }
            assert!(commands(result).contains("subnet-app-a subnet-app-b"));
        });
    }
}
