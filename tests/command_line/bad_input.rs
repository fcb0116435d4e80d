//! Bad input gets an error that says what was wrong, where, and what to do.

use std::fs;

use awsvpc_auditor_tests::{Run, auditor, root};

/// Audits a snapshot of these files; the directory's name is taken out of what is shown.
fn audit(files: &[(&str, &str)]) -> Run {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path = directory.path().to_str().unwrap();
    let mut run = auditor([
        "reach",
        "--from",
        "eni-1",
        "--to",
        "internet:443",
        "--snapshot",
        path,
    ]);
    run.stderr = run.stderr.replace(path, "DIR");
    run
}

fn complaint(name: &str, files: &[(&str, &str)]) {
    let run = audit(files);
    assert_eq!(run.status, 1, "{}", run.shown());
    assert_eq!(run.stdout, "");
    insta::assert_snapshot!(name, run.stderr);
}

#[test]
fn broken_json() {
    complaint(
        "broken_json",
        &[(
            "subnets.json",
            "{\n  \"Subnets\": [\n    {\"SubnetId\": }\n  ]\n}\n",
        )],
    );
}

#[test]
fn a_file_that_ends_early() {
    complaint(
        "ends_early",
        &[("subnets.json", "{\"Subnets\": [{\"SubnetId\": \"subnet-1\"")],
    );
}

#[test]
fn a_wrong_type() {
    let text = "{\n  \"NetworkInterfaces\": [\n    {\"NetworkInterfaceId\": \"eni-1\", \"SubnetId\": \"subnet-1\", \"VpcId\": \"vpc-1\"},\n    {\"NetworkInterfaceId\": \"eni-2\", \"SubnetId\": \"subnet-1\", \"VpcId\": \"vpc-1\",\n     \"PrivateIpAddress\": \"10.0.0.300\"}\n  ]\n}\n";
    complaint("wrong_type", &[("interfaces.json", text)]);
}

#[test]
fn a_list_that_is_no_list() {
    complaint(
        "no_list",
        &[("vpcs.json", "{\"Vpcs\": {\"VpcId\": \"vpc-1\"}}")],
    );
}

#[test]
fn a_resource_without_its_id() {
    complaint(
        "no_id",
        &[(
            "vpcs.json",
            "{\"Vpcs\": [\n  {\"CidrBlock\": \"10.0.0.0/16\"}\n]}",
        )],
    );
}

#[test]
fn ports_that_are_no_range() {
    let text = r#"{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 80}]}]}"#;
    complaint("no_range", &[("groups.json", text)]);
}

#[test]
fn output_saved_with_a_query() {
    complaint(
        "saved_with_query",
        &[("subnets.json", "[{\"SubnetId\": \"subnet-1\"}]")],
    );
}

#[test]
fn the_same_resource_twice_with_other_contents() {
    let vpc = |block: &str| {
        format!("{{\"Vpcs\": [{{\"VpcId\": \"vpc-1\", \"CidrBlock\": \"{block}\"}}]}}")
    };
    complaint(
        "duplicate",
        &[
            ("a.json", &vpc("10.0.0.0/16")),
            ("b.json", &vpc("10.1.0.0/16")),
        ],
    );
}

#[test]
fn the_same_resource_twice_with_the_same_contents_is_fine() {
    let vpc = "{\"Vpcs\": [{\"VpcId\": \"vpc-1\", \"CidrBlock\": \"10.0.0.0/16\"}]}";
    let run = audit(&[
        ("a.json", vpc),
        ("accounts/123456789012/eu-west-1/b.json", vpc),
    ]);
    assert_eq!(run.status, 4, "{}", run.shown());
}

#[test]
fn nothing_known() {
    complaint("nothing_known", &[("package.json", "{\"name\": \"web\"}")]);
}

#[test]
fn output_that_no_rule_reads_is_no_error() {
    let run = audit(&[("clusters.json", "{\"clusters\": []}")]);
    assert_eq!(run.status, 4, "{}", run.shown());
}

#[test]
fn a_byte_order_mark_is_no_error() {
    let run = audit(&[(
        "dns.json",
        "\u{feff}{\"VpcId\": \"vpc-1\", \"EnableDnsSupport\": {\"Value\": true}}",
    )]);
    assert_eq!(run.status, 4, "{}", run.shown());
}

