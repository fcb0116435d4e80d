//! Every verdict of the configuration with every kind of answer.

use std::fmt::Write;

use awsvpc_auditor_engine::probe::{
    Circumstances, Claim, Configured, Connected, Handshake, Meaning, PathSize, Probed, Resolved,
    Side, Took, compare,
};

use crate::{at_one, claim, closed, open, open_at, probed, refused, silent, unknown, way};

/// A probe's answers, by the step that decides.
fn answers() -> Vec<(&'static str, Probed)> {
    let no_name = |resolved| Probed {
        resolved,
        ..probed(Connected::NotTried)
    };
    let tls = |handshake| Probed {
        handshake,
        ..probed(open())
    };
    let path = |path| Probed {
        path,
        ..probed(open())
    };
    let words = || "words".to_owned();
    let waited_ms = Took(3000);
    vec![
        ("open", probed(open())),
        ("refused", probed(refused())),
        ("silent", probed(silent())),
        ("no way", probed(Connected::NoWay { how: words() })),
        ("unclear", probed(Connected::Fails { how: words() })),
        ("no tool", probed(Connected::CantTell { why: words() })),
        ("not tried", probed(Connected::NotTried)),
        (
            "no such name",
            no_name(Resolved::NoSuchName { took_ms: Took(3) }),
        ),
        (
            "name server fails",
            no_name(Resolved::ServerFails { how: words() }),
        ),
        (
            "name server silent",
            no_name(Resolved::Silent { waited_ms }),
        ),
        ("name unclear", no_name(Resolved::Fails { how: words() })),
        (
            "no tool for names",
            no_name(Resolved::CantTell { why: words() }),
        ),
        (
            "open, no tool for names",
            Probed {
                resolved: Resolved::CantTell { why: words() },
                ..probed(open())
            },
        ),
        ("TLS fails", tls(Handshake::Fails { how: words() })),
        ("TLS silent", tls(Handshake::Silent { waited_ms })),
        ("no tool for TLS", tls(Handshake::CantTell { why: words() })),
        (
            "not trusted",
            tls(Handshake::Done {
                took_ms: Took(9),
                distrusted: Some(words()),
            }),
        ),
        (
            "black hole",
            path(PathSize::BlackHole {
                carries: Some(1472),
                swallows: 8973,
            }),
        ),
        ("narrows", path(PathSize::Narrows { bytes: 1500 })),
        ("path unknown", path(PathSize::CantTell { why: words() })),
    ]
}

fn written(meaning: &Meaning) -> String {
    match meaning {
        Meaning::CantTell { side, .. } => format!("unknown ({side:?})"),
        other => other.as_str().to_owned(),
    }
}

#[test]
fn every_pair_has_a_meaning() {
    let (fails, both) = ("fails-elsewhere", "unknown (Both)");
    let (config, probe) = ("unknown (Configuration)", "unknown (Probe)");
    // What is answered, and what it means where the configuration is open, closed and unknown.
    let expected = [
        ("open", "works", "contradiction", config),
        ("refused", fails, probe, config),
        ("silent", fails, "blocked", config),
        ("no way", fails, "blocked", config),
        ("unclear", fails, "blocked", config),
        ("no tool", probe, probe, both),
        ("not tried", probe, probe, both),
        ("no such name", fails, "blocked", config),
        ("name server fails", fails, "blocked", config),
        ("name server silent", fails, "blocked", config),
        ("name unclear", fails, "blocked", config),
        ("no tool for names", probe, probe, both),
        ("open, no tool for names", "works", "contradiction", config),
        ("TLS fails", fails, "contradiction", config),
        ("TLS silent", fails, "contradiction", config),
        ("no tool for TLS", probe, "contradiction", both),
        ("not trusted", "works", "contradiction", config),
        ("black hole", fails, "contradiction", config),
        ("narrows", "works", "contradiction", config),
        ("path unknown", "works", "contradiction", config),
    ];
    let given = answers();
    assert_eq!(given.len(), expected.len());
    for ((name, probed), (expected_name, of_open, of_closed, of_unknown)) in
        given.iter().zip(expected)
    {
        assert_eq!(*name, expected_name);
        for (configured, expected) in [
            (Configured::Open, of_open),
            (closed(), of_closed),
            (unknown(), of_unknown),
        ] {
            let claim = at_one(configured.clone());
            let (_, meaning) = compare(&claim, probed, Circumstances::default());
            assert_eq!(written(&meaning), expected, "{configured:?}, {name}");
        }
    }
}

