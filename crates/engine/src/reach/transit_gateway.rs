//! Transit gateways: the attachment in the sender's zone, the route table it is associated with, and
//! the attachment that its route leads to.
//! <https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html>

use super::route::{Choice, choose};
use super::station::Station;
use super::walk::{Exit, Packet, Relation, Walk, out_of};
use super::{Code, Direction, outside};
use crate::facts::{
    FactKind, Missing, Reason, RouteTarget, SubnetId, Switch, TransitGatewayId,
    TransitGatewayOptions, TransitGatewayRoute, TransitGatewayRoutes, TransitGatewayVpcAttachment,
    VpcId,
};
use crate::net::{AddressFamily, Cover};

impl<'a> Walk<'a> {
    /// Into a transit gateway and, where it can be known, out of it into another VPC.
    pub(super) fn enter_transit_gateway(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        id: &TransitGatewayId,
    ) -> Exit<'a> {
        match self.cross_transit_gateway(station, packet, id) {
            Ok(Some(exit)) => exit,
            Ok(None) => Exit::Lost,
            Err(missing) => {
                self.trace.doubt(packet.leg, missing);
                Exit::Lost
            }
        }
    }

    /// `None` when a blocker was recorded that ends the way.
    fn cross_transit_gateway(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        id: &TransitGatewayId,
    ) -> Result<Option<Exit<'a>>, Missing> {
        let Some(near) = self.attachment_of(id, &station.vpc, packet)? else {
            return Ok(None);
        };
        let near_id = near.transit_gateway_attachment_id.as_str();
        self.enter_attachment(station, packet, near)?;
        self.trace.meet(packet.leg, near_id);
        self.trace.meet(packet.leg, id.as_str());
        let state = self
            .snapshot
            .transit_gateways
            .get(id)
            .ok()
            .and_then(|g| g.state.as_deref());
        if let Some(state @ ("deleting" | "deleted")) = state {
            let message = format!("{id} is {state}");
            self.trace
                .block(out_of(Code::BadState, id.as_str(), packet.leg), message);
        }
        let attachment = self
            .snapshot
            .transit_gateway_attachments
            .get(&near.transit_gateway_attachment_id)?;
        let table = attachment.association.as_ref().and_then(|association| {
            let in_force = association
                .state
                .as_deref()
                .is_none_or(|state| state == "associated");
            association
                .transit_gateway_route_table_id
                .as_ref()
                .filter(|_| in_force)
        });
        let Some(table) = table else {
            let message = format!("{near_id} is associated with no route table of {id}");
            let code = Code::TgwAttachMissingTgwRtbAssociation;
            self.trace.block(out_of(code, near_id, packet.leg), message);
            return Ok(None);
        };
        self.trace.meet(packet.leg, table.as_str());
        let routes = self.snapshot.transit_gateway_routes.get(table)?;
        let Some(route) = self.transit_route(routes, packet)? else {
            return Ok(None);
        };
        self.leave_transit_gateway(station, packet, id, near, route)
    }

    fn attachment_of(
        &mut self,
        id: &TransitGatewayId,
        vpc: &VpcId,
        packet: Packet,
    ) -> Result<Option<&'a TransitGatewayVpcAttachment>, Missing> {
        let attachments = &self.snapshot.transit_gateway_vpc_attachments;
        let found = attachments.seen().find(|attachment| {
            attachment.transit_gateway_id == *id
                && attachment.vpc_id == *vpc
                && !matches!(
                    attachment.state.as_deref(),
                    Some("deleted" | "rejected" | "failed")
                )
        });
        if found.is_none() {
            attachments.complete_within(&[vpc.into(), id.into()])?;
            self.trace.meet(packet.leg, id.as_str());
            let message = format!("{id} isn't attached to {vpc}");
            self.trace.block(
                out_of(Code::BadStateAttachment, id.as_str(), packet.leg),
                message,
            );
        }
        Ok(found)
    }

    /// State, zone, address family, and the network ACL of the attachment's subnet. What leaves the
    /// attachment's own subnet is asked both ways, what comes from another only on entry.
    /// <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html>
    fn enter_attachment(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        near: &TransitGatewayVpcAttachment,
    ) -> Result<(), Missing> {
        self.attachment_gate(packet, near);
        let near_id = near.transit_gateway_attachment_id.as_str();
        let zone = station.zone.as_ref().ok_or_else(|| {
            let what = format!("the Availability Zone of {}", station.label());
            Missing::new(FactKind::Subnets, Reason::NotInFacts(what))
        })?;
        match self.subnet_in_zone(near, zone)? {
            Some(subnet) => {
                let (subnet, vpc) = (subnet.clone(), station.vpc.clone());
                self.acl_gate(&subnet, &vpc, Direction::Ingress, packet);
            }
            None => {
                let message = format!(
                    "{near_id} has no subnet in {zone}, so nothing in that zone can use it"
                );
                let component = out_of(Code::TgwRouteAzRestriction, near_id, packet.leg);
                self.trace.block(component, message);
            }
        }
        Ok(())
    }

    fn attachment_gate(&mut self, packet: Packet, attachment: &TransitGatewayVpcAttachment) {
        let id = attachment.transit_gateway_attachment_id.as_str();
        let state = attachment.state.as_deref().unwrap_or("available");
        if !matches!(state, "available" | "modifying") {
            let message = format!("{id} is {state}, not available");
            self.trace
                .block(out_of(Code::BadStateAttachment, id, packet.leg), message);
        }
        let ipv6 = attachment
            .options
            .as_ref()
            .and_then(|options| options.ipv6_support);
        if packet.destination.family() == AddressFamily::V6 && ipv6 == Some(Switch::Disable) {
            let message = format!("{id} doesn't carry IPv6");
            self.trace
                .block(out_of(Code::CannotRoute, id, packet.leg), message);
        }
    }

    fn subnet_in_zone(
        &self,
        attachment: &'a TransitGatewayVpcAttachment,
        zone: &str,
    ) -> Result<Option<&'a SubnetId>, Missing> {
        for id in &attachment.subnet_ids {
            let own = self.snapshot.subnets.get(id)?.availability_zone.as_deref();
            let own = own.ok_or_else(|| {
                let what = format!("the Availability Zone of {id}");
                Missing::new(FactKind::Subnets, Reason::NotInFacts(what))
            })?;
            if own == zone {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// The longest prefix wins, then static over propagated; a blackhole that wins drops.
    fn transit_route(
        &mut self,
        routes: &'a TransitGatewayRoutes,
        packet: Packet,
    ) -> Result<Option<&'a TransitGatewayRoute>, Missing> {
        let table = routes.transit_gateway_route_table_id.as_str();
        let best = routes
            .routes
            .iter()
            .filter(|route| matches!(route.state.as_deref(), None | Some("active" | "blackhole")))
            .filter_map(|route| Some((route.destination_cidr_block?, route)))
            .filter(|(prefix, _)| packet.destination.covered_by(prefix) == Cover::All)
            .max_by_key(|(prefix, route)| {
                (prefix.prefix_len(), route.kind.as_deref() == Some("static"))
            });
        // Output doesn't always spell out the prefixes of a list.
        if let Some(list) = routes.routes.iter().find_map(|route| {
            route
                .prefix_list_id
                .as_ref()
                .filter(|_| route.destination_cidr_block.is_none())
        }) {
            let what = format!("the content of {list}");
            return Err(Missing::new(
                FactKind::PrefixLists,
                Reason::NotInFacts(what),
            ));
        }
        // A search that left routes out may have left out the one that decides.
        if routes.additional_routes_available {
            return Err(Missing::new(
                FactKind::TransitGatewayRoutes,
                Reason::Truncated,
            ));
        }
        match best {
            Some((_, route)) if route.state.as_deref() != Some("blackhole") => Ok(Some(route)),
            Some((prefix, _)) => {
                let message = format!("{prefix} of {table} is a blackhole");
                let component = out_of(Code::TgwRtbBadStateRoute, table, packet.leg);
                self.trace.block(component, message);
                Ok(None)
            }
            None => {
                let message = format!("{table} has no route to {}", packet.destination);
                let component = out_of(Code::TgwRtbNoRouteToTgwAttachment, table, packet.leg);
                self.trace.block(component, message);
                Ok(None)
            }
        }
    }

    fn leave_transit_gateway(
        &mut self,
        station: &Station<'a>,
        packet: Packet,
        id: &TransitGatewayId,
        near: &TransitGatewayVpcAttachment,
        route: &TransitGatewayRoute,
    ) -> Result<Option<Exit<'a>>, Missing> {
        let unknown = || outside(format!("where {id} sends {}", packet.destination));
        let mut targets = route.transit_gateway_attachments.iter();
        let target = targets.next().ok_or_else(unknown)?;
        let target_id = &target.transit_gateway_attachment_id;
        self.trace.meet(packet.leg, target_id.as_str());
        let is_vpc = target
            .resource_type
            .as_deref()
            .is_none_or(|kind| kind == "vpc");
        if !is_vpc || targets.any(|other| other.resource_id != target.resource_id) {
            return Err(outside(format!("what lies behind {target_id}")));
        }
        let far = self
            .snapshot
            .transit_gateway_vpc_attachments
            .get(target_id)?;
        self.attachment_gate(packet, far);
        let entry = self.entry_subnet(station, packet, far);
        if let Some(entry) = &entry {
            if self.sends_on_by_nat(packet, &far.vpc_id, entry) {
                return Ok(Some(Exit::Relay {
                    entry: entry.clone(),
                }));
            }
            self.through_entry(packet, &far.vpc_id, entry)?;
        }
        Ok(Some(Exit::Vpc {
            vpc: far.vpc_id.clone(),
            entry,
            relation: Relation::TransitGateway {
                references: self.references(id, near, far),
            },
        }))
    }

    /// Where the packet comes out: in the sender's zone if the far attachment serves it, else in the
    /// receiver's, else in any. Which of several other zones AWS takes isn't documented.
    fn entry_subnet(
        &self,
        station: &Station<'a>,
        packet: Packet,
        far: &'a TransitGatewayVpcAttachment,
    ) -> Option<SubnetId> {
        let in_zone = |zone: Option<&String>| self.subnet_in_zone(far, zone?).ok().flatten();
        let receiver = packet
            .destination
            .host()
            .and_then(|address| self.subnet_containing(&far.vpc_id, address).ok().flatten());
        in_zone(station.zone.as_ref())
            .or_else(|| in_zone(receiver.and_then(|subnet| subnet.availability_zone.as_ref())))
            .or_else(|| far.subnet_ids.first())
            .cloned()
    }

    /// Whether the far VPC is one that leads others to the internet.
    fn sends_on_by_nat(&self, packet: Packet, vpc: &VpcId, entry: &SubnetId) -> bool {
        let Ok(table) = self.snapshot.route_table_of(entry, vpc) else {
            return false;
        };
        let choice = choose(self.snapshot, table, vpc, packet.destination);
        matches!(choice, Choice::Route(chosen) if matches!(chosen.target, RouteTarget::NatGateway(_)))
    }

    /// Out of the far attachment's subnet: its network ACL when the receiver sits in another one,
    /// and its route table, which may send the packet through an appliance first.
    fn through_entry(
        &mut self,
        packet: Packet,
        vpc: &VpcId,
        entry: &SubnetId,
    ) -> Result<(), Missing> {
        let receiver = packet
            .destination
            .host()
            .and_then(|address| self.subnet_containing(vpc, address).ok().flatten());
        if receiver.is_none_or(|subnet| subnet.subnet_id != *entry)
            && self.snapshot.has_observed(vpc)
        {
            self.acl_gate(entry, vpc, Direction::Egress, packet);
        }
        let Ok(table) = self.snapshot.route_table_of(entry, vpc) else {
            return Ok(());
        };
        match choose(self.snapshot, table, vpc, packet.destination) {
            Choice::Route(chosen) if chosen.target == RouteTarget::Local => Ok(()),
            Choice::Route(chosen) => Err(outside(format!(
                "what {} of {vpc} does with what {} sends it",
                chosen.target.id(),
                table.route_table_id
            ))),
            Choice::NoRoute => {
                let table = table.route_table_id.as_str();
                let message = format!("{table} has no route to {}", packet.destination);
                self.trace.block(
                    out_of(Code::NoRouteToDestination, table, packet.leg),
                    message,
                );
                Ok(())
            }
            Choice::Unknown(missing) => Err(missing),
        }
    }

    /// Whether inbound rules may refer to groups across the transit gateway: it and both attachments
    /// must have it enabled. <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html>
    fn references(
        &self,
        id: &TransitGatewayId,
        near: &TransitGatewayVpcAttachment,
        far: &TransitGatewayVpcAttachment,
    ) -> Result<bool, Missing> {
        let enabled = |options: Option<&TransitGatewayOptions>| {
            options.and_then(TransitGatewayOptions::references_security_groups)
        };
        let attachments = [
            enabled(near.options.as_ref()),
            enabled(far.options.as_ref()),
        ];
        if attachments.contains(&Some(false)) {
            return Ok(false);
        }
        let gateway = enabled(self.snapshot.transit_gateways.get(id)?.options.as_ref());
        if gateway == Some(false) {
            return Ok(false);
        }
        let is_known = attachments.iter().chain([&gateway]).all(Option::is_some);
        is_known.then_some(true).ok_or_else(|| {
            let what = format!("whether security groups may be referred to across {id}");
            Missing::new(FactKind::TransitGateways, Reason::NotInFacts(what))
        })
    }
}
