use super::TASK_SERVICES;
use super::check::{Check, Fault, Fix, Judgement, Severity, Step, Unknown};
use super::subject::Subject;
use crate::facts::{FactKind, Missing, Reason, Snapshot, VpcEndpoint, VpcEndpointType};
use crate::net::{PortRange, Protocol, Traffic};
use crate::reach::{
    Code, Destination, Explanation, Groups, Leg, Station, Target, Verdict, analyze_from,
};

/// An interface endpoint takes a service's name and then refuses the task.
pub(super) static CHECK: Check = Check {
    id: "interface-endpoint-blocks-task",
    title: "an interface endpoint takes an AWS service's name but doesn't let the task in",
    severity: Severity::High,
    step: Step::Downstream,
    since: "0.1.0",
    needs: &[
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
    run,
};

fn run(snapshot: &Snapshot, subject: &Subject<'_>) -> Result<Vec<Judgement>, Unknown> {
    let vpc = subject.vpc(snapshot)?;
    let stations = subject.stations(snapshot)?;
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
                    .is_some_and(|service| TASK_SERVICES.contains(&service))
        })
        .collect();
    if endpoints.is_empty() {
        return Ok(vec![Judgement::skipped(format!(
            "{vpc} has no interface endpoint with private DNS for a service that tasks commonly use"
        ))]);
    }
    Ok(endpoints
        .into_iter()
        .map(|endpoint| judge(snapshot, &stations, endpoint))
        .collect())
}

fn judge(snapshot: &Snapshot, stations: &[Station<'_>], endpoint: &VpcEndpoint) -> Judgement {
    let id = &endpoint.vpc_endpoint_id;
    let service = endpoint.aws_service().unwrap_or(&endpoint.service_name);
    let https = Traffic::ports(Protocol::TCP, PortRange::single(443));
    let mut explanations: Vec<Explanation> = Vec::new();
    let mut missing: Vec<Missing> = Vec::new();
    let (mut asked, mut blocked) = (0, 0);
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
                    for e in answer.explanations {
                        if !explanations.iter().any(|known| known.is_same_blocker(&e)) {
                            explanations.push(e);
                        }
                    }
                }
            }
        }
    }
    if blocked > 0 {
        // Where names lead past the endpoint, it stops nobody.
        match snapshot.has_private_names(&endpoint.vpc_id) {
            Ok(true) => {}
            Ok(false) => {
                return Judgement::skipped(format!(
                    "{id} refuses the task, but {} has private names switched off, so {service}'s \
                     name leads past it",
                    endpoint.vpc_id
                ));
            }
            Err(missing) => return Judgement::unknown(id, missing),
        }
        let calls = if blocked == asked {
            "every call to it times out, NAT gateway or not"
        } else {
            "calls to it time out whenever they meet an interface of the endpoint that refuses them"
        };
        let message = format!(
            "inside the VPC the name of {service} leads to {id}, which the task can't reach on tcp \
             443: {calls}"
        );
        let components = explanations
            .iter()
            .map(|e| e.component.clone())
            .chain([id.to_string()]);
        return Judgement::Fail(Fault {
            resource: id.to_string(),
            message,
            components: components.collect(),
            fixes: fixes(stations, &explanations),
            explanations,
        });
    }
    if missing.is_empty() {
        Judgement::pass(id, format!("the task reaches {service} at {id} on tcp 443"))
    } else {
        Judgement::unknown(id, missing)
    }
}

/// One rule that admits the task's first group; the group at the endpoint usually is the VPC's
/// default one, which admits only itself.
fn fixes(stations: &[Station<'_>], explanations: &[Explanation]) -> Vec<Fix> {
    let source = stations.iter().find_map(|station| match &station.groups {
        Groups::Filtered(ids) => ids.first(),
        Groups::Unfiltered | Groups::Unknown(_) => None,
    });
    let mut fixes: Vec<Fix> = explanations
        .iter()
        .filter(|e| e.code == Code::EniSgRulesMismatch && e.leg == Leg::Forward)
        .map(|e| {
            let source = source.map_or("<task-group-id>", |id| id.as_str());
            Fix::unverified(if e.direction == crate::reach::Direction::Ingress {
                format!(
                    "aws ec2 authorize-security-group-ingress --group-id {} --protocol tcp --port 443 \
                     --source-group {source}",
                    e.component
                )
            } else {
                format!(
                    "aws ec2 authorize-security-group-egress --group-id {} --protocol tcp --port 443 \
                     --cidr <endpoint-subnets-cidr>",
                    e.component
                )
            })
        })
        .collect();
    fixes.dedup();
    fixes
}
