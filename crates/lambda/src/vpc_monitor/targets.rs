//! What is asked: what people list, and what a service talks to.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use awsvpc_auditor_collector::{Calls, Collector};
use awsvpc_auditor_engine::checks::Subject;
use awsvpc_auditor_engine::probe::{self, Target};
use tokio::time::Instant;

use crate::config::{MOST_TARGETS, MonitorConfig};

/// How long what a service talks to is kept: it changes with deployments.
const KEPT: Duration = Duration::from_mins(10);

/// The time that asking for it may take. A subnet may have no way to ECS's API.
const TO_LEARN: Duration = Duration::from_secs(10);

/// The targets of one process.
#[derive(Debug)]
pub(super) struct Targets {
    listed: Vec<Target>,
    service: Option<Service>,
}

#[derive(Debug)]
struct Service {
    cluster: String,
    name: String,
    collector: Collector,
    kept: Mutex<Option<(Instant, Vec<Target>)>>,
}

/// What to ask now.
pub(super) struct Now {
    pub(super) targets: Vec<Target>,
    /// Why that may not be all, if so.
    pub(super) lacking: Option<String>,
}

impl Targets {
    pub(super) fn new(sdk: &SdkConfig, config: &MonitorConfig, calls: Calls) -> Self {
        let service = config.service.clone();
        Self {
            listed: config.targets.clone(),
            service: service.map(|(cluster, name)| Service {
                cluster,
                name,
                collector: Collector::new(sdk, calls),
                kept: Mutex::default(),
            }),
        }
    }

    /// What to ask now: what is listed comes first, and stays as it was written.
    pub(super) async fn now(&self) -> Now {
        let mut now = Now {
            targets: self.listed.clone(),
            lacking: None,
        };
        let Some(service) = &self.service else {
            return now;
        };
        match service.targets().await {
            Ok(found) => {
                for target in found {
                    now.add(target);
                }
            }
            Err(why) => {
                let what = format!(
                    "what service {}/{} talks to isn't known: {why}",
                    service.cluster, service.name
                );
                tracing::error!("{what}");
                now.lacking = Some(what);
            }
        }
        now
    }
}

impl Now {
    fn add(&mut self, target: Target) {
        let address = target.address();
        if self.targets.iter().any(|known| known.address() == address) {
            return;
        }
        if self.targets.len() < MOST_TARGETS {
            self.targets.push(target);
        } else {
            tracing::warn!(target = address, "not asked: there are too many targets");
            // What isn't asked isn't mended.
            self.lacking = Some(format!("there are more than {MOST_TARGETS} targets"));
        }
    }
}

impl Service {
    async fn targets(&self) -> Result<Vec<Target>, String> {
        let kept = self.kept().clone();
        if let Some((at, targets)) = &kept
            && at.elapsed() < KEPT
        {
            return Ok(targets.clone());
        }
        match (self.learn().await, kept) {
            (Ok(targets), _) => {
                *self.kept() = Some((Instant::now(), targets.clone()));
                Ok(targets)
            }
            // What it talked to before is worth more than nothing.
            (Err(why), Some((_, targets))) => {
                tracing::warn!(why, "what the service talks to is as it was");
                Ok(targets)
            }
            (Err(why), None) => Err(why),
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Vec<Target>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn learn(&self) -> Result<Vec<Target>, String> {
        let named = (self.cluster.as_str(), self.name.as_str());
        let deadline = Instant::now() + TO_LEARN;
        let collected = self.collector.collect_alone(named, deadline).await;
        let collected = collected.map_err(|error| error.to_string())?;
        if let Some((action, reason)) = collected.missing().next() {
            return Err(format!("{action}: {reason}"));
        }
        let snapshot = collected.snapshot().map_err(|error| error.to_string())?;
        let subject = Subject::service_named(&snapshot, named.0, named.1);
        let asking = probe::targets(&snapshot, subject.map_err(|error| error.to_string())?);
        for left_out in &asking.left_out {
            tracing::info!(target = left_out.address, why = left_out.why, "not asked");
        }
        Ok(asking.targets)
    }
}
