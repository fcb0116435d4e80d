use awsvpc_auditor_engine::checks::{self, Subject};
use clap::Args;

use super::Audit;
use crate::facts::Wanted;
use crate::output::Status;

/// Audit a service in every subnet where its tasks may be placed, also before the first one runs
#[derive(Debug, Args)]
pub(crate) struct ServiceCommand {
    /// The cluster, by name or ARN
    #[arg(long)]
    cluster: String,

    /// The service, by name or ARN
    #[arg(long)]
    service: String,

    #[command(flatten)]
    audit: Audit,
}

impl ServiceCommand {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        let snapshot = self.audit.facts(Wanted::Service {
            cluster: &self.cluster,
            service: &self.service,
        })?;
        let subject = |facts| Subject::service_named(facts, &self.cluster, &self.service);
        let report = checks::run(&snapshot, subject(&snapshot)?);
        if !self.audit.proposes() {
            return self.audit.finish(&report);
        }
        let after = self.audit.proposed(&snapshot)?;
        let proposed = checks::run(&after, subject(&after)?);
        self.audit.finish_proposed(&report, &proposed)
    }
}
