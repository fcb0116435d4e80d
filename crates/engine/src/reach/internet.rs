//! Internet gateways, egress-only internet gateways, and connections from the internet.

use std::net::IpAddr;

use super::station::{Client, Groups, PublicAddress, Station};
use super::walk::{Exit, Goal, Packet, Relation, Walk, into, out_of};
use super::{Code, Direction, Leg, outside};
use crate::facts::{
    EgressOnlyInternetGatewayId, InternetGatewayAttachment, InternetGatewayBlockMode,
    InternetGatewayId, Missing, NetworkInterface,
};
use crate::net::AddressFamily;

/// What stands for the internet on a path.
const INTERNET: &str = "internet";

impl<'a> Walk<'a> {
    /// An internet gateway: attached to this VPC, and the sender needs a public address of its own.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html>
    pub(super) fn enter_internet_gateway(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        id: &InternetGatewayId,
    ) -> Exit<'a> {
        self.trace.meet(packet.leg, id.as_str());
        let gateway = self.snapshot.internet_gateways.get(id);
        let attachments = gateway.map(|gateway| gateway.attachments.as_slice());
        self.attached_gate(id.as_str(), attachments, station, packet.leg);
        self.public_access_gate(station, packet.leg, false);
        if packet.destination.is_private() {
            let message = format!(
                "{id} drops what is for private addresses, as {} is",
                packet.destination
            );
            let code = Code::IgwDestinationAddressNotInRfc1918Egress;
            self.trace
                .block(out_of(code, id.as_str(), packet.leg), message);
            return Exit::Lost;
        }
        self.public_address_gate(station, packet, id.as_str());
        Exit::Internet(id.to_string())
    }

    /// A gateway works only for the VPC it is attached to.
    fn attached_gate(
        &mut self,
        id: &str,
        attachments: Result<&[InternetGatewayAttachment], Missing>,
        station: &Station<'a>,
        leg: Leg,
    ) {
        match attachments {
            Ok(attachments) if attachments.iter().any(|a| a.works_for(&station.vpc)) => {}
            Ok(_) => {
                let message = format!("{id} isn't attached to {}", station.vpc);
                self.trace
                    .block(out_of(Code::BadStateAttachment, id, leg), message);
            }
            Err(missing) => self.trace.doubt(leg, missing),
        }
    }

    fn public_address_gate(&mut self, station: &Station<'a>, packet: Packet, id: &str) {
        let code = Code::IgwPublicIpAssociationForEgress;
        let label = station.label();
        if packet.destination.family() == AddressFamily::V6 {
            if station
                .interface
                .is_some_and(|interface| interface.deny_all_igw_traffic)
            {
                let message = format!("{label} denies all traffic of internet gateways");
                self.trace.block(out_of(code, id, packet.leg), message);
            } else if packet.source.is_private() {
                let message = format!("{} of {label} isn't a global IPv6 address", packet.source);
                self.trace.block(out_of(code, id, packet.leg), message);
            }
            return;
        }
        match &station.public {
            PublicAddress::Known(_) | PublicAddress::Assigned => {}
            PublicAddress::Absent => {
                let hint = if station.client == Client::Anyone {
                    "a NAT gateway without one leads to private networks only"
                } else {
                    "use a NAT gateway"
                };
                let message =
                    format!("{label} has no public address, so {id} drops what it sends: {hint}");
                self.trace.block(out_of(code, id, packet.leg), message);
            }
            PublicAddress::Unknown(missing) => self.trace.doubt(packet.leg, missing.clone()),
        }
    }

    /// VPC Block Public Access; NAT gateways may still open connections when only ingress is blocked.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html>
    fn public_access_gate(&mut self, station: &Station<'a>, leg: Leg, egress_only: bool) {
        let Some(id) = &station.subnet else { return };
        let subnet = match self.snapshot.subnets.get(id) {
            Ok(subnet) => subnet,
            Err(missing) => return self.trace.doubt(leg, missing),
        };
        let is_nat = station.client == Client::Anyone;
        let blocked = match subnet.block_public_access() {
            InternetGatewayBlockMode::Off => false,
            InternetGatewayBlockMode::BlockBidirectional => true,
            InternetGatewayBlockMode::BlockIngress => !(is_nat || egress_only),
            InternetGatewayBlockMode::Unrecognized => {
                self.trace.doubt(
                    leg,
                    outside(format!("the mode of VPC Block Public Access for {id}")),
                );
                false
            }
        };
        if blocked {
            let message = format!("VPC Block Public Access cuts {id} off from the internet");
            self.trace.block(
                out_of(Code::VpcBlockPublicAccess, id.as_str(), leg),
                message,
            );
        }
    }

    /// An egress-only internet gateway: IPv6, and only for connections opened inside.
    pub(super) fn enter_egress_only_internet_gateway(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        id: &EgressOnlyInternetGatewayId,
    ) -> Exit<'a> {
        self.trace.meet(packet.leg, id.as_str());
        let gateway = self.snapshot.egress_only_internet_gateways.get(id);
        let attachments = gateway.map(|gateway| gateway.attachments.as_slice());
        self.attached_gate(id.as_str(), attachments, station, packet.leg);
        self.public_access_gate(station, packet.leg, true);
        if packet.destination.family() == AddressFamily::V4 {
            let message = format!("{id} carries IPv6 only, not {}", packet.destination);
            self.trace
                .block(out_of(Code::CannotRoute, id.as_str(), packet.leg), message);
            return Exit::Lost;
        }
        if packet.leg == Leg::Return {
            let message = format!("{id} carries only connections that were opened inside the VPC");
            self.trace
                .block(out_of(Code::CannotRoute, id.as_str(), packet.leg), message);
            return Exit::Lost;
        }
        Exit::Internet(id.to_string())
    }

    /// The packet is on the internet: either that is where it should be, or it comes back in at the
    /// interface that has this public address.
    pub(super) fn cross_internet(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        goal: Goal<'_, 'a>,
        gateway: &str,
    ) {
        if let PublicAddress::Known(address) = sender.public
            && packet.source.family() == AddressFamily::V4
        {
            self.trace.appears_as = Some(address);
        }
        let known = packet.destination.host().and_then(|address| match address {
            IpAddr::V4(_) => self.snapshot.interface_at_public(address),
            IpAddr::V6(_) => self.snapshot.interfaces_with(address).next(),
        });
        let meant = goal.expected.and_then(|station| station.interface);
        match known.or(meant) {
            Some(interface) => {
                let asked = packet.destination.host();
                let source = match packet.source.family() {
                    AddressFamily::V4 => sender.public.as_source(packet.source),
                    AddressFamily::V6 => packet.source,
                };
                let from_outside = Packet { source, ..packet };
                self.enter_from_internet(from_outside, interface, asked);
            }
            None => {
                self.trace.meet(Leg::Forward, INTERNET);
                self.trace.meet(Leg::Return, INTERNET);
            }
        }
        self.replies_from_outside(sender, packet, gateway);
    }

    /// Replies that come in at the edge of the sender's VPC: the gateway, then the network ACL of
    /// the sender's subnet.
    pub(super) fn replies_from_outside(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        gateway: &str,
    ) {
        self.trace.meet(Leg::Return, gateway);
        self.edge_routing_gate(gateway, sender, packet.source, Leg::Return);
        let reply = packet.reply();
        if let Some(subnet) = &sender.subnet {
            self.acl_gate(subnet, &sender.vpc, Direction::Ingress, reply);
            self.trace.meet(Leg::Return, subnet.to_string());
        }
        if let Some(name) = &sender.name {
            self.trace.meet(Leg::Return, name.clone());
        }
    }

    /// A connection from the internet to an interface, and the way of its replies.
    ///
    /// `asked` is the address that was asked for: an interface may have several.
    pub(super) fn enter_from_internet(
        &mut self,
        packet: Packet,
        interface: &'a NetworkInterface,
        asked: Option<IpAddr>,
    ) {
        let mut receiver = Station::of_interface(interface);
        if let Some(own) = asked.and_then(|asked| interface.private_address_behind(asked)) {
            receiver = receiver.with_address(own);
        }
        self.trace.meet(Leg::Forward, INTERNET);
        let gateway = self.internet_gateway_of(&receiver);
        if let Some(id) = &gateway {
            self.trace.meet(Leg::Forward, id.as_str());
        }
        let edge = gateway
            .as_ref()
            .map_or(receiver.vpc.as_str(), InternetGatewayId::as_str);
        let family = packet.source.family();
        let own = receiver.address(family);
        let is_public = match family {
            AddressFamily::V4 => receiver.public != PublicAddress::Absent,
            AddressFamily::V6 => own.is_some_and(|own| !own.is_private()),
        };
        if !is_public {
            let message = format!(
                "{} has no public {family} address, so nothing on the internet can address it",
                receiver.label()
            );
            let code = Code::IgwPrivateIpAssociationForIngress;
            self.trace.block(into(code, edge, Leg::Forward), message);
        } else if family == AddressFamily::V6 && interface.deny_all_igw_traffic {
            let message = format!(
                "{} denies all traffic of internet gateways",
                receiver.label()
            );
            let code = Code::IgwPrivateIpAssociationForIngress;
            self.trace.block(into(code, edge, Leg::Forward), message);
        }
        let inside = Packet {
            destination: own.unwrap_or(packet.destination),
            ..packet
        };
        if gateway.is_some() {
            self.edge_routing_gate(edge, &receiver, inside.destination, Leg::Forward);
        }
        self.public_access_gate(&receiver, Leg::Forward, false);
        self.take(
            &receiver,
            inside,
            &Relation::Apart,
            &Groups::Unfiltered,
            true,
        );
        self.reply_to_internet(&receiver, inside);
    }

    /// The internet gateway of a VPC; that there is none is a blocker.
    fn internet_gateway_of(&mut self, receiver: &Station<'a>) -> Option<InternetGatewayId> {
        let mut gateways = self.snapshot.internet_gateways.seen();
        let attached = gateways.find(|gateway| {
            gateway
                .attachments
                .iter()
                .any(|attachment| attachment.works_for(&receiver.vpc))
        });
        if let Some(gateway) = attached {
            return Some(gateway.internet_gateway_id.clone());
        }
        match self
            .snapshot
            .internet_gateways
            .complete_within(&[(&receiver.vpc).into()])
        {
            Ok(()) => {
                let vpc = receiver.vpc.as_str();
                let message = format!("no internet gateway is attached to {vpc}");
                self.trace
                    .block(into(Code::BadStateAttachment, vpc, Leg::Forward), message);
            }
            Err(missing) => self.trace.doubt(Leg::Forward, missing),
        }
        None
    }

    fn reply_to_internet(&mut self, receiver: &Station<'a>, packet: Packet) {
        let reply = packet.reply();
        if let Some(name) = &receiver.name {
            self.trace.meet(Leg::Return, name.clone());
        }
        match self.leave(receiver, reply, None) {
            Exit::Internet(_) => self.trace.meet(Leg::Return, INTERNET),
            Exit::Lost => {}
            _ => {
                let table = self
                    .route_table(receiver)
                    .map(|table| table.route_table_id.to_string());
                let id = table.unwrap_or_else(|_| receiver.label());
                let message = format!(
                    "{id} doesn't send replies to {} back through the internet gateway",
                    packet.source
                );
                self.trace.block(
                    out_of(Code::NoRouteToDestination, &id, Leg::Return),
                    message,
                );
            }
        }
    }
}