#[test]
fn every_pair_reads_as_it_did() {
    let mut text = String::new();
    for (verdict, configured) in [
        ("open", Configured::Open),
        ("closed", closed()),
        ("unknown", unknown()),
    ] {
        for (name, probed) in answers() {
            let claim = at_one(configured.clone());
            let (_, meaning) = compare(&claim, &probed, Circumstances::default());
            writeln!(text, "{verdict} / {name}: {meaning}").unwrap();
        }
    }
    insta::assert_snapshot!("pairs", text);
}

fn meaning(claim: &Claim, probed: &Probed, circumstances: Circumstances<'_>) -> String {
    written(&compare(claim, probed, circumstances).1)
}

/// The audit's own error, planted: both proofs are there.
#[test]
fn a_contradiction_carries_both_proofs() {
    let circumstances = Circumstances {
        asked_at: awsvpc_auditor_engine::facts::Timestamp::parse("2026-06-02T08:20:31Z"),
        ..Circumstances::default()
    };
    let (_, meaning) = compare(&at_one(closed()), &probed(open()), circumstances);
    let Meaning::Contradiction { blockers, answer } = &meaning else {
        panic!("{meaning:?}");
    };
    assert_eq!(blockers[0].component, "sg-db");
    assert_eq!(
        answer,
        "the port was open at 10.0.20.5 within 2 ms, 2026-06-02T08:20:31Z"
    );
    let words = meaning.to_string();
    assert!(words.contains("sg-db admits nobody"), "{words}");
    assert!(words.contains("10.0.20.5"), "{words}");
}

#[test]
fn facts_of_another_time_contradict_nothing() {
    let closed = at_one(closed());
    let open_claim = at_one(Configured::Open);
    for (apart, of_answered, of_silent) in [
        (None, "contradiction", "fails-elsewhere"),
        (Some(0), "contradiction", "fails-elsewhere"),
        (Some(15 * 60), "contradiction", "fails-elsewhere"),
        (
            Some(15 * 60 + 1),
            "unknown (Configuration)",
            "unknown (Configuration)",
        ),
    ] {
        let circumstances = Circumstances {
            apart,
            ..Circumstances::default()
        };
        let answered = meaning(&closed, &probed(open()), circumstances);
        assert_eq!(answered, of_answered, "{apart:?}");
        let fails = meaning(&open_claim, &probed(silent()), circumstances);
        assert_eq!(fails, of_silent, "{apart:?}");
        // Where both agree, nothing hangs on the time.
        assert_eq!(
            meaning(&open_claim, &probed(open()), circumstances),
            "works"
        );
        assert_eq!(
            meaning(&closed, &probed(silent()), circumstances),
            "blocked"
        );
    }
}

