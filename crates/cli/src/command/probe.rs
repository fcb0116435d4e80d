use std::time::Duration;

use anyhow::{Context, anyhow};
use awsvpc_auditor_collector::{Calls, Exec, Insider, longest, probe};
use awsvpc_auditor_engine::checks::{self, Subject};
use awsvpc_auditor_engine::facts::{Snapshot, Task};
use awsvpc_auditor_engine::probe::{Asking, Probe, targets};
use awsvpc_auditor_probe::Limits;
use clap::Args;
use tokio::time::Instant;

use super::{Audit, task};
use crate::facts::Wanted;
use crate::live::with_progress;
use crate::output::{self, Status, Usage};

/// Ask a running task itself, by ECS Exec, and audit it: configuration and answers side by side
#[derive(Debug, Args)]
pub(crate) struct ProbeCommand {
    /// The task, by its ARN, or by its id together with --cluster
    #[arg(long, value_name = "ARN")]
    task: String,

    /// The task's cluster, by name or ARN
    #[arg(long)]
    cluster: Option<String>,

    /// The container to ask; without it the first of the task that has a shell
    #[arg(long, value_name = "NAME")]
    container: Option<String>,

    #[command(flatten)]
    audit: Audit,
}

impl ProbeCommand {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        if self.audit.source.directory().is_some() {
            let words = "a probe asks the task itself: --snapshot can't. Probes among saved facts are part \
                         of any audit of them";
            return Err(Usage(words.to_owned()).into());
        }
        if self.audit.proposes() {
            return Err(
                Usage("a probe asks what is there: --with can't change it".to_owned()).into(),
            );
        }
        let cluster = self.cluster.as_deref();
        let snapshot = self.audit.facts(Wanted::task(cluster, &self.task)?)?;
        let task = task::described(&snapshot, cluster, &self.task)?.clone();
        if Subject::Task(&task).is_exec_on() == Some(false) {
            let said = said(&snapshot, &task, "exec-not-enabled").unwrap_or_default();
            return Err(anyhow!(
                "ECS Exec is off in the task, so it can't be asked\n{said}"
            ));
        }
        let asking = targets(&snapshot, Subject::Task(&task));
        for left_out in &asking.left_out {
            output::warn(&format!(
                "not asked: {}: {}",
                left_out.address, left_out.why
            ));
        }
        let probed = self.ask(&snapshot, &task, &asking)?;
        let snapshot = snapshot.probed([probed]);
        self.audit
            .finish(&checks::run(&snapshot, Subject::Task(&task)), None)
    }

    fn ask(&self, snapshot: &Snapshot, task: &Task, asking: &Asking) -> anyhow::Result<Probe> {
        let containers = match &self.container {
            Some(name) => vec![name.clone()],
            None => containers(snapshot, task),
        };
        let limits = Limits::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")?;
        let probed = runtime.block_on(async {
            let arn = task.task_arn.as_str();
            let sdk = self.audit.source.account().connect_at(arn).await?;
            let calls = Calls::default();
            let exec = Exec::new(&sdk, &calls);
            let insider = Insider {
                cluster: task.cluster_arn.as_str(),
                task: arn,
                containers: &containers,
            };
            // Each container without a shell takes a second or two.
            let deadline = Instant::now() + longest(&limits) + Duration::from_secs(10);
            let asked = probe(&exec, insider, &asking.targets, &limits, deadline);
            let asked = Box::pin(asked);
            anyhow::Ok(with_progress("asking the task", &calls, asked).await)
        })?;
        probed.map_err(
            |error| match error.check().and_then(|id| said(snapshot, task, id)) {
                Some(said) => anyhow!("{error}\n{said}"),
                None => anyhow!("{error}"),
            },
        )
    }
}

/// What an audit says about why a task can't be asked.
fn said(snapshot: &Snapshot, task: &Task, check: &str) -> Option<String> {
    let check = checks::find(check)?;
    let report = checks::run_only(snapshot, Subject::Task(task), &[check]);
    let result = report.results.first()?;
    let outcome = result.outcome.as_str();
    Some(format!("{} ({outcome}): {}", check.id, result.message))
}

/// The containers of a task, as its definition names them.
fn containers(snapshot: &Snapshot, task: &Task) -> Vec<String> {
    let definition = Subject::Task(task).task_definition(snapshot);
    let containers = definition.iter().flat_map(|one| &one.container_definitions);
    containers.map(|container| container.name.clone()).collect()
}
