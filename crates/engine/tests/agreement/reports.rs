//! How it reads, for people and for programs.

use awsvpc_auditor_engine::checks::{self, Effect, Subject};
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::probe::{Connected, Handshake, PathSize, Probed, Resolved, Took};
use awsvpc_auditor_engine::report::json_v1::ReportV1;
use awsvpc_auditor_engine::report::{Style, audit_text};
use serde_json::Value;

use crate::whose::{account, container, event, of_database, probe, snapshot};
use crate::{open_at, refused};

const TASK: &str = "arn:aws:ecs:eu-west-1:123456789012:task/prod/7c4d0f5a9b1e4e2f8d3a6b7c8d9e0f1a";

/// Answers of every sort: about the database, and about ECR, of which the facts tell no way.
fn answers(connected: Connected) -> Vec<Probed> {
    let ecr = |target: &str, connected, handshake| Probed {
        target: target.parse().unwrap(),
        resolved: Resolved::Addresses {
            addresses: vec!["52.95.1.7".parse().unwrap()],
            took_ms: Took(12),
        },
        tried: None,
        connected,
        handshake,
        path: PathSize::CantTell {
            why: "the image has no ping".to_owned(),
        },
    };
    vec![
        Probed {
            path: PathSize::Carries { bytes: 9001 },
            ..of_database(connected)
        },
        ecr(
            "api.ecr.eu-west-1.amazonaws.com:443/tls",
            open_at("52.95.1.7"),
            Handshake::Done {
                took_ms: Took(31),
                distrusted: None,
            },
        ),
        ecr(
            "s3.eu-west-1.amazonaws.com:443/tls",
            Connected::CantTell {
                why: "the image has\u{1b}[31m neither nc nor curl".to_owned(),
            },
            Handshake::NotTried,
        ),
    ]
}

fn probed(fixture: &str, connected: Connected) -> (Snapshot, Value) {
    let account = account(fixture);
    let at = "2026-06-02T08:20:31Z";
    let probe = probe(container(TASK, "app"), at, answers(connected));
    (snapshot(&account).probed([probe]), account)
}

/// What a report says of probes, for people.
fn text(snapshot: &Snapshot, account: &Value) -> String {
    let event = event(account);
    let report = checks::run(snapshot, Subject::Task(&event.detail));
    let text = audit_text(&report, Style::Plain);
    let (_, table) = text
        .split_once("\nConfiguration and probe")
        .unwrap_or_default();
    table.to_owned()
}

#[test]
fn people_see_both_sides() {
    for (name, fixture, connected) in [
        (
            "open-and-answered",
            "database-admits-task.pass",
            open_at("10.20.11.23"),
        ),
        ("open-and-refused", "database-admits-task.pass", refused()),
        (
            "closed-and-answered",
            "database-refuses-task.fail",
            open_at("10.20.11.23"),
        ),
    ] {
        let (snapshot, account) = probed(fixture, connected);
        let text = text(&snapshot, &account);
        assert!(!text.contains('\u{1b}'), "{text}");
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn programs_see_both_sides() {
    let (snapshot, account) = probed("database-refuses-task.fail", open_at("10.20.11.23"));
    let event = event(&account);
    let report = checks::run(&snapshot, Subject::Task(&event.detail));
    let json = serde_json::to_value(ReportV1::from(&report)).unwrap();
    insta::assert_snapshot!(
        "json",
        serde_json::to_string_pretty(&json["probes"]).unwrap()
    );
}

/// Nothing differs for whoever doesn't probe, but for two checks that are skipped.
#[test]
fn without_a_probe_there_is_no_table() {
    let account = account("database-admits-task.pass");
    let snapshot = snapshot(&account);
    assert_eq!(text(&snapshot, &account), "");
    let event = event(&account);
    let report = checks::run(&snapshot, Subject::Task(&event.detail));
    let json = serde_json::to_value(ReportV1::from(&report)).unwrap();
    assert_eq!(json.get("probes"), None);
}

/// A second look without a probe has nothing to say of what a probe found.
#[test]
fn only_an_answer_mends_what_a_probe_found() {
    let (broken, account) = probed("database-admits-task.pass", refused());
    let (mended, _) = probed("database-admits-task.pass", open_at("10.20.11.23"));
    let unprobed = snapshot(&account);
    let event = event(&account);
    let report = |facts| checks::run(facts, Subject::Task(&event.detail));
    let before = report(&broken);
    for (after, expected) in [(report(&mended), true), (report(&unprobed), false)] {
        let effect = Effect::between(&before, &after);
        let is_mended = effect
            .mended
            .iter()
            .any(|result| result.check.id == "dependency-does-not-answer");
        assert_eq!(is_mended, expected);
    }
}
