//! Who changed what, from CloudTrail's history of events, which every account has for 90 days.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_smithy_types::DateTime;
use awsvpc_auditor_engine::change::Change;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::future::Cache;
use tokio::time::{Instant, timeout_at};

use crate::calls::Calls;
use crate::trouble::{Trouble, in_time};

/// CloudTrail answers so many calls a second, in an account and region, whoever makes them.
const A_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// The largest page; older events of a component aren't asked for.
const PAGE: i32 = 50;

/// How far back a change may lie. What was changed before didn't break what was seen to work since.
const BACK: Duration = Duration::from_hours(7 * 24);

/// How long what was found about a component is good for: alerts of one change come together.
const FRESH: Duration = Duration::from_mins(2);

/// How often a call is tried: a message doesn't wait long for what it can do without.
const ATTEMPTS: u32 = 2;

/// Components whose changes are kept.
const MOST: u64 = 500;

/// Looks changes up. One for a process.
#[derive(Debug)]
pub struct ChangeLog {
    client: Client,
    pace: DefaultDirectRateLimiter,
    kept: Cache<String, Arc<Vec<Change>>>,
}

/// CloudTrail told nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cloudtrail:LookupEvents: {0}")]
pub struct NotTold(String);

impl ChangeLog {
    /// A log that asks as configured. Its calls are counted in `calls`.
    pub fn new(config: &SdkConfig, calls: &Calls) -> Self {
        Self {
            client: {
                let config = aws_sdk_cloudtrail::config::Builder::from(config)
                    .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
                    .interceptor(calls.clone());
                Client::from_conf(config.build())
            },
            pace: RateLimiter::direct(Quota::per_second(A_SECOND)),
            kept: Cache::builder()
                .max_capacity(MOST)
                .time_to_live(FRESH)
                .build(),
        }
    }

    /// The changes of the last days that can change what reaches what and that CloudTrail files under
    /// this component, the newest first.
    ///
    /// Assumption: EC2's events name the component among their resources, as they do for security
    /// groups, network ACLs and route tables. Where they don't, nothing is found.
    pub async fn about(
        &self,
        component: &str,
        deadline: Instant,
    ) -> Result<Arc<Vec<Change>>, NotTold> {
        if let Some(known) = self.kept.get(component).await {
            return Ok(known);
        }
        let waited = timeout_at(deadline, self.pace.until_ready()).await;
        waited.map_err(|_| NotTold(Trouble::Late.reason().to_owned()))?;
        let attribute = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::ResourceName)
            .attribute_value(component)
            .build()
            .map_err(|error| NotTold(error.to_string()))?;
        let since = SystemTime::now().checked_sub(BACK);
        let request = self
            .client
            .lookup_events()
            .lookup_attributes(attribute)
            .set_start_time(since.map(DateTime::from))
            .max_results(PAGE);
        let output = match in_time(deadline, request.send()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => return Err(NotTold(Trouble::of(&error).reason().to_owned())),
            Err(late) => return Err(NotTold(late.reason().to_owned())),
        };
        let records = output.events().iter();
        let records = records.filter_map(|event| event.cloud_trail_event());
        let mut changes: Vec<Change> = records
            .filter_map(|record| Change::from_record(record).ok().flatten())
            .collect();
        changes.sort_by(|one, other| other.cmp(one));
        let changes = Arc::new(changes);
        let kept = Arc::clone(&changes);
        self.kept.insert(component.to_owned(), kept).await;
        Ok(changes)
    }
}
