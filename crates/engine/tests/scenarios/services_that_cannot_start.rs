//! Services whose tasks don't start: what ECS says of each service, and the one cause that is the right one.

use awsvpc_auditor_engine::alert::{Finding, Moment, Observations, Policy, State};
use awsvpc_auditor_engine::checks::{self, AuditResult, Outcome, Report};
use awsvpc_auditor_engine::facts::{ServiceEvent, TaskStateChange};
use serde_json::{Value, json};

use super::account::Account;
use super::shop::failing;
use super::tasks_that_could_not_start::{Truth, names, starts, told_of};

const START: &str = "task-start-failed";
pub(crate) const ATTACHED: &str = "eni-not-attached";

const ENDPOINTS: &str = "private-subnets-with-endpoints-only";
const WEB: &str = "web-behind-a-load-balancer";

/// What the circuit breaker says, whatever it was.
const BREAKER: &str = "ECS deployment circuit breaker: tasks failed to start.";

/// An event about a shop's service, as EventBridge delivers it.
pub(crate) fn event(service: &str, name: &str, more: &Value) -> ServiceEvent {
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
pub(crate) fn audit<T>(
    account: &Account,
    event: &ServiceEvent,
    look: impl FnOnce(&Report<'_>) -> T,
) -> T {
    let snapshot = account.snapshot();
    look(&checks::run_service_event(&snapshot, event).unwrap())
}

/// What a check says of a report.
pub(crate) fn of_check<'r>(report: &'r Report<'_>, check: &str) -> Vec<&'r AuditResult> {
    let all = report.results.iter();
    all.filter(|result| result.check.id == check).collect()
}

/// What the check of starts says, where that is one thing.
pub(crate) fn start<'r>(report: &'r Report<'_>) -> &'r AuditResult {
    let [result] = of_check(report, START)[..] else {
        panic!("{:#?}", of_check(report, START));
    };
    result
}

/// Puts a task that stopped among the facts, in the place of the same one that runs.
pub(crate) fn stop(account: &mut Account, task: Value) {
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

/// On EC2 it is the instances that pull images, and each of two may lack another route.
#[test]
fn instances_without_a_way_out_are_told_apart_as_their_tasks_tell_them() {
    let mut account = Account::read("migrated-from-bridge-mode");
    account.delete_route("rtb-app-a", "0.0.0.0/0");
    account.delete_route("rtb-app-b", "0.0.0.0/0");
    let says = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to \
                resolve ref: dial tcp 3.120.0.1:443: i/o timeout";
    let told = told_of(&mut account, says);
    let task = TaskStateChange::parse(&told.to_string()).unwrap().detail;
    let snapshot = account.snapshot();
    let of_task = checks::run(&snapshot, checks::Subject::Task(&task));
    let event = event("orders", "SERVICE_TASK_START_IMPAIRED", &json!({}));
    audit(&account, &event, |report| {
        let found = of_check(report, START);
        let list: Vec<_> = found.iter().map(|one| &one.message).collect();
        let own = start(&of_task);
        assert_eq!(own.outcome, Outcome::Fail, "{}", own.message);
        let same = found
            .iter()
            .filter(|one| one.fingerprint == own.fingerprint);
        assert_eq!(same.count(), 1, "{}: {list:#?}", own.fingerprint);
        assert_eq!(found.len(), 2, "{list:#?}");
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

/// A task that failed, then its service, then something else about the service that isn't the network.
#[test]
fn a_deployment_that_fails_is_one_alert() {
    let mut account = Account::read(WEB);
    account.delete_route("rtb-app-a", "0.0.0.0/0");
    let says = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to \
                resolve ref: dial tcp 3.120.0.1:443: i/o timeout";
    let told = told_of(&mut account, says);
    let task = TaskStateChange::parse(&told.to_string()).unwrap().detail;
    let snapshot = account.snapshot();
    let more = json!({ "reason": BREAKER });
    let failed = event("web", "SERVICE_DEPLOYMENT_FAILED", &more);
    let other = json!({ "reason": "RESOURCE:FARGATE" });
    let other = event("web", "SERVICE_TASK_PLACEMENT_FAILURE", &other);
    let reports = [
        checks::run(&snapshot, checks::Subject::Task(&task)),
        checks::run_service_event(&snapshot, &failed).unwrap(),
        checks::run_service_event(&snapshot, &other).unwrap(),
    ];
    let mut state = State::default();
    for (minute, report) in (1..).zip(&reports) {
        let now = Moment::from_millis(minute * 60_000);
        let mut observations = Observations::default();
        observations.add(&snapshot, report, now);
        for (_, seen) in observations.into_inner() {
            state.observe(&seen, &Policy::default(), now);
        }
    }
    let own = |finding: &&Finding| finding.check == START;
    let opened: Vec<_> = state
        .outbox
        .iter()
        .flat_map(|notice| notice.opened.iter().filter(own))
        .collect();
    assert_eq!(opened.len(), 1, "{opened:#?}");
    let ended = state
        .outbox
        .iter()
        .flat_map(|notice| notice.resolved.iter().filter(own))
        .count();
    assert_eq!(ended, 0);
    let open = state
        .alerts
        .values()
        .filter(|alert| alert.is_told_broken())
        .filter(|alert| alert.finding.check == START);
    assert_eq!(open.count(), 1);
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
