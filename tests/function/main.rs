//! The function's process, warm, fed by a Lambda Runtime API: batches as SQS delivers them.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod alerting;
mod batches;
mod changes;
mod configuration;
mod flow_logs;
mod forwarding;
mod monitor;
mod probing;
mod secrets;
mod starts;
mod storm;
mod support;
mod sweep;
