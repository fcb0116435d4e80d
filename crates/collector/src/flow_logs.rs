//! What VPC flow logs recorded of refused packets, asked of CloudWatch Logs Insights.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AnalyzingLogData.html>

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::{QueryStatus, ResultField};
use awsvpc_auditor_engine::flow_log::{Flows, MOST_ROWS, Recorded, Refused, query};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::future::Cache;
use tokio::time::{Instant, sleep, timeout_at};

use crate::calls::Calls;
use crate::trouble::{Trouble, in_time};

/// Questions of a process in a minute, once the burst is spent; a queue feeds two. Insights charges for what it
/// reads, and runs a few tens of questions of an account at a time: people's own come first.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// Questions that may come at once.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

/// How far back is looked, in minutes: what is read costs, and an alert is about what happens now.
const BACK: u64 = 30;

/// How long between two looks whether an answer is there.
const BETWEEN: Duration = Duration::from_millis(500);

/// How long before the end a question that isn't answered is taken back.
const TO_STOP: Duration = Duration::from_millis(500);

/// How long an answer is good for: messages about one task come together.
const FRESH: Duration = Duration::from_mins(2);

/// How often a call is tried: a message doesn't wait long for what it can do without.
const ATTEMPTS: u32 = 2;

/// Asks flow logs. One for a process.
#[derive(Debug)]
pub struct FlowLogReader {
    client: Client,
    groups: BTreeSet<String>,
    pace: DefaultDirectRateLimiter,
    kept: Cache<String, Arc<Flows>>,
}

/// Flow logs told nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// Nobody allowed these log groups to be asked.
    #[error("none of the log groups that may be asked records it, but {0}")]
    NotAllowed(String),
    /// There were too many questions of late.
    #[error("too many questions to CloudWatch Logs Insights in the last minutes")]
    TooMany,
    /// A call failed.
    #[error("{action}: {reason}")]
    Call {
        /// The IAM action.
        action: &'static str,
        /// What came of it.
        reason: String,
    },
    /// Insights gave up.
    #[error("the question ended as {0}")]
    Ended(String),
    /// The answer took too long, and was taken back.
    #[error("no answer in time")]
    Late,
}

impl FlowLogReader {
    /// A reader of these log groups, by name, that asks as configured. Its calls are counted in `calls`.
    pub fn new(config: &SdkConfig, calls: &Calls, groups: BTreeSet<String>) -> Self {
        let config = aws_sdk_cloudwatchlogs::config::Builder::from(config)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .interceptor(calls.clone());
        Self {
            client: Client::from_conf(config.build()),
            groups,
            pace: RateLimiter::direct(Quota::per_minute(A_MINUTE).allow_burst(BURST)),
            kept: Cache::builder()
                .max_capacity(500)
                .time_to_live(FRESH)
                .build(),
        }
    }

    /// What was refused of a task's packets in the last half an hour, by the first of these that may be
    /// asked. A question that isn't answered by the deadline is taken back, so that it costs no more.
    pub async fn refused(
        &self,
        recorded: &[Recorded],
        deadline: Instant,
    ) -> Result<Arc<Flows>, NotRead> {
        let allowed = |one: &&Recorded| self.groups.contains(&one.log_group);
        let Some(recorded) = recorded.iter().find(allowed) else {
            let groups: Vec<_> = recorded.iter().map(|one| one.log_group.as_str()).collect();
            return Err(NotRead::NotAllowed(groups.join(", ")));
        };
        let group = &recorded.log_group;
        let key = format!("{group} {}", recorded.interface);
        if let Some(known) = self.kept.get(&key).await {
            return Ok(known);
        }
        self.pace.check().map_err(|_| NotRead::TooMany)?;
        let id = self.start(recorded, deadline).await?;
        // On the way out in any case: what runs on costs.
        let answer = timeout_at(deadline - TO_STOP, self.answer(&id, deadline)).await;
        let rows = match answer {
            Ok(Ok(rows)) => rows,
            Ok(Err(error)) => {
                self.stop(&id, deadline).await;
                return Err(error);
            }
            Err(_) => {
                self.stop(&id, deadline).await;
                return Err(NotRead::Late);
            }
        };
        let flows = Arc::new(Flows::new(recorded, BACK, rows));
        self.kept.insert(key, Arc::clone(&flows)).await;
        Ok(flows)
    }

    async fn start(&self, recorded: &Recorded, deadline: Instant) -> Result<String, NotRead> {
        const ACTION: &str = "logs:StartQuery";
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_secs());
        let seconds = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        let request = self
            .client
            .start_query()
            .log_group_name(&recorded.log_group)
            .start_time(seconds(now.saturating_sub(BACK * 60)))
            .end_time(seconds(now))
            .limit(MOST_ROWS.try_into().unwrap_or(i32::MAX))
            .query_string(query(recorded));
        let output = match in_time(deadline, request.send()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => return Err(call(ACTION, &Trouble::of(&error))),
            Err(late) => return Err(call(ACTION, &late)),
        };
        let id = output.query_id.filter(|id| !id.is_empty());
        id.ok_or_else(|| NotRead::Ended("no question".to_owned()))
    }

    async fn answer(&self, id: &str, deadline: Instant) -> Result<Vec<Refused>, NotRead> {
        const ACTION: &str = "logs:GetQueryResults";
        loop {
            let request = self.client.get_query_results().query_id(id);
            let output = match in_time(deadline, request.send()).await {
                Ok(Ok(output)) => output,
                Ok(Err(error)) => return Err(call(ACTION, &Trouble::of(&error))),
                Err(late) => return Err(call(ACTION, &late)),
            };
            match output.status() {
                Some(QueryStatus::Complete) => return Ok(rows(&output)),
                Some(QueryStatus::Running | QueryStatus::Scheduled) | None => {}
                Some(ended) => return Err(NotRead::Ended(ended.as_str().to_owned())),
            }
            sleep(BETWEEN).await;
        }
    }

    async fn stop(&self, id: &str, deadline: Instant) {
        let stopped = self.client.stop_query().query_id(id).send();
        if let Ok(Err(error)) = in_time(deadline, stopped).await {
            let error = call("logs:StopQuery", &Trouble::of(&error));
            tracing::warn!(%error, "a question to the flow logs runs on");
        }
    }
}

fn call(action: &'static str, trouble: &Trouble) -> NotRead {
    NotRead::Call {
        action,
        reason: trouble.reason().to_owned(),
    }
}

fn rows(output: &GetQueryResultsOutput) -> Vec<Refused> {
    let scanned = output.statistics().map(|all| all.bytes_scanned());
    tracing::info!(bytes = scanned, "flow logs read");
    let refused = output.results().iter().filter_map(|row| {
        let column = |name: &str| {
            let field = row.iter().find(|field| field.field() == Some(name));
            field.and_then(ResultField::value)
        };
        Refused::of_row(column)
    });
    refused.collect()
}
