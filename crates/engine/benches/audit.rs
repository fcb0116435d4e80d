//! The budgets of the design's section 8, in a VPC of 1,000 interfaces and 500 security groups: one
//! full task audit, the same with 30 dependencies, and one question.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench that can't be set up must fail"
)]

use awsvpc_auditor_engine::checks::{self, Subject};
use awsvpc_auditor_engine::facts::{Snapshot, SnapshotReader, TaskStateChange};
use awsvpc_auditor_engine::reach::{Question, analyze};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};

const INTERFACES: usize = 1000;
const GROUPS: usize = 500;
const RULES: usize = 20;
const ZONES: [&str; 3] = ["a", "b", "c"];

fn group(number: usize) -> Value {
    let reference = |offset: usize| format!("sg-{:04}", (number * 7 + offset * 13) % GROUPS);
    let rules: Vec<_> = (0..RULES)
        .map(|rule| {
            json!({"IpProtocol": "tcp", "FromPort": 1000 + rule, "ToPort": 1000 + rule,
                   "IpRanges": [{"CidrIp": format!("10.{}.0.0/16", rule)}],
                   "UserIdGroupPairs": [{"GroupId": reference(rule)}, {"GroupId": reference(rule + 1)}]})
        })
        .chain([json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]})])
        .collect();
    json!({"GroupId": format!("sg-{number:04}"), "GroupName": format!("group-{number}"), "VpcId": "vpc-1",
           "IpPermissions": rules,
           "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]})
}

fn interface(number: usize) -> Value {
    let subnet = number % 3;
    json!({"NetworkInterfaceId": format!("eni-{number:04}"), "VpcId": "vpc-1",
           "SubnetId": format!("subnet-{subnet}"), "AvailabilityZone": format!("eu-west-1{}", ZONES[subnet]),
           "PrivateIpAddress": format!("10.0.{}.{}", subnet * 16 + number / 250, number % 250 + 4),
           "Status": "in-use", "Attachment": {"Status": "attached"},
           "Groups": [{"GroupId": format!("sg-{:04}", number % GROUPS)}, {"GroupId": format!("sg-{:04}", (number * 3 + 1) % GROUPS)}]})
}

fn endpoint(number: usize, service: &str) -> Value {
    json!({"VpcEndpointId": format!("vpce-{number}"), "VpcEndpointType": "Interface", "VpcId": "vpc-1",
           "ServiceName": format!("com.amazonaws.eu-west-1.{service}"), "State": "available",
           "PrivateDnsEnabled": true,
           "NetworkInterfaceIds": [format!("eni-{:04}", 10 + number * 3), format!("eni-{:04}", 11 + number * 3), format!("eni-{:04}", 12 + number * 3)]})
}

fn subnet(number: usize) -> Value {
    json!({"SubnetId": format!("subnet-{number}"), "VpcId": "vpc-1",
           "CidrBlock": format!("10.0.{}.0/20", number * 16),
           "AvailabilityZone": format!("eu-west-1{}", ZONES[number]),
           "AvailableIpAddressCount": 900})
}

fn network_acl(number: usize) -> Value {
    let entry = |egress| {
        json!({"RuleNumber": 100, "Egress": egress, "Protocol": "-1", "CidrBlock": "0.0.0.0/0",
               "RuleAction": "allow"})
    };
    json!({"NetworkAclId": format!("acl-{number}"), "VpcId": "vpc-1",
           "Associations": [{"SubnetId": format!("subnet-{number}")}],
           "Entries": [entry(true), entry(false)]})
}

fn route_table(number: usize) -> Value {
    json!({"RouteTableId": format!("rtb-{number}"), "VpcId": "vpc-1",
           "Associations": [{"SubnetId": format!("subnet-{number}")}],
           "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"},
                      {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}]})
}

fn several(count: usize, make: impl Fn(usize) -> Value) -> Vec<Value> {
    (0..count).map(make).collect()
}

const SERVICES: [&str; 8] = [
    "ecr.api",
    "ecr.dkr",
    "logs",
    "secretsmanager",
    "ssm",
    "ssmmessages",
    "kms",
    "sts",
];

/// A database in two zones, which admits everybody in the VPC, or nobody.
fn database(number: usize, group: &str) -> Value {
    let subnet = |number: usize| {
        json!({"SubnetIdentifier": format!("subnet-{number}"),
               "SubnetAvailabilityZone": {"Name": format!("eu-west-1{}", ZONES[number])}})
    };
    json!({"DBInstanceIdentifier": format!("db-{number}"), "MultiAZ": true,
           "AvailabilityZone": "eu-west-1a", "SecondaryAvailabilityZone": "eu-west-1b",
           "Endpoint": {"Address": format!("db-{number}.c0.eu-west-1.rds.amazonaws.com"), "Port": 5432},
           "VpcSecurityGroups": [{"VpcSecurityGroupId": group, "Status": "active"}],
           "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [subnet(0), subnet(1)]}})
}

const DATABASES: usize = 10;

/// A task that talks to ten databases, ten addresses and ten AWS services.
fn task_definition() -> Value {
    let mut variables: Vec<_> = (0..DATABASES)
        .map(|n| json!({"name": format!("DB_{n}_URL"), "value": format!("postgres://app:secret@db-{n}.c0.eu-west-1.rds.amazonaws.com/app")}))
        .collect();
    variables.extend((0..10).map(|n| {
        json!({"name": format!("PEER_{n}_ADDRESS"), "value": format!("10.0.16.{}:443", 14 + n * 3)})
    }));
    let services = [
        "sqs",
        "sns",
        "kinesis",
        "dynamodb",
        "lambda",
        "events",
        "states",
        "sts",
        "kms",
        "monitoring",
    ];
    variables.extend(services.iter().map(|service| {
        json!({"name": format!("{service}_ENDPOINT"), "value": format!("https://{service}.eu-west-1.amazonaws.com")})
    }));
    json!({"taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
           "containerDefinitions": [{"name": "web", "environment": variables,
               "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
               "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-region": "eu-west-1"}}}]})
}

