//! One file for each subcommand.

mod checks;
mod explain;
mod headroom;
mod reach;
#[cfg(feature = "aws")]
mod save;
mod service;
mod task;

use awsvpc_auditor_engine::checks::{Report, Summary};
use awsvpc_auditor_engine::dependencies::Declaration;
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::report::{audit_text, json_v1::ReportV1, template_text};
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
