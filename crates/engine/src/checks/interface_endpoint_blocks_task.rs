use super::called_services;
use super::calling;
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::facts::{FactKind, Missing, Reason, Snapshot, VpcEndpoint, VpcEndpointType};
use crate::fix::Proposals;
use crate::net::{PortRange, Protocol, Traffic};
use crate::reach::{Destination, Explanation, Station, Target, Verdict, analyze_from};

/// An interface endpoint takes a service's name and then refuses the task.
pub(super) static CHECK: Check = Check {
    id: "interface-endpoint-blocks-task",
    title: "an interface endpoint takes an AWS service's name but doesn't let the task in",
    severity: Severity::High,
    step: Step::Downstream,
    since: "0.1.0",
    needs: &[
        FactKind::TaskDefinitions,
        FactKind::VpcEndpoints,
        FactKind::VpcAttributes,
        FactKind::NetworkInterfaces,
        FactKind::SecurityGroups,
        FactKind::NetworkAcls,
        FactKind::RouteTables,
        FactKind::PrefixLists,
        FactKind::Subnets,
    ],
    page: include_str!("interface_endpoint_blocks_task.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let vpc = subject.vpc(snapshot)?;
    let stations = subject.stations(snapshot)?;
    let services = called_services(inquiry);
    let endpoints: Vec<_> = snapshot
        .vpc_endpoints
        .all_within(&vpc)?
        .filter(|endpoint| {
            endpoint.vpc_id == vpc
                && endpoint.vpc_endpoint_type == VpcEndpointType::Interface
                && endpoint.takes_service_name()
                && endpoint.is_available()
                && endpoint
                    .aws_service()
                    .is_some_and(|service| services.contains(&service))
        })
        .collect();
    if endpoints.is_empty() {
        return Ok(vec![Judgement::skipped(format!(
            "{vpc} has no interface endpoint with private DNS for a service that is called for the task"
        ))]);
    }
    let mut judgements = Vec::new();
    let mut refusals: Vec<Refusal<'_>> = Vec::new();
    for endpoint in endpoints {
        match look(inquiry, &stations, endpoint) {
            Ok(judgement) => judgements.push(judgement),
            Err(refusal) => refusal.add_to(&mut refusals),
        }
    }
    judgements.extend(
        refusals
            .into_iter()
            .map(|refusal| refusal.judgement(snapshot)),
    );
    Ok(judgements)
}

/// Endpoints that refuse the task for the same reasons, as those with one security group do.
struct Refusal<'a> {
    endpoints: Vec<&'a VpcEndpoint>,
    is_total: bool,
    explanations: Vec<Explanation>,
    proposals: Proposals,
}

/// What there is to say about an endpoint; an error if it refuses the task.
fn look<'a>(
    inquiry: &Inquiry<'_>,
    stations: &[Station<'_>],
    endpoint: &'a VpcEndpoint,
) -> Result<Judgement, Refusal<'a>> {
    let snapshot = inquiry.snapshot;
    let id = &endpoint.vpc_endpoint_id;
    let service = endpoint.aws_service().unwrap_or(&endpoint.service_name);
    let https = Traffic::ports(Protocol::TCP, PortRange::single(443));
    let mut missing: Vec<Missing> = Vec::new();
    let (mut asked, mut blocked) = (0, 0);
    let mut is_own_egress = true;
    let mut refusal = Refusal {
        endpoints: vec![endpoint],
        is_total: false,
        explanations: Vec::new(),
        proposals: Proposals::default(),
    };
    if endpoint.network_interface_ids.is_empty() {
        let what = format!("the network interfaces of {id}");
        missing.push(Missing::new(
            FactKind::VpcEndpoints,
            Reason::NotInFacts(what),
        ));
    }
    for station in stations {
        for interface in &endpoint.network_interface_ids {
            let to = Destination {
                target: Target::Interface(interface.clone()),
                traffic: https.clone(),
            };
            asked += 1;
            let answer = analyze_from(snapshot, station, &to);
            match answer.verdict {
                Verdict::Reachable => {}
                Verdict::Unknown => missing.extend(answer.missing),
                Verdict::Unreachable => {
                    blocked += 1;
                    is_own_egress &= calling::is_own_egress(station, &answer.explanations);
                    refusal.proposals.add_all(snapshot, station, &to, &answer);
                    for e in answer.explanations {
                        let known = &mut refusal.explanations;
                        if !known.iter().any(|known| known.is_same_blocker(&e)) {
                            known.push(e);
                        }
                    }
                }
            }
        }
    }
    if blocked == 0 {
        return Ok(if missing.is_empty() {
            Judgement::pass(id, format!("the task reaches {service} at {id} on tcp 443"))
        } else {
            Judgement::unknown(id, missing)
        });
    }
    // Where names lead past the endpoint, it stops nobody.
    match snapshot.has_private_names(&endpoint.vpc_id) {
        Ok(true) => {}
        Ok(false) => {
            return Ok(Judgement::skipped(format!(
                "{id} refuses the task, but {} has private names switched off, so {service}'s name \
                 leads past it",
                endpoint.vpc_id
            )));
        }
        Err(missing) => return Ok(Judgement::unknown(id, missing)),
    }
    if is_own_egress && inquiry.needs().is_ok() {
        // That fault has a check of its own, which looks at what the task calls.
        return Ok(Judgement::skipped(format!(
            "the task's own outbound rules keep it from {id}, whatever that would let in"
        )));
    }
    refusal.is_total = blocked == asked;
    Err(refusal)
}

impl<'a> Refusal<'a> {
    fn add_to(self, all: &mut Vec<Refusal<'a>>) {
        let same = all.iter_mut().find(|other| {
            other.is_total == self.is_total
                && calling::are_same(&other.explanations, &self.explanations)
        });
        match same {
            Some(other) => {
                other.endpoints.extend(self.endpoints);
                other.proposals.extend(&self.proposals);
            }
            None => all.push(self),
        }
    }

    fn judgement(self, snapshot: &Snapshot) -> Judgement {
        let ids = self.endpoints.iter().map(|e| e.vpc_endpoint_id.to_string());
        let ids: Vec<_> = ids.collect();
        let services = self.endpoints.iter();
        let services: Vec<_> = services
            .map(|e| e.aws_service().unwrap_or(&e.service_name))
            .collect();
        let (services, resource) = (services.join(", "), ids.join(", "));
        let is_one = ids.len() == 1;
        let (names, lead, them) = if is_one {
            ("name", "leads", "it")
        } else {
            ("names", "lead", "them")
        };
        let calls = if self.is_total {
            format!("every call to {them} times out, NAT gateway or not")
        } else {
            format!(
                "calls to {them} time out whenever they meet an interface of the endpoint that refuses them"
            )
        };
        let message = format!(
            "inside the VPC the {names} of {services} {lead} to {resource}, which the task can't reach on tcp \
             443: {calls}"
        );
        let components = self.explanations.iter().map(|e| e.component.clone());
        Judgement::Fail(Fault {
            resource,
            message,
            components: components.chain(ids).collect(),
            fixes: self.proposals.fixes(snapshot),
            explanations: self.explanations,
        })
    }
}
