//! Tasks that never came to run: what ECS says of each, and the one cause that is the right one.

use awsvpc_auditor_engine::checks::{self, AuditResult, Outcome, Subject};
use awsvpc_auditor_engine::facts::TaskStateChange;
use serde_json::{Value, json};

use super::account::Account;
use super::shop::failing;

/// How a task failed to start, and what is true of it.
pub(crate) struct Start {
    pub(crate) what: &'static str,
    pub(crate) shop: &'static str,
    /// What is broken, if anything of the network is.
    pub(crate) breaks: fn(&mut Account),
    pub(crate) says: &'static str,
    pub(crate) truth: Truth,
}

/// What an audit of the stopped task must say.
pub(crate) enum Truth {
    /// This check fails, and names this component.
    Cause(&'static str, &'static str),
    /// It isn't the network: nothing fails, and the message says whose fault it is.
    NotTheNetwork(&'static str),
}

use Truth::{Cause, NotTheNetwork};

const ENDPOINTS: &str = "private-subnets-with-endpoints-only";
const WEB: &str = "web-behind-a-load-balancer";
const START: &str = "task-start-failed";

const NOTHING: fn(&mut Account) = |_| {};

pub(crate) fn starts() -> Vec<Start> {
    let mut all = of_calls();
    all.extend(of_interfaces_and_checks());
    all.extend(of_others());
    all
}

fn of_calls() -> Vec<Start> {
    vec![
        Start {
            what: "the registry's endpoint is missing",
            shop: ENDPOINTS,
            breaks: |a| a.delete_endpoint("vpce-ecr-dkr"),
            says: "CannotPullContainerError: There is a connection issue between the task and Amazon ECR. \
                   Check your network configuration.",
            truth: Cause(START, "rtb-app"),
        },
        Start {
            what: "the endpoints' group admits nobody",
            shop: ENDPOINTS,
            breaks: |a| a.remove_ingress("sg-endpoints", 443),
            says: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource \
                   retrieval failed: context deadline exceeded",
            truth: Cause(START, "sg-endpoints"),
        },
        Start {
            what: "no NAT gateway is on the way",
            shop: WEB,
            breaks: |a| a.delete_route("rtb-app-a", "0.0.0.0/0"),
            says: "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to \
                   resolve ref: dial tcp 3.120.0.1:443: i/o timeout",
            truth: Cause(START, "rtb-app-a"),
        },
        Start {
            what: "S3's endpoint is not on the route table",
            shop: ENDPOINTS,
            breaks: |a| a.take_off_route_table("vpce-s3", "rtb-app"),
            says: "CannotPullContainerError: failed to copy: httpReaderSeeker: failed open: failed to do \
                   request: dial tcp 52.218.0.1:443: i/o timeout",
            truth: Cause(START, "rtb-app"),
        },
        Start {
            what: "the logs' endpoint is missing",
            shop: ENDPOINTS,
            breaks: |a| a.delete_endpoint("vpce-logs"),
            says: "ResourceInitializationError: failed to validate logger args: The task cannot find the \
                   Amazon CloudWatch log group defined in the task definition.",
            truth: Cause(START, "rtb-app"),
        },
        Start {
            what: "the tasks' group doesn't let them call the endpoints",
            shop: ENDPOINTS,
            breaks: |a| a.revoke_peer("sg-api", 443, "sg-endpoints"),
            says: "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull \
                   registry authentication from Amazon ECR: There is a connection issue.",
            truth: Cause(START, "sg-api"),
        },
        Start {
            what: "DNS is off",
            shop: ENDPOINTS,
            breaks: |a| a.switch_off("enableDnsSupport", "vpc-shop"),
            says: "ResourceInitializationError: unable to pull secrets or registry auth: lookup \
                   api.ecr.eu-west-1.amazonaws.com: no such host",
            truth: Cause("vpc-dns-support-disabled", "vpc-shop"),
        },
    ]
}

fn of_interfaces_and_checks() -> Vec<Start> {
    vec![
        Start {
            what: "the interface timed out",
            shop: WEB,
            breaks: NOTHING,
            says: "Timeout waiting for network interface provisioning to complete.",
            truth: Cause("eni-not-attached", "subnet-app-a"),
        },
        Start {
            what: "the instance has no interface slot",
            shop: WEB,
            breaks: NOTHING,
            says: "Unable to attach network interface to unused device index",
            truth: Cause("eni-not-attached", "subnet-app-a"),
        },
        Start {
            what: "the subnet has no address",
            shop: WEB,
            breaks: |a| {
                a.resource("Subnets", "subnet-app-a")["AvailableIpAddressCount"] = json!(0);
            },
            says: "Unexpected EC2 error while attempting to Create Network Interface in subnet: \
                   InsufficientFreeAddressesInSubnet",
            truth: Cause("subnet-addresses-exhausted", "subnet-app-a"),
        },
        Start {
            what: "health checks don't get through",
            shop: WEB,
            breaks: |a| a.remove_ingress("sg-web", 8080),
            says: "Task failed ELB health checks in (target-group web)",
            truth: Cause(START, "sg-web"),
        },
    ]
}

fn of_others() -> Vec<Start> {
    let other = |what, shop, says, whose| Start {
        what,
        shop,
        breaks: NOTHING,
        says,
        truth: NotTheNetwork(whose),
    };
    vec![
        other(
            "the execution role may not read the secret",
            ENDPOINTS,
            "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: \
             User is not authorized to perform: secretsmanager:GetSecretValue",
            "a permission",
        ),
        other(
            "the secret isn't there",
            ENDPOINTS,
            "ResourceInitializationError: unable to pull secrets or registry auth: \
             ResourceNotFoundException: Secrets Manager can\u{2019}t find the specified secret.",
            "what the task definition names",
        ),
        other(
            "the image isn't there",
            ENDPOINTS,
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve \
             ref web:9: not found",
            "the image",
        ),
        other(
            "the registry has had enough",
            WEB,
            "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.",
            "the image",
        ),
        other(
            "nothing has room",
            WEB,
            "Capacity is unavailable at this time. Please try again later.",
            "capacity",
        ),
        other(
            "the application ends at once",
            WEB,
            "CannotStartContainerError: executable file not found in $PATH",
            "the application",
        ),
        other(
            "the application doesn't answer health checks",
            WEB,
            "Task failed ELB health checks in (target-group web)",
            "not the network's fault",
        ),
    ]
}

/// The shop's task as EventBridge tells of it when it could not start: without an interface.
fn event_of(account: &mut Account, says: &str) -> TaskStateChange {
    TaskStateChange::parse(&told_of(account, says).to_string()).unwrap()
}

/// The same, still in JSON.
pub(crate) fn told_of(account: &mut Account, says: &str) -> Value {
    let mut event = account.file("event").clone();
    let detail = &mut event["detail"];
    let interface = detail["attachments"][0]["details"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "networkInterfaceId")
        .unwrap()["value"]
        .as_str()
        .unwrap()
        .to_owned();
    account.remove("NetworkInterfaces", &interface);
    detail["lastStatus"] = json!("STOPPED");
    detail["desiredStatus"] = json!("STOPPED");
    let is_checked = says.contains("health checks");
    detail["stopCode"] = json!(if is_checked {
        "ServiceSchedulerInitiated"
    } else {
        "TaskFailedToStart"
    });
    detail["stoppedReason"] = Value::from(says);
    detail["attachments"][0]["status"] = json!("DELETED");
    event
}

pub(crate) fn names(result: &AuditResult, component: &str) -> bool {
    let mut commands = result.fixes.iter().flat_map(|fix| fix.commands());
    result.fingerprint.contains(component)
        || result.message.contains(component)
        || commands.any(|command| command.contains(component))
}

#[test]
fn each_has_its_cause_and_no_other() {
    let all = starts();
    assert!(all.len() >= 12);
    for start in all {
        let what = start.what;
        let mut account = Account::read(start.shop);
        (start.breaks)(&mut account);
        let event = event_of(&mut account, start.says);
        let snapshot = account.snapshot();
        let report = checks::run(&snapshot, Subject::Task(&event.detail));
        let failing = failing(&report);
        let list: Vec<_> = failing
            .iter()
            .map(|one| format!("{}: {}", one.check.id, one.message))
            .collect();
        let start_failed = report.results.iter().find(|one| one.check.id == START);
        match start.truth {
            Cause(check, component) => {
                let mut found = failing.iter().filter(|one| one.check.id == check);
                assert!(found.any(|one| names(one, component)), "{what}: {list:#?}");
                // Whatever else fails does so for the same reason.
                let foreign: Vec<_> = failing
                    .iter()
                    .filter(|one| !names(one, component))
                    .collect();
                assert!(foreign.is_empty(), "{what}: {list:#?}");
            }
            NotTheNetwork(whose) => {
                assert!(failing.is_empty(), "{what}: {list:#?}");
                let said = start_failed.unwrap();
                assert_eq!(said.outcome, Outcome::Skipped, "{what}: {}", said.message);
                assert!(said.message.contains(whose), "{what}: {}", said.message);
            }
        }
    }
}
