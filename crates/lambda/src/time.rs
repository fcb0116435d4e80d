//! What an invocation is, where, and how it spends its time.

use std::time::{Duration, SystemTime};

use awsvpc_auditor_engine::alert::Moment;
use lambda_runtime::Context;
use tokio::time::Instant;

use crate::alerts::now;

/// What names an invocation and no other: a run that Lambda repeats has the same request.
pub(crate) fn holder(context: &Context) -> String {
    format!("{}/{}", context.request_id, now().millis())
}

/// The account and the region of the function that was invoked, by its ARN:
/// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`. `None` where it has none.
pub(crate) fn place(context: &Context) -> Option<(&str, &str)> {
    let mut parts = context.invoked_function_arn.split(':').skip(3);
    let region = parts.next().filter(|region| !region.is_empty())?;
    let account = parts.next().filter(|account| !account.is_empty())?;
    Some((account, region))
}

/// Until when an invocation waits for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    /// For facts.
    pub(crate) facts: Instant,
    /// For telling; then it answers, and what wasn't told comes again.
    pub(crate) telling: Moment,
}

impl Time {
    /// Leaves so much of the function's time for judging and telling, and so much for the answer.
    pub(crate) fn of(context: &Context, to_tell: Duration, to_answer: Duration) -> Self {
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(context.deadline);
        let left = end.duration_since(SystemTime::now()).unwrap_or_default();
        // A function with very little time spends at least half of it on facts.
        let facts = left.saturating_sub(to_tell).max(left / 2);
        Self {
            facts: Instant::now() + facts,
            telling: now().after(left.saturating_sub(to_answer).max(facts)),
        }
    }
}