/// A monitor's own security groups may let through, or stop, what the task's don't.
#[test]
fn something_else_in_the_subnet_proves_less() {
    let circumstances = Circumstances {
        beside_in: Some("subnet-app"),
        ..Circumstances::default()
    };
    let (open_claim, closed_claim) = (at_one(Configured::Open), at_one(closed()));
    for (claim, answer, expected) in [
        (&open_claim, open(), "works"),
        (&open_claim, refused(), "fails-elsewhere"),
        (&open_claim, silent(), "unknown (Probe)"),
        (&closed_claim, open(), "unknown (Probe)"),
        (&closed_claim, refused(), "unknown (Probe)"),
        (&closed_claim, silent(), "blocked"),
    ] {
        let given = meaning(claim, &probed(answer.clone()), circumstances);
        assert_eq!(given, expected, "{answer:?}");
    }
    let no_name = Probed {
        resolved: Resolved::NoSuchName { took_ms: Took(3) },
        ..probed(Connected::NotTried)
    };
    assert_eq!(
        meaning(&open_claim, &no_name, circumstances),
        "fails-elsewhere"
    );
}

#[test]
fn a_name_that_a_check_of_dns_explains_agrees() {
    let faults = ["enableDnsSupport is off".to_owned()];
    let circumstances = Circumstances {
        names: &faults,
        ..Circumstances::default()
    };
    let no_name = Probed {
        resolved: Resolved::Silent {
            waited_ms: Took(3000),
        },
        ..probed(Connected::NotTried)
    };
    let (_, meaning) = compare(&at_one(Configured::Open), &no_name, circumstances);
    let reasons = faults.to_vec();
    assert_eq!(meaning, Meaning::Blocked { reasons });
    // It explains no silence of a port.
    let (_, meaning) = compare(&at_one(Configured::Open), &probed(silent()), circumstances);
    assert_eq!(meaning.as_str(), "fails-elsewhere");
}

/// One of a database's two addresses is closed.
#[test]
fn the_address_that_answered_is_the_one_that_counts() {
    let two = claim(vec![
        way(&["10.0.20.5"], Configured::Open),
        way(&["10.0.21.5"], closed()),
    ]);
    let resolving = |connected, addresses: &[&str]| Probed {
        resolved: Resolved::Addresses {
            addresses: addresses.iter().map(|one| one.parse().unwrap()).collect(),
            took_ms: Took(4),
        },
        ..probed(connected)
    };
    let both = ["10.0.20.5", "10.0.21.5"];
    for (probed, expected) in [
        (resolving(open_at("10.0.20.5"), &both), "works"),
        (resolving(open_at("10.0.21.5"), &both), "contradiction"),
        (
            resolving(open_at("192.168.7.9"), &both),
            "unknown (Configuration)",
        ),
        (resolving(refused(), &both), "unknown (Configuration)"),
        (resolving(refused(), &["10.0.21.5"]), "unknown (Probe)"),
        (resolving(refused(), &["10.0.20.5"]), "fails-elsewhere"),
        (resolving(silent(), &["10.0.20.5"]), "fails-elsewhere"),
        (resolving(silent(), &["10.0.21.5"]), "blocked"),
        (resolving(silent(), &both), "blocked"),
    ] {
        let given = meaning(&two, &probed, Circumstances::default());
        assert_eq!(given, expected, "{probed:?}");
    }
    // A script tries one of them, and says which.
    for (connected, tried, expected) in [
        (silent(), "10.0.20.5", "fails-elsewhere"),
        (silent(), "10.0.21.5", "blocked"),
        (refused(), "10.0.20.5", "fails-elsewhere"),
        (refused(), "10.0.21.5", "unknown (Probe)"),
    ] {
        let probed = Probed {
            tried: Some(tried.parse().unwrap()),
            ..resolving(connected, &both)
        };
        let given = meaning(&two, &probed, Circumstances::default());
        assert_eq!(given, expected, "{probed:?}");
    }
}

#[test]
fn which_side_cant_tell_is_said() {
    let no_tool = probed(Connected::CantTell {
        why: "no nc".to_owned(),
    });
    let (_, meaning) = compare(&at_one(unknown()), &no_tool, Circumstances::default());
    let Meaning::CantTell { side, why } = meaning else {
        panic!("{meaning:?}");
    };
    assert_eq!(side, Side::Both);
    assert!(
        why.contains("access denied") && why.contains("no nc"),
        "{why}"
    );
}
