//! What forwards packets without being a gateway of AWS's: NAT instances and appliances, behind a
//! subnet's route or a gateway's own route table. What they need to take a packet is known; what they
//! then do isn't.

use super::route::{Choice, choose};
use super::station::Station;
use super::walk::{Exit, Packet, Relation, Walk, into, out_of};
use super::{Code, Direction, Leg, outside};
use crate::facts::{InternetGatewayId, Missing, NetworkInterface, RouteTarget};
use crate::net::AddressScope;

impl<'a> Walk<'a> {
    /// An interface that is routed to: a NAT instance or an appliance. What it needs to take the
    /// packet is known; what it then does isn't.
    pub(super) fn enter_appliance(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        id: &str,
        interface: Result<&'a NetworkInterface, Missing>,
    ) -> Exit<'a> {
        let interface = match interface {
            Ok(interface) => interface,
            Err(missing) => {
                self.trace.meet(packet.leg, id);
                self.trace.doubt(packet.leg, missing);
                return Exit::Lost;
            }
        };
        if station.subnet.as_ref() != Some(&interface.subnet_id) {
            let (subnet, vpc) = (&interface.subnet_id, &interface.vpc_id);
            self.acl_gate(subnet, vpc, Direction::Ingress, packet);
        }
        self.trace.meet(packet.leg, id);
        self.source_dest_check_gate(interface, packet.leg);
        if packet.leg == Leg::Forward {
            let appliance = Station::of_interface(interface);
            self.security_group_gate(
                &appliance,
                Direction::Ingress,
                packet.source,
                &Relation::SameVpc,
                &station.groups,
            );
        }
        self.trace
            .doubt(packet.leg, outside(format!("what {id} forwards")));
        Exit::Lost
    }

    /// What forwards packets must not check whether they are its own.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html#change_source_dest_check>
    pub(super) fn source_dest_check_gate(&mut self, interface: &NetworkInterface, leg: Leg) {
        if interface.source_dest_check != Some(true) {
            return;
        }
        let id = interface.network_interface_id.as_str();
        let message = format!(
            "{id} is a route's target but still checks source and destination, so it drops what \
             isn't for itself"
        );
        self.trace
            .block(into(Code::EniSourceDestCheckRestriction, id, leg), message);
    }

    /// A route table of the gateway itself may send what comes in through an appliance.
    pub(super) fn edge_routing_gate(
        &mut self,
        gateway: &str,
        station: &Station<'a>,
        address: AddressScope,
        leg: Leg,
    ) {
        if !gateway.starts_with(InternetGatewayId::PREFIX) {
            return;
        }
        let table = match self.snapshot.route_table_of_gateway(gateway, &station.vpc) {
            Ok(Some(table)) => table,
            Ok(None) => return,
            Err(missing) => return self.trace.doubt(leg, missing),
        };
        match choose(self.snapshot, table, &station.vpc, address) {
            Choice::Route(chosen) if chosen.is_blackhole => {
                let id = table.route_table_id.as_str();
                let message = format!(
                    "{} of {id}, the route table of {gateway}, is a blackhole",
                    chosen.destination
                );
                self.trace
                    .block(out_of(Code::BadStateRoute, id, leg), message);
            }
            Choice::Route(chosen) if chosen.target == RouteTarget::Local => {}
            Choice::NoRoute => {}
            Choice::Route(chosen) => {
                if let RouteTarget::NetworkInterface(id) = &chosen.target
                    && let Ok(interface) = self.snapshot.network_interfaces.get(id)
                {
                    self.source_dest_check_gate(interface, leg);
                }
                let target = chosen.target.id().to_owned();
                self.trace.meet(leg, target.clone());
                let what = format!("what {target} does with what {gateway} lets in");
                self.trace.doubt(leg, outside(what));
            }
            Choice::Unknown(missing) => self.trace.doubt(leg, missing),
        }
    }
}
