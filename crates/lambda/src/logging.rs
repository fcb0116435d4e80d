//! JSON lines on standard error and metrics on standard output; CloudWatch Logs gets both.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::ConfigError;

/// Starts logging as configured. A configuration that can't be is logged, and given back as the reason not
/// to start.
pub fn configured<C>(
    config: Result<C, ConfigError>,
    level: impl Fn(&C) -> tracing::Level,
) -> Result<C, ConfigError> {
    start(config.as_ref().map_or(tracing::Level::INFO, level));
    if let Err(error) = &config {
        tracing::error!(%error, "can't start");
    }
    config
}

/// Starts logging. Libraries only get to say what is wrong: below that they show requests and events
/// whole, with what tasks keep secret.
fn start(level: tracing::Level) {
    let own = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("awsvpc_auditor", level)
        .with_target("task_auditor", level)
        .with_target("finding_forwarder", level)
        .with_target("vpc_monitor", level);
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
