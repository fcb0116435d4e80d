//! Looks, on a schedule, at what ECS has left for the next tasks, and publishes what is short.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::{Region as RegionName, SdkConfig};
use awsvpc_auditor_collector::{
    Calls, CollectedRegion, HeadroomCollector, HeadroomRequest, Refused,
};
use awsvpc_auditor_engine::alert::{Coverage, Moment, Observation, Scope};
use awsvpc_auditor_engine::checks::{self, HeadroomReport, Summary};
use awsvpc_auditor_engine::facts::{LoadError, Snapshot};
use awsvpc_auditor_engine::headroom::{Options, measure};
use futures_util::future::join_all;
use lambda_runtime::{Context, LambdaEvent};
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::alerts::{Aws, Keeper, Outcome, in_time, now};
use crate::config::HeadroomConfig;
use crate::cursor::{self, Cursor};
use crate::emf::{self, HeadroomRun};
use crate::time::{Time, holder, place};

/// What is left of the function's time for measuring and telling.
const TO_TELL: Duration = Duration::from_mins(1);

/// What is left for the answer.
const TO_ANSWER: Duration = Duration::from_secs(5);

/// The function: one for a process, which may live for many invocations.
#[derive(Debug)]
pub struct HeadroomAuditor {
    regions: Vec<(String, HeadroomCollector)>,
    keeper: Keeper,
    aws: Aws,
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
    /// How many messages were sent.
    pub messages: u64,
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
    /// News could not be told: Lambda runs the function again.
    #[error("not told: {0}")]
    NotTold(String),
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
            keeper: Keeper::new(config.common.policy.clone()),
            aws: config.common.aws(sdk, &calls),
            calls,
            config,
        }
    }

    /// Handles one invocation. What brought it doesn't matter.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, HeadroomError> {
        let started = Instant::now();
        let calls_before = self.calls.total();
        let began = now();
        let time = Time::of(&event.context, TO_TELL, TO_ANSWER);
        let cursor = cursor::load(self.aws.table()).await;
        let cursor = cursor.unwrap_or_else(|error| {
            tracing::error!(%error, "where the last run stopped isn't known: this one begins anew");
            Cursor::default()
        });
        let collected = self.collect(&cursor, time).await?;
        let snapshots: Result<Vec<Snapshot>, LoadError> = collected
            .iter()
            .map(|(_, region)| region.collected.snapshot())
            .collect();
        let snapshots = snapshots?;
        let options = self.options(&event.context, &collected);
        let regions = snapshots.iter().zip(&options);
        let regions: Vec<_> = regions
            .flat_map(|(facts, options)| measure(facts, options))
            .collect();
        let report = checks::headroom(&regions);
        let summary = report.summary();
        let holder = holder(&event.context);
        let seen = self.seen(&report, &collected, began);
        let told = self.tell(&seen, (&holder, time.telling)).await;
        let unreached = collected
            .iter()
            .map(|(_, region)| region.unreached.len())
            .sum();
        self.leave(&cursor, &collected).await;
        let run = HeadroomRun {
            report: &report,
            messages: told.messages,
            degraded: told.degraded.is_some().into(),
            unreached,
            aws_calls: self.calls.total() - calls_before,
        };
        if let Err(error) =
            emf::write(&run.lines(&self.config.common.metrics_namespace, started.elapsed()))
        {
            tracing::error!(%error, "metrics could not be written");
        }
        let Summary { fail, unknown, .. } = summary;
        let messages = told.messages;
        tracing::info!(fail, unknown, messages, unreached, "looked at headroom");
        if !told.failed.is_empty() {
            let scopes: Vec<_> = told.failed.iter().map(ToString::to_string).collect();
            return Err(HeadroomError::NotTold(scopes.join(", ")));
        }
        Ok(Answer {
            regions: self.regions.iter().map(|(name, _)| name.clone()).collect(),
            failed: fail,
            unknown,
            messages,
            unreached_clusters: unreached,
        })
    }

    /// The facts of each region, side by side. A region that refuses costs the others nothing.
    async fn collect(
        &self,
        cursor: &Cursor,
        time: Time,
    ) -> Result<Vec<(String, CollectedRegion)>, HeadroomError> {
        let all = self.regions.iter().map(async |(name, collector)| {
            let request = HeadroomRequest {
                clusters: self.config.clusters_in(name),
                start_at: cursor.get(name).cloned(),
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
    fn options(&self, context: &Context, collected: &[(String, CollectedRegion)]) -> Vec<Options> {
        let account = place(context).map(|(account, _)| account.to_owned());
        // Those that answered, each with its own facts.
        let names = collected.iter().map(|(name, _)| name);
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

    /// What the look says: about each region's headroom, and about what could not be seen of it.
    fn seen(
        &self,
        report: &HeadroomReport<'_, '_>,
        collected: &[(String, CollectedRegion)],
        began: Moment,
    ) -> BTreeMap<Scope, Observation> {
        let mut seen = BTreeMap::new();
        for own in Observation::of_headroom(report, began) {
            let Scope {
                account, region, ..
            } = &own.scope;
            let place = format!("{account}/{region}/");
            let mut coverage = Coverage::default();
            coverage.add(
                report
                    .results
                    .iter()
                    .filter(|r| r.fingerprint.starts_with(&place)),
            );
            let answered = collected.iter().find(|(name, _)| name == region);
            let answered = answered.map(|(_, region)| region.collected.answered());
            let policy = self.keeper.policy();
            let blind = coverage.observation(
                (account, region),
                "headroom",
                &answered.unwrap_or_default(),
                policy,
                // A long look must not lose to the audits that were made meanwhile.
                now(),
            );
            seen.insert(blind.scope.clone(), blind);
            seen.insert(own.scope.clone(), own);
        }
        seen
    }

    /// Tells people what is news of this, and what is due of everything else that is kept: what was held
    /// back, what has settled, what a crash kept from being sent.
    async fn tell(
        &self,
        seen: &BTreeMap<Scope, Observation>,
        (holder, until): (&str, Moment),
    ) -> Outcome {
        let telling = self.keeper.tell(&self.aws, holder, until, seen);
        let mut outcome = in_time(until, seen.keys().cloned(), telling).await;
        // Newer facts than this look's are another run's, which tells them.
        outcome.stale.clear();
        match self.aws.table().due(now()).await {
            Ok(mut due) => {
                // What a topic has just not taken, it won't take now.
                due.retain(|scope| !outcome.failed.contains(scope));
                let telling = self.keeper.tick(&self.aws, holder, until, &due);
                let later = in_time(until, due.iter().cloned(), telling).await;
                outcome.messages += later.messages;
                outcome.failed.extend(later.failed);
                outcome.degraded = outcome.degraded.or(later.degraded);
            }
            Err(error) => tracing::error!(%error, "what is due isn't known"),
        }
        if let Some(reason) = &outcome.degraded {
            tracing::error!(reason, "messages go out without the table of what was told");
        }
        outcome
    }

    /// Leaves for the next run where to begin.
    async fn leave(&self, before: &Cursor, collected: &[(String, CollectedRegion)]) {
        let mut cursor = before.clone();
        for (name, region) in collected {
            match &region.next {
                Some(cluster) => drop(cursor.insert(name.clone(), cluster.clone())),
                None => drop(cursor.remove(name)),
            }
        }
        if cursor == *before {
            return;
        }
        if let Err(error) = cursor::save(self.aws.table(), &cursor).await {
            tracing::error!(%error, "where to begin could not be kept: the next run begins anew");
        }
    }
}
