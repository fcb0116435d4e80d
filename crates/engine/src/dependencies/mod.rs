//! What a task must reach, found without being told: in its task definition, its service and their
//! tags. Where each of it is in the account, as far as the facts tell.
//!
//! Values of environment variables and arguments never get past [`text`]: what leaves it is hosts,
//! ports, protocols and the names of the variables.

mod asking;
mod aws_service;
mod declared;
/// What is kept of a container's configuration.
pub mod learned;
mod locate;
mod needs;
/// What the collector must ask.
pub mod question;
pub mod text;

pub use asking::questions;
pub(crate) use aws_service::exec_call;
pub use aws_service::{Caller, ServiceCall, ServiceHost};
pub use declared::{Declaration, InvalidDeclaration, PROBE};
pub use locate::{AwsName, Located, Spot, Whereabouts, locate, may_be_kafka};
pub(crate) use locate::{balancers, resolved};
pub use needs::{Dependency, Needs, discover};
