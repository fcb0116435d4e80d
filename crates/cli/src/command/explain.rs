use awsvpc_auditor_engine::checks::{self, ALL};
use clap::Args;

use crate::output::{self, Status, Usage};

/// Print a check's page: what it means, how it decides, how to mend the fault
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The check's id, as `checks` lists it
    check: String,
}

impl Explain {
    pub(super) fn run(&self) -> anyhow::Result<Status> {
        let check = checks::find(&self.check).ok_or_else(|| {
            let known: Vec<_> = ALL.iter().map(|check| check.id).collect();
            Usage(format!(
                "no check `{}`: the checks are {}",
                self.check,
                known.join(", ")
            ))
        })?;
        output::print(check.page)?;
        Ok(Status::Passed)
    }
}
