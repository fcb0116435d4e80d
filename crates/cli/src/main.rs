//! The command line: audits on call and in CI.

mod command;
mod facts;
mod junit;
#[cfg(feature = "aws")]
mod live;
#[cfg(feature = "aws")]
mod live_headroom;
mod output;
mod snapshot;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;
use crate::output::Status;

/// Finds out whether Amazon ECS tasks in awsvpc network mode can talk, and if not, what stops them.
#[derive(Debug, Parser)]
#[command(name = "awsvpc-auditor", version, about, after_help = EXIT_STATUS)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_STATUS: &str = "\
Exit status: 0 everything passed, 1 the tool could not do its work, 2 wrong usage,
3 something failed (reach: unreachable), 4 nothing failed but something is unknown.";

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.run() {
        Ok(status) => status.into(),
        Err(error) => {
            output::complain(&error);
            if error.is::<output::Usage>() {
                Status::Usage.into()
            } else {
                Status::Failed.into()
            }
        }
    }
}
