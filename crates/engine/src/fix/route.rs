//! Routes, gateways and names.

use ipnet::IpNet;

use super::change::Change;
use super::ends::{Ends, FarEnd};
use crate::facts::{
    ConnectivityType, InternetGatewayId, NatGateway, PrefixListId, RouteDestination, RouteState,
    RouteTable, RouteTableId, RouteTarget, Snapshot, VpcEndpoint, VpcEndpointType, VpcId,
};
use crate::net::{AddressFamily, AddressScope};
use crate::reach::{Answer, Code, Explanation, Leg, Station};

/// What gives the packet its way; `None` when the account holds nothing that could.
pub(super) fn change(
    snapshot: &Snapshot,
    ends: &Ends<'_, '_>,
    answer: &Answer,
    explanation: &Explanation,
) -> Option<Change> {
    let component = explanation.component.as_str();
    match explanation.code {
        Code::BadStateAttachment => attachment(snapshot, ends.sender, component),
        Code::NoRouteToDestination | Code::BadStateRoute => {
            let table = component.parse::<RouteTableId>().ok()?;
            if let Some(change) = detached(snapshot, ends.sender, explanation, &table) {
                return Some(change);
            }
            route_in(snapshot, ends, answer, explanation.leg, &table)
        }
        // The gateway that the route leads to can't do it: let the route lead to one that can.
        Code::BadState | Code::IgwPublicIpAssociationForEgress
            if answer.path.iter().any(|id| id.starts_with("nat-")) =>
        {
            let mut path = answer.path.iter();
            let table = path.find(|id| id.starts_with(RouteTableId::PREFIX))?;
            route_in(snapshot, ends, answer, Leg::Forward, &table.parse().ok()?)
        }
        _ => None,
    }
}

/// The route that a packet for another VPC lacks, where a wider one takes it out to the internet.
pub(super) fn detour(snapshot: &Snapshot, ends: &Ends<'_, '_>, answer: &Answer) -> Option<Change> {
    let FarEnd::Station(far) = ends.far else {
        return None;
    };
    let is_lost = |e: &Explanation| e.code == Code::IgwDestinationAddressNotInRfc1918Egress;
    answer.explanations.iter().find(|e| is_lost(e))?;
    let mut path = answer.path.iter();
    let table = path.find(|id| id.starts_with(RouteTableId::PREFIX))?;
    let facts = snapshot.route_tables.get(&table.parse().ok()?).ok()?;
    let (destination, target) = between(snapshot, ends, ends.sender, far)?;
    Some(set(facts, destination, target))
}

/// A route is a blackhole while the internet gateway that it leads to is detached.
fn detached(
    snapshot: &Snapshot,
    sender: &Station<'_>,
    explanation: &Explanation,
    table: &RouteTableId,
) -> Option<Change> {
    if explanation.code != Code::BadStateRoute {
        return None;
    }
    let table = snapshot.route_tables.get(table).ok()?;
    let mut dead = table
        .routes
        .iter()
        .filter(|r| r.state != RouteState::Active);
    dead.find_map(|route| match &route.target {
        RouteTarget::InternetGateway(id) => attachment(snapshot, sender, id.as_str()),
        _ => None,
    })
}

fn attachment(snapshot: &Snapshot, sender: &Station<'_>, gateway: &str) -> Option<Change> {
    let gateway = gateway.parse::<InternetGatewayId>().ok()?;
    // One that is attached elsewhere serves somebody there.
    let facts = snapshot.internet_gateways.get(&gateway).ok()?;
    facts
        .attachments
        .is_empty()
        .then(|| Change::AttachInternetGateway {
            gateway,
            vpc: sender.vpc.clone(),
        })
}

fn route_in(
    snapshot: &Snapshot,
    ends: &Ends<'_, '_>,
    answer: &Answer,
    leg: Leg,
    table: &RouteTableId,
) -> Option<Change> {
    let facts = snapshot.route_tables.get(table).ok()?;
    let (destination, target) = match (ends.far, leg) {
        (FarEnd::Station(far), Leg::Forward) => between(snapshot, ends, ends.sender, far)?,
        (FarEnd::Station(far), Leg::Return) => between(snapshot, ends, far, ends.sender)?,
        (FarEnd::Service(list), _) => match gateway_endpoint(snapshot, &ends.sender.vpc, list) {
            Some(endpoint) => {
                return Some(Change::AddEndpointRoutes {
                    endpoint: endpoint.vpc_endpoint_id.clone(),
                    table: table.clone(),
                });
            }
            None => to_internet(snapshot, ends, answer, table)?,
        },
        (FarEnd::Internet(_), _) => to_internet(snapshot, ends, answer, table)?,
    };
    Some(set(facts, destination, target))
}

