//! The heart of awsvpc-auditor: facts in, report out.
//!
//! A [`facts::Snapshot`] holds what AWS described. [`reach`] decides exactly which traffic gets
//! from one place to another and back, [`checks`] look for one fault each, [`report`] puts the
//! results into words, [`alert`] decides what of it is news, [`stop_reason`] reads why a task stopped,
//! [`change`] who changed what, [`flow_log`] which packets were refused, [`probe`] what really answers.
//! Nothing here knows an SDK, a clock, a file or an environment variable: the same snapshot always gives
//! the same report.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod alert;
pub mod change;
pub mod checks;
pub mod dependencies;
pub mod facts;
pub mod fix;
pub mod flow_log;
pub mod headroom;
pub mod net;
pub mod policy;
pub mod probe;
pub mod proposal;
pub mod reach;
pub mod report;
pub mod stop_reason;
mod subject;
