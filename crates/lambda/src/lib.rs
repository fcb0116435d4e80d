//! The auditor's Lambda functions: they join the collector, the engine and the account's topic.

pub mod config;
mod emf;
pub mod logging;
mod payload;
mod publisher;
pub mod task_auditor;
