//! NAT gateways: they open connections for others in their own name, and take none.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html>

use super::network_acl::OpenReplies;
use super::station::{Groups, PublicAddress, Station};
use super::trace::Passage;
use super::walk::{Exit, Goal, Packet, Walk, out_of};
use super::{Code, Direction, Leg, outside};
use crate::facts::{AvailabilityMode, ConnectivityType, NatGateway, NatGatewayId, SubnetId};
use crate::net::{AddressFamily, Protocol, Traffic};

impl<'a> Walk<'a> {
    /// Into a NAT gateway: its subnet's network ACL, its state, and the protocols it carries.
    pub(super) fn enter_nat_gateway(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        id: &NatGatewayId,
    ) -> Exit<'a> {
        let gateway = match self.snapshot.nat_gateways.get(id) {
            Ok(gateway) => gateway,
            Err(missing) => {
                self.trace.meet(packet.leg, id.as_str());
                self.trace.doubt(packet.leg, missing);
                return Exit::Lost;
            }
        };
        if gateway.subnet_id != station.subnet
            && let Some(subnet) = &gateway.subnet_id
        {
            self.acl_gate(subnet, &gateway.vpc_id, Direction::Ingress, packet);
        }
        self.trace.meet(packet.leg, id.as_str());
        if gateway.state != "available" {
            let why = gateway.failure_message.as_deref();
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            let message = format!("{id} is {}{why}", gateway.state);
            self.trace
                .block(out_of(Code::BadState, id.as_str(), packet.leg), message);
        }
        if gateway.connectivity_type == ConnectivityType::Unrecognized
            || gateway.availability_mode == AvailabilityMode::Unrecognized
        {
            let what = format!("how {id} works: its type is new to this version");
            self.trace.doubt(packet.leg, outside(what));
            return Exit::Lost;
        }
        let carried = Traffic::protocol(Protocol::TCP)
            .union(&Traffic::protocol(Protocol::UDP))
            .union(&Traffic::protocol(Protocol::ICMP));
        let component = out_of(Code::ProtocolRestriction, id.as_str(), packet.leg);
        self.trace
            .gate(component, Passage::exactly(carried), |stopped| {
                format!("{id} carries TCP, UDP and ICMP only, not {stopped}")
            });
        if packet.destination.family() == AddressFamily::V6 {
            // NAT64 translates 64:ff9b::/96 only, and then the far end is an IPv4 address.
            self.trace.doubt(
                packet.leg,
                outside(format!("what {id} translates {} to", packet.destination)),
            );
            return Exit::Lost;
        }
        if packet.leg == Leg::Return {
            let message = format!("{id} would send replies on in its own name");
            self.trace
                .block(out_of(Code::CannotRoute, id.as_str(), packet.leg), message);
            return Exit::Lost;
        }
        if !self.nat_gateways.insert(id.clone()) {
            let message =
                format!("{id} sends to itself: its own subnet's route table must lead on");
            self.trace.block(
                out_of(Code::NoRouteToDestination, id.as_str(), packet.leg),
                message,
            );
            return Exit::Lost;
        }
        Exit::Nat(gateway)
    }

    /// From a NAT gateway on, and the replies from it back to the one it stands for.
    pub(super) fn through_nat(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        gateway: &'a NatGateway,
        goal: Goal<'_, 'a>,
    ) {
        let own = self.nat_station(gateway);
        self.connect_for_client(&own, goal);
        let reply = packet.reply();
        self.trace
            .meet(Leg::Return, gateway.nat_gateway_id.as_str());
        if gateway.subnet_id != sender.subnet {
            if let Some(subnet) = &gateway.subnet_id {
                self.acl_gate(subnet, &gateway.vpc_id, Direction::Egress, reply);
            }
            if let Some(subnet) = &sender.subnet {
                self.acl_gate(subnet, &sender.vpc, Direction::Ingress, reply);
            }
        }
        if let Some(subnet) = &sender.subnet {
            self.trace.meet(Leg::Return, subnet.to_string());
        }
        if let Some(name) = &sender.name {
            self.trace.meet(Leg::Return, name.clone());
        }
    }

    /// Opens a connection in the NAT gateway's own name: it chooses ports of its own for it.
    fn connect_for_client(&mut self, own: &Station<'a>, goal: Goal<'_, 'a>) {
        let inner = std::mem::replace(&mut self.trace.open_replies, OpenReplies::all());
        self.connect(own, goal);
        self.trace.open_replies = inner;
    }

    /// A NAT gateway as a sender.
    fn nat_station(&self, gateway: &NatGateway) -> Station<'a> {
        let mut own = Station::of_nat_gateway(self.snapshot, gateway);
        if gateway.connectivity_type == ConnectivityType::Private {
            own.public = PublicAddress::Absent;
        } else if gateway.state != "available" && own.public == PublicAddress::Absent {
            // Its state is the blocker; that it has no address is a consequence.
            own.public = PublicAddress::Assigned;
        }
        own
    }

    /// Out by a NAT gateway of another VPC, which a transit gateway leads to: its replies go back by
    /// the route table of the NAT gateway's own subnet.
    /// <https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-nat-igw.html>
    pub(super) fn relay(
        &mut self,
        sender: &Station<'a>,
        packet: Packet,
        goal: Goal<'_, 'a>,
        entry: &SubnetId,
    ) {
        let subnet = match self.snapshot.subnets.get(entry) {
            Ok(subnet) => subnet,
            Err(missing) => return self.trace.doubt(packet.leg, missing),
        };
        let relay = Station {
            interface: None,
            name: None,
            vpc: subnet.vpc_id.clone(),
            subnet: Some(entry.clone()),
            route_table: None,
            zone: subnet.availability_zone.clone(),
            groups: Groups::Unfiltered,
            public: PublicAddress::Absent,
            ..sender.clone()
        };
        let Exit::Nat(gateway) = self.leave(&relay, packet, None) else {
            self.trace.lose(Leg::Forward);
            return;
        };
        let own = self.nat_station(gateway);
        self.connect_for_client(&own, goal);
        let reply = packet.reply();
        self.trace
            .meet(Leg::Return, gateway.nat_gateway_id.as_str());
        let exit = self.leave(&own, reply, sender.subnet.as_ref());
        self.return_to(sender, &own, reply, exit);
    }
}
