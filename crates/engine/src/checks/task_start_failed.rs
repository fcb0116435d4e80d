use super::by_place;
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::slot_shortage;
use super::start_cause::Cause;
use super::starting::{every_step, other_than_network, step};
use crate::facts::{FactKind, Service, ServiceEvent, Task};
use crate::fix::Fix;
use crate::stop_reason::{Class, Failed, StopReason};
use crate::subject::{Launch, Subject};

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
        FactKind::Tasks,
        FactKind::Instances,
        FactKind::InstanceTypes,
        FactKind::AccountSettings,
    ],
    page: include_str!("task_start_failed.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    match (inquiry.subject, inquiry.event) {
        (Subject::Task(task), _) => of_task(inquiry, task),
        (Subject::Service(service), Some(event)) => of_service(inquiry, service, event),
        (Subject::Service(_), None) => Ok(vec![Judgement::skipped(
            "a service is audited, not one of its tasks",
        )]),
    }
}

fn of_task(inquiry: &Inquiry<'_>, task: &Task) -> Result<Vec<Judgement>, Unknown> {
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
    let cause = Cause::of_task(task);
    if let Some(other) = not_here(&cause) {
        return Ok(vec![other]);
    }
    if is_unknown(&cause) {
        return Ok(vec![Judgement::skipped(format!(
            "the task failed to start, for a reason that isn't known here: {}. What other checks find may be \
             the cause",
            cause.said
        ))]);
    }
    step(inquiry, &cause)
}

/// The tasks of a service that an event is about: in all of its subnets, because the event names none.
fn of_service(
    inquiry: &Inquiry<'_>,
    service: &Service,
    event: &ServiceEvent,
) -> Result<Vec<Judgement>, Unknown> {
    if !event.name.is_failure() {
        return Ok(vec![Judgement::skipped(
            "what ECS told of the service isn't that its tasks don't start",
        )]);
    }
    let mut all = Vec::new();
    for cause in Cause::of_service(inquiry.snapshot, service, event) {
        // A task that has a slot's failure to its name has an interface, and a check of its own.
        if cause.failed == Failed::InterfaceSlot && cause.task.is_none() {
            all.push(slot_shortage::judge(inquiry.snapshot, service, event));
        } else if cause.failed.is_of_interface() && !has_attachment(&cause) {
            all.push(Judgement::Fail(no_interface(inquiry, event, &cause)));
        } else if let Some(other) = not_here(&cause) {
            all.push(other);
        } else if is_unknown(&cause) {
            all.extend(by_place::look(inquiry, &|own| Ok(every_step(own, &cause)))?);
        } else {
            all.extend(by_place::look(inquiry, &|own| step(own, &cause))?);
        }
    }
    Ok(decisive(all))
}

/// Whether a task is known of whose interface it is said, which eni-not-attached judges.
fn has_attachment(cause: &Cause<'_>) -> bool {
    cause
        .task
        .is_some_and(|task| task.network_interface().is_some())
}

/// The interface of a task that nobody named: with it its subnet, and so its instance, may be any.
fn no_interface(inquiry: &Inquiry<'_>, event: &ServiceEvent, cause: &Cause<'_>) -> Fault {
    let subnets = inquiry.subject.subnets(inquiry.snapshot);
    let subnets: Vec<_> = subnets.unwrap_or_default();
    let subnets: Vec<_> = subnets.iter().map(ToString::to_string).collect();
    let is_on_instances = !matches!(inquiry.subject.launch(), Launch::Fargate(_));
    let rooms = slot_shortage::rooms(inquiry.snapshot, event).filter(|_| is_on_instances);
    Fault {
        resource: inquiry.subject.owner(),
        message: format!(
            "ECS could not {}: {}{}",
            cause.failed.words(),
            cause.said.trim_end_matches('.'),
            rooms.map_or_else(String::new, |rooms| format!(
                ". Container instances: {rooms}"
            ))
        ),
        fixes: vec![Fix::unverified(format!(
            "aws ec2 describe-subnets --subnet-ids {} --query 'Subnets[].[SubnetId,AvailableIpAddressCount]'",
            subnets.join(" ")
        ))],
        components: subnets,
        ..Fault::default()
    }
}

/// Of causes that several tasks told, those that are found; what isn't at fault goes without saying then.
fn decisive(all: Vec<Judgement>) -> Vec<Judgement> {
    let is_skipped = |one: &Judgement| matches!(one, Judgement::Skipped { .. });
    let has_more = !all.iter().all(is_skipped);
    let mut known: Vec<Vec<String>> = Vec::new();
    let mut kept = all;
    kept.retain(|one| match one {
        Judgement::Fail(fault) => {
            let mut components = fault.components.clone();
            components.sort();
            let is_new = !known.contains(&components);
            known.push(components);
            is_new
        }
        other => !(has_more && is_skipped(other)),
    });
    kept
}

/// That it isn't for this check to say.
fn not_here(cause: &Cause<'_>) -> Option<Judgement> {
    if cause.failed.is_of_interface() {
        return Some(Judgement::skipped(format!(
            "ECS could not {}, which eni-not-attached tells",
            cause.failed.words()
        )));
    }
    other_than_network(cause)
}

fn is_unknown(cause: &Cause<'_>) -> bool {
    cause.failed == Failed::Unknown && cause.class == Class::Unclear
}
