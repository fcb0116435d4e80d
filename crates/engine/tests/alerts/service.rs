//! A service whose VPCs have a resolver that is on, off, or not to be seen.

use std::time::Duration;

use awsvpc_auditor_engine::alert::{
    Kind, Moment, Notice, Observation, Observations, Observed, Policy, Scope, State,
};
use awsvpc_auditor_engine::checks::{self, Check, Subject};
use awsvpc_auditor_engine::facts::{Snapshot, SnapshotReader};
use serde_json::{Value, json};

/// What of a VPC's resolver is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dns {
    On,
    Off,
    Denied,
}

const ECS: &str = "arn:aws:ecs:eu-west-1:123456789012";

/// The facts about a service of two subnets, `subnet-a` in `vpc-a` and `subnet-b` in `vpc-b`, and a
/// task in each of these subnets.
pub(crate) fn facts(a: Dns, b: Dns, tasks: &[(&str, &str)], tags: &[(&str, &str)]) -> Snapshot {
    facts_of("service:web", (a, b), tasks, tags)
}

/// The same of tasks of another group.
pub(crate) fn facts_of(
    group: &str,
    (a, b): (Dns, Dns),
    tasks: &[(&str, &str)],
    tags: &[(&str, &str)],
) -> Snapshot {
    let subnet = |name: &str| {
        json!({ "SubnetId": format!("subnet-{name}"), "VpcId": format!("vpc-{name}"),
            "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1a" })
    };
    let mut attributes = Vec::new();
    for (name, dns) in [("a", a), ("b", b)] {
        if dns != Dns::Denied {
            attributes.push(json!({ "VpcId": format!("vpc-{name}"),
                "EnableDnsSupport": { "Value": dns == Dns::On },
                "EnableDnsHostnames": { "Value": true } }));
        }
    }
    let tasks: Vec<Value> = tasks
        .iter()
        .map(|(id, subnet)| task(group, id, subnet))
        .collect();
    let tags: Vec<Value> = tags
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    let vpcs = ["a", "b"].map(|name| {
        json!({ "VpcId": format!("vpc-{name}"), "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1" })
    });
    let mut reader = SnapshotReader::default();
    let facts = json!({
        "Subnets": [subnet("a"), subnet("b")],
        "DhcpOptions": [{ "DhcpOptionsId": "dopt-1", "DhcpConfigurations": [
            { "Key": "domain-name-servers", "Values": [{ "Value": "AmazonProvidedDNS" }] },
        ] }],
        "Vpcs": vpcs,
        "VpcAttributes": attributes,
        "tasks": tasks,
        "services": [{
            "serviceArn": format!("{ECS}:service/shop/web"), "serviceName": "web",
            "clusterArn": format!("{ECS}:cluster/shop"), "tags": tags,
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-a", "subnet-b"] } },
        }],
        "taskDefinition": {
            "taskDefinitionArn": format!("{ECS}:task-definition/web:1"), "containerDefinitions": [],
        },
        "Coverage": [{ "Fact": "VpcAttributes", "Reason": "denied" }],
    });
    reader.add("facts.json", facts.to_string()).unwrap();
    reader.finish().unwrap()
}

fn task(group: &str, id: &str, subnet: &str) -> Value {
    json!({
        "taskArn": format!("{ECS}:task/shop/{id}"), "clusterArn": format!("{ECS}:cluster/shop"),
        "taskDefinitionArn": format!("{ECS}:task-definition/web:1"),
        "group": group, "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
        "launchType": "FARGATE", "version": 5,
        "attachments": [{ "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": [
            { "name": "subnetId", "value": format!("subnet-{subnet}") },
            { "name": "networkInterfaceId", "value": format!("eni-{id}") },
        ] }],
    })
}

pub(crate) fn check() -> &'static Check {
    let mut all = checks::ALL.iter();
    all.find(|check| check.id == "vpc-dns-support-disabled")
        .unwrap()
}

/// What audits of all tasks among the facts say.
pub(crate) fn observation(facts: &Snapshot, observed_at: Moment) -> Observation {
    let mut observations = Observations::default();
    for task in facts.tasks.seen() {
        let report = checks::run_only(facts, Subject::Task(task), &[check()]);
        observations.add(facts, &report, observed_at);
    }
    observations.into_inner().into_values().next().unwrap()
}

/// One task in `subnet-a`.
pub(crate) fn seen(dns: Dns, at: Moment) -> Observation {
    observation(&facts(dns, Dns::On, &[("1", "a")], &[]), at)
}

/// A moment of the test's own day.
pub(crate) fn minute(minute: u64) -> Moment {
    // 2026-11-25T00:00:00Z, a Wednesday.
    Moment::from_millis(1_795_564_800_000).after(Duration::from_mins(minute))
}

/// A scope's state, and what it has told.
#[derive(Default)]
pub(crate) struct Life {
    pub(crate) state: State,
    pub(crate) policy: Policy,
}

impl Life {
    /// Observes, and sends at once what that brings.
    pub(crate) fn sees(&mut self, seen: &Observation, now: Moment) -> Vec<Notice> {
        assert_ne!(self.state.observe(seen, &self.policy, now), Observed::Stale);
        self.send()
    }

    /// Lets time pass.
    pub(crate) fn passes(&mut self, scope: &Scope, now: Moment) -> Vec<Notice> {
        self.state.tick(scope, &self.policy, now);
        self.send()
    }

    /// The service is no more.
    pub(crate) fn ends(&mut self, scope: &Scope, now: Moment) -> Vec<Notice> {
        self.state.end(scope, now, &self.policy, now);
        self.send()
    }

    fn send(&mut self) -> Vec<Notice> {
        let sent = self.state.outbox.clone();
        let taken = sent.iter().flat_map(|notice| {
            notice
                .untold
                .iter()
                .map(|channel| (notice.id.clone(), *channel))
        });
        self.state.delivered(&taken.collect::<Vec<_>>());
        assert!(self.state.outbox.is_empty());
        sent
    }
}

/// What notices mainly are.
pub(crate) fn kinds(notices: &[Notice]) -> Vec<Kind> {
    notices.iter().map(Notice::kind).collect()
}

/// What an audit of the service itself says.
pub(crate) fn of_service(facts: &Snapshot, observed_at: Moment) -> Observation {
    let service = facts.services.seen().next().unwrap();
    let report = checks::run_only(facts, Subject::Service(service), &[check()]);
    let mut observations = Observations::default();
    observations.add(facts, &report, observed_at);
    observations.into_inner().into_values().next().unwrap()
}
