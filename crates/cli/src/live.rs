//! Asks AWS.

use std::time::Duration;

use anyhow::Context;
use awsvpc_auditor_collector::{Calls, Collected, Collector, ConnectError, Request, connect};
use awsvpc_auditor_engine::facts::EcsArn;
use awsvpc_auditor_engine::reach::{Origin, Question, Target};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

use crate::facts::Wanted;
use crate::output::Usage;

/// People on call would rather have an answer with gaps.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long people wait without asking themselves what is going on.
const SILENCE: Duration = Duration::from_secs(2);

/// Who is asked, and as whom.
#[derive(Debug, Args)]
pub(crate) struct Account {
    /// The region; otherwise that of the task's or service's ARN, or the configured one
    #[arg(long)]
    region: Option<String>,

    /// The profile of the AWS configuration whose credentials are used
    #[arg(long)]
    profile: Option<String>,
}

impl Account {
    /// How AWS is asked.
    pub(crate) async fn connect(&self) -> Result<aws_config::SdkConfig, ConnectError> {
        connect(self.region.as_deref(), self.profile.as_deref()).await
    }

    /// How AWS is asked where this task or service is.
    pub(crate) async fn connect_at(
        &self,
        arn: &str,
    ) -> Result<aws_config::SdkConfig, ConnectError> {
        let named = region_in(arn);
        connect(self.region.as_deref().or(named), self.profile.as_deref()).await
    }

