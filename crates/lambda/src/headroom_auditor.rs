//! Looks, on a schedule, at what ECS has left for the next tasks, and publishes what is short.

use std::time::{Duration, SystemTime};

use aws_config::{Region as RegionName, SdkConfig};
use awsvpc_auditor_collector::{
    Calls, CollectedRegion, HeadroomCollector, HeadroomRequest, Refused,
};
use awsvpc_auditor_engine::checks::{self, HeadroomReport, Summary};
use awsvpc_auditor_engine::facts::{LoadError, Snapshot};
use awsvpc_auditor_engine::headroom::{Options, measure};
use awsvpc_auditor_engine::report::Message;
use futures_util::future::join_all;
use lambda_runtime::{Context, LambdaEvent};
use serde::Serialize;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::config::HeadroomConfig;
use crate::emf::{self, HeadroomRun};
use crate::publisher::Publisher;
use crate::state::{State, Table};

/// What is left of the function's time for measuring, publishing and leaving a state.
const TO_PUBLISH: Duration = Duration::from_mins(1);

/// What is left for the answer.
const TO_ANSWER: Duration = Duration::from_secs(5);

/// The function: one for a process, which may live for many invocations.
#[derive(Debug)]
pub struct HeadroomAuditor {
    regions: Vec<(String, HeadroomCollector)>,
    publisher: Publisher,
    table: Table,
    calls: Calls,
    config: HeadroomConfig,
}

