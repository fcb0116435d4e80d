use std::fmt::Write;

use awsvpc_auditor_engine::checks::ALL;
use awsvpc_auditor_engine::report::json_v1::CheckV1;
use clap::Args;

use crate::output::{self, Format, Status};

/// List the checks
#[derive(Debug, Args)]
pub(crate) struct Checks {
    /// How the list is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Checks {
    pub(super) fn run(&self) -> anyhow::Result<Status> {
        match self.format {
            Format::Text => output::print(&table())?,
            Format::Json => {
                let checks: Vec<CheckV1> = ALL.iter().map(|check| (*check).into()).collect();
                output::print_json(&checks)?;
            }
        }
        Ok(Status::Passed)
    }
}

fn table() -> String {
    let width = ALL
        .iter()
        .map(|check| check.id.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for check in ALL {
        let _ = writeln!(
            text,
            "{:width$}  {:8}  {}",
            check.id, check.severity, check.title
        );
    }
    text
}
