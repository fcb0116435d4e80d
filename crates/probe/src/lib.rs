//! Asks whether what the configuration allows really works: from the task itself by ECS Exec
//! ([`script`] over a [`session`]), or with this program's own [`sockets`].
//!
//! What is asked and answered are the engine's types, [`awsvpc_auditor_engine::probe`].

pub mod exec;
mod limits;
mod monitor;
pub mod script;
pub mod session;
pub mod sockets;
mod time;

pub use limits::Limits;
pub use monitor::ask_twice;
