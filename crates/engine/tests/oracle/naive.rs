//! The oracle: follows one packet and its reply hop by hop, as AWS forwards them.

use crate::filters::{Arrival, Content, Packet, Way};
use crate::world::{Cidr, RouteDestination, Target, TransitGateway, TransitRoute, World, address};

/// Who opens the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// An interface, by its primary address.
    Interface(usize),
    /// Somebody on the internet with this address.
    Internet(u32),
}

/// What became of a packet and its reply.
#[derive(Debug, Clone, Copy, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent observations of one trip"
)]
pub(crate) struct Trip {
    /// The packet was accepted at the other end.
    pub(crate) is_delivered: bool,
    /// So was the reply, if there has to be one.
    pub(crate) is_answered: bool,
    /// A NAT gateway was on the way.
    pub(crate) is_translated: bool,
    /// AWS doesn't say what happens.
    pub(crate) is_undocumented: bool,
}

/// What a NAT gateway remembers of a connection.
#[derive(Debug, Clone, Copy)]
struct Translation {
    nat: usize,
    inside: Packet,
    outside: Packet,
}

struct Journey<'a> {
    world: &'a World,
    nat_port: u16,
    translation: Option<Translation>,
    is_undocumented: bool,
}

/// Sends one packet and its reply. `nat_port` is the source port that a NAT gateway takes, if one
/// is met.
pub(crate) fn round_trip(
    world: &World,
    sender: Sender,
    destination: u32,
    content: Content,
    nat_port: u16,
) -> Trip {
    let mut journey = Journey {
        world,
        nat_port,
        translation: None,
        is_undocumented: false,
    };
    let source = match sender {
        Sender::Interface(interface) => world.interfaces[interface].primary(),
        Sender::Internet(address) => address,
    };
    let packet = Packet {
        source,
        destination,
        content,
    };
    let arrival = match sender {
        Sender::Interface(interface) if !world.egress_allows(interface, packet) => None,
        Sender::Interface(interface) => journey.leave(interface, packet, false),
        Sender::Internet(_) => journey.cross_internet(packet),
    };
    let mut trip = Trip {
        is_translated: journey.translation.is_some(),
        is_undocumented: journey.is_undocumented,
        ..Trip::default()
    };
    let Some(arrival) = arrival.filter(|&arrival| world.accepts(arrival)) else {
        return trip;
    };
    trip.is_delivered = true;
    trip.is_answered = match packet.reply() {
        None => true,
        Some(expected) => journey.answer(arrival).is_some_and(|back| match back {
            Arrival::Interface {
                interface, packet, ..
            } => sender == Sender::Interface(interface) && packet == expected,
            Arrival::Internet(packet) => {
                matches!(sender, Sender::Internet(_)) && packet == expected
            }
        }),
    };
    trip
}

impl Journey<'_> {
    fn answer(&self, arrival: Arrival) -> Option<Arrival> {
        let back = match arrival {
            Arrival::Interface {
                interface, packet, ..
            } => self.reply_from(interface, packet.reply()?),
            Arrival::Internet(packet) => self.cross_internet(packet.reply()?),
        }?;
        match back {
            Arrival::Interface {
                interface, packet, ..
            } if self.world.interfaces[interface].is_nat => self.translate_back(interface, packet),
            other => Some(other),
        }
    }

    fn reply_from(&self, interface: usize, packet: Packet) -> Option<Arrival> {
        // A reply never opens a translation.
        let mut journey = Journey {
            world: self.world,
            nat_port: self.nat_port,
            translation: None,
            is_undocumented: false,
        };
        journey.leave(interface, packet, true)
    }

    /// A packet leaves an interface and goes where the subnet's route table says.
    fn leave(&mut self, interface: usize, packet: Packet, is_reply: bool) -> Option<Arrival> {
        let world = self.world;
        let subnet = world.interfaces[interface].subnet;
        let vpc = world.subnets[subnet].vpc;
        match world.route(subnet, packet.destination)? {
            Target::Local => world.deliver(vpc, Some(subnet), packet, Way::Vpc),
            Target::InternetGateway => self.pass_internet_gateway(interface, packet),
            Target::Nat(_) if is_reply => None,
            Target::Nat(nat) => self.translate(interface, nat, packet),
            Target::Peering => {
                let other = 1 - vpc;
                let works = world.acl_allows(subnet, true, packet)
                    && world.peering.as_ref()?.is_active
                    && world.vpcs[other].cidr.contains(packet.destination);
                works.then(|| world.deliver(other, None, packet, Way::Peering))?
            }
            Target::TransitGateway => world.pass_transit_gateway(subnet, packet),
            Target::VpnGateway => panic!("no route to a VPN gateway is ever the best one"),
        }
    }

    fn pass_internet_gateway(&self, interface: usize, packet: Packet) -> Option<Arrival> {
        let world = self.world;
        let own = &world.interfaces[interface];
        let public = own.addresses.iter().find(|pair| pair.0 == packet.source)?.1;
        let works = world.acl_allows(own.subnet, true, packet)
            && world.vpcs[world.vpc_of(interface)].is_gateway_attached;
        works.then_some(())?;
        self.cross_internet(Packet {
            source: public?,
            ..packet
        })
    }

    /// A packet between public addresses.
    fn cross_internet(&self, packet: Packet) -> Option<Arrival> {
        if is_private(packet.destination) {
            return None;
        }
        let Some((interface, private)) = self.world.interface_at_public(packet.destination) else {
            return Some(Arrival::Internet(packet));
        };
        let vpc = self.world.vpc_of(interface);
        let inside = Packet {
            destination: private,
            ..packet
        };
        self.world.vpcs[vpc]
            .is_gateway_attached
            .then(|| self.world.deliver(vpc, None, inside, Way::Internet))?
    }

    /// A NAT gateway takes a packet and sends it on under its own address.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html>
    fn translate(&mut self, interface: usize, nat: usize, packet: Packet) -> Option<Arrival> {
        let world = self.world;
        let gateway = &world.nats[nat];
        let own = &world.interfaces[gateway.interface];
        let content = match packet.content {
            Content::Ports { protocol, to, .. } => Content::Ports {
                protocol,
                from: self.nat_port,
                to,
            },
            message @ Content::Message { .. } => message,
            Content::Whole(_) => return None,
        };
        let works = gateway.is_available
            && world.crosses(world.interfaces[interface].subnet, own.subnet, packet);
        works.then_some(())?;
        let outside = Packet {
            source: own.primary(),
            destination: packet.destination,
            content,
        };
        self.translation = Some(Translation {
            nat,
            inside: packet,
            outside,
        });
        match world.route(own.subnet, packet.destination)? {
            Target::InternetGateway => self.pass_internet_gateway(gateway.interface, outside),
            Target::TransitGateway => world.pass_transit_gateway(own.subnet, outside),
            Target::Peering => {
                // AWS names transit gateways and virtual private gateways, not peering.
                self.is_undocumented = true;
                None
            }
            Target::Local | Target::Nat(_) | Target::VpnGateway => None,
        }
    }

    /// A NAT gateway takes a packet from outside: only replies to what it sent.
    fn translate_back(&self, interface: usize, packet: Packet) -> Option<Arrival> {
        let world = self.world;
        let translation = self.translation?;
        let is_known = world.nats[translation.nat].interface == interface
            && translation.outside.reply() == Some(packet);
        is_known.then_some(())?;
        let subnet = world.interfaces[interface].subnet;
        let inside = translation.inside.reply()?;
        match world.route(subnet, inside.destination)? {
            Target::Local => {
                let vpc = world.subnets[subnet].vpc;
                world.deliver(vpc, Some(subnet), inside, Way::Internet)
            }
            _ => None,
        }
    }
}

