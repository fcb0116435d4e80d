//! What container instances, subnets and quotas have left, and what fits into it: from saved output to
//! the numbers.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic and print"
)]

mod account;
mod documented;
mod fit;
#[path = "../../benches/headroom/account.rs"]
mod generated;
mod machine;
mod places;
mod scale;
mod scaling;
mod slots;
mod trunking;
