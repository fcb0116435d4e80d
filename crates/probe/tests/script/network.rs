//! Networks that behave and misbehave, asked by the tools of the machine in each shell.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use awsvpc_auditor_engine::probe::{Connected, Handshake, PathSize, Probe, Resolved, Target};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Names, Reply};
use awsvpc_auditor_probe::script::Script;

use crate::shell::{Line, SHELLS, Shell, assert_nothing_runs};
use crate::{limits, read, target, targets};

/// Asks within a network, and makes sure that nothing is left of it.
pub(crate) fn ask(lab: &Lab, script: &Script, shell: &[&str], line: Line) -> Probe {
    let run = Shell::start(script, shell, line, |program| lab.client().command(program));
    let transcript = run.finish(script);
    assert_nothing_runs(script, Duration::from_secs(1));
    let probe = read(script, &transcript).unwrap_or_else(|error| panic!("{error}: {transcript}"));
    assert_eq!(probe.cut_short, None, "{transcript}");
    probe
}

/// Ten runs: each shell by each line, and on.
pub(crate) fn ten_runs() -> impl Iterator<Item = (&'static [&'static str], Line)> {
    let lines = [Line::Terminal, Line::Pipe];
    let both = SHELLS
        .into_iter()
        .flat_map(move |shell| lines.map(|line| (shell, line)));
    both.cycle().take(10)
}

#[test]
fn ten_targets_are_told_apart_in_ten_runs() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let db = vec![Lab::SERVER];
    let names = Names::known([("db.lab", db), ("without.lab", vec![])]);
    let _names = lab.name_server(names).unwrap();
    let _ports = [
        lab.port(5432, Reply::Nothing).unwrap(),
        lab.port(443, Reply::Tls).unwrap(),
        lab.port(8443, Reply::Greeting("220 ready\r\n")).unwrap(),
        lab.port(9443, Reply::Nothing).unwrap(),
    ];
    let targets = targets(&[
        "db.lab:5432",
        "db.lab:443/tls",
        "db.lab:8443/tls",
        "db.lab:9443/tls",
        "db.lab:6379",
        "nosuch.lab:5432",
        "10.0.3.7:5432",
        "10.0.4.2:5432",
        "10.9.0.2:5432",
        "[fd00:2::2]:5432",
    ]);
    for (shell, line) in ten_runs() {
        let script = Script::new(&targets, &limits(3, 20));
        let probe = ask(&lab, &script, shell, line);
        assert_eq!(probe.name_servers, [Lab::NAME_SERVER]);
        let interfaces: Vec<_> = probe
            .interfaces
            .iter()
            .map(|i| (i.name.as_str(), i.mtu))
            .collect();
        assert_eq!(interfaces, [("eth0", 9001)]);

        let told = |number: usize| &probe.targets[number];
        for number in 0..5 {
            match &told(number).resolved {
                Resolved::Addresses { addresses, .. } => assert_eq!(*addresses, [Lab::SERVER]),
                other => panic!("{shell:?}: {other:?}"),
            }
        }
        for number in [0, 1, 2, 3, 9] {
            let address = if number == 9 {
                Lab::SERVER_V6
            } else {
                Lab::SERVER
            };
            let open = matches!(told(number).connected, Connected::Open { address: Some(at), .. } if at == address);
            assert!(open, "{shell:?} {line:?}: {:?}", told(number));
            // Where BusyBox prefers itself.
            let carries = PathSize::Carries { bytes: 9001 };
            let is_expected = told(number).path == carries || shell[0] == "busybox";
            assert!(is_expected, "{shell:?} {line:?}: {:?}", told(number));
        }
        assert_eq!(told(0).handshake, Handshake::NotTried);
        match &told(1).handshake {
            Handshake::Done {
                distrusted: Some(_),
                ..
            } => {}
            other => panic!("{other:?}"),
        }
        assert!(
            matches!(told(2).handshake, Handshake::Fails { .. }),
            "{:?}",
            told(2)
        );
        assert!(
            matches!(told(3).handshake, Handshake::Silent { .. }),
            "{:?}",
            told(3)
        );
        assert!(
            matches!(told(4).connected, Connected::Refused { .. }),
            "{:?}",
            told(4)
        );
        assert_eq!(told(4).path, PathSize::NotTried);
        assert!(
            matches!(told(5).resolved, Resolved::NoSuchName { .. }),
            "{:?}",
            told(5)
        );
        assert_eq!(told(5).connected, Connected::NotTried);
        assert_eq!(told(6).resolved, Resolved::NotNeeded);
        assert!(
            matches!(told(6).connected, Connected::Silent { .. }),
            "{:?}",
            told(6)
        );
        assert!(
            matches!(told(7).connected, Connected::NoWay { .. }),
            "{:?}",
            told(7)
        );
        assert!(
            matches!(told(8).connected, Connected::NoWay { .. }),
            "{:?}",
            told(8)
        );
    }
}

