//! What a monitor sees: told once for all subnets, mended when it is gone from all of them.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::alert::Kind::{Flapping, Opened, Resolved};
use awsvpc_auditor_engine::alert::{Observation, Observed, State};
use awsvpc_auditor_engine::checks::{self, Watch};
use awsvpc_auditor_engine::probe::{
    Connected, Handshake, PathSize, Probe, Probed, Resolved as Name, Took, Vantage,
};

use crate::service::{Life, kinds, minute};

/// How a target fares.
#[derive(Debug, Clone, Copy)]
enum Fares {
    Well,
    Refuses,
    Swallows,
    CantTell,
}

use Fares::{CantTell, Refuses, Swallows, Well};

const BOTH: [&str; 2] = ["subnet-a", "subnet-b"];

fn probed(target: &str, fares: Fares) -> Probed {
    let open = Connected::Open {
        address: None,
        took_ms: Took(2),
    };
    let (connected, path) = match fares {
        Well => (open, PathSize::Carries { bytes: 8_948 }),
        Swallows => (
            open,
            PathSize::BlackHole {
                carries: None,
                swallows: 8_948,
            },
        ),
        Refuses => (Connected::Refused { took_ms: Took(1) }, PathSize::NotTried),
        CantTell => (
            Connected::CantTell {
                why: "there was no time left".to_owned(),
            },
            PathSize::NotTried,
        ),
    };
    Probed {
        target: target.parse().unwrap(),
        resolved: Name::NotNeeded,
        tried: None,
        connected,
        handshake: Handshake::NotTried,
        path,
    }
}

/// What the monitor sees from a subnet, of those that it has.
fn seen(subnet: &str, all: &[&str], targets: &[(&str, Fares)], at: u64) -> Observation {
    observation(&probe(subnet, targets), all, at)
}

fn probe(subnet: &str, targets: &[(&str, Fares)]) -> Probe {
    Probe {
        vantage: Vantage::Here {
            name: subnet.to_owned(),
        },
        asked_at: None,
        name_servers: Vec::new(),
        interfaces: Vec::new(),
        targets: targets
            .iter()
            .map(|(target, fares)| probed(target, *fares))
            .collect(),
        cut_short: None,
    }
}

fn observation(probe: &Probe, all: &[&str], at: u64) -> Observation {
    let watch = Watch {
        account: "123456789012",
        region: "eu-west-1",
        name: "orders",
        probe,
    };
    let everywhere: BTreeSet<_> = all.iter().map(|&subnet| subnet.to_owned()).collect();
    Observation::of_monitor(&checks::monitor(watch), everywhere, minute(at))
}

const DB: &str = "10.0.2.7:5432";
const CACHE: &str = "10.0.2.8:6379";

#[test]
fn a_target_that_is_down_is_told_once_and_mended_when_every_subnet_says_so() {
    let mut life = Life::default();
    let mut sees = |subnet, fares, at| {
        let seen = seen(subnet, &BOTH, &[(DB, fares), (CACHE, Well)], at);
        life.sees(&seen, minute(at))
    };
    assert!(sees("subnet-a", Well, 0).is_empty());
    let opened = sees("subnet-a", Refuses, 5);
    assert_eq!(kinds(&opened), [Opened]);
    let found = &opened[0].opened[0];
    assert_eq!(
        (found.check.as_str(), found.resource.as_str()),
        ("monitored-target-unreachable", DB)
    );
    assert_eq!(
        found.fingerprint,
        "123456789012/eu-west-1/monitor/orders/monitored-target-unreachable/10.0.2.7:5432"
    );
    // What nobody could measure of a target that is down isn't worth a word.
    assert!(opened[0].unclear.is_empty());
    assert!(sees("subnet-b", Refuses, 5).is_empty(), "it was told");
    assert!(sees("subnet-a", Well, 10).is_empty(), "not from b");
    assert_eq!(kinds(&sees("subnet-b", Well, 10)), [Resolved]);
}

#[test]
fn what_nobody_could_ask_neither_opens_nor_resolves() {
    let mut life = Life::default();
    let one = ["subnet-a"];
    let mut sees = |fares, at| {
        let seen = seen("subnet-a", &one, &[(DB, fares), (CACHE, Well)], at);
        life.sees(&seen, minute(at))
    };
    assert!(sees(CantTell, 0).is_empty());
    assert_eq!(kinds(&sees(Refuses, 5)), [Opened]);
    assert!(sees(CantTell, 10).is_empty());
    assert_eq!(kinds(&sees(Well, 15)), [Resolved]);
}

