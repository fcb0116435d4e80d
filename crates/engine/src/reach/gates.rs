//! The filters on the way: security groups at both ends, network ACLs at the edges of subnets.

use ipnet::IpNet;

use super::network_acl;
use super::security_group::{self, Peer, PeerGroups};
use super::station::{Groups, Station};
use super::trace::{Component, Passage};
use super::walk::{Packet, Relation, Walk};
use super::{Code, Direction, Leg};
use crate::facts::{SubnetId, VpcId};
use crate::net::{AddressScope, Traffic};

impl<'a> Walk<'a> {
    /// Asks the security groups of an end about the other end.
    pub(super) fn security_group_gate(
        &mut self,
        station: &Station<'a>,
        direction: Direction,
        other: AddressScope,
        relation: &Relation,
        other_groups: &Groups,
    ) {
        if !self.asks_filters {
            return;
        }
        let peer = Peer {
            scope: other,
            groups: relation.peer_groups(other_groups, direction),
        };
        let mut passage = for_each_part(peer.scope, &|scope| {
            let peer = Peer {
                scope,
                groups: peer.groups.clone(),
            };
            security_group::passage(
                self.snapshot,
                &station.groups,
                direction,
                &peer,
                &self.trace.asked,
            )
        });
        if self.is_somewhere(other) {
            let groups = &station.groups;
            let parts = security_group::to_parts(self.snapshot, groups, direction, other.family());
            passage.widen(&parts.intersection(&self.trace.asked), other);
        }
        let id = match &station.groups {
            Groups::Filtered(ids) => ids
                .first()
                .map_or_else(|| station.label(), ToString::to_string),
            Groups::Unfiltered | Groups::Unknown(_) => station.label(),
        };
        let hidden = matches!(peer.groups, PeerGroups::Hidden)
            && security_group::refers_to(self.snapshot, &station.groups, direction, other_groups);
        let component = Component {
            code: Code::EniSgRulesMismatch,
            id: &id,
            direction,
            leg: Leg::Forward,
        };
        self.trace.gate(component, passage, |stopped| {
            mismatch(station, direction, other, stopped, hidden)
        });
    }

    /// Whether an end is one address on the internet, though nobody knows which.
    fn is_somewhere(&self, end: AddressScope) -> bool {
        let is_internet = matches!(
            end,
            AddressScope::Internet(_) | AddressScope::InternetBlock(_)
        );
        self.far_is_one && is_internet
    }

    /// Asks the network ACL of a subnet that the packet leaves or enters.
    pub(super) fn acl_gate(
        &mut self,
        subnet: &SubnetId,
        vpc: &VpcId,
        direction: Direction,
        packet: Packet,
    ) {
        if !self.asks_filters {
            return;
        }
        let other = match direction {
            Direction::Egress => packet.destination,
            Direction::Ingress => packet.source,
        };
        let wanted = match packet.leg {
            Leg::Forward => self.trace.asked.clone(),
            Leg::Return => network_acl::replies_to(&self.trace.asked),
        };
        let (id, passage) = match self.snapshot.network_acl_of(subnet, vpc) {
            Ok(acl) => {
                let mut passage = for_each_part(other, &|other| {
                    network_acl::passage(acl, direction, other, &wanted)
                });
                if self.is_somewhere(other) {
                    let parts = network_acl::to_parts(acl, direction, other.family(), &wanted);
                    passage.widen(&parts, other);
                }
                (acl.network_acl_id.to_string(), passage)
            }
            Err(missing) => (subnet.to_string(), Passage::unknown(missing)),
        };
        if id != subnet.as_str() {
            self.trace.meet(packet.leg, id.clone());
        }
        let (passage, rests_on_linux) = match packet.leg {
            Leg::Forward => (passage, false),
            Leg::Return => {
                let trace = &mut self.trace;
                trace
                    .open_replies
                    .narrow(passage, packet.client, &trace.asked)
            }
        };
        if rests_on_linux {
            self.trace.note(
                id.clone(),
                "lets replies through to the ports that Linux clients use by default \
                 (32768-60999), not to all of 1024-65535: clients that choose others will fail",
            );
        }
        let component = Component {
            code: Code::SubnetAclRestriction,
            id: &id,
            direction,
            leg: packet.leg,
        };
        self.trace.gate(component, passage, |stopped| {
            let way = match direction {
                Direction::Egress => format!("out of {subnet} to {other}"),
                Direction::Ingress => format!("into {subnet} from {other}"),
            };
            match packet.leg {
                Leg::Forward => format!("{id} doesn't let {stopped} {way}"),
                Leg::Return => format!("{id} doesn't let the replies to {stopped} {way}"),
            }
        });
    }
}

fn mismatch(
    station: &Station<'_>,
    direction: Direction,
    other: AddressScope,
    stopped: &Traffic,
    hidden: bool,
) -> String {
    let groups = match &station.groups {
        Groups::Filtered(ids) => ids
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        Groups::Unfiltered | Groups::Unknown(_) => "no group".to_owned(),
    };
    let (rules, preposition) = match direction {
        Direction::Egress => ("outbound", "to"),
        Direction::Ingress => ("inbound", "from"),
    };
    let mut text = format!(
        "no {rules} rule of {groups} on {} allows {stopped} {preposition} {other}",
        station.label()
    );
    if hidden {
        text.push_str(
            "; a rule refers to a group of the other side, but references match only private \
             addresses in the same VPC, over peering in one region, or inbound over a transit \
             gateway that supports them",
        );
    }
    text
}

/// The smallest part that a range is taken into: a sixteenth.
const HALVINGS: u8 = 4;

/// Judges a range of addresses. Rules that cover parts of it may together cover all of it, so where
/// the answer isn't the same for the whole range its halves are judged.
fn for_each_part(scope: AddressScope, judge: &dyn Fn(AddressScope) -> Passage) -> Passage {
    match scope {
        AddressScope::Host(_) => judge(scope),
        AddressScope::Net(net) => halves(net, HALVINGS, &|net| judge(AddressScope::from_net(net))),
        AddressScope::Internet(_) | AddressScope::InternetBlock(_) => {
            let whole = scope.family().default_route();
            let judge = |net: IpNet| {
                let is_whole = net.prefix_len() == 0;
                judge(if is_whole {
                    scope
                } else {
                    AddressScope::InternetBlock(net)
                })
            };
            halves(whole, HALVINGS, &judge)
        }
    }
}

fn halves(net: IpNet, left: u8, judge: &dyn Fn(IpNet) -> Passage) -> Passage {
    let whole = judge(net);
    if left == 0 || whole.certain == whole.possible {
        return whole;
    }
    let Ok(parts) = net.subnets(net.prefix_len().saturating_add(1)) else {
        return whole;
    };
    let judged = parts.map(|part| halves(part, left - 1, judge));
    let both = judged.reduce(|one, other| Passage {
        certain: one.certain.intersection(&other.certain),
        possible: one.possible.union(&other.possible),
        missing: Vec::new(),
    });
    // What is missing for a part is missing for the whole, whose name people know.
    match both {
        Some(both) => Passage {
            missing: if whole.missing.is_empty() {
                vec![super::depends_on_address(AddressScope::Net(net))]
            } else {
                whole.missing
            },
            ..both
        },
        None => whole,
    }
}