#[test]
fn a_silent_name_server_and_targets_that_swallow_end_in_time() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let _names = lab.name_server(Names::Silent).unwrap();
    let names = (0..5).map(|number| target(&format!("db{number}.lab:443/tls")));
    let addresses = (0..5).map(|number| {
        let address = Lab::swallowed(number + 2);
        target(&format!("{address}:443/tls"))
    });
    let targets: Vec<Target> = names.chain(addresses).collect();
    for (shell, line) in ten_runs() {
        let limits = limits(2, 10);
        let script = Script::new(&targets, &limits);
        let started = Instant::now();
        let probe = ask(&lab, &script, shell, line);
        assert!(started.elapsed() < limits.whole, "{:?}", started.elapsed());
        let (names, addresses) = probe.targets.split_at(5);
        for probed in names {
            assert!(
                matches!(probed.resolved, Resolved::Silent { .. }),
                "{probed:?}"
            );
            assert_eq!(probed.connected, Connected::NotTried);
        }
        for probed in addresses {
            assert!(
                matches!(probed.connected, Connected::Silent { .. }),
                "{probed:?}"
            );
        }
    }
}

#[test]
fn a_question_that_gets_lost_is_asked_again() {
    for shell in [["dash"].as_slice(), &["busybox", "sh"]] {
        let lab = Lab::new(Link::Jumbo).unwrap();
        let known = BTreeMap::from([("db.lab".to_owned(), vec![Lab::SERVER])]);
        let _names = lab.name_server(Names::FirstLost(known)).unwrap();
        let _port = lab.port(5432, Reply::Nothing).unwrap();
        let script = Script::new(&targets(&["db.lab:5432"]), &limits(2, 20));
        let probe = ask(&lab, &script, shell, Line::Pipe);
        let resolved = &probe.targets[0].resolved;
        let has_addresses = matches!(resolved, Resolved::Addresses { .. });
        assert!(has_addresses, "{shell:?}: {resolved:?}");
    }
}

#[test]
fn what_wasnt_asked_in_time_is_told() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let _port = lab.port(443, Reply::Nothing).unwrap();
    for shell in SHELLS {
        // The handshake takes all of the time, so that nothing measures the path.
        let script = Script::new(&targets(&["10.0.2.2:443/tls"]), &limits(60, 4));
        let run = Shell::start(&script, shell, Line::Pipe, |program| {
            lab.client().command(program)
        });
        let probe = read(&script, &run.finish(&script)).unwrap();
        assert!(matches!(
            probe.targets[0].handshake,
            Handshake::Silent { .. }
        ));
        let late = PathSize::CantTell {
            why: "the time ran out before it was asked".to_owned(),
        };
        assert_eq!(probe.targets[0].path, late);
        let why = probe.cut_short.unwrap();
        assert_eq!(why, "the time ran out before everything was asked");
    }
}

#[test]
fn name_servers_that_fail_are_told_from_names_that_dont_exist() {
    let empty = || Names::known([("without.lab", vec![])]);
    let fails = |how: &str| Resolved::ServerFails {
        how: how.to_owned(),
    };
    for (names, expected) in [
        (Names::Fails, Some(fails("SERVFAIL"))),
        (Names::Refuses, Some(fails("REFUSED"))),
        (empty(), None),
    ] {
        let lab = Lab::new(Link::Jumbo).unwrap();
        let _names = lab.name_server(names).unwrap();
        // BusyBox has a tool that says what the name server says.
        for (_, line) in ten_runs() {
            let script = Script::new(&targets(&["nosuch.lab:443"]), &limits(8, 20));
            let probe = ask(&lab, &script, &["busybox", "sh"], line);
            match (&probe.targets[0].resolved, &expected) {
                (resolved, Some(expected)) => assert_eq!(resolved, expected),
                (resolved, None) => assert!(
                    matches!(resolved, Resolved::NoSuchName { .. }),
                    "{resolved:?}"
                ),
            }
        }
    }
}
