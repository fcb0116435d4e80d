//! The auditor's Lambda functions: they join the collector, the engine and the account's topics.

pub mod alerts;
pub mod config;
mod cursor;
mod emf;
pub mod finding_forwarder;
pub mod headroom_auditor;
pub mod logging;
mod payload;
pub mod task_auditor;
mod time;