/// The account with that task; so many of its databases admit nobody.
fn account_with_dependencies(broken: usize) -> Value {
    let mut account = account();
    account["taskDefinitions"] = json!([task_definition()]);
    account["DBInstances"] = json!(several(DATABASES, |number| {
        database(
            number,
            if number < broken {
                "sg-closed"
            } else {
                "sg-open"
            },
        )
    }));
    let rule = json!({"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]});
    for (id, rules) in [("sg-closed", json!([])), ("sg-open", json!([rule]))] {
        let group = json!({"GroupId": id, "GroupName": id, "VpcId": "vpc-1", "IpPermissions": rules,
                           "IpPermissionsEgress": []});
        account["SecurityGroups"]
            .as_array_mut()
            .unwrap()
            .push(group);
    }
    account
}

fn account() -> Value {
    json!({
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}],
        "VpcAttributes": [{"VpcId": "vpc-1", "EnableDnsSupport": {"Value": true},
                           "EnableDnsHostnames": {"Value": true}}],
        "DhcpOptions": [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [
            {"Key": "domain-name-servers", "Values": [{"Value": "10.0.0.5"}, {"Value": "10.0.16.5"}]}]}],
        "Subnets": several(3, subnet),
        "NetworkAcls": several(3, network_acl),
        "RouteTables": several(3, route_table),
        "NetworkInterfaces": several(INTERFACES, interface),
        "SecurityGroups": several(GROUPS, group),
        "NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-0",
            "State": "available",
            "NatGatewayAddresses": [{"PrivateIp": "10.0.0.250", "PublicIp": "198.51.100.1"}]}],
        "InternetGateways": [{"InternetGatewayId": "igw-1",
            "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
        "VpcEndpoints": several(SERVICES.len(), |number| endpoint(number, SERVICES[number])),
        "FlowLogs": [], "PrefixLists": [], "VpnConnections": [], "tasks": [],
        "services": [{"serviceArn": "arn:aws:ecs:eu-west-1:123456789012:service/c/web",
            "serviceName": "web",
            "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/c",
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {
                "subnets": ["subnet-0", "subnet-1", "subnet-2"], "securityGroups": ["sg-0000"]}}}]
    })
}

fn event() -> TaskStateChange {
    let event = json!({"detail-type": "ECS Task State Change", "account": "123456789012", "region": "eu-west-1", "time": "2026-11-20T10:14:31Z",
        "detail": {"taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/c/1", "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/c",
            "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1", "lastStatus": "RUNNING", "launchType": "FARGATE", "platformVersion": "1.4.0", "group": "service:web", "enableExecuteCommand": true,
            "attachments": [{"type": "eni", "status": "ATTACHED", "details": [{"name": "subnetId", "value": "subnet-1"}, {"name": "networkInterfaceId", "value": "eni-0001"}]}]}});
    TaskStateChange::parse(&event.to_string()).unwrap()
}

fn snapshot(account: &Value) -> Snapshot {
    let mut reader = SnapshotReader::default();
    reader.add("account.json", account.to_string()).unwrap();
    reader.finish().unwrap()
}

fn benches(criterion: &mut Criterion) {
    let snapshot = snapshot(&account());
    let event = event();
    criterion.bench_function("full task audit, 1,000 interfaces, 500 groups", |bencher| {
        bencher.iter(|| checks::run(&snapshot, Subject::Task(&event.detail)));
    });
    for (broken, name) in [
        (0, "full task audit, 30 dependencies"),
        (2, "full task audit, 30 dependencies, two unreachable"),
    ] {
        let snapshot = self::snapshot(&account_with_dependencies(broken));
        let report = checks::run(&snapshot, Subject::Task(&event.detail));
        let judged = report.results.iter();
        let judged = judged.filter(|result| result.check.id == "dependency-unreachable");
        assert_eq!(judged.count(), 30, "{name}");
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| checks::run(&snapshot, Subject::Task(&event.detail)));
        });
    }
    let question = Question {
        from: "eni-0001".parse().unwrap(),
        to: "internet:443".parse().unwrap(),
    };
    criterion.bench_function("one question, out by a NAT gateway", |bencher| {
        bencher.iter(|| analyze(&snapshot, &question));
    });
    let text = account().to_string();
    criterion.bench_function("reading the saved account", |bencher| {
        bencher.iter(|| {
            let mut reader = SnapshotReader::default();
            reader.add("account.json", text.clone()).unwrap();
            reader.finish().unwrap()
        });
    });
}

criterion_group!(audit, benches);
criterion_main!(audit);
