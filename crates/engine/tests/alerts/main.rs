//! The life of alerts: what is told, when, and when not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that can't go on stops"
)]

mod coverage;
mod delivery;
mod lifecycle;
mod monitors;
mod places;
mod probes;
mod room;
mod service;
mod services;
mod tags;
