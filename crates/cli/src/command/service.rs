use std::path::PathBuf;

use anyhow::Context;
use awsvpc_auditor_engine::checks::{self, Report, Subject};
use awsvpc_auditor_engine::facts::{
    SecurityGroupId, ServiceEvent, Snapshot, SubnetId, TaskDefinition,
};
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
        let event = self.event()?;
        let (cluster, service) = match &event {
            Some(event) => (
                event.cluster_arn.to_string(),
                event.service_name().to_owned(),
            ),
            None => (
                self.cluster.clone().unwrap_or_default(),
                self.service.clone().unwrap_or_default(),
            ),
        };
        let proposed = self.configured(&cluster, &service)?;
        self.audit.proposals.splice(..0, proposed);
        if let Some(event) = event {
            let facts = self.audit.facts(Wanted::Failure(&event))?;
            let facts = facts.as_deployed(&event);
            let after = self.after(&facts)?;
            return self.finish(&facts, after.as_ref(), |facts| {
                Ok(checks::run_service_event(facts, &event)?)
            });
        }
        let facts = self.audit.facts(Wanted::Service {
            cluster: &cluster,
            service: &service,
        })?;
        let after = self.after(&facts)?;
        self.finish(&facts, after.as_ref(), |facts| {
            let subject = Subject::service_named(facts, &cluster, &service)?;
            Ok(checks::run(facts, subject))
        })
    }

    /// What ECS tells of the service, if that is asked about.
    fn event(&self) -> anyhow::Result<Option<ServiceEvent>> {
        let Some(file) = &self.event else {
            return Ok(None);
        };
        let text = snapshot::read(file)?;
        let event = ServiceEvent::parse(&text).with_context(|| file.display().to_string())?;
        Ok(Some(event))
    }

    /// The facts as they would be, where changes are proposed.
    fn after(&self, facts: &Snapshot) -> anyhow::Result<Option<Snapshot>> {
        let proposes = self.audit.proposes();
        proposes.then(|| self.audit.proposed(facts)).transpose()
    }

    /// Audits the facts, and the facts as they would be, if they are given.
    fn finish<'a>(
        &self,
        facts: &'a Snapshot,
        after: Option<&'a Snapshot>,
        audit: impl Fn(&'a Snapshot) -> anyhow::Result<Report<'a>>,
    ) -> anyhow::Result<Status> {
        let report = audit(facts)?;
        let about = self.configuration.task_definition.as_ref();
        let about = about.or(self.event.as_ref()).map(PathBuf::as_path);
        match after {
            None => self.audit.finish(&report, about),
            Some(after) => self.audit.finish_proposed(&report, &audit(after)?, about),
        }
    }

    /// The configuration as changes.
    fn configured(&self, cluster: &str, service: &str) -> anyhow::Result<Vec<Proposal>> {
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
