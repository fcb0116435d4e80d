use std::net::IpAddr;

use ipnet::IpNet;

use super::{Connected, Probed, Resolved};
use crate::dependencies::text::Host;
use crate::net::{AddressScope, Protocol};
use crate::reach::Explanation;

/// Why a target matters to a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Its configuration, or people, say that it talks to it.
    Dependency,
    /// ECS calls it by the task's own interface.
    Call,
    /// Whoever probed asked for it.
    Asked,
}

/// What the account's configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configured {
    /// The traffic gets there and back.
    Open,
    /// It doesn't; what stops it.
    Closed(Vec<Explanation>),
    /// The facts don't tell, and why.
    Unknown(String),
}

/// What the configuration says of one place of a subject, before anything was asked there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Why it matters.
    pub need: Need,
    /// A DNS name or an address.
    pub host: Host,
    /// The port, where anything tells it.
    pub port: Option<u16>,
    /// TCP or UDP.
    pub protocol: Protocol,
    /// What it is, as people call it: `database orders`, `ECR API`.
    pub label: String,
    /// Where we learned of it: `container web, env DATABASE_URL`.
    pub sources: Vec<String>,
    /// Whether its protocol starts with TLS, where more than its port says so.
    pub tls: bool,
    /// From each place of the subject to each place where a client can be sent. Never empty.
    pub ways: Vec<JudgedWay>,
}

/// What the configuration says of one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedWay {
    /// To where. Empty where nobody knows, or where nothing is.
    pub to: Vec<Spot>,
    /// What it says.
    pub says: Configured,
}

/// A place where a client can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// An address.
    At(IpAddr),
    /// Some address of these.
    Within(IpNet),
    /// Some public address.
    Public,
    /// Some address; the facts don't tell which.
    Anywhere,
}

impl Spot {
    fn may_be(&self, address: IpAddr) -> bool {
        match self {
            Self::At(own) => *own == address,
            Self::Within(net) => net.contains(&address),
            Self::Public => !AddressScope::Host(address).is_private(),
            Self::Anywhere => true,
        }
    }
}

impl Claim {
    /// Host and port, as people write them.
    pub fn address(&self) -> String {
        match (&self.host, self.port) {
            (Host::Address(address @ IpAddr::V6(_)), Some(port)) => format!("[{address}]:{port}"),
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_string(),
        }
    }

    /// What it is and where.
    pub fn target(&self) -> String {
        let address = self.address();
        if address.starts_with(&self.label) {
            address
        } else {
            format!("{} at {address}", self.label)
        }
    }

    /// What the configuration says of everywhere that a client can be sent: one closed way closes it.
    pub fn configured(&self) -> Configured {
        strictest(&self.ways.iter().collect::<Vec<_>>())
    }

    /// What the configuration says of where the probe's answers came from.
    ///
    /// An answer by an address that wasn't judged says nothing about those that were; neither does one
    /// of several addresses that fare differently, where nobody knows which it was.
    pub fn configured_for(&self, probed: &Probed) -> Configured {
        let addresses = self.addresses(probed);
        let is_asked = |way: &&JudgedWay| {
            let may_be = |spot: &Spot| addresses.iter().any(|address| spot.may_be(*address));
            addresses.is_empty() || way.to.iter().any(may_be)
        };
        let ways: Vec<_> = self.ways.iter().filter(is_asked).collect();
        let overall = self.configured();
        if !probed.connected.is_answered() {
            return if ways.is_empty() {
                overall
            } else {
                strictest(&ways)
            };
        }
        if ways.is_empty() {
            return match overall {
                Configured::Closed(_) => {
                    let list: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                    Configured::Unknown(format!(
                        "{} isn't where the facts place it, so nobody judged the way there",
                        list.join(", ")
                    ))
                }
                other => other,
            };
        }
        let is_closed = |way: &&&JudgedWay| matches!(way.says, Configured::Closed(_));
        let closed = ways.iter().filter(is_closed).count();
        if (1..ways.len()).contains(&closed) {
            return Configured::Unknown(
                "only some of its addresses are closed, and which one answered isn't known"
                    .to_owned(),
            );
        }
        strictest(&ways)
    }

    /// Where the answer came from, or didn't, as far as the probe tells; none where it doesn't.
    fn addresses(&self, probed: &Probed) -> Vec<IpAddr> {
        let known = match (&probed.connected, &self.host, &probed.resolved) {
            (
                Connected::Open {
                    address: Some(address),
                    ..
                },
                ..,
            )
            | (_, Host::Address(address), _) => std::slice::from_ref(address),
            _ if probed.tried.is_some() => probed.tried.as_slice(),
            (_, _, Resolved::Addresses { addresses, .. }) => addresses.as_slice(),
            _ => &[],
        };
        known.iter().map(IpAddr::to_canonical).collect()
    }
}

/// What ways come to together: closed where one is, open where all are.
fn strictest(ways: &[&JudgedWay]) -> Configured {
    let mut blockers: Vec<Explanation> = Vec::new();
    let mut is_closed = false;
    let mut reasons: Vec<&str> = Vec::new();
    for way in ways {
        match &way.says {
            Configured::Open => {}
            Configured::Closed(own) => {
                is_closed = true;
                for blocker in own {
                    if !blockers.iter().any(|known| known.is_same_blocker(blocker)) {
                        blockers.push(blocker.clone());
                    }
                }
            }
            Configured::Unknown(why) => {
                if !reasons.contains(&why.as_str()) {
                    reasons.push(why);
                }
            }
        }
    }
    if is_closed {
        Configured::Closed(blockers)
    } else if !reasons.is_empty() {
        Configured::Unknown(reasons.join("; "))
    } else if ways.is_empty() {
        Configured::Unknown("no way was judged".to_owned())
    } else {
        Configured::Open
    }
}
