//! Which probes speak for whom, on the account of a check's fixture.

use std::fs;
use std::path::Path;

use awsvpc_auditor_engine::checks::Subject;
use awsvpc_auditor_engine::facts::{Snapshot, SnapshotReader, TaskStateChange, Timestamp};
use awsvpc_auditor_engine::probe::{
    Agreement, Connected, Probe, Probed, Target, Vantage, agreements,
};
use serde_json::{Value, json};

use crate::{open_at, probed, silent};

const TASK: &str = "arn:aws:ecs:eu-west-1:123456789012:task/prod/7c4d0f5a9b1e4e2f8d3a6b7c8d9e0f1a";
const SUBNET: &str = "subnet-0a1f3c5e7092b4d68";
pub(crate) const DATABASE: &str = "orders.c9x8y7z6w5v4.eu-west-1.rds.amazonaws.com:5432";

/// The account whose database admits the task, or the one whose doesn't.
pub(crate) fn account(fixture: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/checks/fixtures/dependency-unreachable")
        .join(format!("{fixture}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn event(account: &Value) -> TaskStateChange {
    TaskStateChange::parse(&account["Event"].to_string()).unwrap()
}

pub(crate) fn snapshot(account: &Value) -> Snapshot {
    let mut reader = SnapshotReader::default();
    reader.add("facts.json", account.to_string()).unwrap();
    reader.finish().unwrap()
}

pub(crate) fn container(task: &str, container: &str) -> Vantage {
    Vantage::Container {
        task: task.to_owned(),
        container: container.to_owned(),
    }
}

pub(crate) fn probe(vantage: Vantage, at: &str, targets: Vec<Probed>) -> Probe {
    Probe {
        vantage,
        asked_at: Timestamp::parse(at),
        name_servers: Vec::new(),
        interfaces: Vec::new(),
        targets,
        cut_short: None,
    }
}

/// The answer about the fixture's database.
pub(crate) fn of_database(connected: Connected) -> Probed {
    Probed {
        target: DATABASE.parse::<Target>().unwrap(),
        resolved: awsvpc_auditor_engine::probe::Resolved::Addresses {
            addresses: vec!["10.20.11.23".parse().unwrap()],
            took_ms: awsvpc_auditor_engine::probe::Took(4),
        },
        ..probed(connected)
    }
}

fn open() -> Connected {
    open_at("10.20.11.23")
}

fn no_tool() -> Connected {
    Connected::CantTell {
        why: "no nc".to_owned(),
    }
}

const NOON: &str = "2026-06-02T12:00:00Z";

fn of_task(probes: Vec<Probe>) -> Vec<Agreement> {
    let account = account("database-admits-task.pass");
    let event = event(&account);
    let snapshot = snapshot(&account).probed(probes);
    agreements(&snapshot, Subject::Task(&event.detail))
}

fn about_database(all: &[Agreement]) -> Vec<&str> {
    let own = all.iter().filter(|one| one.claim.address() == DATABASE);
    own.map(|one| one.meaning.as_str()).collect()
}

#[test]
fn a_probe_speaks_for_its_task() {
    let other = TASK.replace("7c4d", "ffff");
    for (vantage, expected) in [
        (container(TASK, "app"), vec!["works"]),
        (
            Vantage::Here {
                name: TASK.to_owned(),
            },
            vec!["works"],
        ),
        (
            Vantage::Here {
                name: SUBNET.to_owned(),
            },
            vec!["works"],
        ),
        (container(&other, "app"), vec![]),
        (
            Vantage::Here {
                name: other.clone(),
            },
            vec![],
        ),
        (
            Vantage::Here {
                name: "subnet-elsewhere".to_owned(),
            },
            vec![],
        ),
        (
            Vantage::Here {
                name: "bastion".to_owned(),
            },
            vec![],
        ),
    ] {
        let probe = probe(vantage.clone(), NOON, vec![of_database(open())]);
        assert_eq!(
            about_database(&of_task(vec![probe])),
            expected,
            "{vantage:?}"
        );
    }
}

#[test]
fn the_last_answer_that_tells_something_counts() {
    let at = |time: &str, container_name: &str, connected| {
        probe(
            container(TASK, container_name),
            time,
            vec![of_database(connected)],
        )
    };
    let (early, late) = ("2026-06-02T12:00:00Z", "2026-06-02T12:05:00Z");
    for (probes, expected) in [
        (
            vec![at(early, "app", silent()), at(late, "app", open())],
            "works",
        ),
        (
            vec![at(late, "app", open()), at(early, "app", silent())],
            "works",
        ),
        (
            vec![at(early, "app", open()), at(late, "app", silent())],
            "fails-elsewhere",
        ),
        (
            vec![at(early, "app", open()), at(late, "sidecar", no_tool())],
            "works",
        ),
        (vec![at(late, "app", no_tool())], "unknown"),
    ] {
        assert_eq!(about_database(&of_task(probes)), [expected]);
    }
}

/// A service's audit takes the probes of its tasks, each from its own subnet.
#[test]
fn a_service_has_the_probes_of_its_tasks() {
    let mut account = account("database-admits-task.pass");
    account["tasks"] = json!([account["Event"]["detail"].clone()]);
    account["services"][0]["networkConfiguration"] = json!({
        "awsvpcConfiguration": {"subnets": [SUBNET], "securityGroups": ["sg-0f2e4d6c8b0a19375"]}
    });
    account["services"][0]["taskDefinition"] =
        account["Event"]["detail"]["taskDefinitionArn"].clone();
    let of_other = container(&TASK.replace("7c4d", "ffff"), "app");
    let snapshot = snapshot(&account).probed([
        probe(container(TASK, "app"), NOON, vec![of_database(open())]),
        probe(of_other, NOON, vec![of_database(silent())]),
    ]);
    let service = Subject::service_named(&snapshot, "prod", "checkout").unwrap();
    assert_eq!(about_database(&agreements(&snapshot, service)), ["works"]);
}

#[test]
fn what_wasn_t_asked_is_said() {
    let other = Probed {
        target: "10.20.12.9:22".parse().unwrap(),
        ..of_database(silent())
    };
    let all = of_task(vec![probe(container(TASK, "app"), NOON, vec![other])]);
    assert_eq!(about_database(&all), ["not-asked"]);
    let words = all.iter().map(|one| one.meaning.to_string());
    assert!(
        words
            .into_iter()
            .any(|words| words == "not asked: the probe didn't ask it")
    );
}
