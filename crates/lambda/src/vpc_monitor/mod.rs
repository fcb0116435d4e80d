//! Asks, on a schedule and from inside a subnet, whether what a service needs answers there, and tells what
//! doesn't.

mod targets;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use awsvpc_auditor_collector::Calls;
use awsvpc_auditor_engine::alert::{Moment, Observation, Scope};
use awsvpc_auditor_engine::checks::{self, MonitorReport, Outcome, Summary, Watch};
use awsvpc_auditor_engine::probe::Vantage;
use awsvpc_auditor_probe::{Limits, ask_twice};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::alerts::{Aws, Keeper, Outcome as Told, in_time, now};
use crate::config::MonitorConfig;
use crate::emf::{self, MonitorRun};
use crate::time::{Time, holder, place};
use targets::Targets;

/// How long each of both rounds may take: a target that swallows everything costs a few seconds.
const LIMITS: Limits = Limits {
    step: Duration::from_secs(4),
    whole: Duration::from_secs(20),
};

/// Between a failure and the second look that decides.
const PAUSE: Duration = Duration::from_secs(3);

/// What is left of the function's time for telling.
const TO_TELL: Duration = Duration::from_secs(40);

/// What is left for the answer.
const TO_ANSWER: Duration = Duration::from_secs(3);

/// How often what was seen is told again that somebody with newer facts contradicts: the monitor in another
/// subnet, which sees another network.
const ATTEMPTS: u32 = 5;

/// The function: one for a process, which may live for many invocations.
#[derive(Debug)]
pub struct VpcMonitor {
    keeper: Keeper,
    aws: Aws,
    targets: Targets,
    config: MonitorConfig,
}

/// What an invocation answers.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The subnet that was asked from.
    pub subnet: String,
    /// How many targets were asked.
    pub targets: usize,
    /// How many faults there are.
    pub failed: usize,
    /// How many targets could not be asked, or not for everything.
    pub unknown: usize,
    /// How many messages were sent.
    pub messages: u64,
}

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// News could not be told. The metrics have it all the same, and the next run tells it.
    #[error("not told: {0}")]
    NotTold(String),
}

impl VpcMonitor {
    /// A monitor that asks and publishes as configured.
    pub fn new(sdk: &SdkConfig, config: MonitorConfig) -> Self {
        let calls = Calls::default();
        Self {
            keeper: Keeper::new(config.common.policy.clone()),
            aws: config.common.aws(sdk, &calls),
            targets: Targets::new(sdk, &config, calls),
            config,
        }
    }

    /// Handles one invocation. What brought it doesn't matter.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, MonitorError> {
        let started = Instant::now();
        let time = Time::of(&event.context, TO_TELL, TO_ANSWER);
        let subnet = &self.config.subnet;
        let vantage = Vantage::Here {
            name: subnet.clone(),
        };
        // On the heap: with all that these may await, they would be too deep a type for the compiler.
        let asked = Box::pin(self.targets.now()).await;
        let asking = ask_twice(&vantage, &asked.targets, &LIMITS, PAUSE);
        let mut probe = Box::pin(asking).await;
        probe.cut_short = asked.lacking.or(probe.cut_short);
        let run = MonitorRun {
            namespace: &self.config.common.metrics_namespace,
            subnet,
        };
        // Before anything needs the network: it may be what is broken.
        write(&run.seen(&probe, started.elapsed()));
        let (account, region) = place(&event.context).unwrap_or_default();
        let report = checks::monitor(Watch {
            account,
            region,
            name: &self.config.name,
            probe: &probe,
        });
        let failed = report.results.iter();
        for result in failed.filter(|result| result.outcome == Outcome::Fail) {
            tracing::warn!(check = result.check.id, "{}", result.message);
        }
        let holder = holder(&event.context);
        let told = Box::pin(self.tell(&report, (&holder, time.telling))).await;
        write(&run.told(told.messages, told.degraded.is_some()));
        let Summary { fail, unknown, .. } = report.summary();
        let messages = told.messages;
        tracing::info!(subnet, fail, unknown, messages, "asked all targets");
        if !told.failed.is_empty() {
            let scopes: Vec<_> = told.failed.iter().map(ToString::to_string).collect();
            return Err(MonitorError::NotTold(scopes.join(", ")));
        }
        Ok(Answer {
            subnet: subnet.clone(),
            targets: probe.targets.len(),
            failed: fail,
            unknown,
            messages,
        })
    }

    /// Tells people what is news of this. What is due by time alone the next run tells, or the headroom
    /// auditor, which looks through the whole table.
    async fn tell(&self, report: &MonitorReport<'_>, (holder, until): (&str, Moment)) -> Told {
        let scope = Scope::from(&report.watch);
        let mut told = Told::default();
        for _ in 0..ATTEMPTS {
            let everywhere = self.config.subnets.clone();
            let seen = Observation::of_monitor(report, everywhere, now());
            let seen = BTreeMap::from([(scope.clone(), seen)]);
            let telling = self.keeper.tell(&self.aws, holder, until, &seen);
            let outcome = in_time(until, [scope.clone()], telling).await;
            told = Told {
                messages: told.messages + outcome.messages,
                ..outcome
            };
            if told.stale.is_empty() {
                break;
            }
        }
        if let Some(reason) = &told.degraded {
            tracing::error!(reason, "messages go out without the table of what was told");
        }
        told
    }
}

fn write(lines: &[Value]) {
    if let Err(error) = emf::write(lines) {
        tracing::error!(%error, "metrics could not be written");
    }
}
