//! Where facts come from: a directory of saved output, or AWS itself.

use std::path::{Path, PathBuf};

use awsvpc_auditor_engine::dependencies::Declaration;
use awsvpc_auditor_engine::facts::{EcsArn, ServiceEvent, Snapshot, Task};
use awsvpc_auditor_engine::proposal::Proposal;
use awsvpc_auditor_engine::reach::Question;
use clap::Args;

use crate::output::Usage;
use crate::snapshot;

/// What facts are wanted about.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(feature = "aws"),
    expect(dead_code, reason = "saved output is read as a whole")
)]
pub(crate) enum Wanted<'a> {
    /// A task that an event describes.
    Event(&'a Task),
    /// A task, by its cluster and its id or ARN.
    Task {
        /// The cluster, unless the task's ARN tells it.
        cluster: Option<&'a str>,
        /// The task.
        task: &'a str,
    },
    /// A service, by name or ARN.
    Service {
        /// Its cluster.
        cluster: &'a str,
        /// The service.
        service: &'a str,
    },
    /// A service whose tasks don't start, as ECS tells.
    Failure(&'a ServiceEvent),
    /// A reachability question.
    Reach(&'a Question),
    /// What people declare that a task needs.
    Needs(&'a [Declaration]),
    /// What a proposed change leads to: subnets, groups, and what a new task definition names.
    Proposal(&'a Proposal),
}

impl<'a> Wanted<'a> {
    /// A task by its ARN, or by its id in a cluster.
    pub(crate) fn task(cluster: Option<&'a str>, task: &'a str) -> Result<Self, Usage> {
        if !task.starts_with(EcsArn::PREFIX) && cluster.is_none() {
            return Err(Usage(format!(
                "--task {task} needs --cluster: it isn't an ARN"
            )));
        }
        Ok(Self::Task { cluster, task })
    }
}

/// Where the facts come from.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Directory of saved AWS CLI output (`aws ec2 describe-… > DIR/….json`); without it AWS itself is
    /// asked, if this build can
    #[arg(long, value_name = "DIR")]
    snapshot: Option<PathBuf>,

    #[cfg(feature = "aws")]
    #[command(flatten)]
    account: crate::live::Account,
}

impl Source {
    /// The directory of saved output, if that is where they come from.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.snapshot.as_deref()
    }

    /// As whom AWS is asked.
    #[cfg(feature = "aws")]
    pub(crate) fn account(&self) -> &crate::live::Account {
        &self.account
    }

    /// The facts about something.
    pub(crate) fn facts(&self, wanted: &[Wanted<'_>]) -> anyhow::Result<Snapshot> {
        match &self.snapshot {
            Some(directory) => {
                #[cfg(feature = "aws")]
                self.account.refuse_with_snapshot()?;
                snapshot::load(directory)
            }
            None => self.ask(wanted),
        }
    }

    #[cfg(feature = "aws")]
    fn ask(&self, wanted: &[Wanted<'_>]) -> anyhow::Result<Snapshot> {
        Ok(self.account.collect(wanted)?.snapshot()?)
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_self, reason = "the other build asks as whom it says")]
    fn ask(&self, _wanted: &[Wanted<'_>]) -> anyhow::Result<Snapshot> {
        Err(no_aws())
    }
}

/// This build can't ask AWS.
#[cfg(not(feature = "aws"))]
pub(crate) fn no_aws() -> anyhow::Error {
    Usage(
        "--snapshot DIR is needed: this build reads saved AWS CLI output only (build with \
         `--features aws` to ask AWS)"
            .to_owned(),
    )
    .into()
}
