use std::collections::BTreeMap;

use super::check::{Check, Fault, Fix, Judgement, Severity, Step, Unknown};
use super::no_internet_route::{family, place};
use super::subject::Subject;
use crate::facts::{
    FactKind, Missing, RouteDestination, RouteState, RouteTarget, Service, Snapshot,
};
use crate::reach::{Station, Verdict, internet_way};

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
    ],
    page: include_str!("subnets_routed_differently.md"),
    run,
};

fn run(snapshot: &Snapshot, subject: &Subject<'_>) -> Result<Vec<Judgement>, Unknown> {
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
    match internet(snapshot, &stations) {
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
}

fn finding(service: &Service, difference: Difference) -> Judgement {
    let Difference {
        what,
        with,
        without,
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
    let keep = with.join(",");
    let groups = service.awsvpc().map(|awsvpc| awsvpc.security_groups.iter());
    let groups: Vec<_> = groups
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    Judgement::Fail(Fault {
        resource: format!("service:{}", service.service_name),
        message,
        fixes: vec![Fix::unverified(format!(
            "aws ecs update-service --cluster {} --service {} --network-configuration \
             'awsvpcConfiguration={{subnets=[{keep}],securityGroups=[{}]}}'",
            service.cluster_arn.name(),
            service.service_name,
            groups.join(",")
        ))],
        components: without,
        ..Fault::default()
    })
}

fn plural(subnets: &[String], one: &'static str, many: &'static str) -> &'static str {
    if subnets.len() == 1 { one } else { many }
}

fn internet(snapshot: &Snapshot, stations: &[Station<'_>]) -> Result<Option<Difference>, Unknown> {
    let (mut with, mut without, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for station in stations {
        let answer = internet_way(snapshot, station, family(station));
        match answer.verdict {
            Verdict::Reachable => with.push(place(station)),
            Verdict::Unreachable => without.push(place(station)),
            Verdict::Unknown => missing.extend(answer.missing),
        }
    }
    if !with.is_empty() && !without.is_empty() {
        let what = "the internet".to_owned();
        return Ok(Some(Difference {
            what,
            with,
            without,
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
fn networks(snapshot: &Snapshot, stations: &[Station<'_>]) -> Result<Option<Difference>, Missing> {
    let mut routed: BTreeMap<RouteDestination, Vec<String>> = BTreeMap::new();
    for station in stations {
        let Some(subnet) = &station.subnet else {
            continue;
        };
        let table = snapshot.route_table_of(subnet, &station.vpc)?;
        let ways = table.routes.iter().filter(|route| {
            let is_network = matches!(
                route.target,
                RouteTarget::VpcPeeringConnection(_)
                    | RouteTarget::TransitGateway(_)
                    | RouteTarget::VpnGateway(_)
            );
            is_network && route.state == RouteState::Active && !is_default(&route.destination)
        });
        for route in ways {
            routed
                .entry(route.destination.clone())
                .or_default()
                .push(place(station));
        }
    }
    let uneven = routed.into_iter().find(|(destination, with)| {
        with.len() < stations.len() && !covered_elsewhere(snapshot, stations, destination, with)
    });
    Ok(uneven.map(|(destination, with)| Difference {
        what: destination.to_string(),
        without: stations
            .iter()
            .map(place)
            .filter(|place| !with.contains(place))
            .collect(),
        with,
    }))
}

fn is_default(destination: &RouteDestination) -> bool {
    matches!(destination, RouteDestination::Cidr(cidr) if cidr.prefix_len() == 0)
}

/// Whether the other subnets reach the same network by a wider route to the same kind of gateway.
fn covered_elsewhere(
    snapshot: &Snapshot,
    stations: &[Station<'_>],
    destination: &RouteDestination,
    with: &[String],
) -> bool {
    let RouteDestination::Cidr(wanted) = destination else {
        return false;
    };
    stations.iter().filter(|station| !with.contains(&place(station))).all(|station| {
        let table = station
            .subnet
            .as_ref()
            .and_then(|subnet| snapshot.route_table_of(subnet, &station.vpc).ok());
        table.is_some_and(|table| {
            table.routes.iter().any(|route| {
                let covers = matches!(&route.destination, RouteDestination::Cidr(cidr) if cidr.contains(wanted));
                let leads_away = matches!(
                    route.target,
                    RouteTarget::VpcPeeringConnection(_)
                        | RouteTarget::TransitGateway(_)
                        | RouteTarget::VpnGateway(_)
                );
                covers && leads_away && route.state == RouteState::Active
            })
        })
    })
}
