//! Connections that come from the internet.

use std::net::IpAddr;

use super::ask::target_interface;
use super::station::{Client, Station};
use super::walk::{Packet, Walk};
use super::{Answer, Destination, Leg, Target, outside};
use crate::facts::{FactKind, Missing, Reason, Snapshot};
use crate::net::{AddressFamily, AddressScope};

/// A connection that comes from outside AWS.
pub(super) fn from_internet(
    snapshot: &Snapshot,
    source: Option<IpAddr>,
    to: &Destination,
) -> Answer {
    let interface = match &to.target {
        Target::Address(address) => {
            let public = snapshot.interface_at_public(*address);
            let found = public.or_else(|| snapshot.interfaces_with(*address).next());
            found.ok_or_else(|| {
                match snapshot
                    .network_interfaces
                    .complete_within(&[(*address).into()])
                {
                    Err(missing) => missing,
                    Ok(()) => outside(format!("what {address} belongs to")),
                }
            })
        }
        Target::Host(host) => snapshot
            .network_interfaces
            .seen()
            .find(|interface| {
                let public = interface.association.as_ref();
                public.and_then(|a| a.public_dns_name.as_deref()) == Some(host)
            })
            .ok_or_else(|| {
                let reason = Reason::Invisible(format!("what {host} resolves to"));
                Missing::new(FactKind::NameResolution, reason)
            }),
        target => target_interface(snapshot, target),
    };
    let interface = match interface {
        Ok(interface) => interface,
        Err(missing) => return Answer::unknown(&to.traffic, missing),
    };
    let asked = match &to.target {
        Target::Address(address) => Some(*address),
        _ => None,
    };
    let mut receiver = Station::of_interface(interface);
    if let Some(own) = asked.and_then(|asked| interface.private_address_behind(asked)) {
        receiver = receiver.with_address(own);
    }
    let family = source.or(asked).map(AddressFamily::of);
    let families = match family {
        Some(family) => vec![family],
        // Both are tried, and the one that works is the answer.
        None => [AddressFamily::V4, AddressFamily::V6]
            .into_iter()
            .filter(|family| receiver.address(*family).is_some())
            .collect(),
    };
    let answers = families.into_iter().map(|family| {
        let mut walk = Walk::new(snapshot, to.traffic.clone());
        let anybody = AddressScope::Internet(family);
        let packet = Packet {
            source: source.map_or(anybody, AddressScope::Host),
            destination: receiver.address(family).unwrap_or(anybody),
            leg: Leg::Forward,
            client: Client::Anyone,
        };
        walk.enter_from_internet(packet, interface, asked);
        Answer::new(walk.trace)
    });
    let best = answers.reduce(|best, other| {
        if other.verdict > best.verdict {
            other
        } else {
            best
        }
    });
    best.unwrap_or_else(|| Answer::unknown(&to.traffic, outside("an address of the interface")))
}
