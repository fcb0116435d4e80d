//! What the configuration says and what a probe was answered: every pair of both, and what becomes of it
//! in reports.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on has failed"
)]

mod asking;
mod pairs;
mod properties;
mod reports;
mod saved;
mod whose;

use awsvpc_auditor_engine::dependencies::text::Host;
use awsvpc_auditor_engine::net::Protocol;
use awsvpc_auditor_engine::probe::{
    Claim, Configured, Connected, Handshake, JudgedWay, Need, PathSize, Probed, Resolved, Spot,
    Target, Took,
};
use awsvpc_auditor_engine::reach::{Code, Direction, Explanation, Leg};

/// A blocker.
fn closed() -> Configured {
    Configured::Closed(vec![Explanation {
        code: Code::EniSgRulesMismatch,
        component: "sg-db".to_owned(),
        direction: Direction::Ingress,
        leg: Leg::Forward,
        message: "sg-db admits nobody".to_owned(),
    }])
}

fn unknown() -> Configured {
    Configured::Unknown("access denied".to_owned())
}

fn way(to: &[&str], says: Configured) -> JudgedWay {
    let spots = to.iter().map(|address| Spot::At(address.parse().unwrap()));
    JudgedWay {
        to: spots.collect(),
        says,
    }
}

/// A database, and what the configuration says of the ways there.
fn claim(ways: Vec<JudgedWay>) -> Claim {
    Claim {
        need: Need::Dependency,
        host: Host::Name("db.example.com".to_owned()),
        port: Some(5432),
        protocol: Protocol::TCP,
        label: "database db".to_owned(),
        sources: vec!["container web, env DATABASE_URL".to_owned()],
        tls: false,
        ways,
    }
}

/// The same at one address.
fn at_one(says: Configured) -> Claim {
    claim(vec![way(&["10.0.20.5"], says)])
}

/// What was answered by the address of [`at_one`].
fn probed(connected: Connected) -> Probed {
    Probed {
        target: "db.example.com:5432".parse::<Target>().unwrap(),
        resolved: Resolved::Addresses {
            addresses: vec!["10.0.20.5".parse().unwrap()],
            took_ms: Took(4),
        },
        tried: None,
        connected,
        handshake: Handshake::NotTried,
        path: PathSize::NotTried,
    }
}

fn open_at(address: &str) -> Connected {
    Connected::Open {
        address: Some(address.parse().unwrap()),
        took_ms: Took(2),
    }
}

fn open() -> Connected {
    open_at("10.0.20.5")
}

fn refused() -> Connected {
    Connected::Refused { took_ms: Took(1) }
}

fn silent() -> Connected {
    Connected::Silent {
        waited_ms: Took(3000),
    }
}
