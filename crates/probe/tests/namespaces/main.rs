//! Probes with real sockets in networks that misbehave in a known way: what is told is the truth, ten
//! times out of ten.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed assertion is how a test reports"
)]

mod limits;
mod names;
mod paths;
mod ports;

use std::net::IpAddr;
use std::thread;

use awsvpc_auditor_engine::dependencies::text::Host;
use awsvpc_auditor_engine::probe::{Probe, Probed, Target, Vantage};
use awsvpc_auditor_lab::namespaces::Lab;
use awsvpc_auditor_probe::{Limits, sockets};

/// Asks once, from the client.
fn ask(lab: &Lab, targets: &[Target], limits: Limits) -> Probe {
    let vantage = Vantage::Here {
        name: "client".to_owned(),
    };
    let probe = lab
        .client()
        .block_on(|| async move { sockets::ask(vantage, targets, &limits).await });
    probe.unwrap()
}

/// Asks for one target ten times, all at once, and shows every answer to the check.
fn ten_times(lab: &Lab, target: &Target, check: impl Fn(&Probed)) {
    let targets = std::slice::from_ref(target);
    let answers: Vec<Probe> = thread::scope(|scope| {
        let asked: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| ask(lab, targets, Limits::default())))
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().unwrap())
            .collect()
    });
    assert_eq!(answers.len(), 10);
    for answer in answers {
        assert_eq!(answer.cut_short, None);
        assert_eq!(answer.targets.len(), 1);
        check(&answer.targets[0]);
    }
}

fn named(name: &str, port: u16) -> Target {
    Target::new(Host::Name(name.to_owned()), port)
}

fn at(address: IpAddr, port: u16) -> Target {
    Target::new(Host::Address(address), port)
}
