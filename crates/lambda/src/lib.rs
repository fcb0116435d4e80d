//! The auditor's Lambda functions: they join the collector, the engine and the account's topic.

pub mod config;
mod emf;
pub mod headroom_auditor;
pub mod logging;
mod payload;
mod publisher;
mod state;
pub mod task_auditor;
