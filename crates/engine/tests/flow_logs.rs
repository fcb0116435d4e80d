//! Where refused packets of a task are recorded, how they are asked for, and what is told of them.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeMap;
use std::net::IpAddr;

use awsvpc_auditor_engine::checks::Subject;
use awsvpc_auditor_engine::facts::{Snapshot, SnapshotReader};
use awsvpc_auditor_engine::flow_log::{Fields, Flows, Recorded, Refused, query};
use proptest::prelude::*;
use serde_json::{Value, json};

const NEEDED: &str =
    "${interface-id} ${srcaddr} ${dstaddr} ${dstport} ${protocol} ${packets} ${action}";

#[test]
fn a_format_is_read_if_it_tells_who_was_refused_by_whom() {
    let lacking = |field: &str| NEEDED.replace(&format!("${{{field}}}"), "${vpc-id}");
    for (format, is_read) in [
        (None, true),
        (Some(""), true),
        (Some(NEEDED), true),
        (Some(lacking("action").as_str()), false),
        (Some(lacking("srcaddr").as_str()), false),
        (Some(lacking("packets").as_str()), false),
        // Nothing but names of fields gets into a question.
        (Some(&format!("{NEEDED} ${{x\" | limit 9}}")), false),
        (Some(&format!("{NEEDED} plain")), false),
        (Some(&format!("{NEEDED} ${{}}")), false),
    ] {
        assert_eq!(Fields::parse(format).is_some(), is_read, "{format:?}");
    }
}

/// A task in a VPC with these flow logs.
fn snapshot(flow_logs: &Value) -> Snapshot {
    let facts = json!({
        "tasks": [{
            "taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/shop/0a1b",
            "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
            "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/orders:1",
            "group": "family:orders", "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
            "launchType": "FARGATE",
            "attachments": [{"type": "ElasticNetworkInterface", "status": "ATTACHED", "details": [
                {"name": "networkInterfaceId", "value": "eni-0a1b"},
                {"name": "subnetId", "value": "subnet-1"}
            ]}]
        }],
        "NetworkInterfaces": [{
            "NetworkInterfaceId": "eni-0a1b", "SubnetId": "subnet-1", "VpcId": "vpc-1",
            "PrivateIpAddress": "10.0.1.5",
            "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.5", "Primary": true}],
            "Groups": []
        }],
        "FlowLogs": flow_logs,
    });
    let mut reader = SnapshotReader::default();
    reader.add("facts.json", facts.to_string()).unwrap();
    reader.finish().unwrap()
}

fn recorded(flow_logs: &Value) -> Vec<Recorded> {
    let snapshot = snapshot(flow_logs);
    let task = snapshot.tasks.seen().next().unwrap();
    Recorded::of(&snapshot, &Subject::Task(task))
}

fn flow_log(resource: &str, changes: &Value) -> Value {
    let mut log = json!({
        "FlowLogId": format!("fl-{resource}"), "ResourceId": resource, "FlowLogStatus": "ACTIVE",
        "DeliverLogsStatus": "SUCCESS", "TrafficType": "REJECT",
        "LogDestinationType": "cloud-watch-logs", "LogGroupName": format!("of-{resource}"),
    });
    for (key, value) in changes.as_object().unwrap() {
        log[key] = value.clone();
    }
    log
}

#[test]
fn a_task_is_recorded_where_a_flow_log_that_covers_it_goes_to_cloudwatch_logs() {
    let none = json!({});
    for (logs, groups) in [
        (json!([flow_log("vpc-1", &none)]), vec!["of-vpc-1"]),
        (json!([flow_log("subnet-1", &none)]), vec!["of-subnet-1"]),
        // One of the VPC has the records of the other end too.
        (
            json!([flow_log("subnet-1", &none), flow_log("vpc-1", &none)]),
            vec!["of-vpc-1", "of-subnet-1"],
        ),
        (json!([flow_log("vpc-2", &none)]), vec![]),
        (
            json!([flow_log("vpc-1", &json!({"TrafficType": "ACCEPT"}))]),
            vec![],
        ),
        (
            json!([flow_log("vpc-1", &json!({"DeliverLogsStatus": "FAILED"}))]),
            vec![],
        ),
        (
            json!([flow_log("vpc-1", &json!({"LogDestinationType": "s3"}))]),
            vec![],
        ),
        (
            json!([flow_log("vpc-1", &json!({"LogFormat": "${srcaddr}"}))]),
            vec![],
        ),
        // What can't be read of one may be read of another.
        (
            json!([
                flow_log("vpc-1", &json!({"LogFormat": "${srcaddr}"})),
                flow_log("subnet-1", &none)
            ]),
            vec!["of-subnet-1"],
        ),
        (json!([]), vec![]),
    ] {
        let found = recorded(&logs);
        let found: Vec<_> = found.iter().map(|one| one.log_group.as_str()).collect();
        assert_eq!(found, groups, "{logs}");
    }
}

