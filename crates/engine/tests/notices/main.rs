//! A notice in the form of each channel: how every check's fault reads, and what holds whatever names,
//! messages and commands say.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on stops"
)]

#[path = "../checks/fixture.rs"]
mod fixture;
mod golden;
mod limits;
mod notice;
mod properties;
mod schema;
mod secrets;
mod subjects;
