//! Fixes: the smallest change that removes a fault, as something the engine can apply to a snapshot
//! and a person can apply to an account.
//!
//! A [`Change`] knows both: [`Change::command`] is the AWS CLI command, and [`apply`] gives the
//! snapshot that AWS would describe afterwards. A fix counts as verified only when an audit of that
//! snapshot says that the fault is gone and nothing got worse.

mod apply;
mod change;
mod cloudformation;
mod command;
mod dns;
mod ends;
mod network_acl;
mod propose;
mod question;
mod remedy;
mod route;
mod security_group;
mod terraform;

pub use apply::apply;
pub use change::{Attribute, Change, GroupRule, Peer, Policy, ServicePlacement};
pub use ends::{Ends, FarEnd};
pub use propose::Proposals;
pub use question::fixes_of;
pub use remedy::{Fix, PROVED};

pub(crate) use command::word;
pub(crate) use dns::{hostnames, private_dns};
pub(crate) use network_acl::apart;
pub(crate) use question::smallest;
