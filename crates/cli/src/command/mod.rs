//! One file for each subcommand.

mod checks;
mod diff;
mod explain;
mod headroom;
#[cfg(feature = "aws")]
mod monitor;
#[cfg(feature = "aws")]
mod probe;
mod reach;
#[cfg(feature = "aws")]
mod save;
mod service;
mod task;

use std::path::Path;

use anyhow::Context;
use awsvpc_auditor_engine::checks::{Effect, Report, Summary};
use awsvpc_auditor_engine::dependencies::Declaration;
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::proposal::Proposal;
use awsvpc_auditor_engine::report::pipeline::Audited;
use awsvpc_auditor_engine::report::{audit_text, effect_text, json_v1::ReportV1, template_text};
use clap::{Args, Subcommand};

use crate::facts::{Source, Wanted};
use crate::output::{self, ReportFormat, Status};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Task(task::TaskCommand),
    Service(service::ServiceCommand),
    Reach(reach::Reach),
    #[cfg(feature = "aws")]
    Probe(probe::ProbeCommand),
    Diff(diff::Diff),
    Headroom(headroom::Headroom),
    #[cfg(feature = "aws")]
    Monitor(monitor::Monitor),
    #[cfg(feature = "aws")]
    #[command(name = "snapshot")]
    Save(save::Save),
    Checks(checks::Checks),
    Explain(explain::Explain),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self) -> anyhow::Result<Status> {
        match self {
            Self::Task(command) => command.run(),
            Self::Service(command) => command.run(),
            Self::Reach(command) => command.run(),
            #[cfg(feature = "aws")]
            Self::Probe(command) => command.run(),
            Self::Diff(command) => command.run(),
            Self::Headroom(command) => command.run(),
            #[cfg(feature = "aws")]
            Self::Monitor(command) => command.run(),
            #[cfg(feature = "aws")]
            Self::Save(command) => command.run(),
            Self::Checks(command) => command.run(),
            Self::Explain(command) => command.run(),
        }
    }
}

/// What an audit can be told besides.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// What the task must reach, besides what its definition and tags say; repeatable
    #[arg(long, value_name = "HOST:PORT[/udp]")]
    needs: Vec<Declaration>,

    /// Show fixes as CloudFormation and Terraform too
    #[arg(long)]
    detail: bool,

    /// Audit as if this were done, and say only what it breaks or mends; repeatable, in order
    #[arg(long = "with", value_name = "AWS CLI COMMAND")]
    proposals: Vec<Proposal>,

    #[command(flatten)]
    source: Source,

    /// How the report is written
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

impl Audit {
    /// The facts about something.
    fn facts(&self, wanted: Wanted<'_>) -> anyhow::Result<Snapshot> {
        let mut wanted = vec![wanted, Wanted::Needs(&self.needs)];
        wanted.extend(self.proposals.iter().map(Wanted::Proposal));
        let snapshot = self.source.facts(&wanted)?;
        Ok(snapshot.declaring(self.needs.clone()))
    }

    /// Whether changes are proposed.
    fn proposes(&self) -> bool {
        !self.proposals.is_empty()
    }

    /// Whether a proposed change reaches only tasks that start afterwards.
    fn takes_new_tasks(&self) -> bool {
        self.proposals.iter().any(Proposal::takes_new_tasks)
    }

    /// The facts as they would be with the proposed changes.
    fn proposed(&self, snapshot: &Snapshot) -> anyhow::Result<Snapshot> {
        let mut after = snapshot.clone();
        for proposal in &self.proposals {
            let applied = proposal.apply(&after);
            after = applied.with_context(|| proposal.as_given())?;
        }
        Ok(after)
    }

    /// Writes what the proposed changes do. What failed before is no reason to refuse them.
    fn finish_proposed(
        &self,
        before: &Report<'_>,
        after: &Report<'_>,
        about: Option<&Path>,
    ) -> anyhow::Result<Status> {
        let effect = Effect::between(before, after);
        output::report(
            self.format,
            |style| effect_text(&self.proposals, after, &effect, style),
            || ReportV1::from(after).with_effect(&self.proposals, &effect),
            &[Audited::new(after, Some(&effect))],
            self.place(about),
        )?;
        Ok(status_of_change(&effect))
    }

    /// Writes an audit's report.
    fn finish(&self, report: &Report<'_>, about: Option<&Path>) -> anyhow::Result<Status> {
        let text = |style| {
            let mut text = audit_text(report, style);
            if self.detail {
                text.push_str(&template_text(report, style));
            }
            text
        };
        output::report(
            self.format,
            text,
            || ReportV1::from(report),
            &[Audited::new(report, None)],
            self.place(about),
        )?;
        Ok(status(report.summary()))
    }

    /// The file that a report is about: the one that was given, or else where the facts are.
    fn place<'p>(&'p self, about: Option<&'p Path>) -> Option<&'p Path> {
        about.or(self.source.directory())
    }
}

/// How an audit of a change ends.
fn status_of_change(effect: &Effect<'_>) -> Status {
    if !effect.broken.is_empty() {
        Status::Fault
    } else if !effect.unclear.is_empty() || !effect.changed.is_empty() {
        Status::Unknown
    } else {
        Status::Passed
    }
}

/// How an audit with these outcomes ends.
fn status(summary: Summary) -> Status {
    if summary.fail > 0 {
        Status::Fault
    } else if summary.unknown > 0 {
        Status::Unknown
    } else {
        Status::Passed
    }
}
