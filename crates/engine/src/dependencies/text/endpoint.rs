use std::fmt;
use std::net::IpAddr;

use crate::net::Protocol;

/// A host as a task's configuration names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// A DNS name in lower case, without the dot at its end.
    Name(String),
    /// An IP address.
    Address(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// How sure it is that a text names something the task talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It says so: a URL, a DSN, a JDBC string, a list of brokers, a variable called `…_HOST`, a
    /// name under an AWS domain.
    Stated,
    /// It looks so, but may be a version, an image tag or a label: `name:1234` in a variable of any
    /// name. Counts only if the host is known in the account.
    Guessed,
}

/// Something that a task's configuration tells it to talk to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// Who answers.
    pub host: Host,
    /// The port, or `None` if it is said nowhere and no default is known, as with the host name of
    /// an RDS instance alone.
    pub port: Option<u16>,
    /// TCP or UDP.
    pub protocol: Protocol,
    /// How sure that is.
    pub certainty: Certainty,
    /// Whether it speaks HTTP or WebSocket, so that a proxy may carry it.
    pub is_http: bool,
    /// Whether its scheme says that TLS starts with the first byte: `https`, `rediss`, `amqps`.
    pub is_tls: bool,
}

/// Where in a container definition an endpoint was found: names only, never values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The variable that names the host and, if another one does, the one that gives its port.
    Variables(Vec<String>),
    /// An argument of the command, the entry point or the health check.
    Argument,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variables(names) => write!(f, "env {}", names.join(" and ")),
            Self::Argument => f.write_str("command argument"),
        }
    }
}

/// An endpoint and where it was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// What the task talks to.
    pub endpoint: Endpoint,
    /// Where it says so.
    pub place: Place,
}
