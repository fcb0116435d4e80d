//! The auditor's Lambda functions: they join the collector, the engine and the account's topics.

pub mod alerts;
pub mod auditor;
pub mod config;
mod cursor;
mod definitions;
mod emf;
pub mod finding_forwarder;
pub mod headroom_auditor;
mod judging;
pub mod logging;
mod payload;
pub mod service_auditor;
pub mod task_auditor;
mod time;
pub mod vpc_monitor;
