//! Audits services: those that a change of the network concerns, those whose tasks don't start, and, on
//! a schedule, all of them, so that what no event told is noticed too.

mod looked;
mod subjects;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_lambda_events::sqs::SqsBatchResponse;
use awsvpc_auditor_collector::{Calls, Collected, Collector, RegionServices, Request};
use awsvpc_auditor_engine::alert::{About, Observation, Scope};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::alerts::{Aws, Keeper, Outcome, in_time, now};
use crate::config::Config;
use crate::definitions::Definitions;
use crate::emf::Metrics;
use crate::payload::given_back;
use crate::task_auditor::RETRIED;
use crate::time::{Time, holder, place};
use looked::{Asked, End, Found, is_whole};
pub use looked::{AuditError, Looked};
use subjects::{By, Facts, Seen};
use work::{News, Work};

/// What is left of the function's time for judging and telling.
const TO_TELL: Duration = Duration::from_secs(45);

/// What is left for the answer.
const TO_ANSWER: Duration = Duration::from_secs(3);

/// What is left of that for telling, when judging took long.
const TO_SEND: Duration = Duration::from_secs(20);

/// How often something is looked at anew because somebody saw newer facts meanwhile.
const LOOKS: usize = 2;

/// What names the blindness of this function, which has one role however it is invoked.
const BLIND: &str = "services";

/// The function: one for a process, which may live for many invocations.
#[derive(Debug)]
pub struct ServiceAuditor {
    collector: Arc<Collector>,
    calls: Calls,
    keeper: Keeper,
    aws: Aws,
    config: Config,
}

/// What an invocation answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To the queue: which messages to keep.
    Batch(SqsBatchResponse),
    /// To a clock or a person: what was looked at.
    Looked(Looked),
}

/// One invocation.
struct Invocation {
    holder: String,
    time: Time,
    /// The account and region that it runs in.
    place: Option<(String, String)>,
    metrics: Metrics,
}

impl ServiceAuditor {
    /// An auditor that asks by this collector, and tells as configured.
    pub fn new(sdk: &SdkConfig, config: Config, collector: Arc<Collector>) -> Self {
        let calls = collector.calls().clone();
        Self {
            keeper: Keeper::new(config.policy.clone()),
            aws: config.aws(sdk, &calls),
            collector,
            calls,
            config,
        }
    }

