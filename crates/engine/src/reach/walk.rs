//! Follows a connection from its sender to its destination and back.

use std::collections::BTreeSet;

use super::security_group::PeerGroups;
use super::station::{Client, Groups, PublicAddress, Station};
use super::trace::{Component, Trace};
use super::{Code, Direction, Leg};
use crate::facts::{
    Missing, NatGatewayId, RouteTarget, Snapshot, SubnetId, VpcId, VpcPeeringConnection,
};
use crate::net::{AddressScope, Traffic};

/// A walk through the facts.
pub(super) struct Walk<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) trace: Trace,
    /// NAT gateways passed so far: meeting one twice is a loop.
    pub(super) nat_gateways: BTreeSet<NatGatewayId>,
    /// Whether security groups and network ACLs are asked, or only routes and gateways.
    pub(super) asks_filters: bool,
    /// Whether the far end on the internet is one address, though nobody knows which: rules for a part
    /// of the internet may be meant for it.
    pub(super) far_is_one: bool,
}

/// Where a connection goes to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal<'g, 'a> {
    /// The address on the packet.
    pub(super) scope: AddressScope,
    /// The end that is meant, when the question names one or only one can be meant: an interface, or
    /// a place whose groups are known although no interface is.
    pub(super) expected: Option<&'g Station<'a>>,
}

impl Goal<'_, '_> {
    /// Whoever has the address.
    pub(super) fn anybody_at(scope: AddressScope) -> Self {
        Self {
            scope,
            expected: None,
        }
    }
}

/// A packet on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet {
    pub(super) source: AddressScope,
    pub(super) destination: AddressScope,
    pub(super) leg: Leg,
    /// Who chose the port to which replies go.
    pub(super) client: Client,
}

impl Packet {
    /// The reply to it.
    pub(super) fn reply(self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
            leg: Leg::Return,
            client: self.client,
        }
    }
}

/// How two ends of a connection are joined, which decides whether security group references work.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html#security-group-referencing>
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Relation {
    /// In one VPC.
    SameVpc,
    /// By VPC peering: both ways, in one region only.
    Peering { same_region: bool },
    /// By a transit gateway: inbound rules only, where it and both attachments have it enabled.
    TransitGateway { references: Result<bool, Missing> },
    /// By something that shows no groups.
    Apart,
}

impl Relation {
    /// The groups by which rules in a direction may know a peer that has these.
    pub(super) fn peer_groups(&self, peer: &Groups, direction: Direction) -> PeerGroups {
        let visible = match self {
            Self::SameVpc => Ok(true),
            Self::Peering { same_region } => Ok(*same_region),
            Self::TransitGateway { references } if direction == Direction::Ingress => {
                references.clone()
            }
            Self::TransitGateway { .. } | Self::Apart => Ok(false),
        };
        match (visible, peer) {
            (Ok(true), Groups::Filtered(ids)) => PeerGroups::Known(ids.clone()),
            (Ok(true), Groups::Unknown(missing)) => PeerGroups::Unknown(missing.clone()),
            (Err(missing), Groups::Filtered(_) | Groups::Unknown(_)) => {
                PeerGroups::Unknown(missing)
            }
            (Ok(false), _) | (_, Groups::Unfiltered) => PeerGroups::Hidden,
        }
    }
}

/// Where a packet is after it left a subnet.
#[derive(Debug)]
pub(super) enum Exit<'a> {
    /// In the same VPC still.
    Local,
    /// In another VPC, having entered it at this subnet or at its edge.
    Vpc {
        vpc: VpcId,
        entry: Option<SubnetId>,
        relation: Relation,
    },
    /// At the edge of another VPC, which sends it on by a NAT gateway of its own.
    Relay { entry: SubnetId },
    /// On the internet, by this gateway.
    Internet(String),
    /// At a NAT gateway.
    Nat(&'a crate::facts::NatGateway),
    /// At the AWS service behind this gateway endpoint.
    Service(String),
    /// Nowhere, or nobody knows where; the trace says why.
    Lost,
}