#[test]
fn a_refused_call_leaves_an_empty_file() {
    let vpc = "{\"Vpcs\": []}";
    let run = audit(&[("vpcs.json", vpc), ("flow-logs.json", "")]);
    assert_eq!(run.status, 4, "{}", run.shown());
    assert!(
        run.stderr
            .contains("flow-logs.json: empty, taken as not observed"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_range_is_no_destination() {
    let run = auditor([
        "reach",
        "--from",
        "eni-1",
        "--to",
        "10.20.0.0/16",
        "--snapshot",
        "demo",
    ]);
    assert_eq!(run.status, 2, "{}", run.shown());
}

#[test]
fn facts_cannot_forge_lines_or_commands() {
    let event = auditor_event(|text| {
        text.replace(
            "service:checkout",
            "service:x\\n   pass    everything\\u001b[31m; rm -rf ~",
        )
    });
    let path = event.path().to_str().unwrap();
    let run = auditor(["task", "--event", path, "--snapshot", "demo"]);
    assert!(
        !run.stdout.contains("\n   pass    everything"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    assert!(!run.stdout.contains("--service x"), "{}", run.stdout);
}

/// The demo's event with something changed.
fn auditor_event(change: impl Fn(String) -> String) -> tempfile::NamedTempFile {
    let text = fs::read_to_string(root().join("events/ecs-task-running-fargate.json")).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), change(text)).unwrap();
    file
}

#[test]
fn no_json_at_all() {
    complaint("no_json", &[("readme.txt", "hello")]);
}

#[test]
fn routes_of_an_unnamed_transit_gateway_route_table() {
    let text = r#"{"Routes": [], "AdditionalRoutesAvailable": false}"#;
    complaint("unnamed_route_table", &[("routes.json", text)]);
    let run = audit(&[("routes-tgw-rtb-0123.json", text)]);
    assert_eq!(run.status, 4, "{}", run.shown());
}

#[test]
fn a_file_of_200_megabytes() {
    let directory = tempfile::tempdir().unwrap();
    let file = fs::File::create(directory.path().join("huge.json")).unwrap();
    file.set_len(200 << 20).unwrap();
    let path = directory.path().to_str().unwrap();
    let run = auditor([
        "reach",
        "--from",
        "eni-1",
        "--to",
        "internet",
        "--snapshot",
        path,
    ]);
    assert_eq!(run.status, 1);
    insta::assert_snapshot!("huge_file", run.stderr.replace(path, "DIR"));
}

#[test]
fn a_directory_that_is_not_there() {
    let run = auditor([
        "reach",
        "--from",
        "eni-1",
        "--to",
        "internet",
        "--snapshot",
        "no/such/place",
    ]);
    assert_eq!(run.status, 1);
    insta::assert_snapshot!("no_directory", run.stderr);
}

#[test]
fn questions_that_cannot_be_understood() {
    let mut shown = Vec::new();
    for (from, to) in [
        ("web", "internet"),
        ("eni-1", "10.0.0.1:70000"),
        ("eni-1", "10.0.0.1/quic"),
        ("eni-1", "10.0.0.1:8/icmp"),
        ("eni-1", "2001:db8::1:443/tcp/udp"),
        ("eni-1", "[2001:db8::1:443"),
        ("eni-1", "10.0.0.0.1"),
        ("eni-1", ""),
        ("subnet-1", "internet"),
    ] {
        let run = auditor(["reach", "--from", from, "--to", to, "--snapshot", "demo"]);
        assert_eq!(run.status, 2, "{from} -> {to}: {}", run.shown());
        shown.push(format!("{from} -> {to}\n{}", run.stderr));
    }
    insta::assert_snapshot!("not_understood", shown.join("\n"));
}

#[test]
fn events_that_are_none() {
    let mut shown = Vec::new();
    for text in [
        "",
        "{}",
        "[1]",
        r#"{"detail-type": "ECS Service Action", "detail": {}}"#,
        r#"{"detail-type": "ECS Task State Change", "account": "1", "region": "r", "time": "t"}"#,
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let path = file.path().to_str().unwrap();
        let run = auditor(["task", "--event", path, "--snapshot", "demo"]);
        assert_eq!(run.status, 1, "{text}: {}", run.shown());
        shown.push(format!(
            "{text}
{}",
            run.stderr.replace(path, "FILE")
        ));
    }
    insta::assert_snapshot!("no_events", shown.join("\n"));
}

#[test]
fn what_is_asked_for_is_not_there() {
    let mut shown = Vec::new();
    for arguments in [
        [
            "service",
            "--cluster",
            "shop",
            "--service",
            "chekout",
            "--snapshot",
            "demo",
        ],
        [
            "task",
            "--task",
            "0123",
            "--cluster",
            "shop",
            "--snapshot",
            "demo",
        ],
    ] {
        let run = auditor(arguments);
        assert_eq!(run.status, 1, "{}", run.shown());
        shown.push(run.stderr);
    }
    for arguments in [["explain", "no-internet-rout"], ["task", "--snapshot=demo"]] {
        let run = auditor(arguments);
        assert_eq!(run.status, 2, "{}", run.shown());
        shown.push(run.stderr);
    }
    insta::assert_snapshot!("not_there", shown.join("\n"));
}
