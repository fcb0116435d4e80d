//! What of starting a task failed, by ECS's words.

use std::collections::BTreeSet;

use crate::facts::{Service, ServiceEvent, ServiceEventName, Snapshot, Task};
use crate::stop_reason::{Class, Failed, StopReason};

/// Why a task didn't start, as far as words tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause<'w> {
    /// What failed.
    pub(super) failed: Failed,
    /// Whose fault that is.
    pub(super) class: Class,
    /// ECS's words.
    pub(super) said: &'w str,
    /// The stopped task that has it; none where ECS says it of the service.
    pub(super) task: Option<&'w Task>,
}

/// What stands for words where there are none.
const SILENT: &str = "it doesn't say why";

impl<'w> Cause<'w> {
    /// Why a task didn't start.
    pub(super) fn of_task(task: &'w Task) -> Self {
        let reason = StopReason::of(task);
        Self {
            failed: reason.map_or(Failed::Unknown, |reason| reason.failed),
            class: reason.map_or(Class::Unclear, |reason| reason.class),
            said: words_of(task),
            task: Some(task),
        }
    }

    /// Why tasks of a service don't start: by its event, or, where that gives no reason, by the service's
    /// stopped tasks, each reason once. At least one where the event tells that they don't.
    pub(super) fn of_service(
        snapshot: &'w Snapshot,
        service: &Service,
        event: &'w ServiceEvent,
    ) -> Vec<Self> {
        use ServiceEventName as Name;
        let told = event.reason.as_deref();
        let reason = StopReason::of_words(told);
        let reason = reason.map(|reason| (reason.failed, reason.class));
        let known = match event.name {
            Name::Other => return Vec::new(),
            Name::TaskPlacementFailure => reason.or(Some((Failed::Placement, Class::Capacity))),
            Name::TaskConfigurationFailure => {
                reason.or(Some((Failed::Placement, Class::Configuration)))
            }
            Name::TaskStartImpaired | Name::DeploymentFailed => reason,
        };
        let stopped = stopped_tasks(snapshot, service);
        let mut causes = of_stopped(&stopped);
        let (failed, class) = known.unwrap_or((Failed::Unknown, Class::Unclear));
        // A task of whose interface that is said tells its subnet too.
        let is_of_interface = failed.is_of_interface() && event.name != Name::TaskPlacementFailure;
        if is_of_interface {
            causes.retain(|cause| cause.failed.is_of_interface());
        }
        if (known.is_none() || is_of_interface) && !causes.is_empty() {
            return causes;
        }
        let of_task = || stopped.first().map(|task| words_of(task));
        vec![Self {
            failed,
            class,
            said: told.or_else(of_task).unwrap_or(SILENT),
            task: None,
        }]
    }
}

/// A service's tasks that stopped, the last one first.
fn stopped_tasks<'w>(snapshot: &'w Snapshot, service: &Service) -> Vec<&'w Task> {
    let is_own = |task: &&Task| {
        task.service_name() == Some(&service.service_name)
            && task.cluster_arn == service.cluster_arn
            && task.last_status.is_ending()
    };
    let mut tasks: Vec<_> = snapshot.tasks.seen().filter(is_own).collect();
    tasks.sort_by_key(|task| (std::cmp::Reverse(task.stopped_at), &task.task_arn));
    tasks
}

/// Why tasks failed to start. Interfaces fail subnet by subnet.
fn of_stopped<'w>(tasks: &[&'w Task]) -> Vec<Cause<'w>> {
    let failed = tasks.iter().filter(|task| StopReason::is_of_start(task));
    let mut known = BTreeSet::new();
    let mut causes: Vec<_> = failed.map(|task| Cause::of_task(task)).collect();
    causes.retain(|cause| {
        let attachment = cause.task.and_then(Task::network_interface);
        let subnet = attachment.and_then(|attachment| attachment.subnet_id());
        let subnet = subnet.filter(|_| cause.failed.is_of_interface());
        known.insert((cause.failed, cause.class, subnet))
    });
    causes
}

fn words_of(task: &Task) -> &str {
    let own = task.stopped_reason.as_deref();
    own.or(task.container_reasons.first().map(String::as_str))
        .unwrap_or(SILENT)
}
