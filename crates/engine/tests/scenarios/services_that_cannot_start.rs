//! Services whose tasks don't start: what ECS says of each service, and the one cause that is the right one.

use awsvpc_auditor_engine::checks::{self, AuditResult, Outcome, Report};
use awsvpc_auditor_engine::facts::{ServiceEvent, TaskStateChange};
use serde_json::{Value, json};

use super::account::Account;
use super::shop::failing;
use super::tasks_that_could_not_start::{Truth, names, starts, told_of};

const START: &str = "task-start-failed";
const ATTACHED: &str = "eni-not-attached";

const ENDPOINTS: &str = "private-subnets-with-endpoints-only";
const WEB: &str = "web-behind-a-load-balancer";
const INSTANCES: &str = "migrated-from-bridge-mode";

/// What the circuit breaker says, whatever it was.
const BREAKER: &str = "ECS deployment circuit breaker: tasks failed to start.";

/// An event about a shop's service, as EventBridge delivers it.
fn event(service: &str, name: &str, more: &Value) -> ServiceEvent {
    let arn = "arn:aws:ecs:eu-west-1:123456789012";
    let mut detail = json!({ "eventType": "ERROR", "eventName": name });
    for (key, value) in more.as_object().unwrap() {
        detail[key] = value.clone();
    }
    let event = json!({
        "detail-type": ServiceEvent::DETAIL_TYPES[usize::from(name == "SERVICE_DEPLOYMENT_FAILED")],
        "source": "aws.ecs", "account": "123456789012", "region": "eu-west-1",
        "time": "2026-06-01T10:00:00Z", "resources": [format!("{arn}:service/shop/{service}")],
        "detail": detail,
    });
    ServiceEvent::parse(&event.to_string()).unwrap()
}

