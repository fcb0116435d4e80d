use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use awsvpc_auditor_collector::Collected;
use awsvpc_auditor_engine::facts::TaskStateChange;
use awsvpc_auditor_engine::reach::{Destination, Origin, Question};
use clap::Args;

use crate::facts::Wanted;
use crate::live::Account;
use crate::live_headroom;
use crate::output::{self, Status, Usage};
use crate::snapshot;

/// Save the facts about tasks, services, questions or headroom, for audits without AWS
///
/// The directory is what --snapshot reads. Environment values and overrides of tasks are never
/// written.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["event", "task", "service", "from", "headroom"])))]
pub(crate) struct Save {
    /// The directory; it is made, or is empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// An "ECS Task State Change" event, as EventBridge delivers it; repeatable
    #[arg(long, value_name = "FILE")]
    event: Vec<PathBuf>,

    /// A task by its ARN, or by its id together with --cluster; repeatable
    #[arg(long, value_name = "ARN")]
    task: Vec<String>,

    /// A service of --cluster, by name or ARN; repeatable
    #[arg(long, requires = "cluster")]
    service: Vec<String>,

    /// The cluster of tasks and services, by name or ARN
    #[arg(long)]
    cluster: Option<String>,

    /// Who opens the connection, as for `reach`
    #[arg(long, value_name = "WHAT", requires = "to")]
    from: Option<Origin>,

    /// Where to, as for `reach`
    #[arg(long, value_name = "WHAT", requires = "from")]
    to: Option<Destination>,

    /// What `headroom` needs of the region: of all clusters, or of --cluster
    #[arg(long, conflicts_with_all = ["event", "task", "service", "from"])]
    headroom: bool,

    #[command(flatten)]
    account: Account,
}

impl Save {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        self.refuse_foreign_files()?;
        if self.headroom {
            let clusters = self.cluster.iter().cloned().collect();
            let found = live_headroom::collect(&self.account, clusters)?;
            for cluster in &found.unreached {
                output::warn(&format!(
                    "{cluster}: no time was left; the snapshot says so"
                ));
            }
            return self.write(&found.collected);
        }
        let events = self.events()?;
        let question = match (&self.from, &self.to) {
            (Some(from), Some(to)) => Some(Question {
                from: from.clone(),
                to: to.clone(),
            }),
            _ => None,
        };
        let mut wanted: Vec<_> = events.iter().map(|e| Wanted::Event(&e.detail)).collect();
        wanted.extend(self.task.iter().map(|task| Wanted::Task {
            cluster: self.cluster.as_deref(),
            task,
        }));
        let cluster = self.cluster.as_deref().unwrap_or_default();
        let services = self.service.iter();
        wanted.extend(services.map(|service| Wanted::Service { cluster, service }));
        wanted.extend(question.as_ref().map(Wanted::Reach));
        self.write(&self.account.collect(&wanted)?)
    }

    fn write(&self, collected: &Collected) -> anyhow::Result<Status> {
        fs::create_dir_all(&self.out).with_context(|| self.out.display().to_string())?;
        let files = collected.files();
        for (name, text) in &files {
            let path = self.out.join(name);
            fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
        for (action, reason) in collected.missing() {
            output::warn(&format!("{action}: {reason}; the snapshot says so"));
        }
        output::warn(&format!("{}: {} files", self.out.display(), files.len()));
        Ok(Status::Passed)
    }

    /// Two snapshots in one directory would be read as one.
    fn refuse_foreign_files(&self) -> anyhow::Result<()> {
        if !self.out.exists() {
            return Ok(());
        }
        let name = || self.out.display().to_string();
        if fs::read_dir(&self.out).with_context(name)?.next().is_some() {
            return Err(Usage(format!(
                "--out {}: not empty; a snapshot wants a directory of its own",
                name()
            ))
            .into());
        }
        Ok(())
    }

    fn events(&self) -> anyhow::Result<Vec<TaskStateChange>> {
        let mut events = Vec::new();
        for file in &self.event {
            let text = snapshot::read(file)?;
            let event =
                TaskStateChange::parse(&text).with_context(|| file.display().to_string())?;
            if event.detail.network_interface().is_none() {
                bail!(
                    "{}: the task isn't in awsvpc network mode: there is nothing to save about it",
                    file.display()
                );
            }
            events.push(event);
        }
        Ok(events)
    }
}
