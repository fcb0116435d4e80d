use super::options::Options;
use crate::facts::{EcsArn, FactKind, Missing, Reason, Snapshot, Task, TaskStatus, Timestamp};

/// A task that has been starting for too long.
#[derive(Debug)]
pub struct Stuck<'a> {
    /// The task.
    pub task: &'a Task,
    /// For how long, in seconds.
    pub seconds: u64,
}

/// Whether a task hasn't stopped yet, and holds what it took.
pub(super) fn is_there(task: &Task) -> bool {
    task.last_status < TaskStatus::Stopped || task.last_status == TaskStatus::Unrecognized
}

/// The tasks of a cluster that have been PROVISIONING or PENDING for too long.
pub(super) fn find<'a>(
    snapshot: &Snapshot,
    options: &Options,
    tasks: Option<&Vec<&'a Task>>,
    cluster: &EcsArn,
) -> Result<Vec<Stuck<'a>>, Missing> {
    snapshot.tasks.all_within(cluster).map(drop)?;
    let starting = tasks.into_iter().flatten().filter(|task| {
        task.network_interface().is_some() && task.last_status <= TaskStatus::Pending
    });
    let mut stuck = Vec::new();
    for task in starting {
        let seconds = age(snapshot, task)?;
        if seconds >= options.thresholds.stuck_minutes.saturating_mul(60) {
            stuck.push(Stuck { task, seconds });
        }
    }
    stuck.sort_by(|a, b| (b.seconds, &a.task.task_arn).cmp(&(a.seconds, &b.task.task_arn)));
    Ok(stuck)
}

fn age(snapshot: &Snapshot, task: &Task) -> Result<u64, Missing> {
    let missing = |what: String| Missing::new(FactKind::Tasks, Reason::NotInFacts(what));
    let observed = snapshot.observed_at.as_deref().and_then(Timestamp::parse);
    let observed = observed.ok_or_else(|| {
        missing("when the facts were observed (\"ObservedAt\" beside them)".to_owned())
    })?;
    let created = task
        .created_at
        .ok_or_else(|| missing(format!("when {} was created", task.task_arn.name())))?;
    Ok(observed.seconds_since(created))
}
