//! Small networks made of network namespaces: name servers, ports and links that behave and misbehave.
//!
//! A [`Lab`] is a client, a router and a server. Nothing of it shows outside: the namespaces have no
//! names, their files are mounts of their own, and the servers are threads. All of it ends with the lab,
//! or with the process, however that ends.
//!
//! It needs root, `ip` of iproute2, and for commands `nsenter` of util-linux.

mod certificate;
mod error;
mod name_server;
mod namespace;
mod port;
mod server;
mod topology;

pub use error::LabError;
pub use name_server::{NameServer, Names};
pub use namespace::Namespace;
pub use port::{Port, Reply, Seen};
pub use topology::{Lab, Link};
