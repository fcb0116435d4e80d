use std::path::PathBuf;

use anyhow::Context;
use awsvpc_auditor_engine::checks::{self, Subject};
use awsvpc_auditor_engine::facts::{Snapshot, Task, TaskStateChange};
use clap::Args;

use super::Audit;
use crate::facts::Wanted;
use crate::output::{Status, Usage};
use crate::snapshot;

/// Audit one task, as an event or the facts describe it
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["event", "task"])))]
pub(crate) struct TaskCommand {
    /// An "ECS Task State Change" event, as EventBridge delivers it
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,

    /// A task of the facts, by its ARN, or by its id together with --cluster
    #[arg(long, value_name = "ARN")]
    task: Option<String>,

    /// The task's cluster, by name or ARN
    #[arg(long, requires = "task")]
    cluster: Option<String>,

    #[command(flatten)]
    audit: Audit,
}

impl TaskCommand {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        if let Some(file) = &self.event {
            let text = snapshot::read(file)?;
            let event =
                TaskStateChange::parse(&text).with_context(|| file.display().to_string())?;
            let snapshot = self.audit.facts(Wanted::Event(&event.detail))?;
            return self.report(&snapshot, &event.detail, Some(&event.time));
        }
        let (cluster, name) = (
            self.cluster.as_deref(),
            self.task.as_deref().unwrap_or_default(),
        );
        let snapshot = self.audit.facts(Wanted::task(cluster, name)?)?;
        let task = described(&snapshot, cluster, name)?;
        self.report(&snapshot, task, None)
    }

    fn report(&self, facts: &Snapshot, task: &Task, time: Option<&str>) -> anyhow::Result<Status> {
        let audit = |facts| {
            let mut report = checks::run(facts, Subject::Task(task));
            report.event_time = time.map(str::to_owned);
            report
        };
        let about = self.event.as_deref();
        if !self.audit.proposes() {
            return self.audit.finish(&audit(facts), about);
        }
        if self.audit.takes_new_tasks() {
            let words = "--with 'aws ecs update-service …' is about tasks that don't run yet: ask about the service";
            return Err(Usage(words.to_owned()).into());
        }
        let after = self.audit.proposed(facts)?;
        let after = audit(&after);
        self.audit.finish_proposed(&audit(facts), &after, about)
    }
}

/// The task among the facts.
pub(super) fn described<'a>(
    snapshot: &'a Snapshot,
    cluster: Option<&str>,
    name: &str,
) -> anyhow::Result<&'a Task> {
    let in_cluster =
        |task: &&Task| cluster.is_none_or(|cluster| task.cluster_arn.is_called(cluster));
    let mut tasks = snapshot.tasks.seen().filter(in_cluster);
    tasks.find(|task| task.task_arn.is_called(name)).with_context(|| {
        let known = snapshot.tasks.seen().count();
        format!(
            "no task {name} among the {known} task(s) of the facts: it may have stopped more than an hour \
             ago; give its --event, or offline save `aws ecs describe-tasks` for it"
        )
    })
}
