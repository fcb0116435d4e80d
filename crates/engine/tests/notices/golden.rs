//! How notices read, in every form.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::alert::{About, Finding, Mend, Notice, Unclear};
use awsvpc_auditor_engine::checks::{self, Outcome, Severity};
use awsvpc_auditor_engine::flow_log::{Flows, Refused};
use awsvpc_auditor_engine::report::machine_v1::NoticeV1;
use awsvpc_auditor_engine::report::{Attribute, Message};
use serde_json::Value;

use crate::fixture::{Fixture, fixtures};
use crate::limits::assert_valid;
use crate::notice::{hours_ago, no_dns, no_route, nothing, notice_of, orders, tasks};
use crate::schema::ChatSchema;

/// Compares all forms with how they read before.
fn assert_reads(schema: &ChatSchema, name: &str, notice: &Notice) {
    assert_valid(schema, notice);
    let (mail, machine) = (Message::mail(notice), Message::machine(notice));
    let chat = schema.parse(&Message::chat(notice).body);
    let security = NoticeV1::parse(&machine.body).unwrap().security_findings();
    let machine: Value = serde_json::from_str(&machine.body).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let text = format!("Subject: {}\n\n{}", mail.subject, mail.body);
        insta::assert_snapshot!(format!("{name}.mail"), text);
        let pretty = |value| serde_json::to_string_pretty(value).unwrap();
        insta::assert_snapshot!(format!("{name}.chat"), pretty(&chat));
        insta::assert_snapshot!(format!("{name}.machine"), pretty(&machine));
        let security = serde_json::to_value(&security).unwrap();
        insta::assert_snapshot!(format!("{name}.security_hub"), pretty(&security));
    });
}

/// A failing fixture of each check: the first that has a fix, or else the first.
fn failing() -> Vec<(Fixture, Notice)> {
    let mut failing: Vec<(Fixture, Notice)> = Vec::new();
    let has_fix = |notice: &Notice| notice.findings().any(|finding| !finding.mends.is_empty());
    for fixture in fixtures() {
        if fixture.expected != Outcome::Fail {
            continue;
        }
        let notice = notice_of(&fixture);
        match failing.last_mut() {
            Some(last) if last.0.check.id == fixture.check.id => {
                if has_fix(&notice) && !has_fix(&last.1) {
                    *last = (fixture, notice);
                }
            }
            _ => failing.push((fixture, notice)),
        }
    }
    failing
}

#[test]
fn faults_of_every_check_read_as_they_did() {
    let schema = ChatSchema::read();
    let mut told = BTreeSet::new();
    for (fixture, notice) in failing() {
        assert!(!notice.opened.is_empty(), "{}", fixture.name());
        assert_reads(&schema, &format!("check__{}", fixture.check.id), &notice);
        told.insert(fixture.check.id);
    }
    let all: BTreeSet<_> = checks::ALL.iter().map(|check| check.id).collect();
    assert_eq!(told, all, "every check needs a failing fixture");
}

/// The proof from the wire stands beside what was decided.
#[test]
fn a_notice_with_refused_flows_reads_as_it_did() {
    let schema = ChatSchema::read();
    let mut notice = nothing(orders());
    notice.opened = vec![no_route("subnet-1")];
    let refused = |port| Refused {
        at: "eni-0d".to_owned(),
        from: [10, 0, 1, 5].into(),
        to: [10, 0, 2, 7].into(),
        port,
        protocol: 6,
        packets: 12,
    };
    notice.refused = Some(Flows {
        log_group: "/vpc/flow-logs".to_owned(),
        interface: "eni-0a1b".to_owned(),
        minutes: 30,
        refused: (5_430..5_437).map(refused).collect(),
    });
    assert_reads(&schema, "kind__refused_flows", &notice);
}

/// Every failing fixture is valid, also those whose words nobody compares.
#[test]
fn faults_of_every_fixture_are_valid() {
    let schema = ChatSchema::read();
    for fixture in fixtures() {
        assert_valid(&schema, &notice_of(&fixture));
    }
}

fn headroom_finding() -> Finding {
    Finding {
        check: "subnet-addresses-low".to_owned(),
        title: "a subnet has few free addresses".to_owned(),
        severity: Severity::Medium,
        resource: "subnet-1".to_owned(),
        message:
            "subnet-1 has 9 of 251 addresses free, and the next deployment of shop/orders takes 8"
                .to_owned(),
        mends: Vec::new(),
        affected: tasks(0),
        ..no_dns()
    }
}

fn coverage_finding(action: &str) -> Finding {
    Finding {
        fingerprint: format!("123456789012/eu-west-1/coverage/{action}"),
        check: action.to_owned(),
        title: "the auditor may not ask".to_owned(),
        severity: Severity::High,
        resource: action.to_owned(),
        message: format!("{action} is denied, so checks that need it stay unknown"),
        blockers: Vec::new(),
        mends: Vec::new(),
        since: hours_ago(1),
        affected: tasks(0),
    }
}

fn unclear(check: &str) -> Unclear {
    Unclear {
        check: check.to_owned(),
        message: "network ACLs are not known: ec2:DescribeNetworkAcls is denied".to_owned(),
    }
}

