//! One file for each subcommand.

mod reach;

use std::path::PathBuf;

use awsvpc_auditor_engine::facts::Snapshot;
use clap::{Args, Subcommand};

use crate::output::{Format, Status, Usage};
use crate::snapshot;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Reach(reach::Reach),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self) -> anyhow::Result<Status> {
        match self {
            Self::Reach(command) => command.run(),
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
}
