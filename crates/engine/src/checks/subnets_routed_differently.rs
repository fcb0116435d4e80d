use std::collections::BTreeMap;

use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::no_internet_route::{family, fixes, place, together};
use crate::facts::{
    FactKind, Missing, Route, RouteDestination, RouteState, RouteTable, RouteTableId, RouteTarget,
    Service, Snapshot,
};
use crate::fix::{Change, Fix};
use crate::reach::{Station, Verdict, internet_way};
use crate::subject::Subject;

/// Some subnets of a service have a way that others lack: failures that look random.
pub(super) static CHECK: Check = Check {
    id: "subnets-routed-differently",
    title: "the service's subnets are routed differently, so some of its tasks fail",
    severity: Severity::Medium,
    step: Step::Routes,
    since: "0.1.0",
    needs: &[
        FactKind::Services,
        FactKind::RouteTables,
        FactKind::Subnets,
        FactKind::InternetGateways,
        FactKind::EgressOnlyInternetGateways,
        FactKind::NatGateways,
        FactKind::NetworkInterfaces,
        FactKind::TransitGatewayVpcAttachments,
        FactKind::TransitGatewayAttachments,
        FactKind::TransitGatewayRoutes,
    ],
    page: include_str!("subnets_routed_differently.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let Some(service) = subject.service(snapshot)? else {
        return Ok(vec![Judgement::skipped(
            "the task belongs to no service: it has one subnet only",
        )]);
    };
    let stations = Subject::Service(service).stations(snapshot)?;
    if stations.len() < 2 {
        return Ok(vec![Judgement::skipped("the service uses one subnet only")]);
    }
    let mut faults = Vec::new();
    let mut missing = Vec::new();
    match internet(snapshot, Subject::Service(service), &stations) {
        Ok(fault) => faults.extend(fault),
        Err(unknown) => missing.extend(unknown.0),
    }
    match networks(snapshot, &stations) {
        Ok(fault) => faults.extend(fault),
        Err(absent) => missing.push(absent),
    }
    Ok(match (faults.is_empty(), missing.is_empty()) {
        (false, _) => faults
            .into_iter()
            .map(|fault| finding(service, fault))
            .collect(),
        (true, false) => vec![Judgement::unknown(subject.owner(), missing)],
        (true, true) => {
            let message = format!(
                "all {} subnets of the service have the same ways",
                stations.len()
            );
            vec![Judgement::pass(subject.owner(), message)]
        }
    })
}

/// What some of the subnets have and these lack.
struct Difference {
    what: String,
    with: Vec<String>,
    without: Vec<String>,
    /// What gives it to them; where that isn't known, the tasks keep away from them.
    fixes: Vec<Fix>,
}

fn finding(service: &Service, difference: Difference) -> Judgement {
    let Difference {
        what,
        with,
        without,
        mut fixes,
    } = difference;
    let (lead, do_not) = (
        plural(&with, "leads", "lead"),
        plural(&without, "doesn't", "don't"),
    );
    let message = format!(
        "{} {lead} to {what}, {} {do_not}: tasks of {} work or fail depending on where they are placed",
        with.join(", "),
        without.join(", "),
        service.service_name
    );
    if fixes.is_empty() {
        let public = service
            .awsvpc()
            .map(|awsvpc| awsvpc.assign_public_ip)
            .unwrap_or_default();
        let with: Vec<_> = with
            .iter()
            .filter_map(|subnet| subnet.parse().ok())
            .collect();
        fixes.push(Fix::placement(service, &with, public));
    }
    Judgement::Fail(Fault {
        resource: format!("service:{}", service.service_name),
        message,
        fixes,
        components: without,
        ..Fault::default()
    })
}

fn plural(subnets: &[String], one: &'static str, many: &'static str) -> &'static str {
    if subnets.len() == 1 { one } else { many }
}

