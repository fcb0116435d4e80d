use awsvpc_auditor_engine::checks::{self, Subject};
use clap::Args;

use super::Common;
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
    common: Common,
}

impl ServiceCommand {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        let snapshot = self.common.facts(Wanted::Service {
            cluster: &self.cluster,
            service: &self.service,
        })?;
        let subject = Subject::service_named(&snapshot, &self.cluster, &self.service)?;
        self.common.finish(&checks::run(&snapshot, subject))
    }
}
