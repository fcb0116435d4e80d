use std::collections::{BTreeMap, BTreeSet};

use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::dependencies::{Caller, ServiceCall, exec_call};
use crate::facts::{
    FactKind, Missing, Reason, Snapshot, SubnetId, VpcEndpoint, VpcEndpointType, VpcId,
};
use crate::fix::{Change, Fix, Policy};
use crate::policy::{Decision, PolicyDocument};

/// The policy of a VPC endpoint that the task's calls take doesn't allow them.
pub(super) static CHECK: Check = Check {
    id: "endpoint-policy-denies-task",
    title: "a VPC endpoint's policy doesn't allow what is called for the task",
    severity: Severity::High,
    step: Step::Downstream,
    since: "0.1.0",
    needs: &[
        FactKind::TaskDefinitions,
        FactKind::VpcEndpoints,
        FactKind::VpcAttributes,
        FactKind::Subnets,
        FactKind::NetworkInterfaces,
        FactKind::RouteTables,
        FactKind::Services,
    ],
    page: include_str!("endpoint_policy_denies_task.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let vpc = subject.vpc(snapshot)?;
    let endpoints: Vec<_> = snapshot
        .vpc_endpoints
        .all_within(&vpc)?
        .filter(|endpoint| endpoint.vpc_id == vpc && endpoint.is_available())
        .collect();
    let mut calls: Vec<ServiceCall> = inquiry.needs()?.calls.clone();
    if subject.is_exec_on() == Some(true) {
        calls.push(exec_call(subject));
    }
    let subnets = subject.subnets(snapshot)?;
    let mut judgements = Vec::new();
    for endpoint in endpoints {
        let taken: Vec<_> = calls.iter().filter(|call| is_for(endpoint, call)).collect();
        if !taken.is_empty() && is_taken(snapshot, endpoint, &vpc, &subnets, &taken)? {
            judgements.push(judge(endpoint, &taken));
        }
    }
    if judgements.is_empty() {
        judgements.push(Judgement::skipped(
            "no call that ECS makes for the task takes a VPC endpoint",
        ));
    }
    Ok(judgements)
}

/// Whether an endpoint serves what a call is made to: endpoints serve a service in one region.
fn is_for(endpoint: &VpcEndpoint, call: &ServiceCall) -> bool {
    match endpoint.aws_region_and_service() {
        Some((region, service)) => {
            call.service == Some(service) && call.region().is_none_or(|own| own == region)
        }
        None => false,
    }
}

/// Whether calls take an endpoint: by its name, or by a route of the subnets that they leave from.
fn is_taken(
    snapshot: &Snapshot,
    endpoint: &VpcEndpoint,
    vpc: &VpcId,
    subnets: &[SubnetId],
    calls: &[&ServiceCall],
) -> Result<bool, Missing> {
    if endpoint.vpc_endpoint_type != VpcEndpointType::Gateway {
        return Ok(endpoint.takes_service_name() && snapshot.has_private_names(vpc)?);
    }
    if calls.iter().all(|call| call.caller == Caller::Instance) {
        // The instance may be in another subnet; its own audit is its operator's.
        return Ok(false);
    }
    for subnet in subnets {
        let table = snapshot.route_table_of(subnet, vpc)?;
        if endpoint.route_table_ids.contains(&table.route_table_id) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An endpoint whose policy isn't told has AWS's default one, which allows everything.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
fn judge(endpoint: &VpcEndpoint, calls: &[&ServiceCall]) -> Judgement {
    let id = &endpoint.vpc_endpoint_id;
    let text = endpoint.policy_document.as_deref().unwrap_or_default();
    if text.trim().is_empty() {
        return Judgement::pass(id, format!("{id} has the default policy"));
    }
    let Ok(policy) = PolicyDocument::parse(text) else {
        let what = format!("the policy of {id} can't be read");
        let missing = Missing::new(FactKind::VpcEndpoints, Reason::Invisible(what));
        return Judgement::unknown(id, missing);
    };
    let needed = calls.iter().flat_map(|call| &call.permissions);
    let decided: Vec<_> = needed
        .map(|(action, resource)| (*action, resource.as_str(), policy.decide(action, resource)))
        .collect();
    let denied: Vec<_> = decided
        .iter()
        .filter(|(.., decision)| *decision == Decision::Denied)
        .collect();
    if !denied.is_empty() {
        let denied: Vec<_> = denied
            .iter()
            .map(|(action, resource, _)| (*action, *resource))
            .collect();
        return Judgement::Fail(fault(endpoint, calls, &policy, &denied));
    }
    let depends: Vec<_> = decided
        .iter()
        .filter(|(.., decision)| *decision == Decision::Depends)
        .map(|(action, resource, _)| (*action, *resource))
        .collect();
    if depends.is_empty() {
        let message = format!("the policy of {id} allows what is called for the task");
        return Judgement::pass(id, message);
    }
    let what = format!(
        "whether the policy of {id} allows {}: that depends on who calls, on its conditions, or on \
         a part of the resource's name that isn't known",
        listed(&depends)
    );
    Judgement::unknown(
        id,
        Missing::new(FactKind::OutsideNetwork, Reason::Invisible(what)),
    )
}

fn fault(
    endpoint: &VpcEndpoint,
    calls: &[&ServiceCall],
    policy: &PolicyDocument,
    denied: &[(&str, &str)],
) -> Fault {
    let id = &endpoint.vpc_endpoint_id;
    let reasons: BTreeSet<_> = calls
        .iter()
        .flat_map(|call| &call.reasons)
        .cloned()
        .collect();
    let reasons: Vec<_> = reasons.into_iter().collect();
    let message = format!(
        "{}: the calls go by {id}, whose policy doesn't allow {}, so they are refused, although the \
         network is open",
        reasons.join(", "),
        listed(denied)
    );
    // A statement that denies outweighs any that allows.
    let is_explicit = denied
        .iter()
        .any(|(action, resource)| policy.denies(action, resource));
    let fix = if is_explicit {
        Fix::unverified(format!(
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} --policy-document <without what denies it>"
        ))
    } else {
        let actions: BTreeSet<_> = denied.iter().map(|(action, _)| *action).collect();
        let resources: BTreeSet<_> = denied.iter().map(|(_, resource)| *resource).collect();
        let actions: Vec<_> = actions.into_iter().collect();
        let resources: Vec<_> = resources.into_iter().collect();
        Fix::of(vec![Change::SetEndpointPolicy {
            endpoint: id.clone(),
            policy: Policy::from(&policy.allowing(&actions, &resources)),
        }])
    };
    Fault {
        resource: id.to_string(),
        message,
        components: vec![id.to_string()],
        fixes: vec![fix],
        ..Fault::default()
    }
}

/// Actions by the resource that they are on.
fn listed(permissions: &[(&str, &str)]) -> String {
    let mut by_resource: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (action, resource) in permissions {
        by_resource.entry(resource).or_default().push(action);
    }
    let all = by_resource.into_iter().map(|(resource, actions)| {
        let actions = actions.join(" and ");
        match resource {
            "*" => actions,
            resource => format!("{actions} on {resource}"),
        }
    });
    all.collect::<Vec<_>>().join(", ")
}
