//! A gate before a deployment: what a proposed configuration of a service would break.

use std::fs;

use awsvpc_auditor_tests::{Run, auditor, root};
use serde_json::{Value, json};

fn gate(more: &[&str]) -> Run {
    let service = ["service", "--cluster", "shop", "--service", "checkout"];
    auditor(
        service
            .iter()
            .chain(["--snapshot", "demo"].iter())
            .chain(more)
            .copied(),
    )
}

/// The definition of the demo with something changed.
fn definition(change: impl FnOnce(&mut Value)) -> Value {
    let text = fs::read_to_string(root().join("demo/task-definition.json")).unwrap();
    let mut file = serde_json::from_str(&text).unwrap();
    change(&mut file);
    file
}

/// The gate with such a file, which is called FILE in what is shown.
fn with_file(text: &str, more: &[&str]) -> Run {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let path = file.path().to_str().unwrap();
    let mut run = gate(&[&["--task-definition", path], more].concat());
    run.stdout = run.stdout.replace(path, "FILE");
    run.stderr = run.stderr.replace(path, "FILE");
    run
}

/// Its pricing service is at an address where the VPC has no such thing.
fn harmful() -> Value {
    definition(|file| {
        let container = &mut file["taskDefinition"]["containerDefinitions"][0];
        container["environment"][2]["value"] = "10.20.0.77".into();
    })
}

#[test]
fn a_harmful_definition_is_refused_with_what_it_breaks() {
    let run = with_file(&harmful().to_string(), &[]);
    assert_eq!(run.status, 3, "{}", run.shown());
    insta::assert_snapshot!("configured_harmful", run.shown());
}

#[test]
fn a_harmless_definition_passes() {
    let quiet = definition(|file| {
        let container = &mut file["taskDefinition"]["containerDefinitions"][0];
        container["environment"][4]["value"] = "warning".into();
    });
    let mut to_register = quiet["taskDefinition"].clone();
    to_register
        .as_object_mut()
        .unwrap()
        .remove("taskDefinitionArn");
    for file in [&quiet, &quiet["taskDefinition"], &to_register] {
        let run = with_file(&file.to_string(), &[]);
        assert_eq!(run.status, 0, "{}", run.shown());
    }
}

#[test]
fn subnets_and_groups_are_judged_as_a_whole() {
    for (more, status) in [
        (["--subnets", "subnet-0a1100000000000a1"], 0),
        (["--security-groups", "sg-0c0ec00000000c0ec"], 0),
        (["--security-groups", "sg-0a1b000000000a1b0"], 3),
    ] {
        let run = gate(&more);
        assert_eq!(run.status, status, "{more:?}: {}", run.shown());
    }
    let both = ["--subnets=subnet-0a1100000000000a1,subnet-0b2200000000000b2"];
    let run = gate(&[&both[..], &["--security-groups=sg-0a1b000000000a1b0"]].concat());
    assert_eq!(run.status, 3, "{}", run.shown());
    insta::assert_snapshot!("configured_groups", run.shown());
}

/// A rule that comes with the deployment makes its group right.
#[test]
fn a_configuration_and_a_change_are_judged_together() {
    let group = ["--security-groups", "sg-0a1b000000000a1b0"];
    let rule = "aws ec2 authorize-security-group-ingress --group-id sg-0a1b000000000a1b0 --protocol tcp \
        --port 8080 --source-group sg-0a1b000000000a1b0";
    let run = gate(&[&group[..], &["--with", rule, "--format", "json"]].concat());
    let proposed = &run.json()["proposed"];
    assert_eq!(proposed["broken"], json!([]), "{proposed:#}");
    let commands = ["--security-groups sg-0a1b000000000a1b0", rule];
    assert_eq!(proposed["commands"], json!(commands));
}

#[test]
fn no_value_of_a_proposed_definition_is_told() {
    const SECRET: &str = "planted-and-never-shown";
    let mut file = harmful();
    let container = &mut file["taskDefinition"]["containerDefinitions"][0];
    container["environment"][4]["value"] = SECRET.into();
    container["environment"][0]["value"] =
        format!("postgres://app:{SECRET}@10.20.0.78:5432/orders?password={SECRET}").into();
    for format in ["text", "json", "junit", "sarif", "github"] {
        let run = with_file(&file.to_string(), &["--detail", "--format", format]);
        assert_eq!(run.status, 3, "{}", run.shown());
        assert!(run.stdout.contains("10.20.0.78"), "{}", run.stdout);
        assert!(!run.shown().contains(SECRET), "{format}: {}", run.shown());
    }
}

#[test]
fn what_can_t_be_judged_is_said() {
    let mut shown = Vec::new();
    for text in [
        "",
        "hello",
        "[]",
        "{}",
        r#"{"Subnets": []}"#,
        r#"{"taskDefinitionArns": ["arn:aws:ecs:eu-west-1:123456789012:task-definition/checkout:42"]}"#,
        r#"{"family": "checkout", "networkMode": "awsvpc", "containerDefinitions": []}"#,
        r#"{"family": "checkout", "networkMode": "awsvpc", "containerDefinitions": [{"name": 1}]}"#,
        r#"{"family": "checkout", "containerDefinitions": [{"name": "web"}]}"#,
        r#"{"family": "checkout", "networkMode": "awsvpc", "containerDefinitions": [{"name": "web"}]}"#,
    ] {
        let run = with_file(text, &[]);
        assert_eq!(run.status, 1, "{text}: {}", run.shown());
        assert_eq!(run.stdout, "");
        shown.push(format!("{text}\n{}", run.stderr));
    }
    for more in [
        ["--task-definition", "no/such/file.json"],
        ["--subnets", "subnet-0123456789abcdef0"],
        ["--security-groups", "sg-0123456789abcdef0"],
    ] {
        let run = gate(&more);
        assert_eq!(run.status, 1, "{}", run.shown());
        shown.push(format!("{}\n{}", more.join(" "), run.stderr));
    }
    for more in [
        vec!["--subnets", ""],
        vec!["--subnets", "subnet-0a1100000000000a1,"],
        vec!["--subnets"],
        vec!["--security-groups", "web"],
    ] {
        let run = gate(&more);
        assert_eq!(run.status, 2, "{}", run.shown());
        shown.push(format!("{}\n{}", more.join(" "), run.stderr));
    }
    insta::assert_snapshot!("configured_badly", shown.join("\n"));
}

/// A task runs what it runs.
#[test]
fn a_task_has_no_proposed_configuration() {
    let event = "events/ecs-task-running-fargate.json";
    for more in [
        ["--task-definition", "demo/task-definition.json"],
        ["--subnets", "subnet-0a1100000000000a1"],
    ] {
        let task = ["task", "--event", event, "--snapshot", "demo"];
        let run = auditor(task.iter().chain(&more).copied());
        assert_eq!(run.status, 2, "{}", run.shown());
    }
}