impl World {
    /// A packet that is on its way inside a VPC reaches the interface that has its destination.
    fn deliver(
        &self,
        vpc: usize,
        from: Option<usize>,
        packet: Packet,
        way: Way,
    ) -> Option<Arrival> {
        let interface = self.interface_at(vpc, packet.destination)?;
        let subnet = self.interfaces[interface].subnet;
        let passes = match from {
            Some(from) => self.crosses(from, subnet, packet),
            None => self.acl_allows(subnet, false, packet),
        };
        passes.then_some(Arrival::Interface {
            interface,
            packet,
            way,
        })
    }

    /// A packet goes from one subnet to another of the same VPC, or stays in it.
    fn crosses(&self, from: usize, to: usize, packet: Packet) -> bool {
        from == to || self.acl_allows(from, true, packet) && self.acl_allows(to, false, packet)
    }

    /// <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html>
    fn pass_transit_gateway(&self, subnet: usize, packet: Packet) -> Option<Arrival> {
        let gateway = self.transit_gateway.as_ref()?;
        let attachment = &gateway.attachments[self.subnets[subnet].vpc];
        let zone = self.subnets[subnet].zone;
        let mut doors = attachment.subnets.iter();
        let door = *doors.find(|&&door| self.subnets[door].zone == zone)?;
        let works = attachment.is_available
            && self.acl_allows(subnet, true, packet)
            && self.acl_allows(door, false, packet);
        works.then_some(())?;
        let target = gateway.route(attachment.table?, packet.destination)?;
        let far = &gateway.attachments[target];
        far.is_available.then_some(())?;
        // Traffic stays in its zone where it can.
        let mut doors = far.subnets.iter();
        let same_zone = doors.find(|&&door| self.subnets[door].zone == zone);
        let door = *same_zone.or(far.subnets.first())?;
        match self.route(door, packet.destination)? {
            Target::Local => self.deliver(target, Some(door), packet, Way::TransitGateway),
            _ => None,
        }
    }

    /// The longest prefix wins, then static, then prefix list, then propagated; a blackhole drops.
    fn route(&self, subnet: usize, destination: u32) -> Option<Target> {
        let table = &self.tables[self.subnets[subnet].table];
        let mut best = None;
        for route in &table.routes {
            let (cidrs, rank) = match &route.destination {
                RouteDestination::Static(cidr) => (std::slice::from_ref(cidr), 2),
                RouteDestination::PrefixList => (self.prefix_lists[1].as_slice(), 1),
                RouteDestination::Propagated(cidr) => (std::slice::from_ref(cidr), 0),
            };
            for cidr in cidrs.iter().filter(|cidr| cidr.contains(destination)) {
                if best.is_none_or(|(worth, _)| worth < (cidr.length, rank)) {
                    best = Some(((cidr.length, rank), route));
                }
            }
        }
        let (_, route) = best?;
        (!route.is_blackhole).then_some(route.target)
    }
}

impl TransitGateway {
    /// The attachment that a route table sends a destination to.
    fn route(&self, table: usize, destination: u32) -> Option<usize> {
        let worth = |route: &&TransitRoute| (route.destination.length, !route.is_propagated);
        let routes = self.tables[table].iter();
        routes
            .filter(|route| route.destination.contains(destination))
            .max_by_key(worth)?
            .attachment
    }
}

/// Whether the internet doesn't route the address.
fn is_private(destination: u32) -> bool {
    let private = [
        Cidr::new(address(10, 0, 0, 0), 8),
        Cidr::new(address(172, 16, 0, 0), 12),
        Cidr::new(address(192, 168, 0, 0), 16),
    ];
    private.iter().any(|block| block.contains(destination))
}
