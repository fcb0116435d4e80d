//! Asking with real connections, from wherever the command line runs.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};

use awsvpc_auditor_tests::{auditor, auditor_binary};
use serde_json::Value;

/// A port that answers, and one at which nothing listens.
fn open_and_closed() -> (TcpListener, String, String) {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (open, closed) = (listen(), listen());
    let address = |listener: &TcpListener| listener.local_addr().unwrap().to_string();
    let (works, fails) = (address(&open), address(&closed));
    (open, works, fails)
}

#[test]
fn the_exit_status_says_whether_everything_answers() {
    let (_open, works, fails) = open_and_closed();
    let run = auditor(["monitor", &works]);
    assert_eq!(run.status, 0, "{}", run.shown());
    let run = auditor(["monitor", &works, &fails]);
    assert_eq!(run.status, 3, "{}", run.shown());
    let lines: Vec<_> = run.stdout.lines().collect();
    let line = |address: &str| {
        let mut own = lines.iter().filter(|line| line.contains(address));
        (*own.next().unwrap()).to_owned()
    };
    assert!(lines[0].starts_with("Asked from here, "), "{}", run.stdout);
    for head in ["target", "DNS", "port", "TLS", "largest packet"] {
        assert!(lines[1].contains(head), "{}", run.stdout);
    }
    assert!(line(&works).ends_with("works"), "{}", run.stdout);
    assert!(line(&works).contains("an address"), "{}", run.stdout);
    assert!(
        line(&fails).ends_with("FAILS: the connection is refused"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.ends_with("\n1 fail, 0 unknown, 1 work\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn tls_that_isn_t_spoken_fails() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let target = format!("{}/tls", listener.local_addr().unwrap());
    // It closes every connection at once.
    std::thread::spawn(move || while listener.accept().is_ok() {});
    let run = auditor(["monitor", &target]);
    assert_eq!(run.status, 3, "{}", run.shown());
    assert!(run.stdout.contains("FAILS: TLS"), "{}", run.stdout);
}

#[test]
fn what_it_says_for_programs() {
    let (_open, works, fails) = open_and_closed();
    let run = auditor(["monitor", &works, &fails, "--format", "json"]);
    assert_eq!(run.status, 3);
    let report = run.json();
    assert_eq!(report["schema"], 1);
    assert_eq!(report["subject"]["kind"], "monitor");
    let standing = |place: usize| report["targets"][place]["probe"]["standing"].clone();
    assert_eq!((standing(0), standing(1)), ("works".into(), "fails".into()));
    assert_eq!(report["targets"][1]["target"], fails);
}

#[test]
fn wrong_usage_is_refused() {
    for (arguments, said) in [
        (
            ["monitor", "db.internal"].as_slice(),
            "`db.internal` is no target",
        ),
        (&["monitor"], "HOST:PORT"),
        (
            &["monitor", "10.0.0.1:1", "10.0.0.1:1/tls"],
            "10.0.0.1:1 is given twice",
        ),
        (&["monitor", "10.0.0.1:1", "--every", "0"], "--every"),
    ] {
        let run = auditor(arguments.iter().copied());
        assert_eq!(run.status, 2, "{}", run.shown());
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn with_every_a_line_tells_what_changes() {
    let (open, works, _) = open_and_closed();
    let mut child = Command::new(auditor_binary())
        .args(["monitor", &works, "--every", "1", "--format", "json"])
        .env_clear()
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["targets"][0]["probe"]["standing"], "works");
    drop(open);
    let change = next();
    assert_eq!(change["target"], works);
    assert_eq!(change["probe"]["standing"], "fails");
    let again = TcpListener::bind(&works).unwrap();
    assert_eq!(next()["probe"]["standing"], "works");
    drop(again);
    child.kill().unwrap();
    child.wait().unwrap();
}
