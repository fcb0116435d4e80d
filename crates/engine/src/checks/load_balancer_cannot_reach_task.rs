use std::collections::BTreeSet;

use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::dependencies::balancers;
use crate::facts::{
    FactKind, HealthCheckPort, LoadBalancer, Missing, Reason, ResourceName, Service,
    ServiceLoadBalancer, Snapshot, TargetGroup, TargetType,
};
use crate::fix::{Ends, FarEnd, Proposals};
use crate::net::{PortRange, Protocol, Traffic};
use crate::reach::{Answer, Destination, Explanation, Place, Station, Target, analyze_from};

/// The service's load balancer doesn't get through to its tasks.
pub(super) static CHECK: Check = Check {
    id: "load-balancer-cannot-reach-task",
    title: "the service's load balancer can't reach the task",
    severity: Severity::High,
    step: Step::SecurityGroups,
    since: "0.1.0",
    needs: &[
        FactKind::Services,
        FactKind::TargetGroups,
        FactKind::LoadBalancers,
        FactKind::NetworkInterfaces,
        FactKind::SecurityGroups,
        FactKind::Subnets,
        FactKind::RouteTables,
        FactKind::NetworkAcls,
        FactKind::PrefixLists,
    ],
    page: include_str!("load_balancer_cannot_reach_task.md"),
    run: Run::Task(run),
};

pub(super) fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let Some(service) = subject.service(snapshot)? else {
        return Ok(vec![Judgement::skipped(
            "the task was started alone, so no load balancer sends to it",
        )]);
    };
    let registered: Vec<_> = service
        .load_balancers
        .iter()
        .filter_map(|registered| Some((registered, registered.target_group_arn.as_deref()?)))
        .collect();
    if registered.is_empty() {
        return Ok(vec![Judgement::skipped(
            "the service is registered with no target group",
        )]);
    }
    let stations = inquiry.stations()?;
    let mut judgements = Vec::new();
    for (registered, arn) in registered {
        let name = arn.split('/').nth(1).unwrap_or(arn);
        let judged = target_group(snapshot, stations, service, registered, arn);
        judgements.push(judged.unwrap_or_else(|missing| Judgement::unknown(name, missing)));
    }
    Ok(judgements)
}

/// What a load balancer sends to a task: requests, and health checks, which may use another port.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
struct Sent {
    requests: Traffic,
    checks: Traffic,
    port: u16,
    check_port: u16,
}

impl Sent {
    fn all(&self) -> Traffic {
        self.requests.union(&self.checks)
    }

    /// What of it this is: `port 8080 and its health checks on port 9000`.
    fn what(&self, traffic: &Traffic) -> String {
        let (port, check) = (self.port, self.check_port);
        let has_requests = self.requests.intersects(traffic);
        let has_checks = self.checks.intersects(traffic);
        match (has_requests, has_checks) {
            (true, true) if port == check => format!("port {port}"),
            (true, true) => format!("port {port} and its health checks on port {check}"),
            (false, true) => format!("port {check}, where its health checks go"),
            _ => format!("port {port}"),
        }
    }

    /// What fails if this doesn't get through.
    fn consequence(&self, stopped: &Traffic) -> &'static str {
        match (
            self.requests.intersects(stopped),
            self.checks.intersects(stopped),
        ) {
            (true, true) => "requests and health checks fail",
            (false, true) => "health checks fail and the target is taken out, or replaced",
            _ => "requests fail, although health checks get through",
        }
    }
}

fn sent(registered: &ServiceLoadBalancer, group: &TargetGroup) -> Result<Sent, Missing> {
    let port = registered.container_port.or(group.port).ok_or_else(|| {
        let what = format!("the port of {}", group.target_group_arn);
        Missing::new(FactKind::TargetGroups, Reason::NotInFacts(what))
    })?;
    // A Network Load Balancer leaves its clients' addresses on what isn't plain TCP, and nobody here
    // knows these; its health checks bear its own.
    // <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html>
    let requests = match group.protocol.as_deref() {
        Some("UDP" | "TCP_UDP" | "QUIC" | "TCP_QUIC") => Traffic::none(),
        _ => Traffic::ports(Protocol::TCP, PortRange::single(port)),
    };
    let check = match group.health_check_port {
        Some(HealthCheckPort::Port(port)) => port,
        Some(HealthCheckPort::Traffic) | None => port,
        Some(HealthCheckPort::Unrecognized) => {
            let what = format!("the health check port of {}", group.target_group_arn);
            return Err(Missing::new(
                FactKind::TargetGroups,
                Reason::NotInFacts(what),
            ));
        }
    };
    Ok(Sent {
        requests,
        checks: Traffic::ports(Protocol::TCP, PortRange::single(check)),
        port,
        check_port: check,
    })
}

