//! Tells people what changed: keeps the alerts' states in a table, and sends what waits in them.
//!
//! What is sent is committed first, so that a process that ends in between loses nothing: whoever looks
//! next finds it in the outbox. [`Keeper`] knows how; [`World`] is what it needs of AWS.

mod aws;
mod keeper;
mod memory;
mod sending;
mod table;
mod topics;
mod world;

pub use aws::Aws;
pub(crate) use aws::{in_time, now};
pub use keeper::{Keeper, Outcome};
pub use table::Table;
pub use topics::Topics;
pub use world::{NotKept, NotSent, Stored, World};
