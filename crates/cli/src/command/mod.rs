//! One file for each subcommand.

mod checks;
mod explain;
mod headroom;
mod reach;
#[cfg(feature = "aws")]
mod save;
mod service;
mod task;

use anyhow::Context;
use awsvpc_auditor_engine::checks::{Effect, Report, Summary};
use awsvpc_auditor_engine::dependencies::Declaration;
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::proposal::Proposal;
use awsvpc_auditor_engine::report::{audit_text, effect_text, json_v1::ReportV1, template_text};
use clap::{Args, Subcommand};

use crate::facts::{Source, Wanted};
use crate::output::{self, Format, Status};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Task(task::TaskCommand),
    Service(service::ServiceCommand),
    Reach(reach::Reach),
    Headroom(headroom::Headroom),
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
            Self::Headroom(command) => command.run(),
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
    common: Common,
}

impl Audit {
    /// The facts about something.
    fn facts(&self, wanted: Wanted<'_>) -> anyhow::Result<Snapshot> {
        let wanted = [wanted, Wanted::Needs(&self.needs)];
        let snapshot = self.common.source.facts(&wanted)?;
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
            after = applied.with_context(|| format!("--with '{}'", proposal.command()))?;
        }
        Ok(after)
    }

    /// Writes what the proposed changes do. What failed before is no reason to refuse them.
    fn finish_proposed(&self, before: &Report<'_>, after: &Report<'_>) -> anyhow::Result<Status> {
        let effect = Effect::between(before, after);
        match self.common.format {
            Format::Text => {
                let style = output::style();
                let text = effect_text(&self.proposals, after, &effect, style);
                output::print(&text)?;
            }
            Format::Json => {
                let report = ReportV1::from(after).with_effect(&self.proposals, &effect);
                output::print_json(&report)?;
            }
        }
        Ok(if !effect.broken.is_empty() {
            Status::Fault
        } else if !effect.unclear.is_empty() || !effect.changed.is_empty() {
            Status::Unknown
        } else {
            Status::Passed
        })
    }

    /// Writes an audit's report.
    fn finish(&self, report: &Report<'_>) -> anyhow::Result<Status> {
        match self.common.format {
            Format::Text => {
                let style = output::style();
                let mut text = audit_text(report, style);
                if self.detail {
                    text.push_str(&template_text(report, style));
                }
                output::print(&text)?;
            }
            Format::Json => output::print_json(&ReportV1::from(report))?,
        }
        Ok(status(report.summary()))
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

/// Where the facts come from and how the report is written.
#[derive(Debug, Args)]
pub(crate) struct Common {
    #[command(flatten)]
    source: Source,

    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Common {
    /// The facts about something.
    fn facts(&self, wanted: Wanted<'_>) -> anyhow::Result<Snapshot> {
        self.source.facts(&[wanted])
    }
}
