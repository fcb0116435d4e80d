//! Reachability questions on the command line.

use awsvpc_auditor_tests::auditor;

const TASK: &str = "eni-0c0ffee000000c0fe";

#[test]
fn the_answer_reads_as_people_see_it() {
    let run = auditor([
        "reach",
        "--snapshot",
        "demo",
        "--from",
        TASK,
        "--to",
        "internet:443",
    ]);
    assert_eq!(run.status, 3);
    insta::assert_snapshot!("reach_text", run.shown());
}

#[test]
fn the_answer_for_programs_keeps_its_format() {
    let run = auditor([
        "reach",
        "--snapshot",
        "demo",
        "--from",
        TASK,
        "--to",
        "10.20.11.21:443",
        "--format",
        "json",
    ]);
    assert_eq!(run.status, 3);
    insta::assert_snapshot!("reach_json", run.stdout);
}

#[test]
fn the_exit_status_is_the_verdict() {
    let ask = |from: &str, to: &str| {
        auditor(["reach", "--snapshot", "demo", "--from", from, "--to", to]).status
    };
    assert_eq!(ask(TASK, "ssm.eu-west-1.amazonaws.com"), 0);
    assert_eq!(ask(TASK, "secretsmanager.eu-west-1.amazonaws.com"), 3);
    assert_eq!(
        ask(TASK, "10.30.1.5:5432"),
        4,
        "the peer VPC isn't among the facts"
    );
    assert_eq!(
        ask(TASK, "database.example.com:5432"),
        4,
        "nobody knows what the name resolves to"
    );
}

#[test]
fn a_placement_is_asked_before_its_first_task_runs() {
    let run = auditor([
        "reach",
        "--snapshot",
        "demo",
        "--from",
        "subnet-0a1100000000000a1",
        "--security-group",
        "sg-0c0ec00000000c0ec",
        "--to",
        "internet:443",
    ]);
    assert_eq!(run.status, 0, "{}", run.shown());
}

#[test]
fn every_way_to_write_a_destination_is_understood() {
    for (to, shown) in [
        ("10.20.10.22", "10.20.10.22"),
        ("10.20.10.22:443", "10.20.10.22:443/tcp"),
        ("10.20.10.22:53/udp", "10.20.10.22:53/udp"),
        ("10.20.10.22/icmp", "10.20.10.22/icmp"),
        ("8.8.8.8/107", "8.8.8.8/107"),
        ("internet", "internet"),
        ("internet:8000-8100", "internet:8000-8100/tcp"),
        ("[2606:4700::1111]:443/udp", "[2606:4700::1111]:443/udp"),
        ("2606:4700::1111", "2606:4700::1111"),
        (
            "subnet-0a1100000000000a1:443",
            "subnet-0a1100000000000a1:443/tcp",
        ),
        ("eni-0e9600000000006ea:443", "eni-0e9600000000006ea:443/tcp"),
        (
            "ssm.eu-west-1.amazonaws.com",
            "ssm.eu-west-1.amazonaws.com:443/tcp",
        ),
    ] {
        let run = auditor([
            "reach",
            "--snapshot",
            "demo",
            "--from",
            TASK,
            "--to",
            to,
            "--format",
            "json",
        ]);
        assert_eq!(run.json()["to"], shown, "{to}");
    }
}

#[test]
fn the_answer_is_the_same_every_time() {
    let ask = || {
        auditor([
            "reach",
            "--snapshot",
            "demo",
            "--from",
            TASK,
            "--to",
            "internet",
            "--format",
            "json",
        ])
    };
    assert_eq!(ask().stdout, ask().stdout);
}
