//! Questions, and what the oracle makes of them: it tries every client port that could matter.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use awsvpc_auditor_engine::facts::NetworkInterfaceId;
use awsvpc_auditor_engine::net::{PortRange, Protocol, Traffic};
use awsvpc_auditor_engine::reach::{Origin, Target, Verdict};

use crate::filters::Content;
use crate::generate::Choices;
use crate::json;
use crate::naive::{Sender, round_trip};
use crate::world::{Selector, World, address};

/// The traffic of a question: one destination port, one message, one protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Probe {
    Ports { protocol: u8, to: u16 },
    Message { kind: u8, code: u8 },
    Whole(u8),
}

impl Probe {
    pub(crate) fn traffic(self) -> Traffic {
        match self {
            Self::Ports { protocol, to } => {
                Traffic::ports(Protocol::new(protocol), PortRange::single(to))
            }
            Self::Message { kind, code } => Traffic::icmp(Protocol::ICMP, Some(kind), Some(code)),
            Self::Whole(protocol) => Traffic::protocol(Protocol::new(protocol)),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) sender: Sender,
    pub(crate) destination: u32,
    pub(crate) probe: Probe,
}

impl Asked {
    pub(crate) fn origin(&self) -> Origin {
        match self.sender {
            Sender::Interface(interface) => {
                Origin::Interface(NetworkInterfaceId::new(format!("eni-{interface}")))
            }
            Sender::Internet(address) => Origin::Address(IpAddr::V4(Ipv4Addr::from(address))),
        }
    }

    pub(crate) fn target(&self) -> Target {
        Target::Address(IpAddr::V4(Ipv4Addr::from(self.destination)))
    }

