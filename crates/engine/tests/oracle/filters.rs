//! What security groups and network ACLs say about one packet.

use crate::world::{Cidr, Permission, Selector, World};

/// What a packet carries, as far as filters look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// TCP or UDP.
    Ports { protocol: u8, from: u16, to: u16 },
    /// ICMP.
    Message { kind: u8, code: u8 },
    /// Any other protocol.
    Whole(u8),
}

impl Content {
    /// What the other side answers; `None` when it answers nothing.
    fn reply(self) -> Option<Self> {
        match self {
            Self::Ports { protocol, from, to } => Some(Self::Ports {
                protocol,
                from: to,
                to: from,
            }),
            Self::Message { kind, .. } => {
                let answer = match kind {
                    8 => 0,
                    13 | 15 | 17 => kind + 1,
                    _ => return None,
                };
                Some(Self::Message {
                    kind: answer,
                    code: 0,
                })
            }
            Self::Whole(protocol) => Some(Self::Whole(protocol)),
        }
    }

    fn is_selected(self, selector: Selector) -> bool {
        match (selector, self) {
            (Selector::All, _) => true,
            (
                Selector::Ports {
                    protocol,
                    first,
                    last,
                },
                Self::Ports {
                    protocol: own, to, ..
                },
            ) => protocol == own && (first..=last).contains(&to),
            (
                Selector::Messages { kind, code },
                Self::Message {
                    kind: own_kind,
                    code: own_code,
                },
            ) => kind.is_none_or(|kind| kind == own_kind) && code.is_none_or(|c| c == own_code),
            (Selector::Whole(protocol), Self::Whole(own)) => protocol == own,
            _ => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) source: u32,
    pub(crate) destination: u32,
    pub(crate) content: Content,
}

impl Packet {
    pub(crate) fn reply(self) -> Option<Self> {
        Some(Self {
            source: self.destination,
            destination: self.source,
            content: self.content.reply()?,
        })
    }
}

/// By which way a packet came to an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Vpc,
    Peering,
    TransitGateway,
    Internet,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Arrival {
    Interface {
        interface: usize,
        packet: Packet,
        way: Way,
    },
    Internet(Packet),
}

impl World {
    pub(crate) fn accepts(&self, arrival: Arrival) -> bool {
        match arrival {
            Arrival::Internet(_) => true,
            Arrival::Interface {
                interface,
                packet,
                way,
            } => {
                let own = &self.interfaces[interface];
                let groups = own.groups.iter().map(|&group| &self.groups[group]);
                let mut rules = groups.flat_map(|group| &group.ingress);
                !own.is_nat
                    && rules.any(|rule| {
                        let vpc = self.vpc_of(interface);
                        packet.content.is_selected(rule.selector)
                            && (self.is_listed(rule, packet.source)
                                || self.is_referenced_source(rule, vpc, packet.source, way))
                    })
            }
        }
    }

    pub(crate) fn egress_allows(&self, interface: usize, packet: Packet) -> bool {
        let own = &self.interfaces[interface];
        let groups = own.groups.iter().map(|&group| &self.groups[group]);
        let mut rules = groups.flat_map(|group| &group.egress);
        rules.any(|rule| {
            packet.content.is_selected(rule.selector)
                && (self.is_listed(rule, packet.destination)
                    || rule.groups.iter().any(|&group| {
                        let vpc = self.groups[group].vpc;
                        let in_scope = vpc == self.vpc_of(interface) || self.is_peered();
                        in_scope && self.carries(group, vpc, packet.destination)
                    }))
        })
    }

    fn is_listed(&self, rule: &Permission, peer: u32) -> bool {
        let list: &[Cidr] = if rule.has_prefix_list {
            &self.prefix_lists[0]
        } else {
            &[]
        };
        rule.cidrs.iter().chain(list).any(|c| c.contains(peer))
    }

    fn is_referenced_source(&self, rule: &Permission, vpc: usize, source: u32, way: Way) -> bool {
        rule.groups.iter().any(|&group| {
            let home = self.groups[group].vpc;
            let in_scope = match way {
                Way::Vpc => home == vpc,
                Way::Peering => home != vpc && self.is_peered(),
                Way::TransitGateway => home != vpc && self.transit_gateway_knows_groups(),
                Way::Internet => false,
            };
            in_scope && self.carries(group, home, source)
        })
    }

    /// Whether an interface with this private address carries the group.
    fn carries(&self, group: usize, vpc: usize, private: u32) -> bool {
        self.interface_at(vpc, private)
            .is_some_and(|interface| self.interfaces[interface].groups.contains(&group))
    }

    fn is_peered(&self) -> bool {
        let peering = self.peering.as_ref();
        peering.is_some_and(|peering| peering.is_active && peering.is_same_region)
    }

    fn transit_gateway_knows_groups(&self) -> bool {
        self.transit_gateway.as_ref().is_some_and(|gateway| {
            gateway.references_groups && gateway.attachments.iter().all(|a| a.references_groups)
        })
    }

    /// The first entry that matches decides; none denies.
    pub(crate) fn acl_allows(&self, subnet: usize, is_egress: bool, packet: Packet) -> bool {
        let peer = if is_egress {
            packet.destination
        } else {
            packet.source
        };
        let entries = &self.acls[self.subnets[subnet].acl].entries;
        let matching = entries.iter().filter(|entry| {
            entry.is_egress == is_egress
                && entry.cidr.contains(peer)
                && packet.content.is_selected(entry.selector)
        });
        matching
            .min_by_key(|entry| entry.number)
            .is_some_and(|entry| entry.is_allow)
    }
}
