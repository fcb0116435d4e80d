//! One file for each subcommand.

mod checks;
mod explain;
mod reach;
mod service;
mod task;

use std::path::PathBuf;

use awsvpc_auditor_engine::checks::Report;
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::report::{audit_text, json_v1::ReportV1};
use clap::{Args, Subcommand};

use crate::output::{self, Format, Status, Usage};
use crate::snapshot;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Task(task::TaskCommand),
    Service(service::ServiceCommand),
    Reach(reach::Reach),
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
            Self::Checks(command) => command.run(),
            Self::Explain(command) => command.run(),
        }
    }
}

/// Where the facts come from and how the report is written.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Directory of saved AWS CLI output (`aws ec2 describe-… > DIR/….json`)
    #[arg(long, value_name = "DIR")]
    snapshot: Option<PathBuf>,

    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Common {
    /// The facts.
    fn snapshot(&self) -> anyhow::Result<Snapshot> {
        match &self.snapshot {
            Some(directory) => snapshot::load(directory),
            None => Err(Usage(
                "--snapshot DIR is needed: this build reads saved AWS CLI output only and makes no \
                 AWS calls"
                    .to_owned(),
            )
            .into()),
        }
    }

    /// Writes an audit's report.
    fn finish(&self, report: &Report<'_>) -> anyhow::Result<Status> {
        match self.format {
            Format::Text => output::print(&audit_text(report, output::style()))?,
            Format::Json => output::print_json(&ReportV1::from(report))?,
        }
        let summary = report.summary();
        Ok(if summary.fail > 0 {
            Status::Fault
        } else if summary.unknown > 0 {
            Status::Unknown
        } else {
            Status::Passed
        })
    }
}
