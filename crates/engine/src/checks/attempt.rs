//! What comes of reaching for a dependency.

use super::no_internet_route::family;
use super::reaching::Tries;
use super::ways::Way;
use crate::dependencies::text::{Certainty, Host};
use crate::dependencies::{Dependency, Located, Whereabouts, locate};
use crate::facts::{FactKind, Missing, Reason, Snapshot};
use crate::net::{AddressFamily, AddressScope, PortRange, Traffic};
use crate::reach::{Station, Target, Verdict};

/// How one dependency fares.
#[derive(Debug)]
pub(super) struct Attempt {
    /// The dependency.
    pub(super) dependency: Dependency,
    /// What it is, as people call it.
    pub(super) label: String,
    /// The port, where anything tells it.
    pub(super) port: Option<u16>,
    /// The port of the account's description of it, where that is another one.
    pub(super) listens_on: Option<u16>,
    /// What came of it.
    pub(super) result: Tried,
}

/// What came of an attempt.
#[derive(Debug)]
pub(super) enum Tried {
    /// It is only a guess, and nothing in the account bears it out.
    NoDependency,
    /// A proxy carries it, so the task's own way there doesn't matter.
    ByProxy,
    /// Where it is isn't known.
    Unlocated(Missing),
    /// From each place of the task to each place of the dependency.
    Ways(Vec<Way>),
}

/// Tries a dependency from every station.
pub(super) fn attempt(
    snapshot: &Snapshot,
    stations: &[Station<'_>],
    dependency: &Dependency,
    has_proxy: bool,
) -> Attempt {
    let endpoint = &dependency.endpoint;
    if endpoint.host == Host::Name("internet".to_owned()) {
        let family = stations.first().map_or(AddressFamily::V4, family);
        let targets = [Target::Internet(family)];
        return attempt_at(snapshot, stations, dependency, &targets);
    }
    let is_guess = endpoint.certainty == Certainty::Guessed;
    let mut attempt = Attempt {
        dependency: dependency.clone(),
        label: endpoint.host.to_string(),
        port: endpoint.port,
        listens_on: None,
        result: Tried::NoDependency,
    };
    let found = match locate(snapshot, &endpoint.host) {
        Ok(found) => found,
        Err(_) if is_guess => return attempt,
        Err(missing) => {
            attempt.result = Tried::Unlocated(missing);
            return attempt;
        }
    };
    match &found {
        Whereabouts::Account(Located { label, port, .. })
        | Whereabouts::Addresses { label, port, .. } => {
            attempt.label.clone_from(label);
            attempt.listens_on = port.filter(|port| endpoint.port.is_some_and(|own| own != *port));
            attempt.port = attempt.port.or(*port);
        }
        Whereabouts::Name(_) => {}
    }
    let Some(port) = attempt.port else {
        let what = format!("the port of {}: nothing says it", endpoint.host);
        let reason = Reason::Invisible(what);
        attempt.result = Tried::Unlocated(Missing::new(FactKind::NameResolution, reason));
        return attempt;
    };
    let tries = Tries {
        snapshot,
        stations,
        traffic: Traffic::ports(endpoint.protocol, PortRange::single(port)),
    };
    attempt.result = match found {
        Whereabouts::Account(located) => Tried::Ways(tries.located(&located)),
        Whereabouts::Addresses { addresses, .. } => {
            let scopes = addresses.iter().map(|address| AddressScope::Host(*address));
            let is_literal = matches!(endpoint.host, Host::Address(_));
            if is_guess && is_literal && !scopes.clone().any(|scope| tries.is_own(scope)) {
                return attempt;
            }
            let targets = addresses.into_iter().map(Target::Address);
            Tried::Ways(tries.targets(&targets.collect::<Vec<_>>()))
        }
        Whereabouts::Name(name) if has_proxy && endpoint.is_http && !is_aws(&name) => {
            Tried::ByProxy
        }
        Whereabouts::Name(name) => {
            let came_of_it = tries.name(&name, is_guess);
            if has_proxy && endpoint.is_http {
                perhaps_by_proxy(came_of_it, &name)
            } else {
                came_of_it
            }
        }
    };
    attempt
}

/// Some of AWS's SDKs heed the variables that name a proxy and some don't, so what isn't open is no
/// proof then.
fn perhaps_by_proxy(tried: Tried, name: &str) -> Tried {
    let is_closed = |way: &Way| way.answer.verdict == Verdict::Unreachable;
    match tried {
        Tried::Ways(ways) if ways.iter().any(is_closed) => {
            let what = format!(
                "whether {name} is asked by way of the proxy; without it the task can't reach it"
            );
            Tried::Unlocated(Missing::new(
                FactKind::OutsideNetwork,
                Reason::Invisible(what),
            ))
        }
        other => other,
    }
}

fn is_aws(name: &str) -> bool {
    name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn")
}

/// Tries targets that need no locating.
pub(super) fn attempt_at(
    snapshot: &Snapshot,
    stations: &[Station<'_>],
    dependency: &Dependency,
    targets: &[Target],
) -> Attempt {
    let endpoint = &dependency.endpoint;
    let ports = endpoint.port.map_or(PortRange::ALL, PortRange::single);
    let tries = Tries {
        snapshot,
        stations,
        traffic: Traffic::ports(endpoint.protocol, ports),
    };
    Attempt {
        dependency: dependency.clone(),
        label: endpoint.host.to_string(),
        port: endpoint.port,
        listens_on: None,
        result: Tried::Ways(tries.targets(targets)),
    }
}

impl Attempt {
    /// The ways, if any was tried.
    pub(super) fn ways(&self) -> &[Way] {
        match &self.result {
            Tried::Ways(ways) => ways,
            Tried::NoDependency | Tried::ByProxy | Tried::Unlocated(_) => &[],
        }
    }

    /// Host and port.
    pub(super) fn address(&self) -> String {
        self.dependency.address(self.port)
    }

    /// What it is and where: the label says more than the host name alone.
    pub(super) fn target(&self) -> String {
        let address = self.address();
        let protocol = self.dependency.endpoint.protocol;
        if address.starts_with(&self.label) {
            format!("{address} ({protocol})")
        } else {
            format!("{} at {address} ({protocol})", self.label)
        }
    }
}