fn target_group(
    snapshot: &Snapshot,
    stations: &[Station<'_>],
    service: &Service,
    registered: &ServiceLoadBalancer,
    arn: &str,
) -> Result<Judgement, Unknown> {
    let group = snapshot.target_groups.get(&ResourceName::new(arn))?;
    let name = group.target_group_name.as_deref().unwrap_or(arn);
    if group.target_type.is_some_and(|kind| kind != TargetType::Ip) {
        return Ok(Judgement::skipped(format!(
            "target group {name} isn't for addresses, and a task in awsvpc mode is a target by its own"
        )));
    }
    let sent = sent(registered, group)?;
    if group.load_balancer_arns.is_empty() {
        return Ok(Judgement::skipped(format!(
            "no load balancer sends to target group {name}"
        )));
    }
    let mut tries = Tries {
        snapshot,
        sent: &sent,
        traffic: sent.all(),
        stopped: Traffic::none(),
        failing: BTreeSet::new(),
        explanations: Vec::new(),
        missing: Vec::new(),
        proposals: Proposals::default(),
    };
    let mut labels = Vec::new();
    for balancer in &group.load_balancer_arns {
        let balancer = snapshot.load_balancers.get(&ResourceName::new(balancer))?;
        labels.push(balancers::label(balancer));
        tries.send_from(balancer, stations)?;
    }
    let label = labels.join(" and ");
    let what = sent.what(&sent.all());
    if !tries.failing.is_empty() {
        return Ok(Judgement::Fail(tries.fault(&label, name, service)));
    }
    if tries.missing.is_empty() {
        let message = if sent.requests.is_empty() {
            format!(
                "health checks of {label} reach the task on port {}; requests bear the addresses of its \
                 clients, which aren't known",
                sent.check_port
            )
        } else {
            format!("{label} reaches the task on {what}")
        };
        return Ok(Judgement::pass(name, message));
    }
    Err(tries.missing.into())
}

struct Tries<'s> {
    snapshot: &'s Snapshot,
    sent: &'s Sent,
    traffic: Traffic,
    /// What doesn't get through somewhere.
    stopped: Traffic,
    /// From where to where nothing gets through.
    failing: BTreeSet<(String, String)>,
    explanations: Vec<Explanation>,
    missing: Vec<Missing>,
    proposals: Proposals,
}

impl<'s> Tries<'s> {
    /// From each of the load balancer's zones to each place of the task.
    fn send_from(
        &mut self,
        balancer: &LoadBalancer,
        stations: &[Station<'s>],
    ) -> Result<(), Missing> {
        let label = balancers::label(balancer);
        let spots = balancers::spots_of(self.snapshot, balancer, &label, &[]);
        if spots.is_empty() {
            let what = format!("the subnets of {label}");
            let reason = Reason::NotInFacts(what);
            return Err(Missing::new(FactKind::LoadBalancers, reason));
        }
        let zones = balancer.availability_zones.iter();
        for zone in zones.filter(|zone| zone.subnet_id.is_none()) {
            let zone = zone.zone_name.as_deref().unwrap_or("one of its zones");
            let reason = Reason::NotInFacts(format!("the subnet of {label} in {zone}"));
            self.missing
                .push(Missing::new(FactKind::LoadBalancers, reason));
        }
        for place in spots.iter().flat_map(|spot| &spot.places) {
            let sender = Station::of_place(self.snapshot, place)?.choosing_any_port();
            for station in stations {
                let answer = self.ask(&sender, station);
                self.take(&sender, station, place, answer);
            }
        }
        Ok(())
    }

    fn ask(&self, sender: &Station<'_>, station: &Station<'_>) -> Answer {
        let target = match (&station.interface, &station.subnet) {
            (Some(interface), _) => Target::Interface(interface.network_interface_id.clone()),
            (None, Some(subnet)) => Target::Place(Box::new(Place {
                label: format!("a task in {subnet}"),
                subnet: subnet.clone(),
                address: None,
                groups: station.groups.clone(),
            })),
            (None, None) => {
                let what = "the subnet of the task".to_owned();
                let missing = Missing::new(FactKind::Services, Reason::NotInFacts(what));
                return Answer::unknown(&self.traffic, missing);
            }
        };
        let to = Destination {
            target,
            traffic: self.traffic.clone(),
        };
        analyze_from(self.snapshot, sender, &to)
    }

    /// Traffic and health checks must both get through.
    fn take(&mut self, sender: &Station<'s>, station: &Station<'s>, place: &Place, answer: Answer) {
        if answer.is_complete() {
            return;
        }
        let possible = answer.reachable.union(&answer.unknown);
        if answer.asked.is_subset(&possible) {
            self.missing.extend(answer.missing);
            return;
        }
        let to = super::reaching::from(station);
        self.failing.insert((place.subnet.to_string(), to));
        let stopped = answer.asked.difference(&possible);
        self.stopped = self.stopped.union(&stopped);
        let ends = Ends {
            sender,
            far: FarEnd::Station(station),
            traffic: &stopped,
            family: None,
        };
        self.proposals.add(self.snapshot, &ends, &answer);
        for explanation in answer.explanations {
            if !self
                .explanations
                .iter()
                .any(|known| known.is_same_blocker(&explanation))
            {
                self.explanations.push(explanation);
            }
        }
    }

    fn fault(self, label: &str, name: &str, service: &Service) -> Fault {
        let names = |pick: fn(&(String, String)) -> &String| {
            let names: BTreeSet<_> = self.failing.iter().map(pick).cloned().collect();
            names.into_iter().collect::<Vec<_>>().join(", ")
        };
        let message = format!(
            "{label}, in {}, can't reach tasks of {} in {} on {}, so {}: {}",
            names(|(from, _)| from),
            service.service_name,
            names(|(_, to)| to),
            self.sent.what(&self.stopped),
            self.sent.consequence(&self.stopped),
            super::ways::reasons(&self.explanations)
        );
        let components = self.explanations.iter().map(|e| e.component.clone());
        Fault {
            resource: name.to_owned(),
            message,
            components: components.chain([name.to_owned()]).collect(),
            fixes: self.proposals.fixes(self.snapshot),
            explanations: self.explanations,
        }
    }
}
