//! Out of a subnet: its network ACL, its route table, and what each kind of target does.

use super::route::{Choice, Chosen, choose};
use super::station::{Client, Station};
use super::walk::{Exit, Packet, Relation, Walk, out_of};
use super::{Code, Direction, Leg, outside};
use crate::facts::{
    Missing, RouteTable, RouteTarget, SubnetId, VpcEndpointId, VpcEndpointType,
    VpcPeeringConnectionId,
};
use crate::net::{Protocol, Traffic};

impl<'a> Walk<'a> {
    /// The route table that a station's packets use.
    pub(super) fn route_table(&self, station: &Station<'a>) -> Result<&'a RouteTable, Missing> {
        match (&station.route_table, &station.subnet) {
            (Some(table), _) => self.snapshot.route_tables.get(table),
            (None, Some(subnet)) => self.snapshot.route_table_of(subnet, &station.vpc),
            (None, None) => Err(Missing::new(
                crate::facts::FactKind::NatGateways,
                crate::facts::Reason::NotInFacts(format!("the route table of {}", station.label())),
            )),
        }
    }

    /// Sends a packet out of the station's subnet. `towards` is the subnet it is meant for, when
    /// that is known: inside one subnet no network ACL is asked.
    pub(super) fn leave(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        towards: Option<&SubnetId>,
    ) -> Exit<'a> {
        if let Some(subnet) = &station.subnet {
            self.trace.meet(packet.leg, subnet.to_string());
        }
        let found = self.subnet_of(station, packet);
        let is_own_subnet = towards
            .or(found.as_ref())
            .is_some_and(|to| Some(to) == station.subnet.as_ref());
        let table = match self.route_table(station) {
            Ok(table) => table,
            Err(missing) => {
                if !is_own_subnet {
                    self.leave_subnet(station, packet);
                }
                self.trace.doubt(packet.leg, missing);
                return Exit::Lost;
            }
        };
        let choice = choose(self.snapshot, table, &station.vpc, packet.destination);
        if !self.stays(station, &choice, is_own_subnet) {
            self.leave_subnet(station, packet);
        }
        self.trace.meet(packet.leg, table.route_table_id.as_str());
        match choice {
            Choice::Route(chosen) if !chosen.is_blackhole => {
                self.follow(station, packet, table, &chosen)
            }
            Choice::Route(chosen) => {
                self.no_way(station, packet, table, Some(&chosen));
                Exit::Lost
            }
            Choice::NoRoute => {
                self.no_way(station, packet, table, None);
                Exit::Lost
            }
            Choice::Unknown(missing) => {
                self.trace.doubt(packet.leg, missing);
                Exit::Lost
            }
        }
    }

    /// Whether the packet stays in the station's subnet, where no network ACL is asked.
    fn stays(&self, station: &Station<'a>, choice: &Choice, is_own_subnet: bool) -> bool {
        let Choice::Route(chosen) = choice else {
            return false;
        };
        match &chosen.target {
            RouteTarget::Local => is_own_subnet,
            RouteTarget::NatGateway(id) => {
                let gateway = self.snapshot.nat_gateways.get(id).ok();
                gateway.is_some_and(|g| g.subnet_id.is_some() && g.subnet_id == station.subnet)
            }
            _ => false,
        }
    }

    /// The table has no route there, or one that is a blackhole.
    fn no_way(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        table: &RouteTable,
        blackhole: Option<&Chosen>,
    ) {
        let id = table.route_table_id.as_str();
        let whose = whose(station);
        let (code, message) = match (blackhole, packet.leg) {
            (Some(chosen), _) => (
                Code::BadStateRoute,
                format!(
                    "{} of {id}{whose} leads to {}, which is gone or doesn't work (blackhole)",
                    chosen.destination,
                    chosen.target.id()
                ),
            ),
            (None, Leg::Forward) => (
                Code::NoRouteToDestination,
                format!("{id}{whose} has no route to {}", packet.destination),
            ),
            (None, Leg::Return) => (
                Code::NoRouteToDestination,
                format!(
                    "{id}{whose} has no route to {}, so replies are dropped",
                    packet.destination
                ),
            ),
        };
        self.trace.block(out_of(code, id, packet.leg), message);
    }

    fn leave_subnet(&mut self, station: &Station<'a>, packet: Packet) {
        if let Some(subnet) = &station.subnet {
            self.acl_gate(subnet, &station.vpc, Direction::Egress, packet);
        }
    }

    /// The subnet of the station's VPC in which the packet's destination lies.
    fn subnet_of(&self, station: &Station<'a>, packet: Packet) -> Option<SubnetId> {
        let address = packet.destination.first()?;
        self.subnet_containing(&station.vpc, address)
            .ok()
            .flatten()
            .map(|s| s.subnet_id.clone())
    }

