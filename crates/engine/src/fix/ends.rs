//! Who talks to whom, as far as fixes care.

use std::net::IpAddr;

use super::propose::Proposals;
use crate::facts::{PrefixListId, Snapshot};
use crate::net::{AddressFamily, AddressScope, PortRange, Protocol, Traffic};
use crate::reach::{Answer, Destination, NamedEnd, Station, Target, named_ends, target_interface};

/// The two ends of a connection that doesn't work.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'e, 'a> {
    /// Who opens it.
    pub sender: &'e Station<'a>,
    /// Whom it is for.
    pub far: FarEnd<'e, 'a>,
    /// What it is made of.
    pub traffic: &'e Traffic,
    /// The address family, where the question is about one.
    pub family: Option<AddressFamily>,
}

/// Whom a connection is for.
#[derive(Debug, Clone, Copy)]
pub enum FarEnd<'e, 'a> {
    /// Something in a VPC.
    Station(&'e Station<'a>),
    /// An AWS service behind the addresses of a prefix list.
    Service(&'e PrefixListId),
    /// Somebody on the internet, at this address where it is known.
    Internet(Option<IpAddr>),
}

impl Ends<'_, '_> {
    /// The address family by which they can talk; IPv4 where both can.
    pub(super) fn family(&self) -> AddressFamily {
        if let Some(family) = self.family {
            return family;
        }
        let has = |station: &Station<'_>| station.address(AddressFamily::V4).is_some();
        let far_has = match self.far {
            FarEnd::Station(far) => has(far),
            FarEnd::Service(_) | FarEnd::Internet(_) => true,
        };
        if has(self.sender) && far_has {
            AddressFamily::V4
        } else {
            AddressFamily::V6
        }
    }

    /// The traffic as rules can say it: a protocol, and ports if it has some.
    pub(super) fn pieces(&self) -> Vec<(Protocol, Option<PortRange>)> {
        let mut pieces = Vec::new();
        for protocol in (0..=u8::MAX).map(Protocol::new) {
            let set = self.traffic.of(protocol);
            if protocol.has_ports() {
                let ranges = set.ranges();
                let ranges = ranges.filter_map(|(first, last)| PortRange::new(first, last));
                pieces.extend(ranges.map(|range| (protocol, Some(range))));
            } else if !set.is_empty() {
                pieces.push((protocol, None));
            }
        }
        pieces
    }
}

impl Proposals {
    /// Adds what takes the blockers of an answer away, whatever the destination is. Nothing is added
    /// for a destination that isn't one thing, as a subnet.
    pub fn add_all(
        &mut self,
        snapshot: &Snapshot,
        sender: &Station<'_>,
        to: &Destination,
        answer: &Answer,
    ) {
        let family = match to.target {
            Target::Address(address) => Some(AddressFamily::of(address)),
            Target::Internet(family) | Target::PublicAddress(family) => Some(family),
            _ => None,
        };
        let mut add = |far: FarEnd<'_, '_>| {
            let ends = Ends {
                sender,
                far,
                traffic: &to.traffic,
                family,
            };
            self.add(snapshot, &ends, answer);
        };
        match &to.target {
            Target::Address(address) => {
                let mut interfaces = snapshot.interfaces_with(*address);
                match interfaces.next().filter(|_| interfaces.next().is_none()) {
                    Some(interface) => add(FarEnd::Station(&Station::of_interface(interface))),
                    None if AddressScope::Host(*address).is_private() => {}
                    None => add(FarEnd::Internet(Some(*address))),
                }
            }
            Target::Interface(_) | Target::Instance(_) | Target::Task(_) => {
                if let Ok(interface) = target_interface(snapshot, &to.target) {
                    add(FarEnd::Station(&Station::of_interface(interface)));
                }
            }
            Target::Place(place) => {
                if let Ok(far) = Station::of_place(snapshot, place) {
                    add(FarEnd::Station(&far));
                }
            }
            Target::Host(host) => {
                for end in named_ends(snapshot, &sender.vpc, host) {
                    match end {
                        NamedEnd::Interface(interface) => {
                            add(FarEnd::Station(&Station::of_interface(interface)));
                        }
                        NamedEnd::PrefixList(list) => add(FarEnd::Service(&list)),
                        NamedEnd::Internet => add(FarEnd::Internet(None)),
                    }
                }
            }
            Target::Internet(_) | Target::PublicAddress(_) => add(FarEnd::Internet(None)),
            Target::Subnet(_) => {}
        }
    }
}