impl<'a> Walk<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, asked: Traffic) -> Self {
        Self {
            snapshot,
            trace: Trace::new(asked),
            nat_gateways: BTreeSet::new(),
            asks_filters: true,
            far_is_one: false,
        }
    }

    /// Opens a connection from `sender` and follows it to the goal and back.
    pub(super) fn connect(&mut self, sender: &Station<'a>, goal: Goal<'_, 'a>) {
        let family = goal.scope.family();
        let Some(source) = sender.address(family) else {
            let id = sender.label();
            let message = format!(
                "{id} has no {family} address, so it can't reach {}",
                goal.scope
            );
            let component = out_of(Code::NoCommonAddressFamily, &id, Leg::Forward);
            self.trace.block(component, message);
            self.trace.lose(Leg::Forward);
            return;
        };
        if let Some(name) = &sender.name {
            self.trace.meet(Leg::Forward, name.clone());
        }
        if source.host().is_some() && source == goal.scope {
            // To itself: the packet never leaves the host.
            return;
        }
        let packet = Packet {
            source,
            destination: goal.scope,
            leg: Leg::Forward,
            client: sender.client,
        };
        let relation = self.expected_relation(sender, goal);
        self.security_group_gate(
            sender,
            Direction::Egress,
            goal.scope,
            &relation,
            &self.groups_at(goal, &relation),
        );
        let towards = goal.expected.and_then(|station| station.subnet.as_ref());
        match self.leave(sender, packet, towards) {
            Exit::Local => {
                let vpc = sender.vpc.clone();
                self.deliver(sender, packet, goal, &vpc, None, &Relation::SameVpc);
            }
            Exit::Vpc {
                vpc,
                entry,
                relation,
            } => {
                self.deliver(sender, packet, goal, &vpc, entry.as_ref(), &relation);
            }
            Exit::Relay { entry } => self.relay(sender, packet, goal, &entry),
            Exit::Internet(gateway) => self.cross_internet(sender, packet, goal, &gateway),
            Exit::Nat(gateway) => self.through_nat(sender, packet, gateway, goal),
            Exit::Service(endpoint) => self.replies_from_outside(sender, packet, &endpoint),
            Exit::Lost => self.judge_unreached(sender, packet, goal, &relation),
        }
    }

    /// How the ends are joined, as the sender's own rules see it, before the way is walked.
    fn expected_relation(&self, sender: &Station<'a>, goal: Goal<'_, 'a>) -> Relation {
        use super::route::{Choice, choose};
        let Ok(table) = self.route_table(sender) else {
            return Relation::SameVpc;
        };
        match choose(self.snapshot, table, &sender.vpc, goal.scope) {
            Choice::Route(chosen) => match chosen.target {
                RouteTarget::Local => Relation::SameVpc,
                RouteTarget::VpcPeeringConnection(id) => Relation::Peering {
                    same_region: self
                        .snapshot
                        .vpc_peering_connections
                        .get(&id)
                        .is_ok_and(VpcPeeringConnection::is_same_region),
                },
                RouteTarget::TransitGateway(_) => Relation::TransitGateway {
                    references: Ok(false),
                },
                _ => Relation::Apart,
            },
            // Without a route nobody knows by which way the ends will be joined: a rule that would
            // do in one VPC isn't a blocker yet.
            Choice::NoRoute | Choice::Unknown(_) => Relation::SameVpc,
        }
    }

    /// The groups at the goal: those of the end that is meant, or of the interface found there.
    fn groups_at(&self, goal: Goal<'_, 'a>, relation: &Relation) -> Groups {
        if let Some(expected) = goal.expected {
            return expected.groups.clone();
        }
        let is_elsewhere = !matches!(relation, Relation::SameVpc | Relation::Apart);
        if goal.scope.host().is_none() && goal.scope.is_private() {
            return Groups::Unknown(super::depends_on_address(goal.scope));
        }
        if is_elsewhere {
            // The other VPC may not be among the facts at all.
            let what = format!("the security groups of {} in the other VPC", goal.scope);
            let reason = crate::facts::Reason::Invisible(what);
            return Groups::Unknown(Missing::new(
                crate::facts::FactKind::NetworkInterfaces,
                reason,
            ));
        }
        let interfaces = &self.snapshot.network_interfaces;
        let known = match goal.scope.host() {
            Some(address) => interfaces.complete_within(&[address.into()]),
            None => interfaces.complete(),
        };
        match known {
            Ok(()) => Groups::Unfiltered,
            Err(_) if !goal.scope.is_private() => Groups::Unfiltered,
            Err(missing) => Groups::Unknown(missing),
        }
    }

    /// Judges what lies behind the point where the way was lost, so that every blocker is named at
    /// once. What merely isn't known there adds nothing: the way isn't known already.
    fn judge_unreached(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        goal: Goal<'_, 'a>,
        relation: &Relation,
    ) {
        self.trace.lose(Leg::Forward);
        let known_missing = self.trace.missing.clone();
        let expected = goal
            .expected
            .filter(|station| station.has(packet.destination));
        match expected {
            Some(receiver) if self.trace.possible.is_empty() => {
                // By which way the ends will be joined isn't known: what could work isn't a blocker.
                let relation = match relation {
                    Relation::Peering { .. } => relation,
                    _ => &Relation::SameVpc,
                };
                let crosses = sender.subnet != receiver.subnet;
                self.arrive(sender, packet, receiver, relation, crosses);
            }
            Some(receiver) => {
                // What forwards it may do so in its own name: only what no sender could pass is sure.
                let anybody = AddressScope::Net(packet.source.family().default_route());
                let packet = Packet {
                    source: anybody,
                    ..packet
                };
                let unknown = Groups::Unknown(super::depends_on_address(anybody));
                let receiver = receiver.known_by(packet.destination);
                let crosses = sender.subnet != receiver.subnet;
                self.take(&receiver, packet, &Relation::SameVpc, &unknown, crosses);
                self.unseen_replies(sender, packet);
            }
            None => self.unseen_replies(sender, packet),
        }
        self.trace.missing = known_missing;
    }

    /// Replies of somebody who isn't known: the network ACL of the sender's own subnet is asked for
    /// them all the same, unless they may come from within it.
    pub(super) fn unseen_replies(&mut self, sender: &Station<'a>, packet: Packet) {
        let Some(subnet) = &sender.subnet else {
            return;
        };
        let is_inside = packet.destination.first().is_none_or(|address| {
            let own = self.snapshot.subnets.get(subnet);
            own.is_ok_and(|own| own.blocks().any(|block| block.contains(&address)))
        });
        if is_inside {
            return;
        }
        let known_missing = self.trace.missing.clone();
        self.acl_gate(subnet, &sender.vpc, Direction::Ingress, packet.reply());
        self.trace.missing = known_missing;
    }
}

/// A component that a packet leaves by.
pub(super) fn out_of(code: Code, id: &str, leg: Leg) -> Component<'_> {
    Component {
        code,
        id,
        direction: Direction::Egress,
        leg,
    }
}

/// A component that a packet enters.
pub(super) fn into(code: Code, id: &str, leg: Leg) -> Component<'_> {
    Component {
        code,
        id,
        direction: Direction::Ingress,
        leg,
    }
}

impl PublicAddress {
    /// As which public address the sender appears on the internet.
    pub(super) fn as_source(&self, fallback: AddressScope) -> AddressScope {
        match self {
            Self::Known(address) => AddressScope::Host((*address).into()),
            _ => AddressScope::Internet(fallback.family()),
        }
    }
}
