//! Each tool where it is the only one of its kind.

use std::os::unix::fs::symlink;

use awsvpc_auditor_engine::probe::{Connected, Handshake, Probe, Resolved};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Names, Reply};
use awsvpc_auditor_probe::script::Script;

use crate::images::{output, which};
use crate::network::ask;
use crate::shell::Line;
use crate::{limits, targets};

/// Where a tool is; some are `busybox` under another name.
fn place(tool: &str) -> String {
    match tool {
        "nc" | "nslookup" => which("busybox"),
        "python3" => output("python3", &["-c", "import sys; print(sys.executable)"])
            .trim()
            .to_owned(),
        tool => which(tool),
    }
}

/// Asks with these tools alone.
fn ask_with(lab: &Lab, tools: &[&str], texts: &[&str]) -> Probe {
    let folder = tempfile::tempdir().unwrap();
    for tool in ["sleep", "setsid"].iter().chain(tools) {
        symlink(place(tool), folder.path().join(tool)).unwrap();
    }
    let path = format!("PATH={}", folder.path().display());
    let script = Script::new(&targets(texts), &limits(3, 15));
    ask(
        lab,
        &script,
        &["env", &path, &which("dash")],
        Line::Terminal,
    )
}

#[test]
fn what_connects() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let _port = lab.port(5432, Reply::Nothing).unwrap();
    for tool in ["bash", "nc", "curl", "wget", "python3", "perl"] {
        let probe = ask_with(
            &lab,
            &[tool],
            &[
                "10.0.2.2:5432",
                "[fd00:2::2]:5432",
                "10.0.2.2:6379",
                "10.0.3.7:5432",
                "10.0.4.2:5432",
            ],
        );
        let connected: Vec<_> = probe
            .targets
            .iter()
            .map(|probed| &probed.connected)
            .collect();
        let [v4, v6, refused, silent, no_way] = connected.as_slice() else {
            panic!("{probe:?}");
        };
        assert!(matches!(v4, Connected::Open { .. }), "{tool}: {v4:?}");
        assert!(matches!(v6, Connected::Open { .. }), "{tool}: {v6:?}");
        assert!(
            matches!(refused, Connected::Refused { .. }),
            "{tool}: {refused:?}"
        );
        assert!(
            matches!(silent, Connected::Silent { .. }),
            "{tool}: {silent:?}"
        );
        assert!(
            matches!(no_way, Connected::NoWay { .. }),
            "{tool}: {no_way:?}"
        );
    }
}

#[test]
fn what_speaks_tls() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let names = Names::known([("db.lab", vec![Lab::SERVER])]);
    let _names = lab.name_server(names).unwrap();
    let _ports = [
        lab.port(443, Reply::Tls).unwrap(),
        lab.port(8443, Reply::Greeting("220 ready\r\n")).unwrap(),
        lab.port(9443, Reply::Nothing).unwrap(),
        lab.port(9444, Reply::TlsAlert).unwrap(),
        lab.port(9445, Reply::Close).unwrap(),
    ];
    for tool in ["openssl", "curl", "python3", "wget"] {
        let probe = ask_with(
            &lab,
            &["bash", "getent", tool],
            &[
                "db.lab:443/tls",
                "db.lab:8443/tls",
                "db.lab:9443/tls",
                "db.lab:9444/tls",
                "db.lab:9445/tls",
            ],
        );
        let handshakes: Vec<_> = probe
            .targets
            .iter()
            .map(|probed| &probed.handshake)
            .collect();
        let [tls, other, silent, alert, close] = handshakes.as_slice() else {
            panic!("{probe:?}");
        };
        let is_distrusted = matches!(
            tls,
            Handshake::Done {
                distrusted: Some(_),
                ..
            }
        );
        assert!(is_distrusted, "{tool}: {tls:?}");
        for fails in [other, alert, close] {
            assert!(
                matches!(fails, Handshake::Fails { .. }),
                "{tool}: {fails:?}"
            );
        }
        assert!(
            matches!(silent, Handshake::Silent { .. }),
            "{tool}: {silent:?}"
        );
    }
}

#[test]
fn what_looks_names_up() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    for tool in ["getent", "nslookup", "python3", "perl"] {
        let both = vec![Lab::SERVER_V6, Lab::SERVER];
        let names = Names::known([("db.lab", both), ("without.lab", vec![])]);
        let server = lab.name_server(names).unwrap();
        let probe = ask_with(
            &lab,
            &[tool],
            &["db.lab:1", "nosuch.lab:1", "without.lab:1"],
        );
        let resolved: Vec<_> = probe
            .targets
            .iter()
            .map(|probed| &probed.resolved)
            .collect();
        let [known, nosuch, without] = resolved.as_slice() else {
            panic!("{probe:?}");
        };
        let Resolved::Addresses { addresses, .. } = known else {
            panic!("{tool}: {known:?}");
        };
        let mut addresses = addresses.clone();
        addresses.sort();
        assert_eq!(addresses, [Lab::SERVER, Lab::SERVER_V6], "{tool}");
        for missing in [nosuch, without] {
            // It doesn't say why.
            let is_unsure = matches!(missing, Resolved::Fails { .. });
            assert_eq!(is_unsure, tool == "getent", "{tool}: {missing:?}");
            let is_missing = matches!(missing, Resolved::NoSuchName { .. });
            assert!(is_unsure || is_missing, "{tool}: {missing:?}");
        }
        drop(server);
        let _silent = lab.name_server(Names::Silent).unwrap();
        let probe = ask_with(&lab, &[tool], &["db.lab:1"]);
        let silent = &probe.targets[0].resolved;
        assert!(
            matches!(silent, Resolved::Silent { .. }),
            "{tool}: {silent:?}"
        );
    }
}