fn set(table: &RouteTable, destination: IpNet, target: RouteTarget) -> Change {
    let destination = RouteDestination::Cidr(destination);
    let replaces = table
        .routes
        .iter()
        .any(|route| route.destination == destination);
    Change::SetRoute {
        table: table.route_table_id.clone(),
        destination,
        target,
        replaces,
    }
}

/// From one VPC to another: by peering, or by a transit gateway that both are attached to.
fn between(
    snapshot: &Snapshot,
    ends: &Ends<'_, '_>,
    from: &Station<'_>,
    to: &Station<'_>,
) -> Option<(IpNet, RouteTarget)> {
    if from.vpc == to.vpc {
        return None;
    }
    let destination = block_of(snapshot, to, ends.family())?;
    let peering = snapshot.vpc_peering_connections.seen().find(|peering| {
        let other = peering.other_side(&from.vpc);
        peering.status_code() == "active" && other.is_some_and(|other| other.vpc_id == to.vpc)
    });
    if let Some(peering) = peering {
        let id = peering.vpc_peering_connection_id.clone();
        return Some((destination, RouteTarget::VpcPeeringConnection(id)));
    }
    let attachments = || snapshot.transit_gateway_vpc_attachments.seen();
    let shared = attachments().find(|own| {
        own.vpc_id == from.vpc
            && attachments().any(|other| {
                other.vpc_id == to.vpc && other.transit_gateway_id == own.transit_gateway_id
            })
    })?;
    let id = shared.transit_gateway_id.clone();
    Some((destination, RouteTarget::TransitGateway(id)))
}

/// The block of a VPC in which an end is.
fn block_of(snapshot: &Snapshot, end: &Station<'_>, family: AddressFamily) -> Option<IpNet> {
    let first = end.address(family).and_then(AddressScope::first)?;
    let vpc = snapshot.vpcs.get(&end.vpc).ok()?;
    vpc.blocks().find(|block| block.contains(&first))
}

fn gateway_endpoint<'a>(
    snapshot: &'a Snapshot,
    vpc: &VpcId,
    list: &PrefixListId,
) -> Option<&'a VpcEndpoint> {
    let name = snapshot
        .prefix_lists
        .get(list)
        .ok()?
        .prefix_list_name
        .as_ref()?;
    snapshot.vpc_endpoints.seen().find(|endpoint| {
        endpoint.vpc_id == *vpc
            && endpoint.vpc_endpoint_type == VpcEndpointType::Gateway
            && endpoint.is_available()
            && endpoint.service_name == *name
    })
}

/// Where the default route of a table should lead: a NAT gateway's own subnet to the internet
/// gateway, a task's subnet to a NAT gateway that works.
fn to_internet(
    snapshot: &Snapshot,
    ends: &Ends<'_, '_>,
    answer: &Answer,
    table: &RouteTableId,
) -> Option<(IpNet, RouteTarget)> {
    let family = ends.family();
    let target = default_target(snapshot, ends.sender, family, answer, table.as_str())?;
    Some((family.default_route(), target))
}

/// The target of a default route that would lead to the internet, if the VPC has one.
fn default_target(
    snapshot: &Snapshot,
    sender: &Station<'_>,
    family: AddressFamily,
    answer: &Answer,
    table: &str,
) -> Option<RouteTarget> {
    let vpc = &sender.vpc;
    if family == AddressFamily::V6 {
        let mut known = snapshot.egress_only_internet_gateways.seen();
        let own = known.find(|g| g.attachments.iter().any(|a| a.works_for(vpc)))?;
        let id = own.egress_only_internet_gateway_id.clone();
        return Some(RouteTarget::EgressOnlyInternetGateway(id));
    }
    let before = answer.path.iter().take_while(|id| *id != table);
    if before.clone().any(|id| id.starts_with("nat-")) {
        let mut known = snapshot.internet_gateways.seen();
        let own = known.find(|g| g.attachments.iter().any(|a| a.works_for(vpc)))?;
        return Some(RouteTarget::InternetGateway(
            own.internet_gateway_id.clone(),
        ));
    }
    let gateway = nat_gateway(snapshot, sender)?;
    Some(RouteTarget::NatGateway(gateway.nat_gateway_id.clone()))
}

/// A NAT gateway that works: one in the sender's own zone if there is one, which costs nothing to
/// reach and doesn't depend on another zone.
fn nat_gateway<'a>(snapshot: &'a Snapshot, sender: &Station<'_>) -> Option<&'a NatGateway> {
    let zone_of = |gateway: &NatGateway| {
        let subnet = snapshot.subnets.get(gateway.subnet_id.as_ref()?).ok()?;
        subnet.availability_zone.clone()
    };
    let working = snapshot.nat_gateways.seen().filter(|gateway| {
        gateway.vpc_id == sender.vpc
            && gateway.state == "available"
            && gateway.connectivity_type == ConnectivityType::Public
    });
    working.min_by_key(|gateway| {
        (
            zone_of(gateway) != sender.zone,
            gateway.nat_gateway_id.clone(),
        )
    })
}
