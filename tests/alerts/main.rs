//! Telling under bad conditions: several functions at once, crashes between any two steps, a table that
//! is throttled, denied or gone. Once with every interleaving that chance finds, once against a real
//! DynamoDB API.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod desk;
mod interleavings;
mod table;
mod without_table;
mod word;
