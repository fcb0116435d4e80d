//! A probe leaves nothing behind: no descriptor, no process, no connection. It is a test program of its
//! own because it counts what the whole process has.
#![expect(
    clippy::unwrap_used,
    reason = "a failed assertion is how a test reports"
)]

use std::fs;
use std::time::{Duration, Instant};

use awsvpc_auditor_engine::probe::{Probe, Target, Vantage};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Names, Reply};
use awsvpc_auditor_probe::{Limits, sockets};
use nix::sched::{CloneFlags, unshare};

/// Descriptors of this thread's table, and child processes of this process.
fn held() -> (usize, usize) {
    let children = fs::read_dir("/proc/self/task").unwrap().map(|task| {
        // A thread may end in between.
        let children = fs::read_to_string(task.unwrap().path().join("children"));
        children.unwrap_or_default().split_whitespace().count()
    });
    let children = children.sum();
    (
        fs::read_dir("/proc/thread-self/fd").unwrap().count(),
        children,
    )
}

/// Sockets of the client that aren't just waiting for late packets (`TIME_WAIT` is 06).
fn sockets_of(lab: &Lab) -> Vec<String> {
    let read = || {
        ["tcp", "tcp6", "udp", "udp6"].map(|table| {
            let table = fs::read_to_string(format!("/proc/thread-self/net/{table}")).unwrap();
            table.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        })
    };
    let lines = lab.client().run(read).unwrap().concat();
    lines
        .into_iter()
        .filter(|line| line.split_whitespace().nth(3) != Some("06"))
        .collect()
}

/// Asks from the client, and compares what is held before and afterwards.
fn probe(lab: &Lab, targets: &[Target]) -> Probe {
    let name = "client".to_owned();
    let ask = || async move {
        // The servers of the lab are in this process too, and open descriptors meanwhile.
        unshare(CloneFlags::CLONE_FILES).unwrap();
        let before = held();
        let vantage = Vantage::Here { name };
        let probe = sockets::ask(vantage, targets, &Limits::default()).await;
        assert_eq!(held(), before, "descriptors and children");
        probe
    };
    lab.client().block_on(ask).unwrap()
}

#[test]
fn nothing_is_left_of_a_probe() {
    let lab = Lab::new(Link::BlackHole(1500)).unwrap();
    let names = Names::known([("db.lab", vec![Lab::SERVER, Lab::SERVER_V6])]);
    let _server = lab.name_server(names).unwrap();
    let ports = [
        lab.port(5432, Reply::Nothing).unwrap(),
        lab.port(443, Reply::Tls).unwrap(),
        lab.port(8443, Reply::Deaf).unwrap(),
        lab.port(9094, Reply::Close).unwrap(),
    ];
    let targets: Vec<Target> = [
        "db.lab:5432",
        "db.lab:443/tls",
        "db.lab:8443/tls",
        "db.lab:9094/tls",
    ]
    .into_iter()
    .chain([
        "db.lab:1",
        "no.lab:1",
        "10.0.3.1:1",
        "10.0.2.99:1",
        "10.9.0.1:1",
    ])
    .map(|target| target.parse().unwrap())
    .collect();
    for _ in 0..2 {
        let probe = probe(&lab, &targets);
        assert_eq!(probe.targets.len(), targets.len());
    }
    // Connections that were closed in order take a moment to end.
    let until = Instant::now() + Duration::from_secs(10);
    let is_quiet = |port: &awsvpc_auditor_lab::namespaces::Port| {
        let seen = port.seen();
        assert!(seen.connections > 0);
        seen.open == 0
    };
    // A deaf server never closes its end.
    let [nothing, tls, _, close] = &ports;
    while Instant::now() < until && ![nothing, tls, close].into_iter().all(is_quiet) {
        std::thread::sleep(Duration::from_millis(20));
    }
    for port in [nothing, tls, close] {
        assert_eq!(port.seen().open, 0);
    }
    drop(ports);
    while Instant::now() < until && !sockets_of(&lab).is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(sockets_of(&lab), Vec::<String>::new());
}
