//! JSON lines on standard error and metrics on standard output; CloudWatch Logs gets both.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. Libraries only get to say what is wrong: below that they show requests and events
/// whole, with what tasks keep secret.
pub fn start(level: tracing::Level) {
    let own = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("awsvpc_auditor", level)
        .with_target("task_auditor", level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr);
    // Only a second start in one process could fail, and then logging is on already.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(own)
        .try_init();
}