    /// The question as the command line takes it.
    pub(crate) fn describe(&self) -> String {
        let destination = json::text(self.destination);
        match self.probe {
            Probe::Ports { protocol, to } => {
                format!("{destination}:{to}/{}", Protocol::new(protocol))
            }
            Probe::Message { kind, code } => {
                format!("{destination}/icmp (type {kind} code {code})")
            }
            Probe::Whole(protocol) => format!("{destination}/{protocol}"),
        }
    }
}

pub(crate) fn question(choices: &mut Choices<'_>, world: &World) -> Asked {
    let ordinary: Vec<usize> = (0..world.interfaces.len())
        .filter(|&interface| !world.interfaces[interface].is_nat)
        .collect();
    let mut sender = if choices.chance(8) {
        Sender::Internet(address(8, 8, 4, 4))
    } else {
        Sender::Interface(choices.pick(&ordinary))
    };
    let others = world.interfaces.iter().enumerate();
    let others = others.filter(|&(interface, _)| sender != Sender::Interface(interface));
    let mut near = Vec::new();
    let mut private = Vec::new();
    let mut public = Vec::new();
    for (interface, other) in others {
        for &(own, its_public) in &other.addresses {
            private.push(own);
            public.extend(its_public);
            if matches!(sender, Sender::Interface(from) if world.vpc_of(from) == world.vpc_of(interface))
                && !other.is_nat
            {
                near.push(own);
            }
        }
    }
    let nobody = [
        address(10, 0, 1, 200),
        address(10, 1, 2, 200),
        address(10, 9, 9, 9),
        address(192, 168, 5, 5),
    ];
    let internet = [
        address(8, 8, 8, 8),
        address(1, 1, 1, 1),
        address(3, 120, 99, 9),
    ];
    let sender_is_outside = matches!(sender, Sender::Internet(_));
    let destination = match choices.below(20) {
        0..=4 if !near.is_empty() => choices.pick(&near),
        0..=9 if !sender_is_outside => choices.pick(&private),
        0..=13 if !public.is_empty() => choices.pick(&public),
        14 if !sender_is_outside => choices.pick(&nobody),
        // Between two places on the internet there is nothing to ask.
        _ if sender_is_outside => {
            sender = Sender::Interface(choices.pick(&ordinary));
            choices.pick(&internet)
        }
        _ => choices.pick(&internet),
    };
    Asked {
        sender,
        destination,
        probe: probe(choices),
    }
}

pub(crate) fn probe(choices: &mut Choices<'_>) -> Probe {
    let tcp = |to| Probe::Ports { protocol: 6, to };
    let udp = |to| Probe::Ports { protocol: 17, to };
    let message = |kind, code| Probe::Message { kind, code };
    choices.pick(&[
        tcp(443),
        tcp(443),
        tcp(443),
        tcp(443),
        tcp(80),
        tcp(80),
        tcp(22),
        tcp(5432),
        tcp(1023),
        tcp(1024),
        tcp(45000),
        tcp(65535),
        udp(53),
        udp(443),
        udp(443),
        udp(33000),
        message(8, 0),
        message(8, 0),
        message(13, 0),
        message(0, 0),
        message(3, 4),
        message(11, 0),
        Probe::Whole(50),
        Probe::Whole(47),
    ])
}

/// The client ports at which anything in the world changes, with their neighbours.
fn client_ports(world: &World) -> Vec<u16> {
    let mut ports = BTreeSet::from([1024, 32767, 32768, 60999, 61000, u16::MAX]);
    for entry in world.acls.iter().flat_map(|acl| &acl.entries) {
        if let Selector::Ports { first, last, .. } = entry.selector {
            for bound in [first, last] {
                ports.extend([bound.saturating_sub(1), bound, bound.saturating_add(1)]);
            }
        }
    }
    ports.into_iter().filter(|&port| port >= 1024).collect()
}

/// The verdict that the engine owes: reachable when the replies pass to every port that the client
/// may use, or to every one that Linux uses by default; unreachable when they pass to none. A NAT
/// gateway and a client on the internet may use any port from 1024. `None` where AWS doesn't say
/// what happens.
pub(crate) fn expect(world: &World, asked: &Asked) -> Option<Verdict> {
    let Asked {
        sender,
        destination,
        probe,
    } = *asked;
    let (protocol, to) = match probe {
        Probe::Ports { protocol, to } => (protocol, to),
        Probe::Message { kind, code } => {
            let content = Content::Message { kind, code };
            return without_ports(world, asked, content);
        }
        Probe::Whole(protocol) => return without_ports(world, asked, Content::Whole(protocol)),
    };
    let trip = |from, nat_port| {
        let content = Content::Ports { protocol, from, to };
        round_trip(world, sender, destination, content, nat_port)
    };
    let ports = client_ports(world);
    let first = trip(1024, 1024);
    if first.is_undocumented {
        return None;
    }
    if !first.is_delivered {
        // No filter on the way there looks at the client's port.
        return Some(Verdict::Unreachable);
    }
    let nat_ports = if first.is_translated {
        ports.clone()
    } else {
        vec![1024]
    };
    let mut inside = BTreeSet::new();
    let mut outside = BTreeSet::new();
    for &from in &ports {
        for &nat_port in &nat_ports {
            if trip(from, nat_port).is_answered {
                inside.insert(from);
                outside.insert(nat_port);
            }
        }
    }
    let is_linux = |port: &u16| (32768..=60999).contains(port);
    let for_linux = matches!(sender, Sender::Interface(_))
        && ports
            .iter()
            .filter(|port| is_linux(port))
            .all(|port| inside.contains(port));
    let for_client = for_linux || inside.len() == ports.len();
    Some(if inside.is_empty() {
        Verdict::Unreachable
    } else if for_client && outside.len() == nat_ports.len() {
        Verdict::Reachable
    } else {
        Verdict::Unknown
    })
}

fn without_ports(world: &World, asked: &Asked, content: Content) -> Option<Verdict> {
    let trip = round_trip(world, asked.sender, asked.destination, content, 0);
    (!trip.is_undocumented).then_some(if trip.is_answered {
        Verdict::Reachable
    } else {
        Verdict::Unreachable
    })
}
