use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::dependencies::text::Host;

/// A place that a probe asks: a TCP port, and whether TLS is expected there. Written `HOST:PORT`, or
/// `HOST:PORT/tls`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// A DNS name or an address.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
    /// Whether TLS is expected from the first byte on.
    pub tls: bool,
}

/// A text that is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no target: expected HOST:PORT or HOST:PORT/tls, such as db.example.com:5432")]
pub struct InvalidTarget(pub String);

impl Target {
    /// Ports on which TLS starts with the first byte: HTTPS, LDAPS, and what AWS's services and MSK use.
    const TLS_PORTS: [u16; 6] = [443, 636, 6380, 8443, 9094, 9098];

    /// The target, with TLS where the port's protocol starts with it.
    pub fn new(host: Host, port: u16) -> Self {
        Self {
            host,
            port,
            tls: Self::TLS_PORTS.contains(&port),
        }
    }

    /// Host and port, as people write them.
    pub fn address(&self) -> String {
        match &self.host {
            Host::Address(std::net::IpAddr::V6(address)) => format!("[{address}]:{}", self.port),
            host => format!("{host}:{}", self.port),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tls = if self.tls { "/tls" } else { "" };
        write!(f, "{}{tls}", self.address())
    }
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
        let invalid = || InvalidTarget(text.to_owned());
        let (address, tls) = match text.strip_suffix("/tls") {
            Some(address) => (address, true),
            None => (text.strip_suffix("/tcp").unwrap_or(text), false),
        };
        let (host, port) = address.rsplit_once(':').ok_or_else(invalid)?;
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let host = Host::parse(bare.unwrap_or(host)).ok_or_else(invalid)?;
        let is_v6 = matches!(&host, Host::Address(address) if address.is_ipv6());
        let port = port.parse().ok().filter(|port| *port > 0);
        let port = port
            .filter(|_| is_v6 == bare.is_some())
            .ok_or_else(invalid)?;
        Ok(Self { host, port, tls })
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