    fn follow(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        table: &RouteTable,
        chosen: &Chosen,
    ) -> Exit<'a> {
        match &chosen.target {
            RouteTarget::Local => Exit::Local,
            RouteTarget::InternetGateway(id) => self.enter_internet_gateway(station, packet, id),
            RouteTarget::EgressOnlyInternetGateway(id) => {
                self.enter_egress_only_internet_gateway(station, packet, id)
            }
            RouteTarget::NatGateway(id) => self.enter_nat_gateway(station, packet, id),
            RouteTarget::VpcPeeringConnection(id) => {
                self.enter_peering_connection(station, packet, id)
            }
            RouteTarget::TransitGateway(id) => self.enter_transit_gateway(station, packet, id),
            RouteTarget::VpcEndpoint(id) => self.enter_endpoint(packet, table, id),
            RouteTarget::NetworkInterface(id) => {
                let interface = self.snapshot.network_interfaces.get(id);
                self.enter_appliance(station, packet, id.as_str(), interface)
            }
            RouteTarget::Instance(id) => {
                let primary = self.snapshot.interfaces_of(id).into_iter().next();
                let interface = primary.ok_or_else(|| {
                    crate::facts::Missing::new(
                        crate::facts::FactKind::NetworkInterfaces,
                        crate::facts::Reason::NotInFacts(format!("the interface of {id}")),
                    )
                });
                self.enter_appliance(station, packet, id.as_str(), interface)
            }
            RouteTarget::VpnGateway(_) | RouteTarget::Other(_) => {
                let id = chosen.target.id();
                self.trace.meet(packet.leg, id);
                self.trace
                    .doubt(packet.leg, outside(format!("what lies behind {id}")));
                Exit::Lost
            }
        }
    }

    /// VPC peering: active, and only for addresses of the peer VPC itself; never on to the peer's
    /// own gateways. <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html>
    fn enter_peering_connection(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        id: &VpcPeeringConnectionId,
    ) -> Exit<'a> {
        self.trace.meet(packet.leg, id.as_str());
        if station.client == Client::Anyone {
            // AWS documents NAT gateways towards transit and private gateways, not towards peering.
            let what = format!("whether {} may send over {id}", station.label());
            self.trace.doubt(packet.leg, outside(what));
        }
        let connection = match self.snapshot.vpc_peering_connections.get(id) {
            Ok(connection) => connection,
            Err(missing) => {
                self.trace.doubt(packet.leg, missing);
                return Exit::Lost;
            }
        };
        let status = connection.status_code();
        if status != "active" {
            let message = format!("{id} is {status}, not active");
            self.trace
                .block(out_of(Code::BadState, id.as_str(), packet.leg), message);
        }
        let Some(peer) = connection.other_side(&station.vpc) else {
            let message = format!("{id} doesn't join {} to any VPC", station.vpc);
            self.trace
                .block(out_of(Code::CannotRoute, id.as_str(), packet.leg), message);
            return Exit::Lost;
        };
        let blocks: Vec<_> = peer.blocks().collect();
        let covers = |block| packet.destination.covered_by(block) == crate::net::Cover::All;
        if !blocks.is_empty() && !blocks.iter().any(covers) {
            let message = format!(
                "{id} carries only what is for {}, and {} isn't in it: peering doesn't lead on",
                peer.vpc_id, packet.destination
            );
            let component = out_of(Code::PcxRequiresAddressInVpcCidr, id.as_str(), packet.leg);
            self.trace.block(component, message);
            return Exit::Lost;
        }
        if status != "active" {
            return Exit::Lost;
        }
        Exit::Vpc {
            vpc: peer.vpc_id.clone(),
            entry: None,
            relation: Relation::Peering {
                same_region: connection.is_same_region(),
            },
        }
    }

    /// A gateway endpoint: available, on this route table, TCP and ICMP echo only. A Gateway Load
    /// Balancer endpoint leads to an appliance.
    fn enter_endpoint(
        &mut self,
        packet: Packet,
        table: &RouteTable,
        id: &VpcEndpointId,
    ) -> Exit<'a> {
        self.trace.meet(packet.leg, id.as_str());
        let endpoint = match self.snapshot.vpc_endpoints.get(id) {
            Ok(endpoint) => endpoint,
            Err(missing) => {
                self.trace.doubt(packet.leg, missing);
                return Exit::Lost;
            }
        };
        if !endpoint.is_available() {
            let state = endpoint.state.as_deref().unwrap_or("not available");
            let message = format!("{id} is {state}");
            self.trace
                .block(out_of(Code::BadState, id.as_str(), packet.leg), message);
        }
        if endpoint.vpc_endpoint_type != VpcEndpointType::Gateway {
            self.trace.doubt(
                packet.leg,
                outside(format!("what the appliance behind {id} does")),
            );
            return Exit::Lost;
        }
        let tables = &endpoint.route_table_ids;
        if !tables.is_empty() && !tables.contains(&table.route_table_id) {
            let message = format!(
                "{id} doesn't list {} among its route tables",
                table.route_table_id
            );
            self.trace.block(
                out_of(Code::BadStateRoute, id.as_str(), packet.leg),
                message,
            );
        }
        let carried = Traffic::protocol(Protocol::TCP)
            .union(&Traffic::icmp(Protocol::ICMP, Some(8), None))
            .union(&Traffic::icmp(Protocol::ICMPV6, Some(128), None));
        let component = out_of(
            Code::VpceGatewayProtocolRestriction,
            id.as_str(),
            packet.leg,
        );
        self.trace.gate(
            component,
            super::trace::Passage::exactly(carried),
            |stopped| {
                format!(
                    "{id} is a gateway endpoint and carries TCP and ICMP echo only, not {stopped}"
                )
            },
        );
        Exit::Service(id.to_string())
    }
}

/// A NAT gateway's own table is easily mistaken for the task's.
fn whose(station: &Station<'_>) -> String {
    match &station.name {
        Some(name) if station.client == Client::Anyone => format!(" (the route table of {name})"),
        _ => String::new(),
    }
}
