//! Asks AWS what regions have left.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use awsvpc_auditor_collector::{
    Calls, CollectedRegion, HeadroomCollector, HeadroomRequest, connect,
};
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::headroom::Options;
use clap::Args;
use tokio::time::Instant;

use crate::live::{Account, with_progress};
use crate::output::{self, Usage};

/// Thousands of instances take minutes: ECS answers twenty calls a second, and others ask it too.
const PATIENCE: Duration = Duration::from_mins(10);

/// Which regions are asked, and as whom.
#[derive(Debug, Args)]
pub(crate) struct Regions {
    /// A region; repeatable; otherwise the configured one
    #[arg(long)]
    region: Vec<String>,

    /// The profile of the AWS configuration whose credentials are used
    #[arg(long)]
    profile: Option<String>,

    /// The region of the deployed auditor's metrics; otherwise the one that is looked at
    #[arg(long, value_name = "REGION")]
    metrics_region: Option<String>,

    /// The `CloudWatch` namespace of the deployed auditor's metrics, for the forecast
    #[arg(long, value_name = "NAME", default_value = "awsvpc-auditor")]
    metrics_namespace: String,
}

impl Regions {
    /// Saved facts have a region and an account already.
    pub(crate) fn refuse_with_snapshot(&self) -> Result<(), Usage> {
        if !self.region.is_empty() || self.profile.is_some() {
            return Err(Usage(
                "--region and --profile say whom to ask, and with --snapshot nobody is asked"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// The facts of each region. Regions are asked side by side.
    pub(crate) fn facts(&self, options: &mut Options) -> anyhow::Result<Vec<Snapshot>> {
        let collected = self.collect(options)?;
        let mut snapshots = Vec::new();
        for (region, collected) in collected {
            if !collected.unreached.is_empty() {
                output::warn(&format!(
                    "{region}: no time was left for {} cluster(s); what they have left is unknown",
                    collected.unreached.len()
                ));
            }
            snapshots.push(collected.collected.snapshot()?);
            options.regions.push(region);
        }
        Ok(snapshots)
    }

    /// What is collected in each region, by its name.
    pub(crate) fn collect(
        &self,
        options: &Options,
    ) -> anyhow::Result<Vec<(String, CollectedRegion)>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")?;
        runtime.block_on(async {
            let calls = Calls::default();
            let names: Vec<Option<&str>> = if self.region.is_empty() {
                vec![None]
            } else {
                self.region.iter().map(|name| Some(name.as_str())).collect()
            };
            let all = names
                .into_iter()
                .map(|name| self.collect_in(name, options, calls.clone()));
            with_progress(
                "asking AWS",
                &calls,
                futures_util::future::try_join_all(all),
            )
            .await
        })
    }

    async fn collect_in(
        &self,
        region: Option<&str>,
        options: &Options,
        calls: Calls,
    ) -> anyhow::Result<(String, CollectedRegion)> {
        let sdk = connect(region, self.profile.as_deref()).await?;
        let name = sdk.region().map(ToString::to_string).unwrap_or_default();
        let metrics = match &self.metrics_region {
            Some(region) => {
                let region = aws_config::Region::new(region.clone());
                sdk.clone().into_builder().region(region).build()
            }
            None => sdk.clone(),
        };
        let collector = HeadroomCollector::new(&sdk, &metrics, calls);
        let request = HeadroomRequest {
            clusters: options.clusters.iter().cloned().collect::<BTreeSet<_>>(),
            start_at: None,
            namespace: Some(self.metrics_namespace.clone()),
        };
        let deadline = Instant::now() + PATIENCE;
        Ok((name, collector.collect(&request, deadline).await?))
    }
}

/// What `headroom` needs of these clusters of one region, without histories.
pub(crate) fn collect(
    account: &Account,
    clusters: BTreeSet<String>,
) -> anyhow::Result<CollectedRegion> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")?;
    runtime.block_on(async {
        let calls = Calls::default();
        let sdk = account.connect().await?;
        let collector = HeadroomCollector::new(&sdk, &sdk, calls.clone());
        let request = HeadroomRequest {
            clusters,
            ..HeadroomRequest::default()
        };
        let collected = collector.collect(&request, Instant::now() + PATIENCE);
        Ok(with_progress("asking AWS", &calls, collected).await?)
    })
}