/// Looks at what an audit because of an event says.
fn audit<T>(account: &Account, event: &ServiceEvent, look: impl FnOnce(&Report<'_>) -> T) -> T {
    let snapshot = account.snapshot();
    look(&checks::run_service_event(&snapshot, event).unwrap())
}

/// What a check says of a report.
fn of_check<'r>(report: &'r Report<'_>, check: &str) -> Vec<&'r AuditResult> {
    let all = report.results.iter();
    all.filter(|result| result.check.id == check).collect()
}

/// What the check of starts says, where that is one thing.
fn start<'r>(report: &'r Report<'_>) -> &'r AuditResult {
    let [result] = of_check(report, START)[..] else {
        panic!("{:#?}", of_check(report, START));
    };
    result
}

/// Puts a task that stopped among the facts, in the place of the same one that runs.
fn stop(account: &mut Account, task: Value) {
    let tasks = account.list("tasks");
    tasks.retain(|known| known["taskArn"] != task["taskArn"]);
    tasks.push(task);
}

#[test]
fn a_service_tells_the_cause_that_its_task_tells_as_the_same_alert() {
    for one in starts() {
        let what = one.what;
        let mut account = Account::read(one.shop);
        (one.breaks)(&mut account);
        let told = told_of(&mut account, one.says);
        let task = TaskStateChange::parse(&told.to_string()).unwrap().detail;
        let service = task.service_name().unwrap().to_owned();
        let snapshot = account.snapshot();
        let of_task = checks::run(&snapshot, checks::Subject::Task(&task));
        let of_task: Vec<_> = failing(&of_task)
            .into_iter()
            .filter(|result| [START, ATTACHED].contains(&result.check.id))
            .map(|result| result.fingerprint.clone())
            .collect();
        stop(&mut account, told["detail"].clone());
        for (name, more) in [
            ("SERVICE_TASK_START_IMPAIRED", json!({})),
            ("SERVICE_DEPLOYMENT_FAILED", json!({ "reason": BREAKER })),
        ] {
            audit(&account, &event(&service, name, &more), |report| {
                let failing = failing(report);
                let list: Vec<_> = failing.iter().map(|one| &one.message).collect();
                for fingerprint in &of_task {
                    let is_same = |one: &&&AuditResult| one.fingerprint == *fingerprint;
                    let same = failing.iter().filter(is_same).count();
                    assert_eq!(same, 1, "{what}: {fingerprint}: {list:#?}");
                }
                match one.truth {
                    Truth::Cause(check, component) => {
                        let mut own = failing.iter().filter(|one| one.check.id == check);
                        assert!(own.any(|one| names(one, component)), "{what}: {list:#?}");
                    }
                    Truth::NotTheNetwork(whose) => {
                        assert!(failing.is_empty(), "{what}: {list:#?}");
                        let said = start(report);
                        assert_eq!(said.outcome, Outcome::Skipped, "{what}");
                        assert!(said.message.contains(whose), "{what}: {}", said.message);
                    }
                }
            });
        }
    }
}

#[test]
fn a_cause_is_found_although_nobody_tells_a_reason() {
    for one in starts() {
        let Truth::Cause(START, component) = one.truth else {
            continue;
        };
        let mut account = Account::read(one.shop);
        (one.breaks)(&mut account);
        let told = told_of(&mut account, one.says);
        let task = TaskStateChange::parse(&told.to_string()).unwrap().detail;
        let service = task.service_name().unwrap();
        let snapshot = account.snapshot();
        let of_task = checks::run(&snapshot, checks::Subject::Task(&task));
        let expected = start(&of_task).fingerprint.clone();
        let event = event(service, "SERVICE_TASK_START_IMPAIRED", &json!({}));
        audit(&account, &event, |report| {
            let found = of_check(report, START);
            let same = found.iter().find(|one| one.fingerprint == expected);
            let list: Vec<_> = found.iter().map(|one| &one.message).collect();
            let same = same.unwrap_or_else(|| panic!("{}: {expected}: {list:#?}", one.what));
            assert!(names(same, component), "{}: {list:#?}", one.what);
        });
    }
}

#[test]
fn a_start_without_a_way_to_the_registry_names_every_subnet_in_one_alert() {
    let mut account = Account::read(ENDPOINTS);
    account.delete_endpoint("vpce-ecr-dkr");
    let event = event("api", "SERVICE_TASK_START_IMPAIRED", &json!({}));
    audit(&account, &event, |report| {
        let result = start(report);
        assert_eq!(result.outcome, Outcome::Fail);
        for part in [
            "subnet-app-a, tasks in subnet-app-b",
            "ECR registry",
            "rtb-app",
        ] {
            assert!(result.message.contains(part), "{}", result.message);
        }
        assert!(!result.fixes.is_empty());
    });
}

#[test]
fn a_subnet_that_alone_has_no_way_out_is_named_alone() {
    let mut account = Account::read(WEB);
    account.delete_route("rtb-app-a", "0.0.0.0/0");
    let event = event(
        "web",
        "SERVICE_DEPLOYMENT_FAILED",
        &json!({ "reason": BREAKER }),
    );
    audit(&account, &event, |report| {
        let result = start(report);
        assert_eq!(result.outcome, Outcome::Fail, "{}", result.message);
        assert!(
            result.message.contains("subnet-app-a"),
            "{}",
            result.message
        );
        assert!(
            !result.message.contains("subnet-app-b"),
            "{}",
            result.message
        );
        assert!(
            result.fixes.iter().any(|fix| fix.verified),
            "{:?}",
            result.fixes
        );
    });
}

#[test]
fn a_deployment_fails_because_health_checks_are_blocked() {
    let mut account = Account::read(WEB);
    account.remove_ingress("sg-web", 8080);
    let event = event(
        "web",
        "SERVICE_DEPLOYMENT_FAILED",
        &json!({ "reason": BREAKER, "deploymentId": "ecs-svc/912063669678468010" }),
    );
    audit(&account, &event, |report| {
        let result = start(report);
        assert_eq!(result.outcome, Outcome::Fail, "{}", result.message);
        assert!(
            result
                .message
                .starts_with("ECS could not see the task pass its load balancer's health checks"),
            "{}",
            result.message
        );
        assert!(names(result, "sg-web"));
        assert!(result.fixes.iter().any(|fix| fix.verified));
    });
}

/// What isn't the network, by the words that ECS has for it in these events.
#[test]
fn what_is_not_the_network_stays_quiet_and_says_whose_fault_it_is() {
    let placement = "SERVICE_TASK_PLACEMENT_FAILURE";
    let configuration = "SERVICE_TASK_CONFIGURATION_FAILURE";
    for (name, reason, whose) in [
        (placement, "RESOURCE:FARGATE", "capacity"),
        (placement, "RESOURCE:CPU", "capacity"),
        (placement, "RESOURCE:MEMORY", "capacity"),
        (placement, "RESOURCE:PORTS", "capacity"),
        (placement, "RESOURCE:PORTS_UDP", "capacity"),
        (placement, "RESOURCE:GPU", "capacity"),
        (placement, "LOCATION", "capacity"),
        (placement, "ATTRIBUTE", "capacity"),
        (placement, "AGENT", "capacity"),
        (
            placement,
            "MemberOf placement constraint unsatisfied",
            "capacity",
        ),
        (placement, "NO ACTIVE INSTANCES", "capacity"),
        (placement, "EMPTY CAPACITY PROVIDER", "capacity"),
        (
            placement,
            "no container instance met all of its requirements. The closest matching container-instance i-1 \
             encountered error \"AGENT\"",
            "capacity",
        ),
        (placement, "something new", "capacity"),
        (
            configuration,
            "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/api-task' that was provided \
             for this task.",
            "a permission",
        ),
        (
            configuration,
            "The new ARN format must be enabled to tag resources.",
            "what the task definition names",
        ),
        (
            "SERVICE_TASK_START_IMPAIRED",
            "CannotPullContainerError: web:9: not found",
            "the image",
        ),
        (
            "SERVICE_DEPLOYMENT_FAILED",
            BREAKER,
            "routes and rules lead to all that starting takes: ECR registry, ECR API",
        ),
        (
            "SERVICE_STEADY_STATE",
            "",
            "isn't that its tasks don't start",
        ),
    ] {
        let event = event("api", name, &json!({ "reason": reason }));
        audit(&Account::read(ENDPOINTS), &event, |report| {
            let list = failing(report);
            assert!(list.is_empty(), "{reason}: {list:#?}");
            let said = start(report);
            assert_eq!(said.outcome, Outcome::Skipped, "{reason}: {}", said.message);
            assert!(said.message.contains(whose), "{reason}: {}", said.message);
        });
    }
}

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
fn a_service_that_nobody_described_is_named() {
    let snapshot = Account::read(WEB).snapshot();
    let event = event("api", "SERVICE_TASK_START_IMPAIRED", &json!({}));
    let error = checks::run_service_event(&snapshot, &event).unwrap_err();
    assert!(error.to_string().contains("no service `api`"), "{error}");
}

/// What ECS rolled back needed something that the former task definition doesn't.
#[test]
fn a_deployment_that_was_rolled_back_is_judged_by_its_own_definition() {
    let mut account = Account::read(ENDPOINTS);
    account.delete_endpoint("vpce-secrets");
    let own = account.file("task-definition")["taskDefinition"].clone();
    let mut former = own.clone();
    former["taskDefinitionArn"] = "arn:aws:ecs:eu-west-1:123456789012:task-definition/api:2".into();
    for container in former["containerDefinitions"].as_array_mut().unwrap() {
        container["secrets"] = json!([]);
    }
    account.add("former", json!({ "taskDefinition": former }));
    let service = account.resource("services", "api");
    service["taskDefinition"] = former["taskDefinitionArn"].clone();
    let id = service["deployments"][0]["id"].clone();
    let more = json!({ "reason": BREAKER, "deploymentId": id });
    let event = event("api", "SERVICE_DEPLOYMENT_FAILED", &more);
    let snapshot = account.snapshot();
    let rolled_back = checks::run_service_event(&snapshot, &event).unwrap();
    assert_eq!(start(&rolled_back).outcome, Outcome::Skipped);
    let deployed = snapshot.as_deployed(&event);
    let report = checks::run_service_event(&deployed, &event).unwrap();
    let result = start(&report);
    assert_eq!(result.outcome, Outcome::Fail, "{}", result.message);
    assert!(
        result.message.contains("Secrets Manager"),
        "{}",
        result.message
    );
    let service = snapshot.services.seen().next().unwrap();
    let definition = event.task_definition(service).unwrap();
    assert_eq!(
        definition.name(),
        own["taskDefinitionArn"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
    );
}
