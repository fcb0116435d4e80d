use std::path::{Path, PathBuf};

use anyhow::Context;
use awsvpc_auditor_engine::checks::{self, Report, Subject};
use awsvpc_auditor_engine::facts::{ServiceEvent, Snapshot};
use clap::Args;

use super::Audit;
use crate::facts::Wanted;
use crate::output::Status;
use crate::snapshot;

/// Audit a service in every subnet where its tasks may be placed, also before the first one runs
#[derive(Debug, Args)]
pub(crate) struct ServiceCommand {
    /// The cluster, by name or ARN
    #[arg(long, required_unless_present = "event")]
    cluster: Option<String>,

    /// The service, by name or ARN
    #[arg(long, required_unless_present = "event")]
    service: Option<String>,

    /// An "ECS Service Action" or "ECS Deployment State Change" event, as EventBridge delivers it: say why
    /// the service's tasks don't start
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cluster", "service"])]
    event: Option<PathBuf>,

    #[command(flatten)]
    audit: Audit,
}

impl ServiceCommand {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        if let Some(file) = &self.event {
            return self.because_of(file);
        }
        let cluster = self.cluster.as_deref().unwrap_or_default();
        let service = self.service.as_deref().unwrap_or_default();
        let facts = self.audit.facts(Wanted::Service { cluster, service })?;
        let proposed = self.proposed(&facts)?;
        self.finish(&facts, proposed.as_ref(), |facts| {
            let subject = Subject::service_named(facts, cluster, service)?;
            Ok(checks::run(facts, subject))
        })
    }

    fn because_of(&self, file: &Path) -> anyhow::Result<Status> {
        let text = snapshot::read(file)?;
        let event = ServiceEvent::parse(&text).with_context(|| file.display().to_string())?;
        let facts = self.audit.facts(Wanted::Service {
            cluster: event.cluster_arn.as_str(),
            service: event.service_name(),
        })?;
        let facts = facts.as_deployed(&event);
        let proposed = self.proposed(&facts)?;
        self.finish(&facts, proposed.as_ref(), |facts| {
            Ok(checks::run_service_event(facts, &event)?)
        })
    }

    /// The facts as they would be, where changes are proposed.
    fn proposed(&self, facts: &Snapshot) -> anyhow::Result<Option<Snapshot>> {
        if !self.audit.proposes() {
            return Ok(None);
        }
        self.audit.proposed(facts).map(Some)
    }

    fn finish<'a>(
        &self,
        facts: &'a Snapshot,
        proposed: Option<&'a Snapshot>,
        audit: impl Fn(&'a Snapshot) -> anyhow::Result<Report<'a>>,
    ) -> anyhow::Result<Status> {
        let report = audit(facts)?;
        match proposed {
            None => self.audit.finish(&report),
            Some(after) => self.audit.finish_proposed(&report, &audit(after)?),
        }
    }
}
