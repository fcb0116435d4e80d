use super::attempt::{Attempt, Tried};
use super::calling::{self, Called, Together};
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::load_balancer_cannot_reach_task;
use super::ways::{self, reasons};
use crate::facts::{FactKind, Missing, Reason, Task};
use crate::reach::Verdict;
use crate::stop_reason::{Class, Failed, StopReason};
use crate::subject::Subject;

/// The task never came to run, and what ECS needed for that is out of reach.
pub(super) static CHECK: Check = Check {
    id: "task-start-failed",
    title: "the task failed to start because something that starting needs can't be reached",
    severity: Severity::Critical,
    step: Step::Provisioning,
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
        FactKind::MountTargets,
        FactKind::TargetGroups,
        FactKind::LoadBalancers,
    ],
    page: include_str!("task_start_failed.md"),
    run: Run::Task(run),
};

/// Where file systems listen.
const NFS: u16 = 2049;

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let Subject::Task(task) = inquiry.subject else {
        return Ok(vec![Judgement::skipped(
            "a service is audited, not one of its tasks",
        )]);
    };
    if !task.last_status.is_ending() {
        return Ok(vec![if task.last_status.is_starting() {
            Judgement::skipped("the task is still starting")
        } else {
            Judgement::pass(inquiry.subject.owner(), "the task started")
        }]);
    }
    if !StopReason::is_of_start(task) {
        return Ok(vec![Judgement::skipped("the task ran before it stopped")]);
    }
    let reason = StopReason::of(task);
    let failed = reason.map_or(Failed::Unknown, |reason| reason.failed);
    let class = reason.map_or(Class::Unclear, |reason| reason.class);
    if failed.is_of_interface() {
        return Ok(vec![Judgement::skipped(format!(
            "ECS could not {}, which eni-not-attached tells",
            failed.words()
        ))]);
    }
    if !matches!(class, Class::Network | Class::Unclear) {
        let words = failed.words();
        let whose = class.as_str();
        return Ok(vec![Judgement::skipped(format!(
            "ECS could not {words}, which is the fault of {whose} and not of the network: {}",
            said(task)
        ))]);
    }
    if failed == Failed::Unknown && class == Class::Unclear {
        return Ok(vec![Judgement::skipped(format!(
            "the task failed to start, for a reason that isn't known here: {}. What other checks find may be \
             the cause",
            said(task)
        ))]);
    }
    match failed {
        Failed::LoadBalancerCheck => health_checks(inquiry, task),
        Failed::FileSystem => file_systems(inquiry, task, class),
        failed => calls(inquiry, task, failed, class),
    }
}

/// The calls that it takes.
fn calls(
    inquiry: &Inquiry<'_>,
    task: &Task,
    failed: Failed,
    class: Class,
) -> Result<Vec<Judgement>, Unknown> {
    let all = inquiry.calls()?.iter();
    let needed: Vec<_> = match failed.services() {
        Some(services) => all
            .filter(|called| services.contains(&called.call.service.unwrap_or_default()))
            .collect(),
        None => all.collect(),
    };
    let failing: Vec<&Called> = needed.iter().copied().filter(|c| c.fails()).collect();
    if !failing.is_empty() {
        let groups = calling::grouped(inquiry.snapshot, &failing).into_iter();
        let faults = groups.map(|together| Judgement::Fail(unreachable(together, failed)));
        return Ok(faults.collect());
    }
    let missing = calling::missing(&needed);
    if !missing.0.is_empty() {
        return Ok(vec![Judgement::unknown(inquiry.subject.owner(), missing)]);
    }
    let titles: Vec<_> = needed.iter().map(|called| called.call.title).collect();
    Ok(vec![open(task, failed, class, &titles.join(", "))])
}

