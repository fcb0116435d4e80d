use std::path::PathBuf;

use awsvpc_auditor_engine::checks::{self, Subject};
use awsvpc_auditor_engine::facts::{SecurityGroupId, SubnetId, TaskDefinition};
use awsvpc_auditor_engine::proposal::Proposal;
use clap::Args;

use super::Audit;
use crate::facts::Wanted;
use crate::output::Status;
use crate::snapshot;

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
    configuration: Configuration,

    #[command(flatten)]
    audit: Audit,
}

/// What the service would be configured with. It is proposed before what --with proposes.
#[derive(Debug, Args)]
struct Configuration {
    /// Audit as if tasks were placed in these subnets, and say only what that breaks or mends
    #[arg(long, value_name = "SUBNETS", value_delimiter = ',')]
    subnets: Vec<SubnetId>,

    /// The same, as if tasks had these security groups
    #[arg(long, value_name = "GROUPS", value_delimiter = ',')]
    security_groups: Vec<SecurityGroupId>,

    /// The same, as if tasks ran this definition: what `aws ecs describe-task-definition` prints, or the
    /// input of `aws ecs register-task-definition`
    #[arg(long, value_name = "FILE")]
    task_definition: Option<PathBuf>,
}

impl ServiceCommand {
    pub(super) fn run(mut self) -> anyhow::Result<Status> {
        let proposed = self.configured()?;
        self.audit.proposals.splice(..0, proposed);
        let snapshot = self.audit.facts(Wanted::Service {
            cluster: &self.cluster,
            service: &self.service,
        })?;
        let subject = |facts| Subject::service_named(facts, &self.cluster, &self.service);
        let report = checks::run(&snapshot, subject(&snapshot)?);
        let about = self.configuration.task_definition.as_deref();
        if !self.audit.proposes() {
            return self.audit.finish(&report, about);
        }
        let after = self.audit.proposed(&snapshot)?;
        let proposed = checks::run(&after, subject(&after)?);
        self.audit.finish_proposed(&report, &proposed, about)
    }

    /// The configuration as changes.
    fn configured(&self) -> anyhow::Result<Vec<Proposal>> {
        let (cluster, service) = (&self.cluster, &self.service);
        let Configuration {
            subnets,
            security_groups,
            task_definition,
        } = &self.configuration;
        let mut proposals = Vec::new();
        if !subnets.is_empty() {
            proposals.push(Proposal::subnets(cluster, service, subnets.clone()));
        }
        if !security_groups.is_empty() {
            let groups = security_groups.clone();
            proposals.push(Proposal::security_groups(cluster, service, groups));
        }
        if let Some(file) = task_definition {
            let name = file.display().to_string();
            let definition = TaskDefinition::read(&name, &snapshot::read(file)?)?;
            let proposal = Proposal::task_definition(cluster, service, &name, definition);
            proposals.push(proposal);
        }
        Ok(proposals)
    }
}
