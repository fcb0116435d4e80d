use super::calling;
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::dependencies::Caller;
use crate::facts::FactKind;

/// The task's own outbound rules keep in what ECS must call for it.
pub(super) static CHECK: Check = Check {
    id: "egress-over-restricted",
    title: "the task's outbound rules don't let through what ECS must call for it",
    severity: Severity::High,
    step: Step::SecurityGroups,
    since: "0.1.0",
    needs: &[
        FactKind::TaskDefinitions,
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
    page: include_str!("egress_over_restricted.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let called = inquiry.calls()?.iter();
    let called: Vec<_> = called
        .filter(|called| called.call.caller == Caller::Task)
        .collect();
    if called.is_empty() {
        return Ok(vec![Judgement::skipped(
            "ECS makes no call for the task by the task's own interface",
        )]);
    }
    let (failing, others): (Vec<_>, Vec<_>) = called
        .into_iter()
        .partition(|called| called.fails() && called.is_own_egress);
    let failing = calling::with_exec(inquiry, failing);
    if failing.is_empty() {
        let unknown: Vec<_> = others
            .into_iter()
            .filter(|c| !c.missing.is_empty())
            .collect();
        if !unknown.is_empty() {
            return Err(calling::missing(&unknown));
        }
        let message =
            "no call that ECS makes for the task fails for want of an outbound rule alone";
        return Ok(vec![Judgement::pass(inquiry.subject.owner(), message)]);
    }
    let faults = calling::grouped(inquiry.snapshot, &failing).into_iter();
    let faults = faults.map(|together| {
        let groups: Vec<_> = together.explanations.iter().map(|e| e.component.clone()).collect();
        let message = format!(
            "the outbound rules of {} don't let {} call {} on tcp 443: the task can't start, or loses \
             its logs",
            groups.join(", "),
            together.callers.join(", "),
            together.what()
        );
        Judgement::Fail(Fault {
            resource: groups.join(", "),
            message,
            components: groups,
            fixes: together.fixes,
            explanations: together.explanations,
        })
    });
    Ok(faults.collect())
}
