//! Into a VPC: from its edge or from another subnet to the interface that has the address, and the
//! replies back to the sender.

use std::net::IpAddr;

use super::station::{Groups, Station};
use super::walk::{Exit, Goal, Packet, Relation, Walk, into, out_of};
use super::{Code, Direction, Leg};
use crate::facts::{
    FactKind, InterfaceType, Missing, NetworkInterface, Reason, Subnet, SubnetId, VpcId,
};

impl<'a> Walk<'a> {
    /// The subnet of a VPC that contains an address; `None` when the VPC has no such subnet.
    pub(super) fn subnet_containing(
        &self,
        vpc: &VpcId,
        address: IpAddr,
    ) -> Result<Option<&'a Subnet>, Missing> {
        let found = self.snapshot.subnets.seen().find(|subnet| {
            subnet.vpc_id == *vpc && subnet.blocks().any(|block| block.contains(&address))
        });
        match found {
            Some(subnet) => Ok(Some(subnet)),
            None => self
                .snapshot
                .subnets
                .complete_within(&[vpc.into()])
                .map(|()| None),
        }
    }

    /// Delivers a packet inside a VPC. `entry` is the subnet where a transit gateway let it in.
    pub(super) fn deliver(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        goal: Goal<'_, 'a>,
        vpc: &VpcId,
        entry: Option<&SubnetId>,
        relation: &Relation,
    ) {
        if let Some(place) = goal.expected.filter(|station| station.interface.is_none()) {
            return self.arrive_at_place(sender, packet, place, vpc, entry, relation);
        }
        let Some(address) = packet.destination.host() else {
            // A whole subnet: its network ACL is known, who is in it isn't.
            if let Some(first) = packet.destination.first() {
                self.somebody_perhaps(sender, packet, vpc, first, entry);
            }
            self.trace
                .doubt(Leg::Forward, super::depends_on_address(packet.destination));
            self.trace.lose(Leg::Forward);
            return;
        };
        let interface = match self.find_interface(sender, vpc, address) {
            Ok(Some(interface)) => interface,
            Ok(None) => return self.nobody_there(sender, packet, vpc, address, entry),
            Err(missing) => {
                self.somebody_perhaps(sender, packet, vpc, address, entry);
                self.trace.doubt(Leg::Forward, missing);
                self.trace.lose(Leg::Forward);
                self.unseen_replies(sender, packet);
                return;
            }
        };
        if let Some(expected) = goal.expected
            && expected.name.as_deref() != Some(interface.network_interface_id.as_str())
        {
            let found = (interface.network_interface_id.as_str(), &interface.vpc_id);
            return self.misled(sender, packet, expected, found, relation);
        }
        let from = entry.or(sender.subnet.as_ref());
        let crosses =
            matches!(relation, Relation::Peering { .. }) || from != Some(&interface.subnet_id);
        let receiver = Station::of_interface(interface);
        self.arrive(sender, packet, &receiver, relation, crosses);
    }

    /// To a place whose interface isn't known, in the VPC that the way led to.
    fn arrive_at_place(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        place: &Station<'a>,
        vpc: &VpcId,
        entry: Option<&SubnetId>,
        relation: &Relation,
    ) {
        if place.vpc != *vpc {
            return self.misled(sender, packet, place, ("the same address", vpc), relation);
        }
        // An address that surely nobody has: what told it is out of date.
        if let Some(address) = packet.destination.host()
            && matches!(self.find_interface(sender, vpc, address), Ok(None))
        {
            return self.nobody_there(sender, packet, vpc, address, entry);
        }
        let from = entry.or(sender.subnet.as_ref());
        let crosses = matches!(relation, Relation::Peering { .. }) || from != place.subnet.as_ref();
        self.arrive(sender, packet, place, relation, crosses);
    }

    /// The interface that has the address. In a VPC of which nothing was observed, or whose subnet
    /// is shared by another account, that none was found proves nothing.
    fn find_interface(
        &self,
        sender: &Station<'a>,
        vpc: &VpcId,
        address: IpAddr,
    ) -> Result<Option<&'a NetworkInterface>, Missing> {
        if let Some(interface) = self.snapshot.interface_at(vpc, address)? {
            return Ok(Some(interface));
        }
        let invisible =
            |why: String| Missing::new(FactKind::NetworkInterfaces, Reason::Invisible(why));
        if !self.snapshot.has_observed(vpc) {
            return Err(invisible(format!(
                "the interfaces of {vpc}, which lies outside what was observed"
            )));
        }
        let subnet = self.subnet_containing(vpc, address).ok().flatten();
        let owner = subnet.and_then(|subnet| subnet.owner_id.as_ref());
        let own = self.account_of(sender);
        if let (Some(owner), Some(own), Some(subnet)) = (owner, own, subnet)
            && owner != own
        {
            return Err(invisible(format!(
                "other accounts' interfaces in {}, which account {owner} shares",
                subnet.subnet_id
            )));
        }
        Ok(None)
    }

    /// The account of a sender: its interface's, or where it has none yet, that of its groups.
    fn account_of(&self, sender: &Station<'a>) -> Option<&'a str> {
        if let Some(interface) = sender.interface {
            return interface.owner_id.as_deref();
        }
        let Groups::Filtered(ids) = &sender.groups else {
            return None;
        };
        let group = ids
            .first()
            .and_then(|id| self.snapshot.security_groups.get(id).ok());
        group.and_then(|group| group.owner_id.as_deref())
    }

    fn nobody_there(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        vpc: &VpcId,
        address: IpAddr,
        entry: Option<&SubnetId>,
    ) {
        self.somebody_perhaps(sender, packet, vpc, address, entry);
        let subnet = self.subnet_containing(vpc, address).ok().flatten();
        let place = subnet.map_or(vpc.as_str(), |subnet| subnet.subnet_id.as_str());
        let message = format!("no network interface in {place} has the address {address}");
        self.trace.block(
            into(Code::NoPossibleDestination, place, Leg::Forward),
            message,
        );
        self.trace.lose(Leg::Forward);
    }

    /// As far as the way to an address is known when its interface isn't.
    fn somebody_perhaps(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        vpc: &VpcId,
        address: IpAddr,
        entry: Option<&SubnetId>,
    ) {
        let Ok(Some(subnet)) = self.subnet_containing(vpc, address) else {
            return;
        };
        let id = &subnet.subnet_id;
        if entry.or(sender.subnet.as_ref()) != Some(id) {
            self.acl_gate(id, vpc, Direction::Ingress, packet);
            self.trace.meet(Leg::Forward, id.to_string());
        }
    }

    /// The address leads to another interface than the one that was meant: VPCs that overlap.
    fn misled(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        expected: &Station<'a>,
        (found, found_in): (&str, &VpcId),
        relation: &Relation,
    ) {
        let table = self
            .route_table(sender)
            .map(|table| table.route_table_id.to_string());
        let id = table.unwrap_or_else(|_| sender.label());
        let message = format!(
            "{} leads to {found} in {found_in}, not to {} in {}: the address ranges overlap",
            packet.destination,
            expected.label(),
            expected.vpc
        );
        self.trace
            .block(out_of(Code::MoreSpecificRoute, &id, Leg::Forward), message);
        self.trace.lose(Leg::Forward);
        self.arrive(sender, packet, expected, relation, true);
    }

    /// At the receiver: its subnet's network ACL, its security groups, and the way back.
    pub(super) fn arrive(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        receiver: &Station<'a>,
        relation: &Relation,
        crosses: bool,
    ) {
        let receiver = receiver.known_by(packet.destination);
        self.take(&receiver, packet, relation, &sender.groups, crosses);
        let reply = packet.reply();
        if let Some(name) = &receiver.name {
            self.trace.meet(Leg::Return, name.clone());
        }
        let exit = self.leave(&receiver, reply, sender.subnet.as_ref());
        self.return_to(sender, &receiver, reply, exit);
    }

    /// A packet enters the receiver's subnet and the receiver.
    pub(super) fn take(
        &mut self,
        receiver: &Station<'a>,
        packet: Packet,
        relation: &Relation,
        sender_groups: &Groups,
        crosses: bool,
    ) {
        if let Some(subnet) = &receiver.subnet {
            if crosses {
                self.acl_gate(subnet, &receiver.vpc, Direction::Ingress, packet);
            }
            if crosses || *relation != Relation::SameVpc {
                self.trace.meet(packet.leg, subnet.to_string());
            }
        }
        if let Some(name) = &receiver.name {
            self.trace.meet(packet.leg, name.clone());
        }
        if let Some(interface) = receiver.interface {
            self.interface_gate(interface);
        }
        self.security_group_gate(
            receiver,
            Direction::Ingress,
            packet.source,
            relation,
            sender_groups,
        );
    }

    /// Interfaces that take no connections at all, and those behind which nobody is.
    fn interface_gate(&mut self, interface: &NetworkInterface) {
        let id = interface.network_interface_id.as_str();
        if interface.interface_type == InterfaceType::NatGateway {
            let gateway = self.snapshot.nat_gateways.seen().find(|gateway| {
                let mut own = gateway.nat_gateway_addresses.iter();
                own.any(|a| {
                    a.network_interface_id.as_ref() == Some(&interface.network_interface_id)
                })
            });
            let id = gateway.map_or(id, |gateway| gateway.nat_gateway_id.as_str());
            let message = format!("{id} is a NAT gateway: it opens connections and takes none");
            self.trace
                .block(into(Code::NoPossibleDestination, id, Leg::Forward), message);
        }
        if interface.is_unattached() {
            self.trace
                .note(id, "is attached to nothing, so nothing answers there");
        }
    }

    /// Replies have left the receiver's subnet: do they get back to the sender?
    pub(super) fn return_to(
        &mut self,
        sender: &Station<'a>,
        receiver: &Station<'a>,
        reply: Packet,
        exit: Exit<'a>,
    ) {
        let (vpc, entry) = match exit {
            Exit::Local => (receiver.vpc.clone(), None),
            Exit::Vpc { vpc, entry, .. } => (vpc, entry),
            Exit::Lost => {
                self.trace.lose(Leg::Return);
                self.replies_into_sender(sender, reply, true);
                return;
            }
            Exit::Internet(_) | Exit::Nat(_) | Exit::Service(_) | Exit::Relay { .. } => {
                self.astray(sender, receiver, reply);
                return;
            }
        };
        if vpc != sender.vpc {
            self.astray(sender, receiver, reply);
            return;
        }
        let from = entry.as_ref().or(receiver.subnet.as_ref());
        let crosses = vpc != receiver.vpc && entry.is_none() || from != sender.subnet.as_ref();
        self.replies_into_sender(sender, reply, crosses);
    }

    fn replies_into_sender(&mut self, sender: &Station<'a>, reply: Packet, crosses: bool) {
        if let Some(subnet) = &sender.subnet {
            if crosses {
                self.acl_gate(subnet, &sender.vpc, Direction::Ingress, reply);
            }
            if self.trace.return_path.iter().rev().nth(1) != Some(&subnet.to_string()) {
                self.trace.meet(Leg::Return, subnet.to_string());
            }
        }
        if let Some(name) = &sender.name {
            self.trace.meet(Leg::Return, name.clone());
        }
    }

    fn astray(&mut self, sender: &Station<'a>, receiver: &Station<'a>, reply: Packet) {
        let table = self
            .route_table(receiver)
            .map(|table| table.route_table_id.to_string());
        let id = table.unwrap_or_else(|_| receiver.label());
        let message = format!(
            "{id} sends replies to {} elsewhere than to {}",
            reply.destination, sender.vpc
        );
        self.trace.block(
            out_of(Code::NoRouteToDestination, &id, Leg::Return),
            message,
        );
        self.trace.lose(Leg::Return);
        self.replies_into_sender(sender, reply, true);
    }
}
