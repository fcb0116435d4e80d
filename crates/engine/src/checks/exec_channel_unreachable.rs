use super::calling::{self, Called};
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::ways::reasons;
use crate::facts::{FactKind, Missing, Reason};
use crate::subject::{Launch, Subject};

/// ECS Exec is on, but the task can't reach the channels that it works by.
pub(super) static CHECK: Check = Check {
    id: "exec-channel-unreachable",
    title: "ECS Exec is enabled, but the task can't reach the channels it works by",
    severity: Severity::Medium,
    step: Step::Exec,
    since: "0.1.0",
    needs: &[
        FactKind::Tasks,
        FactKind::Services,
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
    ],
    page: include_str!("exec_channel_unreachable.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let subject = &inquiry.subject;
    let enabled = subject.is_exec_on().ok_or_else(|| {
        let kind = match subject {
            Subject::Task(_) => FactKind::Tasks,
            Subject::Service(_) => FactKind::Services,
        };
        let what = format!("enableExecuteCommand of {}", subject.arn().name());
        Missing::new(kind, Reason::NotInFacts(what))
    })?;
    if !enabled {
        return Ok(vec![Judgement::skipped("ECS Exec isn't enabled")]);
    }
    // ECS Exec needs platform version 1.4.
    if let Launch::Fargate(Some(version)) = subject.launch()
        && ["1.2.", "1.3."].iter().any(|old| version.starts_with(old))
    {
        return Ok(vec![Judgement::skipped(format!(
            "Fargate platform version {version} has no ECS Exec"
        ))]);
    }
    let called = inquiry.exec();
    let host = called.call.host.name();
    if !called.fails() {
        return Ok(vec![if called.missing.is_empty() {
            Judgement::pass(host, format!("the task reaches {host} on tcp 443"))
        } else {
            Judgement::unknown(host, called.missing.clone())
        }]);
    }
    if let Some(other) = fails_like(inquiry, called) {
        return Ok(vec![Judgement::skipped(format!(
            "what keeps ECS from {other} keeps ECS Exec from {host} too, and goes with it"
        ))]);
    }
    let together = calling::grouped(inquiry.snapshot, &[called]);
    let faults = together.into_iter().map(|together| {
        let message = format!(
            "ECS Exec opens its channels from the task to {host} on tcp 443, and {} can't reach it: {}",
            together.callers.join(", "),
            reasons(&together.explanations)
        );
        let components = together.explanations.iter().map(|e| e.component.clone());
        Judgement::Fail(Fault {
            resource: host.to_owned(),
            message,
            components: components.collect(),
            fixes: together.fixes,
            explanations: together.explanations,
        })
    });
    Ok(faults.collect())
}

/// What else ECS can't call for the task for the same reasons: one fault, which another check tells of.
fn fails_like(inquiry: &Inquiry<'_>, exec: &Called) -> Option<&'static str> {
    let mut calls = inquiry.calls().ok()?.iter();
    let other = calls.find(|other| exec.fails_like(other))?;
    Some(other.call.title)
}