/// What an invocation answers.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The regions that were looked at.
    pub regions: Vec<String>,
    /// How many checks failed.
    pub failed: usize,
    /// How many could not be decided.
    pub unknown: usize,
    /// Whether a message was published.
    pub published: bool,
    /// How many clusters the next run begins with, because time ran out.
    pub unreached_clusters: usize,
}

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum HeadroomError {
    /// AWS doesn't know the function.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// AWS answered something that the engine can't read.
    #[error("AWS's answer can't be read: {0}")]
    Unreadable(#[from] LoadError),
    /// The topic didn't take the message: Lambda runs the function again.
    #[error("not announced: {0}")]
    NotAnnounced(String),
}

impl HeadroomAuditor {
    /// An auditor that asks and publishes as configured.
    pub fn new(sdk: &SdkConfig, config: HeadroomConfig) -> Self {
        let calls = Calls::default();
        let own = sdk.region().map(ToString::to_string).unwrap_or_default();
        let names = if config.regions.is_empty() {
            vec![own]
        } else {
            config.regions.clone()
        };
        let collector = |name: String| {
            let there = sdk
                .clone()
                .into_builder()
                .region(RegionName::new(name.clone()));
            let collector = HeadroomCollector::new(&there.build(), sdk, calls.clone());
            (name, collector)
        };
        Self {
            regions: names.into_iter().map(collector).collect(),
            publisher: Publisher::new(sdk, config.common.topic_arn.clone(), calls.clone()),
            table: Table::new(sdk, config.state_table.clone(), calls.clone()),
            calls,
            config,
        }
    }

    /// Handles one invocation. What brought it doesn't matter.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, HeadroomError> {
        let started = Instant::now();
        let calls_before = self.calls.total();
        let time = Time::of(&event.context);
        let state = self.table.load().await.unwrap_or_else(|error| {
            // Better told twice than not at all.
            tracing::error!(%error, "what was told before isn't known: everything counts as news");
            State::default()
        });
        let collected = self.collect(&state, time).await?;
        let snapshots: Result<Vec<Snapshot>, LoadError> = collected
            .iter()
            .map(|(_, region)| region.collected.snapshot())
            .collect();
        let snapshots = snapshots?;
        let options = self.options(&event.context);
        let regions = snapshots.iter().zip(&options);
        let regions: Vec<_> = regions
            .flat_map(|(facts, options)| measure(facts, options))
            .collect();
        let report = checks::headroom(&regions);
        let summary = report.summary();
        let announced = self.announce(&report, &state, time).await;
        let published = matches!(announced, Ok(true));
        let unreached = collected
            .iter()
            .map(|(_, region)| region.unreached.len())
            .sum();
        self.leave(&report, &state, &collected, published).await;
        let run = HeadroomRun {
            report: &report,
            messages: u64::from(published),
            unreached,
            aws_calls: self.calls.total() - calls_before,
        };
        if let Err(error) =
            emf::write(&run.lines(&self.config.common.metrics_namespace, started.elapsed()))
        {
            tracing::error!(%error, "metrics could not be written");
        }
        let Summary { fail, unknown, .. } = summary;
        tracing::info!(fail, unknown, published, unreached, "looked at headroom");
        announced?;
        Ok(Answer {
            regions: self.regions.iter().map(|(name, _)| name.clone()).collect(),
            failed: fail,
            unknown,
            published,
            unreached_clusters: unreached,
        })
    }

    /// The facts of each region, side by side. A region that refuses costs the others nothing.
    async fn collect(
        &self,
        state: &State,
        time: Time,
    ) -> Result<Vec<(String, CollectedRegion)>, HeadroomError> {
        let all = self.regions.iter().map(async |(name, collector)| {
            let request = HeadroomRequest {
                clusters: self.config.clusters_in(name),
                start_at: state.next.get(name).cloned(),
                namespace: Some(self.config.common.metrics_namespace.clone()),
            };
            (name, collector.collect(&request, time.facts).await)
        });
        let mut collected = Vec::new();
        let mut refused = None;
        for (name, answer) in join_all(all).await {
            match answer {
                Ok(region) => {
                    for (action, reason) in region.collected.missing() {
                        tracing::warn!(region = name, action, reason, "facts are missing");
                    }
                    collected.push((name.clone(), region));
                }
                Err(error) => {
                    tracing::error!(region = name, %error, "AWS refuses");
                    refused = Some(error);
                }
            }
        }
        match refused {
            Some(error) if collected.is_empty() => Err(error.into()),
            _ => Ok(collected),
        }
    }

    /// What is asked of each region's facts.
    fn options(&self, context: &Context) -> Vec<Options> {
        // arn:aws:lambda:REGION:ACCOUNT:function:NAME
        let account = context.invoked_function_arn.split(':').nth(4);
        let account = account
            .filter(|account| !account.is_empty())
            .map(str::to_owned);
        let names = self.regions.iter().map(|(name, _)| name);
        names
            .map(|name| Options {
                regions: vec![name.clone()],
                account: account.clone(),
                clusters: self.config.clusters_in(name).into_iter().collect(),
                together: Vec::new(),
                thresholds: self.config.thresholds.clone(),
            })
            .collect()
    }

    /// Tells people what is news; whether there was any.
    async fn announce(
        &self,
        report: &HeadroomReport<'_, '_>,
        state: &State,
        time: Time,
    ) -> Result<bool, HeadroomError> {
        let is_news = |result: &checks::AuditResult| !state.told.contains(&result.fingerprint);
        let message = Message::about_headroom(report, self.config.common.minimum_severity, is_news);
        let Some(message) = message else {
            return Ok(false);
        };
        let not = |error: String| HeadroomError::NotAnnounced(error);
        match timeout_at(time.answer, self.publisher.publish(message)).await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error)) => Err(not(error.to_string())),
            Err(_) => Err(not("no time left".to_owned())),
        }
    }

    /// Leaves for the next run what was told, and where to begin.
    async fn leave(
        &self,
        report: &HeadroomReport<'_, '_>,
        before: &State,
        collected: &[(String, CollectedRegion)],
        told: bool,
    ) {
        let minimum = self.config.common.minimum_severity;
        let mut state = before.after(report, told.then_some(minimum));
        for (name, region) in collected {
            match &region.next {
                Some(cluster) => drop(state.next.insert(name.clone(), cluster.clone())),
                None => drop(state.next.remove(name)),
            }
        }
        if state == *before {
            return;
        }
        if let Err(error) = self.table.save(&state).await {
            tracing::error!(%error, "what was told could not be kept: it may be told again");
        }
    }
}

/// Until when an invocation waits for what.
#[derive(Debug, Clone, Copy)]
struct Time {
    /// For facts.
    facts: Instant,
    /// For the topic.
    answer: Instant,
}

impl Time {
    fn of(context: &Context) -> Self {
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(context.deadline);
        let left = end.duration_since(SystemTime::now()).unwrap_or_default();
        // A function with very little time spends at least half of it on facts.
        let facts = left.saturating_sub(TO_PUBLISH).max(left / 2);
        Self {
            facts: Instant::now() + facts,
            answer: Instant::now() + left.saturating_sub(TO_ANSWER).max(facts),
        }
    }
}