    /// Saved facts have a region and an account already.
    pub(crate) fn refuse_with_snapshot(&self) -> Result<(), Usage> {
        if self.region.is_some() || self.profile.is_some() {
            return Err(Usage(
                "--region and --profile say whom to ask, and with --snapshot nobody is asked"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Asks for everything that is wanted.
    pub(crate) fn collect(&self, wanted: &[Wanted<'_>]) -> anyhow::Result<Collected> {
        let mut request = Request::default();
        for wanted in wanted {
            want(&mut request, *wanted)?;
        }
        let named = wanted.iter().find_map(|wanted| region_of(*wanted));
        let region = self.region.as_deref().or(named.as_deref());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")?;
        runtime.block_on(async {
            let sdk = connect(region, self.profile.as_deref()).await?;
            let collector = Collector::new(&sdk, Calls::default());
            let collected = collector.collect(&request, Instant::now() + PATIENCE);
            Ok(with_progress("asking AWS", collector.calls(), collected).await?)
        })
    }
}

/// Shows on a terminal that something is going on, once it takes long enough to wonder.
pub(crate) async fn with_progress<T>(
    doing: &str,
    calls: &Calls,
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    if let Ok(done) = tokio::time::timeout(SILENCE, &mut work).await {
        return done;
    }
    let style = ProgressStyle::with_template("{spinner} {prefix}: {msg}, {elapsed}");
    let bar = ProgressBar::new_spinner().with_prefix(doing.to_owned());
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let done = loop {
        bar.set_message(format!("{} calls", calls.total()));
        bar.tick();
        if let Ok(done) = tokio::time::timeout(Duration::from_millis(200), &mut work).await {
            break done;
        }
    };
    bar.finish_and_clear();
    done
}

fn want(request: &mut Request, wanted: Wanted<'_>) -> Result<(), Usage> {
    match wanted {
        Wanted::Event(task) => request.audit(task),
        Wanted::Task { cluster, task } => {
            let cluster = match cluster {
                Some(cluster) => cluster,
                None => cluster_of(task)?,
            };
            request.audit_described(cluster, task);
        }
        Wanted::Service { cluster, service } => request.audit_service(cluster, service),
        Wanted::Failure(event) => request.audit_failure(event),
        Wanted::Reach(question) => want_reach(request, question)?,
        Wanted::Needs(declared) => request.declared.extend(declared.iter().cloned()),
        Wanted::Proposal(proposal) => {
            request.subnets.extend(proposal.named_subnets().cloned());
            let groups = proposal.named_security_groups();
            request.groups.extend(groups.cloned());
            let definitions = proposal.named_task_definitions();
            request.definitions.extend(definitions.cloned());
        }
    }
    Ok(())
}

fn want_reach(request: &mut Request, question: &Question) -> Result<(), Usage> {
    match &question.from {
        Origin::Interface(id) => drop(request.interfaces.insert(id.clone())),
        Origin::Instance(id) => drop(request.instances.insert(id.clone())),
        Origin::Task(arn) => want_task(request, arn)?,
        Origin::Placement { subnet, groups, .. } => {
            request.subnets.insert(subnet.clone());
            request.groups.extend(groups.iter().cloned());
        }
        Origin::Address(address) => drop(request.addresses.insert(*address)),
        Origin::Internet => {}
    }
    match &question.to.target {
        Target::Interface(id) => drop(request.interfaces.insert(id.clone())),
        Target::Instance(id) => drop(request.instances.insert(id.clone())),
        Target::Task(arn) => want_task(request, arn)?,
        Target::Subnet(subnet) => drop(request.subnets.insert(subnet.clone())),
        Target::Address(address) => drop(request.addresses.insert(*address)),
        Target::Internet(_) | Target::PublicAddress(_) | Target::Host(_) | Target::Place(_) => {}
    }
    Ok(())
}

fn want_task(request: &mut Request, arn: &EcsArn) -> Result<(), Usage> {
    request.audit_described(cluster_of(arn.as_str())?, arn.as_str());
    Ok(())
}

/// The cluster's name in a task's ARN: `arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID`.
fn cluster_of(arn: &str) -> Result<&str, Usage> {
    let mut parts = arn.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(front), Some(cluster), Some(_), None) if front.starts_with("arn:") => Ok(cluster),
        _ => Err(Usage(format!(
            "{arn} doesn't tell the task's cluster: give an ARN as in \
             arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID, or --cluster"
        ))),
    }
}

/// The region that an ARN names.
fn region_of(wanted: Wanted<'_>) -> Option<String> {
    let arn = match wanted {
        Wanted::Event(task) => task.task_arn.as_str(),
        Wanted::Task { task, .. } => task,
        Wanted::Failure(event) => event.service_arn.as_str(),
        Wanted::Service { service, cluster } => {
            if service.starts_with("arn:") {
                service
            } else {
                cluster
            }
        }
        Wanted::Reach(Question {
            from: Origin::Task(arn),
            ..
        }) => arn.as_str(),
        Wanted::Reach(_) | Wanted::Needs(_) | Wanted::Proposal(_) => return None,
    };
    region_in(arn).map(str::to_owned)
}

fn region_in(arn: &str) -> Option<&str> {
    let region = arn.strip_prefix("arn:")?.split(':').nth(2)?;
    Some(region).filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use awsvpc_auditor_collector::Request;
    use awsvpc_auditor_engine::facts::TaskDefinition;
    use awsvpc_auditor_engine::proposal::Proposal;

    use super::want;
    use crate::facts::Wanted;

    /// What is proposed may lie where the service isn't yet.
    #[test]
    fn what_a_proposal_leads_to_is_asked_for() {
        let file = r#"{"family": "web", "containerDefinitions": [{"name": "web"}]}"#;
        let definition = TaskDefinition::read("web.json", file).unwrap();
        let command = "aws ecs update-service --cluster shop --service web --network-configuration \
            awsvpcConfiguration={subnets=[subnet-2],securityGroups=[sg-2]}";
        let mut request = Request::default();
        for proposal in [
            Proposal::subnets("shop", "web", vec!["subnet-1".parse().unwrap()]),
            Proposal::security_groups("shop", "web", vec!["sg-1".parse().unwrap()]),
            Proposal::task_definition("shop", "web", "web.json", definition),
            command.parse().unwrap(),
        ] {
            want(&mut request, Wanted::Proposal(&proposal)).unwrap();
        }
        let subnets: Vec<_> = request.subnets.iter().map(ToString::to_string).collect();
        let groups: Vec<_> = request.groups.iter().map(ToString::to_string).collect();
        assert_eq!(subnets, ["subnet-1", "subnet-2"]);
        assert_eq!(groups, ["sg-1", "sg-2"]);
        assert_eq!(request.definitions.len(), 1);
    }
}
