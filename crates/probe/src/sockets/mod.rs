//! The same questions with real sockets, from the place where this program runs.
//!
//! It needs no privileges: a Lambda function in a VPC, a sidecar and a bastion can all ask. What it sends
//! is a connection for the port, a handshake on it where TLS is expected, and a second connection with
//! one large packet, for the path's size. The large packet is a padded `ClientHello` on ports without
//! TLS as well: it is the least harm, because servers of other protocols see at its first bytes that it
//! isn't theirs, close the connection and log one line, and never take it for a command. Some count
//! such connections: `max_connect_errors` of `MySQL` keeps a host out after 100 of them in a row. It is
//! the prober's own address then, not an application's.

mod clock;
mod connect;
mod counted;
mod handshake;
mod hello;
mod interfaces;
mod large;
mod path;
mod queue;
mod resolve;
mod trust;

use std::net::IpAddr;
use std::time::Duration;

use awsvpc_auditor_engine::dependencies::text::Host;
use awsvpc_auditor_engine::probe::{
    Connected, Handshake, PathSize, Probe, Probed, Resolved, Target, Vantage,
};
use futures_util::{StreamExt, stream};

use crate::Limits;
use crate::time::now;
use clock::Clock;
use resolve::Names;
use trust::Trust;

/// As many targets are asked at once.
const AT_ONCE: usize = 32;

/// Asks all targets, and ends within the limits. What is told isn't kept anywhere, so that every call
/// asks anew; no file, connection or process is left of it.
pub async fn ask(vantage: Vantage, targets: &[Target], limits: &Limits) -> Probe {
    let asked_at = now();
    let clock = Clock::start(*limits);
    let place = Place::read(clock.step(), targets.iter().any(|target| target.tls)).await;
    let asked = targets.iter().map(|target| place.ask(target, &clock));
    let answers = stream::iter(asked).buffered(AT_ONCE).collect().await;
    Probe {
        vantage,
        asked_at,
        name_servers: place.names.servers(),
        interfaces: interfaces::read(),
        targets: answers,
        cut_short: clock.cut_short(),
    }
}

/// What the place has to ask with.
struct Place {
    names: Names,
    trust: Option<Trust>,
}

impl Place {
    async fn read(step: Duration, with_tls: bool) -> Self {
        // Some hundred certificates are read and parsed.
        let trust = tokio::task::spawn_blocking(move || with_tls.then(Trust::read));
        Self {
            names: Names::read(step),
            trust: trust.await.unwrap_or_default(),
        }
    }

    async fn ask(&self, target: &Target, clock: &Clock) -> Probed {
        let (resolved, addresses) = self.resolve(&target.host, clock).await;
        let mut probed = Probed {
            target: target.clone(),
            resolved,
            tried: None,
            connected: Connected::NotTried,
            handshake: Handshake::NotTried,
            path: PathSize::NotTried,
        };
        if addresses.is_empty() {
            return probed;
        }
        let (connected, open) = connect::connect(&addresses, target.port, clock).await;
        probed.connected = connected;
        let Some(open) = open else {
            return probed;
        };
        match &self.trust {
            Some(trust) if target.tls => {
                probed.handshake =
                    handshake::handshake(open.stream, &target.host, trust, clock).await;
            }
            _ => drop(open.stream),
        }
        // A handshake that fails may do so because of the path: it is looked at in any case.
        let server_name = handshake::shown_name(&target.host);
        probed.path = path::measure(open.address, server_name, clock).await;
        if let (Handshake::Silent { .. }, Some(trust)) = (&probed.handshake, &self.trust)
            && !matches!(probed.path, PathSize::BlackHole { .. })
            && let Some(hole) =
                path::measure_answers(open.address, &target.host, trust, clock).await
        {
            probed.path = hole;
        }
        probed
    }

    async fn resolve(&self, host: &Host, clock: &Clock) -> (Resolved, Vec<IpAddr>) {
        match host {
            Host::Address(address) => (Resolved::NotNeeded, vec![*address]),
            Host::Name(name) => {
                let resolved = self.names.resolve(name, clock).await;
                let addresses = match &resolved {
                    Resolved::Addresses { addresses, .. } => addresses.clone(),
                    _ => Vec::new(),
                };
                (resolved, addresses)
            }
        }
    }
}
