//! What pipelines are told of a change: it follows the exit status, and forges nothing.

use awsvpc_auditor_engine::checks::{self, Effect, Report, Subject};
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::report::pipeline::{Audited, Verdict, annotations, sarif::SarifLog};
use serde_json::{Value, json};

use super::account::Account;

fn audit(snapshot: &Snapshot) -> Report<'_> {
    checks::run(
        snapshot,
        Subject::service_named(snapshot, "shop", "web").unwrap(),
    )
}

/// A shop that logs nothing, and the same with its database closed too.
fn before_and_after() -> [Snapshot; 2] {
    let mut account = Account::read("web-behind-a-load-balancer");
    account.file("flow-logs")["FlowLogs"] = json!([]);
    let before = account.snapshot();
    account.resource("SecurityGroups", "sg-db")["IpPermissions"] = json!([]);
    [before, account.snapshot()]
}

#[test]
fn only_what_a_change_breaks_fails() {
    let [before, after] = before_and_after();
    let (before, after) = (audit(&before), audit(&after));
    let effect = Effect::between(&before, &after);
    let verdicts = |audited: Audited<'_>| -> Vec<(&str, Verdict)> {
        let open = audited
            .results()
            .filter(|(_, verdict)| !matches!(verdict, Verdict::Passes | Verdict::Skipped));
        open.map(|(result, verdict)| (result.check.id, verdict))
            .collect()
    };
    assert_eq!(
        verdicts(Audited::new(&after, Some(&effect))),
        [
            ("dependency-unreachable", Verdict::Fails),
            ("flow-logs-disabled", Verdict::AsBefore)
        ]
    );
    assert_eq!(
        verdicts(Audited::new(&after, None)),
        [
            ("dependency-unreachable", Verdict::Fails),
            ("flow-logs-disabled", Verdict::Fails)
        ]
    );
}

#[test]
fn code_scanning_hears_what_is_new_and_what_is_not() {
    let [before, after] = before_and_after();
    let (before, after) = (audit(&before), audit(&after));
    let effect = Effect::between(&before, &after);
    let audited = [Audited::new(&after, Some(&effect))];
    let log = serde_json::to_value(SarifLog::new(&audited, None)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let told: Vec<_> = results
        .iter()
        .map(|one| [&one["ruleId"], &one["level"], &one["baselineState"]])
        .collect();
    assert_eq!(
        told,
        [
            [
                &json!("dependency-unreachable"),
                &json!("error"),
                &json!("new")
            ],
            [
                &json!("flow-logs-disabled"),
                &json!("note"),
                &json!("unchanged")
            ],
        ]
    );
    for (index, one) in results.iter().enumerate() {
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][index];
        assert_eq!(
            (&one["ruleIndex"], &one["ruleId"]),
            (&json!(index), &rule["id"])
        );
        let result = after
            .results
            .iter()
            .find(|own| own.check.id == one["ruleId"]);
        let print = &one["partialFingerprints"]["awsvpcAuditor/v1"];
        assert_eq!(*print, result.unwrap().fingerprint);
    }
    let uri: &Value = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "shop/service:web");
}

/// GitHub takes any line that begins with two colons for a command, and breaks lines at %0A.
#[test]
fn nobody_s_text_becomes_a_command() {
    let mut account = Account::read("web-behind-a-load-balancer");
    account.resource("SecurityGroups", "sg-db")["IpPermissions"] = json!([]);
    account.resource("DBInstances", "orders")["DBInstanceIdentifier"] =
        "orders\n::stop-commands::x\r\n::error::100%0A".into();
    let snapshot = account.snapshot();
    let report = audit(&snapshot);
    let audited = [Audited::new(&report, None)];
    let text = annotations(&audited, Some("a,b:c\n.json"));
    let mut lines = text.lines();
    let first = lines.next().unwrap();
    assert!(
        first.starts_with(
            "::error file=a%2Cb%3Ac%0A.json,title=dependency-unreachable [high]::shop"
        ),
        "{first}"
    );
    assert!(first.contains("100%250A"), "{first}");
    for line in lines {
        assert!(
            line.starts_with("::error file=") || line.starts_with("awsvpc-auditor: "),
            "{line}"
        );
    }
}
