//! The command line against AWS: an audit of the account and an audit of the snapshot that the
//! account leaves say the same.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use awsvpc_auditor_tests::auditor_binary;
use awsvpc_auditor_tests::world::PLANTED;

use crate::support::Account;

fn run(account: &Account, arguments: &[&str]) -> Output {
    Command::new(auditor_binary())
        .args(arguments)
        .env_clear()
        .env("AWS_ENDPOINT_URL", account.recorder.url())
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .unwrap()
}

/// The report without the time of its facts.
fn timeless(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let is_time = |line: &&str| line.contains("observed_at") || line.contains("facts of ");
    text.lines()
        .filter(|line| !is_time(line))
        .collect::<Vec<_>>()
        .join("\n")
}

fn assert_same(account: &Account, audit: &[&str], save: &[&str], directory: &Path, status: i32) {
    let out = directory.join(audit.join("-").replace(['/', ':'], "_"));
    let out = out.to_str().unwrap();
    let region = ["--region", "eu-central-1"];
    for format in ["text", "json"] {
        let live = run(account, &[audit, &region, &["--format", format]].concat());
        assert_eq!(live.status.code(), Some(status), "{live:?}");
        if format == "text" {
            let saved = run(
                account,
                &[&["snapshot", "--out", out], save, &region].concat(),
            );
            assert!(saved.status.success(), "{saved:?}");
        }
        let again = run(
            account,
            &[audit, &["--snapshot", out, "--format", format]].concat(),
        );
        assert_eq!(again.status.code(), Some(status), "{again:?}");
        assert_eq!(timeless(&live), timeless(&again));
        assert!(timeless(&live).len() > 200, "{live:?}");
    }
}

#[test]
fn live_and_from_its_snapshot_the_report_is_the_same() {
    let account = Account::new();
    let world = &account.world;
    world.break_endpoint_group();
    let interface = world.make_interface();
    let event = world.event("checkout", 1, 5, &interface);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("event.json");
    fs::write(&file, event.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let same = |audit: &[&str], save: &[&str], status| {
        assert_same(&account, audit, save, directory.path(), status);
    };
    same(&["task", "--event", file], &["--event", file], 3);
    let service = ["--cluster", world.cluster.as_str(), "--service", "checkout"];
    same(&[&["service"][..], &service].concat(), &service, 3);
    let server = world.make_interface();
    for to in [
        format!("{}:5432", server.address),
        world.address("16.250:443"),
        "internet:443".to_owned(),
    ] {
        let question = ["--from", interface.id.as_str(), "--to", to.as_str()];
        let status = if to.starts_with("internet") { 0 } else { 3 };
        same(&[&["reach"][..], &question].concat(), &question, status);
    }
}

#[test]
fn without_credentials_or_region_the_error_says_what_to_do() {
    let said = |environment: &[(&str, &str)]| {
        let output = Command::new(auditor_binary())
            .args(["reach", "--from", "eni-1", "--to", "internet"])
            .env_clear()
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let error = said(&[
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]);
    assert!(error.contains("no AWS region: give --region"), "{error}");
    let error = said(&[("AWS_REGION", "eu-central-1")]);
    assert!(
        error.contains("no AWS credentials: give --profile"),
        "{error}"
    );
}

#[test]
fn a_snapshot_wants_a_directory_of_its_own_and_holds_no_secret() {
    let account = Account::new();
    let event = account
        .world
        .event("checkout", 1, 5, &account.world.make_interface());
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("event.json");
    fs::write(&file, event.to_string()).unwrap();
    let (file, out) = (file.to_str().unwrap(), directory.path().to_str().unwrap());
    let refused = run(&account, &["snapshot", "--event", file, "--out", out]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let out = directory.path().join("saved");
    let saved = run(
        &account,
        &["snapshot", "--event", file, "--out", out.to_str().unwrap()],
    );
    assert!(saved.status.success(), "{saved:?}");
    for entry in fs::read_dir(&out).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(PLANTED), "{text}");
    }
}
