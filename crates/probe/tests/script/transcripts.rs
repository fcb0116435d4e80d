//! Transcripts as terminals make them.

use awsvpc_auditor_engine::probe::{Connected, Interface, Probe, Resolved, Took};
use awsvpc_auditor_probe::script::{Script, Unreadable};
use proptest::prelude::*;

use crate::{limits, read, targets};

pub(crate) fn script(texts: &[&str]) -> Script {
    Script::new(&targets(texts), &limits(4, 20))
}

/// Lines as the script says them, all but its end.
pub(crate) fn said(script: &Script, lines: &[&str]) -> String {
    let end = script.end_marker();
    let start = end.strip_suffix("end ~").unwrap();
    let lines = ["ready"].iter().chain(lines);
    let lines: Vec<_> = lines.map(|line| format!("{start}{line} ~\r\n")).collect();
    lines.concat()
}

const LINES: [&str; 9] = [
    "0 has sleep setsid getent bash",
    "0 ns 10.0.0.2",
    "0 ns fe80::1%eth0",
    "0 if eth1 9001",
    "1 dns getent 20 0 [10.0.4.17 10.0.5.18] 10.0.4.17 STREAM db.lab",
    "1 at 10.0.4.17",
    "1 tcp bash 30 0",
    "2 dns getent 4000 137",
    "0 exit 0",
];

fn of_lines(script: &Script) -> Probe {
    let transcript = format!("{}{}\r\n", said(script, &LINES), script.end_marker());
    read(script, &transcript).unwrap()
}

#[test]
fn what_was_said_is_read() {
    let script = script(&["db.lab:5432", "cache.lab:6379"]);
    let probe = of_lines(&script);
    assert_eq!(probe.cut_short, None);
    assert_eq!(probe.name_servers.len(), 2);
    let eth1 = Interface {
        name: "eth1".to_owned(),
        mtu: 9001,
    };
    assert_eq!(probe.interfaces, [eth1]);
    let addresses = ["10.0.4.17", "10.0.5.18"].map(|address| address.parse().unwrap());
    let resolved = Resolved::Addresses {
        addresses: addresses.to_vec(),
        took_ms: Took(20),
    };
    assert_eq!(probe.targets[0].resolved, resolved);
    let open = Connected::Open {
        address: Some(addresses[0]),
        took_ms: Took(30),
    };
    assert_eq!(probe.targets[0].connected, open);
    let silent = Resolved::Silent {
        waited_ms: Took(4000),
    };
    assert_eq!(probe.targets[1].resolved, silent);
    assert_eq!(probe.targets[1].connected, Connected::NotTried);
}

#[test]
fn what_surrounds_it_doesnt_matter() {
    let script = script(&["db.lab:5432", "cache.lab:6379"]);
    let expected = of_lines(&script);
    let said = format!("{}{}\r\n", said(&script, &LINES), script.end_marker());
    let echo = script.input().replace('\n', "\r\n");
    for transcript in [
        said.replace("\r\n", "\n"),
        format!(
            "The Session Manager plugin was installed\r\n\u{1b}[?2004hroot@ip:/# \u{1b}[0m{said}"
        ),
        format!("{}\r\n{echo}{said}", script.command()),
        said.replace("~\r\n", "~\r\n$ \u{1b}[1m"),
        format!("{said}\r\nlogout\r\nExiting session\r\n"),
        said.replace("\r\n", "\r\nsome job: 1234 Killed\r\n"),
    ] {
        assert_eq!(
            read(&script, &transcript).unwrap(),
            expected,
            "{transcript}"
        );
    }
}

#[test]
fn lines_that_are_missing_or_broken_are_unknown() {
    let script = script(&["db.lab:5432", "10.0.0.7:6379"]);
    let missing = Connected::CantTell {
        why: "the answer is missing from the output".to_owned(),
    };
    for broken in [
        "2 tcp bash thirty 0",
        "2 tcp bash 30",
        "2 tcp",
        "3 tcp bash 30 0",
        "-2 tcp bash 30 0",
        "99999999999999999999999 tcp bash 30 0",
        "2 udp bash 30 0",
        "2 tcp bash 30 0 ~ and what another job wrote",
    ] {
        let mut transcript = said(&script, &["0 has sleep bash"]);
        let line = said(&script, &[broken]);
        // The last one lacks its end.
        transcript.push_str(&line.replace("wrote ~", "wrote"));
        transcript.push_str(&script.end_marker());
        assert_eq!(
            read(&script, &transcript).unwrap().targets[1].connected,
            missing,
            "{broken}"
        );
    }
}

#[test]
fn a_transcript_that_ends_early_gives_what_it_has() {
    let script = script(&["db.lab:5432", "cache.lab:6379"]);
    let said = said(&script, &LINES);
    let (first, _) = said.split_once("2 dns").unwrap();
    let probe = read(&script, first).unwrap();
    assert_eq!(
        probe.cut_short.as_deref(),
        Some("the output ends before the script does")
    );
    assert!(matches!(probe.targets[0].connected, Connected::Open { .. }));
    let unknown = Resolved::CantTell {
        why: "the output ends before the answer".to_owned(),
    };
    assert_eq!(probe.targets[1].resolved, unknown);
}

#[test]
fn something_else_is_shown_in_short() {
    let script = script(&["db.lab:5432"]);
    assert_eq!(read(&script, " \r\n").unwrap_err(), Unreadable::Nothing);
    let error = "\u{1b}[31m/bin/sh:\u{7} 1: Syntax error:\r\n\t\"(\" unexpected\u{1b}[0m\r\n";
    assert_eq!(
        read(&script, error).unwrap_err().to_string(),
        "the shell in the container didn't run the script, but printed: \
         /bin/sh: 1: Syntax error: \"(\" unexpected"
    );
    let long = "ä".repeat(10_000);
    let Unreadable::Other(seen) = read(&script, &long).unwrap_err() else {
        panic!("it is something");
    };
    assert_eq!(seen.chars().count(), 200);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let script = script(&["db.lab:5432", "10.0.0.7:443/tls"]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(Unreadable::Other(seen)) = read(&script, &text) {
            prop_assert!(seen.chars().count() <= 200);
            prop_assert!(!seen.chars().any(char::is_control));
        }
        // The same as the words of every line.
        for line in ["0", "0 has", "0 if", "1 dns nslookup 1 1", "2 tcp nc 1 1", "2 tcp curl 1 28 connect 0.", "2 tls openssl 1 1", "2 path 9001 1 1"] {
            let open = "2 tcp bash 1 0";
            let transcript = said(&script, &["0 if eth0 9001", open, &format!("{line} {text}")]);
            prop_assert!(read(&script, &transcript).is_ok());
        }
    }

    #[test]
    fn a_part_of_a_transcript_says_nothing_else(end in 0_usize..900) {
        let script = script(&["db.lab:5432", "cache.lab:6379"]);
        let said = format!("{}{}\r\n", said(&script, &LINES), script.end_marker());
        let whole = of_lines(&script);
        if let Ok(probe) = read(&script, said.get(..end).unwrap_or(&said)) {
            for (probed, whole) in probe.targets.iter().zip(&whole.targets) {
                let unknown = matches!(probed.resolved, Resolved::CantTell { .. });
                prop_assert!(unknown || probed.resolved == whole.resolved);
                let unknown = matches!(probed.connected, Connected::CantTell { .. });
                prop_assert!(unknown || probed.connected == whole.connected);
            }
        }
    }
}
