//! What tasks keep secret stays secret: environment values of task definitions and overrides.

use std::fs;
use std::process::Command;

use awsvpc_auditor_tests::lambda_api::Outcome;
use awsvpc_auditor_tests::world::PLANTED;

use crate::support::Account;

#[test]
fn no_planted_value_shows_up_anywhere() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let event = world.event("checkout", 1, 5, &world.make_interface());
    assert!(
        event.to_string().contains(PLANTED),
        "the test plants what it looks for"
    );
    account.deliver(&[event.to_string()]);
    // Poison in which the value stands where it is read.
    let mut poison = event.clone();
    poison["detail"]["version"] = PLANTED.into();
    account.deliver(&[poison.to_string(), format!("{{\"x\": \"{PLANTED}\"")]);
    let Outcome::Response(report) = account.function.invoke(&event) else {
        panic!("{}", account.function.output());
    };
    let messages = account.messages();
    assert!(!messages.is_empty());
    for (what, text) in [
        ("the log", account.function.output()),
        ("a message", format!("{messages:?}")),
        ("the chat", format!("{:?}", account.chat())),
        ("a program's message", format!("{:?}", account.findings())),
        ("the table", account.kept()),
        ("the report", report.to_string()),
    ] {
        assert!(!text.contains(PLANTED), "{what}: {text}");
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("event.json");
    fs::write(&file, event.to_string()).unwrap();
    let out = directory.path().join("snapshot");
    let saved = Command::new(awsvpc_auditor_tests::auditor_binary())
        .args(["snapshot", "--event"])
        .arg(&file)
        .arg("--out")
        .arg(&out)
        .env("AWS_ENDPOINT_URL", account.network.url())
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .unwrap();
    assert!(saved.status.success(), "{saved:?}");
    assert!(!format!("{saved:?}").contains(PLANTED));
    let mut files = 0;
    for entry in fs::read_dir(&out).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(PLANTED), "{text}");
        files += 1;
    }
    assert!(files > 10, "{files}");
}
