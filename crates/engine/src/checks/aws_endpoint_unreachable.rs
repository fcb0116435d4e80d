use super::calling::{self, Called, Together};
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::ways::reasons;
use crate::dependencies::Caller;
use crate::facts::FactKind;
use crate::subject::Launch;

/// ECS can't call what it needs to start the task, or to keep its logs.
pub(super) static CHECK: Check = Check {
    id: "aws-endpoint-unreachable",
    title: "an AWS endpoint or registry that ECS calls for the task can't be reached",
    severity: Severity::High,
    step: Step::Routes,
    since: "0.1.0",
    needs: &[
        FactKind::TaskDefinitions,
        FactKind::ContainerInstances,
        FactKind::NetworkInterfaces,
        FactKind::SecurityGroups,
        FactKind::Subnets,
        FactKind::RouteTables,
        FactKind::NetworkAcls,
        FactKind::VpcEndpoints,
        FactKind::VpcAttributes,
        FactKind::PrefixLists,
        FactKind::NatGateways,
        FactKind::InternetGateways,
        FactKind::EgressOnlyInternetGateways,
        FactKind::TransitGateways,
        FactKind::TransitGatewayVpcAttachments,
        FactKind::TransitGatewayAttachments,
        FactKind::TransitGatewayRoutes,
        FactKind::Services,
    ],
    page: include_str!("aws_endpoint_unreachable.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    if inquiry.subject.launch() == Launch::Other {
        return Ok(vec![Judgement::skipped(
            "what makes the calls for this launch type isn't shown to the account",
        )]);
    }
    let called = inquiry.calls()?;
    if called.is_empty() {
        return Ok(vec![Judgement::skipped(
            "ECS calls nothing for this task by an interface of the account",
        )]);
    }
    let summary = passed(called);
    let (failing, called): (Vec<_>, Vec<_>) = called.iter().partition(|called| called.fails());
    let failing = failing
        .into_iter()
        .filter(|called| !has_another_check(called));
    let failing = calling::with_exec(inquiry, failing.collect());
    let mut judgements: Vec<_> = calling::grouped(inquiry.snapshot, &failing)
        .into_iter()
        .map(|together| Judgement::Fail(fault(together)))
        .collect();
    let mut unknown: Vec<(Vec<&str>, Unknown)> = Vec::new();
    for called in called.iter().filter(|called| !called.missing.is_empty()) {
        let missing = calling::missing(&[called]);
        match unknown.iter_mut().find(|(_, known)| *known == missing) {
            Some((titles, _)) => titles.push(called.call.title),
            None => unknown.push((vec![called.call.title], missing)),
        }
    }
    let unknown = unknown.into_iter();
    judgements
        .extend(unknown.map(|(titles, missing)| Judgement::unknown(titles.join(", "), missing)));
    if judgements.is_empty() {
        judgements.push(Judgement::pass(inquiry.subject.owner(), summary));
    }
    Ok(judgements)
}

/// What is reached, and what isn't for a reason that another check tells.
fn passed(called: &[Called]) -> String {
    let titles = |fails: bool| {
        let all = called.iter().filter(|called| called.fails() == fails);
        all.map(|called| called.call.title)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (reached, refused) = (titles(false), titles(true));
    let mut texts = Vec::new();
    if !reached.is_empty() {
        texts.push(format!("routes and rules lead to {reached}"));
    }
    if !refused.is_empty() {
        texts.push(format!(
            "no route is in the way of {refused}, but an endpoint or the task's own outbound rules are, \
             which other checks tell"
        ));
    }
    texts.join("; ")
}

/// What an endpoint refuses, and what the task's own rules keep in, have checks of their own.
fn has_another_check(called: &Called) -> bool {
    let is_by_task = called.call.caller == Caller::Task;
    is_by_task && (called.is_by_endpoint || called.is_own_egress)
}

fn fault(together: Together<'_>) -> Fault {
    let message = format!(
        "{} can't reach {}: {}",
        together.callers.join(", "),
        together.what(),
        reasons(&together.explanations)
    );
    let components = together.explanations.iter().map(|e| e.component.clone());
    Fault {
        resource: together.resource(),
        message,
        components: components.collect(),
        fixes: together.fixes,
        explanations: together.explanations,
    }
}