#[test]
fn the_question_reads_as_it_did() {
    let logs = json!([flow_log("vpc-1", &json!({"LogFormat": NEEDED}))]);
    insta::assert_snapshot!(query(&recorded(&logs)[0]));
    insta::assert_snapshot!(query(&recorded(&json!([flow_log("vpc-1", &json!({}))]))[0]));
}

fn row(changes: &[(&str, &str)]) -> Option<Refused> {
    let mut row = BTreeMap::from([
        ("f_interface_id", "eni-0d"),
        ("f_srcaddr", "10.0.1.5"),
        ("f_dstaddr", "10.0.2.7"),
        ("f_dstport", "5432"),
        ("f_protocol", "6"),
        ("f_refused", "12"),
    ]);
    row.extend(changes.iter().copied());
    row.retain(|_, value| !value.is_empty());
    Refused::of_row(|name| row.get(name).copied())
}

#[test]
fn a_row_is_told_in_words_or_not_at_all() {
    for (changes, words) in [
        (
            &[] as &[(&str, &str)],
            Some("eni-0d refused 12 packets: tcp 10.0.1.5 to 10.0.2.7:5432"),
        ),
        (
            &[("f_refused", "1.0")],
            Some("eni-0d refused 1 packet: tcp 10.0.1.5 to 10.0.2.7:5432"),
        ),
        (
            &[("f_dstaddr", "fd00::7"), ("f_srcaddr", "fd00::5")],
            Some("eni-0d refused 12 packets: tcp fd00::5 to [fd00::7]:5432"),
        ),
        (
            &[("f_protocol", "1"), ("f_dstport", "0")],
            Some("eni-0d refused 12 packets: icmp 10.0.1.5 to 10.0.2.7"),
        ),
        (&[("f_refused", "")], None),
        (&[("f_srcaddr", "-")], None),
        (&[("f_dstport", "70000")], None),
    ] {
        let told = row(changes).map(|row| row.to_string());
        assert_eq!(told.as_deref(), words, "{changes:?}");
    }
}

#[test]
fn what_the_task_sent_comes_before_replies_and_more_before_less() {
    let recorded = &recorded(&json!([flow_log("vpc-1", &json!({}))]))[0];
    let rows = [("10.0.2.7", "90"), ("10.0.1.5", "1"), ("10.0.1.5", "8")];
    let rows = rows.map(|(from, packets)| row(&[("f_srcaddr", from), ("f_refused", packets)]));
    let flows = Flows::new(recorded, 30, rows.into_iter().flatten().collect());
    let packets: Vec<_> = flows.refused.iter().map(|one| one.packets).collect();
    assert_eq!(packets, [8, 1, 90]);
    let told = flows.sentences(2);
    assert_eq!(told.len(), 3);
    assert_eq!(told[2], "and 1 more such flows");
    let nothing = Flows::new(recorded, 30, Vec::new()).sentences(2);
    assert!(
        nothing[0].contains("up to 15 minutes behind"),
        "{nothing:?}"
    );
}

proptest! {
    /// Whatever a format is, and whatever a row holds, there is an answer.
    #[test]
    fn any_text_is_answered(format in ".*", value in ".*", address in any::<IpAddr>()) {
        if let Some(fields) = Fields::parse(Some(&format)) {
            prop_assert!(fields.names().all(|name| !name.contains(['"', '|', '\n'])));
        }
        let address = address.to_string();
        for (key, text) in [("f_refused", &value), ("f_srcaddr", &address), ("f_dstport", &value)] {
            row(&[(key, text)]);
        }
    }
}
