use std::path::PathBuf;

use anyhow::bail;
use awsvpc_auditor_engine::checks;
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::headroom::{Options, Region, Thresholds, measure};
use awsvpc_auditor_engine::report::pipeline::Audited;
use awsvpc_auditor_engine::report::{headroom_text, headroom_v1::HeadroomReportV1};
use clap::Args;

use super::status;
use crate::output::{self, ReportFormat, Status};
use crate::snapshot;

/// Tell whether the next task and the next deployment still get an interface and an address
#[derive(Debug, Args)]
pub(crate) struct Headroom {
    /// Only this cluster, by name or ARN; repeatable
    #[arg(long)]
    cluster: Vec<String>,

    /// Services that deploy at the same time, as SERVICE or CLUSTER/SERVICE; repeatable
    #[arg(long, value_name = "SERVICE")]
    together: Vec<String>,

    #[command(flatten)]
    thresholds: Limits,

    /// Directory of saved AWS CLI output; without it AWS itself is asked, if this build can
    #[arg(long, value_name = "DIR")]
    snapshot: Option<PathBuf>,

    #[cfg(feature = "aws")]
    #[command(flatten)]
    regions: crate::live_headroom::Regions,

    /// How the report is written
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

/// From when on a number is a fault.
#[derive(Debug, Args)]
struct Limits {
    /// Clusters with fewer of their slots free
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=100))]
    slots_below: u32,

    /// Subnets with fewer of their addresses free
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=100))]
    addresses_below: u32,

    /// Quotas of which so much is used
    #[arg(long, value_name = "PERCENT", default_value_t = 80, value_parser = clap::value_parser!(u32).range(0..=100))]
    quota_from: u32,

    /// Tasks that have been starting for so long
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=100_000))]
    stuck_for: u64,

    /// So many interfaces that are attached to nothing
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    orphans_from: u32,

    /// What runs out within so many days at its present growth
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    runs_out_within: u32,
}

impl Headroom {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        let mut options = Options {
            regions: Vec::new(),
            account: None,
            clusters: self.cluster.clone(),
            together: self.together.clone(),
            thresholds: Thresholds {
                cluster_slots_percent: self.thresholds.slots_below,
                subnet_addresses_percent: self.thresholds.addresses_below,
                quota_used_percent: self.thresholds.quota_from,
                stuck_minutes: self.thresholds.stuck_for,
                orphans: self.thresholds.orphans_from,
                forecast_days: self.thresholds.runs_out_within,
            },
        };
        let snapshots = self.facts(&mut options)?;
        let regions = snapshots.iter().flat_map(|facts| measure(facts, &options));
        let regions: Vec<_> = regions.collect();
        self.check_names(&snapshots, &regions)?;
        let report = checks::headroom(&regions);
        output::report(
            self.format,
            |style| headroom_text(&report, style),
            || HeadroomReportV1::from(&report),
            &[Audited::headroom(&report)],
            self.snapshot.as_deref(),
        )?;
        Ok(status(report.summary()))
    }

    fn facts(&self, options: &mut Options) -> anyhow::Result<Vec<Snapshot>> {
        match &self.snapshot {
            Some(directory) => {
                #[cfg(feature = "aws")]
                self.regions.refuse_with_snapshot()?;
                Ok(vec![snapshot::load(directory)?])
            }
            None => self.ask(options),
        }
    }

    #[cfg(feature = "aws")]
    fn ask(&self, options: &mut Options) -> anyhow::Result<Vec<Snapshot>> {
        self.regions.facts(options)
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_self, reason = "the other build asks as whom it says")]
    fn ask(&self, _options: &mut Options) -> anyhow::Result<Vec<Snapshot>> {
        Err(crate::facts::no_aws())
    }

    /// A name that means nothing is a slip, and an answer without it would be taken for one about it.
    fn check_names(&self, snapshots: &[Snapshot], regions: &[Region<'_>]) -> anyhow::Result<()> {
        let mut known: Vec<&str> = snapshots
            .iter()
            .flat_map(|facts| facts.clusters.seen())
            .map(|cluster| cluster.cluster_arn.name())
            .collect();
        let clusters = || regions.iter().flat_map(|region| &region.clusters);
        for name in &self.cluster {
            if !clusters().any(|cluster| cluster.arn.is_called(name)) {
                known.sort_unstable();
                bail!(
                    "no cluster {name} among the facts: there are {}",
                    listed(&known)
                );
            }
        }
        if regions.is_empty() {
            bail!(
                "no ECS cluster among the facts: save `aws ecs describe-clusters`, and for each cluster \
                 `describe-container-instances`, `describe-tasks` and `describe-services`"
            );
        }
        for name in &self.together {
            let mut plans = clusters().flat_map(|cluster| cluster.known_services());
            if !plans.any(|plan| plan.is_called(name)) {
                let services: Vec<_> = clusters()
                    .flat_map(|cluster| cluster.known_services())
                    .map(|plan| plan.name())
                    .collect();
                let services: Vec<_> = services.iter().map(String::as_str).collect();
                bail!(
                    "no service {name} among the facts: there are {}",
                    listed(&services)
                );
            }
        }
        Ok(())
    }
}

/// Names, the first few of many.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 20;
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown = names.get(..SHOWN).unwrap_or(names).join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