    /// Handles one invocation.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, AuditError> {
        let started = Instant::now();
        let calls_before = self.calls.total();
        let mut invocation = Invocation {
            holder: holder(&event.context),
            time: Time::of(&event.context, TO_TELL, TO_ANSWER),
            place: place(&event.context)
                .map(|(account, region)| (account.to_owned(), region.to_owned())),
            metrics: Metrics::default(),
        };
        let answer = match Work::read(&event.payload, RETRIED)? {
            Work::Sweep => self.sweep(&mut invocation).await.map(Answer::Looked),
            Work::News(news) => self.batch(news, &mut invocation).await,
        };
        let metrics = &mut invocation.metrics;
        metrics.aws_calls = self.calls.total() - calls_before;
        if let Err(error) = metrics.write(&self.config.metrics_namespace, started.elapsed()) {
            tracing::error!(%error, "metrics could not be written");
        }
        answer
    }

    /// Looks at every service, and ends the alerts of those that are no more.
    async fn sweep(&self, invocation: &mut Invocation) -> Result<Looked, AuditError> {
        let began = now();
        let region = self.region(invocation.time).await?;
        let mut looked = self.look(Found::All(&region), invocation).await?;
        if !looked.stale.is_empty() {
            // Somebody saw newer facts of these, which say otherwise: look at them again.
            let stale = std::mem::take(&mut looked.stale);
            let collected = self.again(&stale, invocation.time).await?;
            let again = self.look(Found::Stale(&collected), invocation).await?;
            looked.messages += again.messages;
            looked.failed.extend(again.failed);
        }
        let until = invocation.time.telling;
        let left = until.since(now());
        let gone = timeout(left, self.gone(&region, invocation)).await;
        let gone = gone.unwrap_or_default();
        let holder = &invocation.holder;
        let ending = self.keeper.end(&self.aws, holder, until, (&gone, began));
        let ended = in_time(until, gone.iter().cloned(), ending).await;
        invocation.metrics.messages += ended.messages;
        looked.failed.extend(ended.failed);
        tracing::info!(services = looked.services.len(), gone = gone.len(), "swept");
        if looked.unreached > 0 {
            return Err(AuditError::OutOfTime(looked.unreached));
        }
        if !looked.failed.is_empty() {
            let scopes: Vec<_> = looked.failed.iter().map(ToString::to_string).collect();
            return Err(AuditError::NotTold(scopes.join(", ")));
        }
        looked.gone = gone.iter().map(ToString::to_string).collect();
        looked.messages += ended.messages;
        Ok(looked)
    }

    /// Looks at what a batch concerns. What could not be told comes back whole, because it can't be told
    /// apart any more.
    async fn batch(&self, news: News, invocation: &mut Invocation) -> Result<Answer, AuditError> {
        invocation.metrics.events = news.messages.len() as u64;
        let mut looked = Looked::default();
        let mut end = End::Done;
        if !news.changes.is_empty() {
            let asked = Asked::Changes(&news.changes);
            end = end.max(self.settle(asked, &mut looked, invocation).await?);
        }
        let failures = news.failures_in(&self.config.clusters);
        if !failures.is_empty() {
            let asked = Asked::Failures(&failures);
            end = end.max(self.settle(asked, &mut looked, invocation).await?);
        }
        tracing::info!(
            changes = news.changes.len(),
            failures = failures.len(),
            services = looked.services.len(),
            "looked at what news concerns"
        );
        if news.messages.is_empty() {
            return Ok(Answer::Looked(looked));
        }
        let back = news.back(end);
        invocation.metrics.failures = back.len() as u64;
        Ok(Answer::Batch(given_back(back)))
    }

    /// Looks at the services that news concerns, and once more where somebody saw newer facts meanwhile.
    async fn settle(
        &self,
        asked: Asked<'_>,
        looked: &mut Looked,
        invocation: &mut Invocation,
    ) -> Result<End, AuditError> {
        for _ in 0..LOOKS {
            // What is known is from before.
            self.collector.forget();
            let own = match asked {
                Asked::Changes(changes) => {
                    let region = self.region(invocation.time).await?;
                    let found = Found::Changed(&region, changes);
                    self.look(found, invocation).await?
                }
                Asked::Failures(failures) => {
                    let mut request = Request::default();
                    for failure in failures {
                        request.audit_failure(failure);
                    }
                    let collected = self.about(&request, invocation.time).await?;
                    let found = Found::Failing(&collected, failures);
                    self.look(found, invocation).await?
                }
            };
            let end = own.end();
            let is_stale = !own.stale.is_empty();
            looked.add(own);
            if !is_stale {
                return Ok(end);
            }
        }
        Ok(End::Undone)
    }

    /// The facts that a request wants.
    async fn about(&self, request: &Request, time: Time) -> Result<Collected, AuditError> {
        let collected = Box::pin(self.collector.collect(request, time.facts)).await?;
        for (action, reason) in collected.missing() {
            tracing::warn!(action, reason, "facts are missing");
        }
        Ok(collected)
    }

    /// Audits what was found, and tells what is news of it.
    async fn look(
        &self,
        found: Found<'_>,
        invocation: &mut Invocation,
    ) -> Result<Looked, AuditError> {
        let collected = found.collected();
        let snapshot = collected.snapshot()?;
        let none = BTreeSet::new();
        let facts = Facts {
            snapshot: &snapshot,
            collected,
            recalled: found.recalled().unwrap_or(&none),
        };
        let services = match found {
            Found::All(_) | Found::Stale(_) => subjects::every(&snapshot),
            Found::Changed(_, changes) => subjects::changed(&snapshot, collected, changes),
            Found::Failing(_, failures) => subjects::failing(&snapshot, failures),
        };
        let by = By {
            what: BLIND,
            policy: self.keeper.policy(),
            until: invocation.time.telling.before(TO_SEND),
        };
        let mut seen = Seen::of(facts, &services, by, &mut invocation.metrics);
        if matches!(found, Found::Changed(..) | Found::Failing(..)) && !is_whole(collected) {
            // It is looked at again before anybody hears that AWS was busy; if it stays so, a sweep tells.
            seen.observations.retain(|scope, _| scope.owner().is_some());
        }
        if seen.unreached > 0 {
            tracing::error!(services = seen.unreached, "no time left to look at all");
        }
        let told = self.tell(&seen, invocation).await;
        Ok(Looked {
            is_partial: !is_whole(collected),
            services: seen.services,
            gone: Vec::new(),
            messages: told.messages,
            stale: told.stale,
            failed: told.failed,
            unreached: seen.unreached,
        })
    }

    /// New facts about services.
    async fn again(&self, scopes: &BTreeSet<Scope>, time: Time) -> Result<Collected, AuditError> {
        self.collector.forget();
        let mut request = Request::default();
        for scope in scopes {
            let owner = scope
                .owner()
                .and_then(|owner| owner.strip_prefix("service:"));
            if let (Some(cluster), Some(service)) = (scope.cluster(), owner) {
                request.audit_service(cluster, service);
            }
        }
        self.about(&request, time).await
    }

    /// All services, and what is around them.
    async fn region(&self, time: Time) -> Result<RegionServices, AuditError> {
        let clusters: BTreeSet<String> = self.config.clusters.iter().cloned().collect();
        let memory = Definitions(self.aws.table());
        let region = self
            .collector
            .collect_services(&clusters, &memory, time.facts);
        let region = Box::pin(region).await?;
        let mut unlisted = BTreeSet::new();
        for (action, reason) in region.collected.missing() {
            tracing::warn!(action, reason, "facts are missing");
            if action.starts_with("ecs:List") || action == "ecs:DescribeServices" {
                unlisted.insert(format!("{action}: {reason}"));
            }
        }
        let unlisted: Vec<String> = unlisted.into_iter().collect();
        if unlisted.is_empty() {
            return Ok(region);
        }
        // What is known of the others is worth telling, but not that all is well.
        if region
            .collected
            .snapshot()?
            .services
            .seen()
            .next()
            .is_none()
        {
            return Err(AuditError::Blind(unlisted.join(", ")));
        }
        tracing::error!(unlisted = unlisted.join(", "), "not every service is known");
        Ok(region)
    }

    async fn tell(&self, seen: &Seen, invocation: &mut Invocation) -> Outcome {
        let until = invocation.time.telling;
        let observations = &seen.observations;
        let telling = self
            .keeper
            .tell(&self.aws, &invocation.holder, until, observations);
        let mut outcome = in_time(until, observations.keys().cloned(), telling).await;
        // What can't be seen has no service to look at again.
        outcome.stale.retain(|scope| scope.owner().is_some());
        if let Some(reason) = &outcome.degraded {
            tracing::error!(reason, "messages go out without the table of what was told");
            invocation.metrics.degraded += 1;
        }
        invocation.metrics.messages += outcome.messages;
        outcome
    }

    /// The services and monitors of this place of which alerts are kept and that are no more.
    async fn gone(&self, region: &RegionServices, invocation: &Invocation) -> Vec<Scope> {
        let Some((account, name)) = &invocation.place else {
            return Vec::new();
        };
        let kept = self.aws.table().scopes().await.unwrap_or_else(|error| {
            tracing::error!(%error, "of what alerts are kept isn't known");
            Vec::new()
        });
        let is_gone = |scope: &Scope| match &scope.about {
            About::Tasks { cluster, owner } => {
                let service = owner.strip_prefix("service:");
                service.is_some_and(|service| region.listing.lacks(cluster, service))
            }
            // The table is this stack's, and so is whatever monitor it has.
            About::Monitor { name } => self.config.monitor.as_ref() != Some(name),
            About::Headroom | About::Coverage => false,
        };
        let kept = kept.into_iter();
        let own = kept.filter(|scope| scope.account == *account && scope.region == *name);
        own.filter(is_gone).collect()
    }
}

/// What was seen, by whom it is about.
type Observations = BTreeMap<Scope, Observation>;
