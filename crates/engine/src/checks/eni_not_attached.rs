use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::slot_shortage;
use super::start_cause::Cause;
use crate::facts::{FactKind, Service, ServiceEvent, Snapshot, Task, TaskAttachment};
use crate::fix::{Fix, word};
use crate::stop_reason::{Failed, StopReason};
use crate::subject::Subject;

/// The task's network interface was not made, or isn't attached.
pub(super) static CHECK: Check = Check {
    id: "eni-not-attached",
    title: "the task's network interface isn't attached",
    severity: Severity::Critical,
    step: Step::Provisioning,
    since: "0.1.0",
    needs: &[
        FactKind::NetworkInterfaces,
        FactKind::ContainerInstances,
        FactKind::Tasks,
        FactKind::Instances,
        FactKind::InstanceTypes,
        FactKind::AccountSettings,
    ],
    page: include_str!("eni_not_attached.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let (Subject::Task(task), Some(attachment)) = (subject, subject.attachment()) else {
        let told = match (subject, inquiry.event) {
            (Subject::Service(service), Some(event)) => of_service(snapshot, service, event),
            _ => Vec::new(),
        };
        return Ok(if told.is_empty() {
            vec![Judgement::skipped(
                "a service is audited, not one of its tasks",
            )]
        } else {
            told
        });
    };
    let judgement = if task.last_status.is_ending() {
        stopped(snapshot, task, attachment)
    } else {
        alive(snapshot, subject, task, attachment)?
    };
    Ok(vec![judgement])
}

/// The stopped tasks of a service whose tasks don't start, as far as their interfaces are why.
fn of_service(snapshot: &Snapshot, service: &Service, event: &ServiceEvent) -> Vec<Judgement> {
    let causes = Cause::of_service(snapshot, service, event).into_iter();
    let tasks = causes.filter(|cause| cause.failed.is_of_interface());
    let tasks = tasks.filter_map(|cause| Some((cause.task?, cause.task?.network_interface()?)));
    tasks
        .map(|(task, attachment)| stopped(snapshot, task, attachment))
        .collect()
}

/// A stopped task has no interface any more: only its last words tell whether it ever had one.
fn stopped(snapshot: &Snapshot, task: &Task, attachment: &TaskAttachment) -> Judgement {
    // Whether a role, a policy or EC2 is to blame: the interface isn't there.
    let why = StopReason::of(task).filter(|why| why.failed.is_of_interface());
    if let Some(why) = why {
        let said = task.stopped_reason.as_deref().unwrap_or_default();
        let told = if why.failed == Failed::Address {
            None
        } else {
            slot_shortage::of_instance(snapshot, task)
        };
        let (advice, more) = told.unwrap_or_else(|| (advice(task, why.failed), Vec::new()));
        let said = if advice.is_empty() {
            said
        } else {
            said.trim_end_matches('.')
        };
        let message = format!(
            "the task stopped because ECS could not {}: {said}{advice}",
            why.failed.words()
        );
        let mut fault = fault(task, attachment, message);
        fault.fixes.extend(more);
        return Judgement::Fail(fault);
    }
    Judgement::skipped("the task has stopped, and ECS removes its interface with it")
}

/// Where to read on: how much room is left is the business of the headroom audit.
fn advice(task: &Task, failed: Failed) -> String {
    let cluster = task.cluster_arn.name();
    match (failed, &task.container_instance_arn) {
        (Failed::InterfaceSlot, Some(instance)) => format!(
            ". Container instance {} had none; `awsvpc-auditor headroom --cluster {}` counts them",
            instance.name(),
            word(cluster)
        ),
        (Failed::InterfaceSlot | Failed::Address, _) => format!(
            ". `awsvpc-auditor headroom --cluster {}` counts what is left",
            word(cluster)
        ),
        _ => String::new(),
    }
}

fn alive(
    snapshot: &Snapshot,
    subject: &Subject<'_>,
    task: &Task,
    attachment: &TaskAttachment,
) -> Result<Judgement, Unknown> {
    let status = attachment.status.as_deref().unwrap_or("not reported");
    match status {
        "ATTACHED" => {}
        "FAILED" | "DETACHING" | "DETACHED" | "DELETED" => {
            let message = format!("ECS reports the interface's attachment as {status}");
            return Ok(Judgement::Fail(fault(task, attachment, message)));
        }
        _ if task.last_status.is_starting() => {
            return Ok(Judgement::skipped(format!(
                "the interface is still being provisioned (attachment {status})"
            )));
        }
        _ => {
            let message = format!("the task runs, but its interface's attachment is {status}");
            return Ok(Judgement::Fail(fault(task, attachment, message)));
        }
    }
    let interface = subject.interface(snapshot)?;
    let id = &interface.network_interface_id;
    let detached = interface
        .attachment
        .as_ref()
        .and_then(|attachment| attachment.status.as_deref())
        .is_some_and(|status| status.starts_with("detach"));
    if interface.is_unattached() || detached {
        let message = format!("ECS reports {id} as attached, but EC2 doesn't");
        return Ok(Judgement::Fail(fault(task, attachment, message)));
    }
    Ok(Judgement::pass(
        id,
        format!("{id} is attached in {}", interface.subnet_id),
    ))
}

fn fault(task: &Task, attachment: &TaskAttachment, message: String) -> Fault {
    let subnet = attachment.subnet_id();
    let interface = attachment.network_interface_id();
    let resource = interface.map_or_else(|| task.task_arn.to_string(), |id| id.to_string());
    let place = subnet
        .as_ref()
        .map_or("<subnet-id>", |subnet| subnet.as_str());
    let mut fixes = vec![Fix::unverified(format!(
        "aws ec2 describe-subnets --subnet-ids {place} --query 'Subnets[].AvailableIpAddressCount'"
    ))];
    if let Some(service) = task.service_name() {
        fixes.push(Fix::unverified(format!(
            "aws ecs update-service --cluster {} --service {} --force-new-deployment",
            word(task.cluster_arn.name()),
            word(service)
        )));
    }
    Fault {
        resource,
        message,
        fixes,
        components: subnet
            .into_iter()
            .map(|subnet| subnet.to_string())
            .collect(),
        ..Fault::default()
    }
}