#[test]
fn what_comes_and_goes_is_told_as_flapping_once() {
    let mut life = Life::default();
    let one = ["subnet-a"];
    let mut sees = |fares, at| {
        let seen = seen("subnet-a", &one, &[(DB, fares)], at);
        kinds(&life.sees(&seen, minute(at)))
    };
    assert_eq!(sees(Refuses, 0), [Opened]);
    assert_eq!(sees(Well, 5), [Resolved]);
    assert_eq!(sees(Refuses, 10), [Flapping]);
    assert!(sees(Well, 15).is_empty());
    assert!(sees(Refuses, 20).is_empty());
    assert!(sees(Well, 25).is_empty());
    // It has stayed so for half an hour; whoever looks next says so.
    assert_eq!(sees(Well, 55), [Resolved]);
}

#[test]
fn a_black_hole_is_a_fault_of_its_own() {
    let mut life = Life::default();
    let one = ["subnet-a"];
    let mut sees = |fares, at| {
        let seen = seen("subnet-a", &one, &[(DB, fares)], at);
        life.sees(&seen, minute(at))
    };
    let opened = sees(Swallows, 0);
    assert_eq!(opened[0].opened[0].check, "monitored-path-black-hole");
    // Down is another fault, and says nothing about the first.
    let down = sees(Refuses, 5);
    assert_eq!(down[0].opened[0].check, "monitored-target-unreachable");
    assert_eq!((down[0].resolved.len(), down[0].still_open), (0, 1));
    assert_eq!(sees(Well, 10)[0].resolved.len(), 2);
}

#[test]
fn a_subnet_and_a_target_that_the_monitor_no_longer_has_are_over() {
    let mut life = Life::default();
    let targets = [(DB, Refuses), (CACHE, Refuses)];
    assert_eq!(
        kinds(&life.sees(&seen("subnet-b", &BOTH, &targets, 0), minute(0))),
        [Opened]
    );
    // Subnet b goes.
    let left = seen(
        "subnet-a",
        &["subnet-a"],
        &[(DB, Well), (CACHE, Refuses)],
        5,
    );
    let told = life.sees(&left, minute(5));
    assert_eq!(kinds(&told), [Resolved]);
    assert_eq!(told[0].resolved[0].resource, DB);
    // Then the cache.
    let told = life.sees(
        &seen("subnet-a", &["subnet-a"], &[(DB, Well)], 10),
        minute(10),
    );
    assert_eq!(told[0].resolved[0].resource, CACHE);
}

/// Whatever is known of the others.
#[test]
fn a_target_that_the_monitor_no_longer_has_is_over_beside_one_that_nobody_could_ask() {
    let mut life = Life::default();
    let one = ["subnet-a"];
    let both = [(DB, Swallows), (CACHE, Well)];
    let opened = life.sees(&seen("subnet-a", &one, &both, 0), minute(0));
    assert_eq!(kinds(&opened), [Opened]);
    let left = seen("subnet-a", &one, &[(CACHE, CantTell)], 5);
    let told = life.sees(&left, minute(5));
    assert_eq!(kinds(&told), [Resolved]);
    assert_eq!(told[0].resolved[0].resource, DB);
}

#[test]
fn alerts_of_a_monitor_that_is_no_more_end_once() {
    let mut life = Life::default();
    let broken = seen("subnet-a", &BOTH, &[(DB, Refuses)], 0);
    assert_eq!(kinds(&life.sees(&broken, minute(0))), [Opened]);
    let ended = life.ends(&broken.scope, minute(5));
    assert_eq!(kinds(&ended), [Resolved]);
    let caveat = ended[0].caveat.as_deref().unwrap();
    assert!(caveat.starts_with("The monitor is no more"), "{caveat}");
    assert!(life.ends(&broken.scope, minute(6)).is_empty());
}

#[test]
fn what_was_not_asked_this_time_is_not_gone() {
    let mut life = Life::default();
    let one = ["subnet-a"];
    let broken = seen("subnet-a", &one, &[(DB, Refuses), (CACHE, Well)], 0);
    assert_eq!(kinds(&life.sees(&broken, minute(0))), [Opened]);
    let mut probe = probe("subnet-a", &[(CACHE, Well)]);
    probe.cut_short = Some("what the service talks to isn't known".to_owned());
    let partly = observation(&probe, &one, 5);
    assert!(life.sees(&partly, minute(5)).is_empty());
}

#[test]
fn a_state_that_was_kept_is_read_again() {
    let mut state = State::default();
    let policy = Life::default().policy;
    let seen = seen("subnet-a", &BOTH, &[(DB, Refuses)], 0);
    assert_eq!(state.observe(&seen, &policy, minute(0)), Observed::Changed);
    let kept = state.to_json().unwrap();
    assert_eq!(serde_json::from_str::<State>(&kept).unwrap(), state);
    assert_eq!(
        seen.scope.to_string(),
        "123456789012/eu-west-1/monitor/orders"
    );
    let scope = serde_json::to_string(&seen.scope).unwrap();
    assert_eq!(
        scope,
        r#"{"account":"123456789012","region":"eu-west-1","about":{"monitor":{"name":"orders"}}}"#
    );
}
