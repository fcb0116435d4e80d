//! With IAM enforced: what the template allows is enough, and nothing in it is for nothing. moto
//! looks at actions; that each resource and condition in the template fits its action is taken from
//! AWS's service authorization reference.

use std::collections::BTreeSet;

use aws_sdk_ec2::config::{Credentials, SharedCredentialsProvider};
use awsvpc_auditor_collector::{Calls, Collector};
use awsvpc_auditor_tests::emulators::client_config;
use awsvpc_auditor_tests::{stack, tools};
use serde_json::json;

use crate::support::{Account, collect};

/// Makes a user that may do this, and enforces IAM from then on.
const ENFORCE: &str = r#"
import json, sys, urllib.request, boto3
endpoint, policy = sys.argv[1:]
iam = boto3.client("iam", endpoint_url=endpoint)
iam.create_user(UserName="auditor")
iam.put_user_policy(UserName="auditor", PolicyName="observe", PolicyDocument=policy)
key = iam.create_access_key(UserName="auditor")["AccessKey"]
headers = {"Content-Type": "text/plain"}
enforce = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0", headers=headers)
urllib.request.urlopen(enforce)
print(json.dumps([key["AccessKeyId"], key["SecretAccessKey"]]))
"#;

fn collector_allowed(account: &Account, actions: &BTreeSet<String>) -> Collector {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Action": actions, "Resource": "*" },
    });
    let made = tools::run(
        tools::program("python")
            .args(["-c", ENFORCE])
            .args([account.network(), policy.to_string()]),
    );
    let (id, secret): (String, String) = serde_json::from_str(&made).unwrap();
    let credentials = Credentials::new(id, secret, None, None, "tests");
    let config = client_config(account.recorder.url())
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    Collector::new(&config, Calls::default())
}

#[test]
fn what_the_template_allows_is_enough() {
    let account = Account::new();
    let event = account.task(1);
    let actions: BTreeSet<_> = stack::allowed_actions("TaskAuditorRole")
        .into_iter()
        .collect();
    let collected = collect(&collector_allowed(&account, &actions), &event);
    let missing: Vec<_> = collected.missing().collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn an_action_that_is_not_allowed_is_named() {
    let account = Account::new();
    let event = account.task(1);
    let mut actions: BTreeSet<_> = stack::allowed_actions("TaskAuditorRole")
        .into_iter()
        .collect();
    for denied in ["ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints"] {
        actions.remove(denied);
    }
    let collected = collect(&collector_allowed(&account, &actions), &event);
    let missing: BTreeSet<_> = collected.missing().collect();
    let expected = [
        ("ec2:DescribeRouteTables", "denied"),
        ("ec2:DescribeVpcEndpoints", "denied"),
    ];
    assert_eq!(missing, BTreeSet::from(expected));
}