fn internet(
    snapshot: &Snapshot,
    service: Subject<'_>,
    stations: &[Station<'_>],
) -> Result<Option<Difference>, Unknown> {
    let (mut with, mut without, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    let mut mending = Vec::new();
    for station in stations {
        let answer = internet_way(snapshot, station, family(station));
        match answer.verdict {
            Verdict::Reachable => with.push(place(station)),
            Verdict::Unreachable => {
                without.push(place(station));
                mending.extend(fixes(snapshot, &service, station, &answer));
            }
            Verdict::Unknown => missing.extend(answer.missing),
        }
    }
    if !with.is_empty() && !without.is_empty() {
        let what = "the internet".to_owned();
        return Ok(Some(Difference {
            what,
            with,
            without,
            fixes: together(mending),
        }));
    }
    if missing.is_empty() {
        Ok(None)
    } else {
        Err(missing.into())
    }
}

/// Networks behind peering connections, transit gateways and private gateways: those that some of
/// the subnets route to and others don't.
fn networks(snapshot: &Snapshot, stations: &[Station<'_>]) -> Result<Vec<Difference>, Missing> {
    let mut routed: BTreeMap<RouteDestination, (RouteTarget, Vec<String>)> = BTreeMap::new();
    for station in stations {
        let Some(table) = route_table(snapshot, station)? else {
            continue;
        };
        let ways = table.routes.iter().filter(|route| {
            leads_away(route)
                && route.state == RouteState::Active
                && !is_default(&route.destination)
        });
        for route in ways {
            let with = routed.entry(route.destination.clone());
            let (_, with) = with.or_insert_with(|| (route.target.clone(), Vec::new()));
            with.push(place(station));
        }
    }
    let mut differences = Vec::new();
    for (destination, (target, with)) in routed {
        let lacking: Vec<_> = stations
            .iter()
            .filter(|s| !with.contains(&place(s)))
            .collect();
        if lacking.is_empty() || covered_elsewhere(snapshot, &lacking, &destination)? {
            continue;
        }
        let mut mending = Vec::new();
        for station in &lacking {
            if let Some(table) = route_table(snapshot, station)? {
                mending.extend(missing_route(&table.route_table_id, &destination, &target));
            }
        }
        differences.push(Difference {
            what: destination.to_string(),
            without: lacking.into_iter().map(place).collect(),
            with,
            fixes: together(mending),
        });
    }
    Ok(differences)
}

fn route_table<'a>(
    snapshot: &'a Snapshot,
    station: &Station<'_>,
) -> Result<Option<&'a RouteTable>, Missing> {
    let subnet = station.subnet.as_ref();
    subnet
        .map(|subnet| snapshot.route_table_of(subnet, &station.vpc))
        .transpose()
}

/// The route that the others have.
fn missing_route(
    table: &RouteTableId,
    destination: &RouteDestination,
    target: &RouteTarget,
) -> Option<Fix> {
    let RouteDestination::Cidr(_) = destination else {
        return None;
    };
    Some(Fix::of(vec![Change::SetRoute {
        table: table.clone(),
        destination: destination.clone(),
        target: target.clone(),
        replaces: false,
    }]))
}

/// Whether a route leads to another private network.
fn leads_away(route: &Route) -> bool {
    matches!(
        route.target,
        RouteTarget::VpcPeeringConnection(_)
            | RouteTarget::TransitGateway(_)
            | RouteTarget::VpnGateway(_)
    )
}

fn is_default(destination: &RouteDestination) -> bool {
    matches!(destination, RouteDestination::Cidr(cidr) if cidr.prefix_len() == 0)
}

/// Whether these subnets reach the same network by a wider route to such a gateway.
fn covered_elsewhere(
    snapshot: &Snapshot,
    lacking: &[&Station<'_>],
    destination: &RouteDestination,
) -> Result<bool, Missing> {
    let RouteDestination::Cidr(wanted) = destination else {
        return Ok(false);
    };
    for station in lacking {
        let covers = |route: &Route| {
            matches!(&route.destination, RouteDestination::Cidr(cidr) if cidr.contains(wanted))
                && leads_away(route)
                && route.state == RouteState::Active
        };
        let table = route_table(snapshot, station)?;
        if !table.is_some_and(|table| table.routes.iter().any(covers)) {
            return Ok(false);
        }
    }
    Ok(true)
}
