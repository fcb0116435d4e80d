//! The collector against moto: what it asks, how often, and what becomes of calls that fail.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod budget;
mod every_call;
mod faults;
mod furnished;
mod headroom;
mod iam;
mod live;
mod located;
mod probe;
mod support;
