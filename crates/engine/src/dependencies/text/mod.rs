//! The network endpoints that the text of a container definition talks about: values of environment
//! variables, arguments of commands.
//!
//! Hosts, ports and protocols leave this module, and nothing else does: credentials, paths, queries
//! and database names are dropped while reading. Where a credential and a host can't be told apart,
//! nothing is found.

mod arguments;
mod aws;
mod dsn;
mod endpoint;
mod host;
mod jdbc;
mod json;
mod list;
mod mention;
mod name;
mod named;
mod service;
mod url;
mod value;
mod words;

pub use arguments::in_arguments;
pub use endpoint::{Certainty, Endpoint, Found, Host, Place};
pub use named::in_variables;

use mention::Mentions;
use value::Reading;

/// The endpoints in one text of which nothing else is known. Sorted, without duplicates, 64 at most.
pub fn in_text(text: &str) -> Vec<Endpoint> {
    let mut mentions = Mentions::default();
    value::read(text, "", Reading::Plain, 0, &mut mentions);
    mentions.into_endpoints()
}
