use std::time::{Duration, Instant};

use awsvpc_auditor_engine::probe::{Connected, Interface, Target};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Names, Reply};
use awsvpc_auditor_probe::Limits;

use super::{ask, at, named};

const SPARE: Duration = Duration::from_secs(2);

fn swallowed(count: u8) -> Vec<Target> {
    (1..=count)
        .map(|number| at(Lab::swallowed(number), 443))
        .collect()
}

#[test]
fn ten_targets_that_swallow_are_silent_within_the_limits() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    for _ in 0..3 {
        let began = Instant::now();
        let probe = ask(&lab, &swallowed(10), Limits::default());
        let took = began.elapsed();
        assert!(took < Limits::default().whole + SPARE, "{took:?}");
        assert_eq!(probe.cut_short, None);
        for probed in &probe.targets {
            assert!(
                matches!(probed.connected, Connected::Silent { .. }),
                "{probed:?}"
            );
        }
    }
}

/// With less time than a step takes nothing is said of the network: silence of a moment is none.
#[test]
fn what_was_not_asked_long_enough_is_not_told_as_silent() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let limits = Limits {
        step: Duration::from_secs(4),
        whole: Duration::from_secs(1),
    };
    let began = Instant::now();
    let probe = ask(&lab, &swallowed(40), limits);
    let took = began.elapsed();
    assert!(took < limits.whole + SPARE, "{took:?}");
    assert!(probe.cut_short.is_some());
    let targets: Vec<_> = probe
        .targets
        .iter()
        .map(|probed| probed.target.clone())
        .collect();
    assert_eq!(targets, swallowed(40));
    for probed in &probe.targets {
        assert!(
            matches!(probed.connected, Connected::CantTell { .. }),
            "{probed:?}"
        );
    }
}

#[test]
fn answers_come_in_the_order_of_the_targets_and_say_from_where() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let _server = lab
        .name_server(Names::known([("db.lab", vec![Lab::SERVER])]))
        .unwrap();
    let _port = lab.port(5432, Reply::Nothing).unwrap();
    let targets = [
        at(Lab::swallowed(1), 443),
        named("db.lab", 5432),
        named("no.lab", 1),
    ];
    let probe = ask(&lab, &targets, Limits::default());
    let asked: Vec<_> = probe.targets.iter().map(|probed| &probed.target).collect();
    assert_eq!(asked, targets.iter().collect::<Vec<_>>());
    assert_eq!(probe.name_servers, [Lab::NAME_SERVER]);
    let own = Interface {
        name: "eth0".to_owned(),
        mtu: Lab::MTU,
    };
    assert_eq!(probe.interfaces, [own]);
}
