//! Asks whether what the configuration allows really works: from the task itself by ECS Exec
//! ([`script`] over a [`session`]), or with this program's own [`sockets`].
//!
//! What is asked and answered are the engine's types, [`awsvpc_auditor_engine::probe`].

mod limits;
pub mod script;
pub mod session;
pub mod sockets;

pub use limits::Limits;