#[test]
fn every_kind_of_notice_reads_as_it_did() {
    let schema = ChatSchema::read();
    let read = |name: &str, mut notice: Notice| {
        notice.arrange();
        assert_reads(&schema, name, &notice);
    };
    let mut everything = nothing(orders());
    everything.opened = vec![no_dns(), no_route("subnet-1")];
    everything.flapping = vec![no_route("subnet-2")];
    everything.reminded = vec![no_dns()];
    everything.resolved = vec![no_route("subnet-3")];
    everything.left_out = 7;
    everything.still_open = 2;
    everything.lesser = [
        "exec-not-enabled".to_owned(),
        "flow-logs-disabled".to_owned(),
    ]
    .into();
    everything.unclear = vec![
        unclear("path-mtu-black-hole"),
        unclear("dependency-unreachable"),
    ];
    everything.caveat =
        Some("The state table was not there: this may have been told before.".to_owned());
    everything.stopped_reason =
        Some("ResourceInitializationError: unable to pull secrets: i/o timeout".to_owned());
    read("kind__everything", everything);
    let mut resolved = nothing(orders());
    resolved.resolved = vec![no_route("subnet-1"), no_dns()];
    read("kind__resolved", resolved);
    let mut reminder = nothing(orders());
    reminder.reminded = vec![no_route("subnet-1")];
    read("kind__reminder", reminder);
    let mut flapping = nothing(orders());
    flapping.flapping = vec![no_dns()];
    read("kind__flapping", flapping);
    let mut headroom = nothing(About::Headroom);
    headroom.opened = vec![headroom_finding()];
    read("kind__headroom", headroom);
    let mut coverage = nothing(About::Coverage);
    coverage.opened = vec![
        coverage_finding("ec2:DescribeNetworkAcls"),
        coverage_finding("ecs:DescribeTasks"),
    ];
    read("kind__coverage", coverage);
    let mut monitor = nothing(About::Monitor {
        name: "orders".to_owned(),
    });
    monitor.resolved = vec![Finding {
        fingerprint: "123456789012/eu-west-1/monitor/orders/monitored-target-unreachable/\
                      orders.internal:5432"
            .to_owned(),
        check: "monitored-target-unreachable".to_owned(),
        title: "something that a monitor asks for can't be reached from a subnet".to_owned(),
        resource: "orders.internal:5432".to_owned(),
        message: "orders.internal:5432 can't be reached from subnet-0a1b: port: refused".to_owned(),
        mends: Vec::new(),
        affected: tasks(0),
        ..no_dns()
    }];
    read("kind__monitor_resolved", monitor);
    let mut coverage = nothing(About::Coverage);
    coverage.resolved = vec![coverage_finding("ec2:DescribeNetworkAcls")];
    read("kind__coverage_resolved", coverage);
    let mut family = nothing(About::Tasks {
        cluster: "shop".to_owned(),
        owner: "family:nightly-report".to_owned(),
    });
    family.opened = (1..70).map(|n| no_route(&format!("subnet-{n}"))).collect();
    read("kind__left_out", family);
}

/// Long commands have no place in a step, and are still there, every character of them.
#[test]
fn commands_are_whole_or_somewhere_else() {
    let schema = ChatSchema::read();
    let long = format!(
        "aws ec2 modify-vpc-endpoint --policy-document '{}'",
        "x".repeat(1_000)
    );
    let mut finding = no_dns();
    finding.mends = vec![
        mend(&[&long]),
        mend(&["aws a", "aws b"]),
        mend(&["echo `id`"]),
        mend(&[&"y".repeat(9_000)]),
    ];
    let mut notice = nothing(orders());
    notice.opened = vec![finding];
    assert_reads(&schema, "kind__long_commands", &notice);
    let body = Message::mail(&notice).body;
    let commands: Vec<_> = body
        .lines()
        .filter_map(|line| line.strip_prefix("      "))
        .collect();
    let huge = "y".repeat(9_000);
    assert_eq!(
        commands[..5],
        [long.as_str(), "aws a", "aws b", "echo `id`", huge.as_str()]
    );
}

fn mend(commands: &[&str]) -> Mend {
    Mend {
        commands: commands.iter().map(|&command| command.to_owned()).collect(),
        verified: true,
        account: None,
        standing: Some(
            "verified: with it the audit finds the fault gone and nothing worse".to_owned(),
        ),
    }
}

#[test]
fn subscriptions_can_filter() {
    let mut notice = nothing(orders());
    notice.reminded = vec![no_route("subnet-1"), no_route("subnet-2")];
    let text = |text: &str| Attribute::Text(text.to_owned());
    let mut expected = vec![
        ("account", text("123456789012")),
        ("region", text("eu-west-1")),
        ("cluster", text("shop")),
        ("owner", text("service:orders")),
        ("severity", text("critical")),
        ("kind", text("reminder")),
        (
            "checks",
            Attribute::List(vec!["no-internet-route".to_owned()]),
        ),
    ];
    assert_eq!(Message::mail(&notice).attributes, expected);
    notice.scope.about = About::Headroom;
    expected.retain(|(name, _)| !["cluster", "owner"].contains(name));
    assert_eq!(Message::machine(&notice).attributes, expected);
}