fn unreachable(together: Together<'_>, failed: Failed) -> Fault {
    let message = format!(
        "ECS could not {} because {} can't reach {}: {}",
        failed.words(),
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

/// The file systems that the definition mounts.
fn file_systems(
    inquiry: &Inquiry<'_>,
    task: &Task,
    class: Class,
) -> Result<Vec<Judgement>, Unknown> {
    let attempts = inquiry.attempts()?.iter();
    let mounts: Vec<_> = attempts.filter(|one| one.port == Some(NFS)).collect();
    let mut judgements = Vec::new();
    for mount in &mounts {
        match &mount.result {
            Tried::Unlocated(missing) => {
                judgements.push(Judgement::unknown(mount.address(), missing.clone()));
            }
            Tried::Ways(_) => judgements.extend(mounting(inquiry, mount)),
            Tried::NoDependency | Tried::ByProxy => {}
        }
    }
    if judgements.is_empty() {
        let what: Vec<_> = mounts.iter().map(|mount| mount.address()).collect();
        judgements.push(open(task, Failed::FileSystem, class, &what.join(", ")));
    }
    Ok(judgements)
}

/// What is wrong with the way to a file system, if anything is.
fn mounting(inquiry: &Inquiry<'_>, mount: &Attempt) -> Option<Judgement> {
    let failing = ways::of(mount.ways(), Verdict::Unreachable);
    if failing.is_empty() {
        let unclear = ways::of(mount.ways(), Verdict::Unknown);
        let missing: Unknown = ways::missing(&unclear).into();
        let is_unclear = !missing.0.is_empty();
        return is_unclear.then(|| Judgement::unknown(mount.address(), missing));
    }
    let explanations = ways::explanations(&failing);
    let components = explanations.iter().map(|e| e.component.clone());
    Some(Judgement::Fail(Fault {
        resource: mount.address(),
        message: format!(
            "ECS could not {} because {} is out of reach: {}: {}",
            Failed::FileSystem.words(),
            mount.target(),
            ways::extent(mount.ways(), &failing),
            reasons(&explanations)
        ),
        components: components.collect(),
        fixes: ways::fixes(inquiry.snapshot, &failing),
        explanations,
    }))
}

/// What the load balancer sends. A load balancer that gets through found an application that doesn't
/// answer.
fn health_checks(inquiry: &Inquiry<'_>, task: &Task) -> Result<Vec<Judgement>, Unknown> {
    let judged = load_balancer_cannot_reach_task::run(inquiry)?;
    let mut judgements = Vec::new();
    for judgement in judged {
        match judgement {
            Judgement::Fail(fault) => judgements.push(Judgement::Fail(Fault {
                message: format!(
                    "ECS could not {}: {}",
                    Failed::LoadBalancerCheck.words(),
                    fault.message
                ),
                ..fault
            })),
            unknown @ Judgement::Unknown { .. } => judgements.push(unknown),
            Judgement::Pass { .. } | Judgement::Skipped { .. } => {}
        }
    }
    if judgements.is_empty() {
        let (failed, class) = (Failed::LoadBalancerCheck, Class::Unclear);
        judgements.push(open(task, failed, class, "the task"));
    }
    Ok(judgements)
}

/// Nothing in the configuration, as it is now, stands in the way. That is no pass: the task did fail.
fn open(task: &Task, failed: Failed, class: Class, what: &str) -> Judgement {
    let words = failed.words();
    let said = said(task);
    if what.is_empty() {
        let what = format!("what it takes to {words}: {said}");
        let missing = Missing::new(FactKind::OutsideNetwork, Reason::Invisible(what));
        return Judgement::unknown(task.task_arn.name(), missing);
    }
    if class == Class::Network {
        return Judgement::skipped(format!(
            "ECS could not {words}, and its words blame the network; as that is configured now, routes and \
             rules lead to {what}. It was mended since, or something stands in the way that no \
             configuration shows: {said}"
        ));
    }
    Judgement::skipped(format!(
        "ECS could not {words}, and that is not the network's fault: routes and rules lead to {what}: {said}"
    ))
}

fn said(task: &Task) -> &str {
    let own = task.stopped_reason.as_deref();
    own.or(task.container_reasons.first().map(String::as_str))
        .unwrap_or("it doesn't say why")
}
