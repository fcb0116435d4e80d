use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long an answer took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Took(pub u64);

impl From<Duration> for Took {
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// What steps come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Works,
    /// It doesn't, and how.
    Fails(String),
    /// Nobody could ask, and why.
    Unknown(String),
}

/// Whether a name resolves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "answer")]
pub enum Resolved {
    /// The target is an address.
    NotNeeded,
    /// It has addresses.
    #[serde(rename_all = "camelCase")]
    Addresses {
        /// The addresses, in the order of the answer.
        addresses: Vec<IpAddr>,
        /// How long that took.
        took_ms: Took,
    },
    /// The name server says that there is no such name, or that it has no address.
    #[serde(rename_all = "camelCase")]
    NoSuchName {
        /// How long that took.
        took_ms: Took,
    },
    /// The name server refuses or fails: SERVFAIL, REFUSED.
    #[serde(rename_all = "camelCase")]
    ServerFails {
        /// What it said.
        how: String,
    },
    /// No name server answered in time.
    #[serde(rename_all = "camelCase")]
    Silent {
        /// How long was waited.
        waited_ms: Took,
    },
    /// The name didn't resolve, and what was there to ask with doesn't tell why.
    #[serde(rename_all = "camelCase")]
    Fails {
        /// What is known of it.
        how: String,
    },
    /// Nobody could ask.
    #[serde(rename_all = "camelCase")]
    CantTell {
        /// Why.
        why: String,
    },
}

/// Whether a port answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "answer")]
pub enum Connected {
    /// A step before failed.
    NotTried,
    /// The connection was accepted.
    #[serde(rename_all = "camelCase")]
    Open {
        /// By which address, where that is known.
        address: Option<IpAddr>,
        /// How long that took.
        took_ms: Took,
    },
    /// It was refused: nothing listens there, or a firewall on the way says so for it.
    #[serde(rename_all = "camelCase")]
    Refused {
        /// How long that took.
        took_ms: Took,
    },
    /// Nothing answered in time: packets, or their answers, are swallowed.
    #[serde(rename_all = "camelCase")]
    Silent {
        /// How long was waited.
        waited_ms: Took,
    },
    /// A router, or the own host, says that there is no way: no route, host unreachable, prohibited.
    #[serde(rename_all = "camelCase")]
    NoWay {
        /// What it said.
        how: String,
    },
    /// The connection failed, and what was there to ask with doesn't tell how.
    #[serde(rename_all = "camelCase")]
    Fails {
        /// What is known of it.
        how: String,
    },
    /// Nobody could ask.
    #[serde(rename_all = "camelCase")]
    CantTell {
        /// Why.
        why: String,
    },
}

/// Whether a target speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "answer")]
pub enum Handshake {
    /// TLS isn't expected, or a step before failed.
    NotTried,
    /// It does.
    #[serde(rename_all = "camelCase")]
    Done {
        /// How long that took.
        took_ms: Took,
        /// Why its certificate isn't trusted where it was asked, if it isn't: a private authority's, an
        /// expired one. The network is fine either way.
        distrusted: Option<String>,
    },
    /// It answered something else, or closed the connection.
    #[serde(rename_all = "camelCase")]
    Fails {
        /// What happened.
        how: String,
    },
    /// It accepted the connection and never answered.
    #[serde(rename_all = "camelCase")]
    Silent {
        /// How long was waited.
        waited_ms: Took,
    },
    /// Nobody could ask.
    #[serde(rename_all = "camelCase")]
    CantTell {
        /// Why.
        why: String,
    },
}

/// Whether large packets get through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "answer")]
pub enum PathSize {
    /// A step before failed, or nobody asked for it.
    NotTried,
    /// They do, up to this size.
    #[serde(rename_all = "camelCase")]
    Carries {
        /// The largest packet that got through, in bytes.
        bytes: u32,
    },
    /// A router on the way says that its link is smaller, so that senders adapt: path MTU discovery works.
    #[serde(rename_all = "camelCase")]
    Narrows {
        /// The largest packet that gets through, in bytes.
        bytes: u32,
    },
    /// Small packets get through, large ones are swallowed without a word: a path MTU black hole.
    #[serde(rename_all = "camelCase")]
    BlackHole {
        /// The largest packet that got through, in bytes, where that was measured.
        carries: Option<u32>,
        /// The smallest packet that was swallowed, in bytes.
        swallows: u32,
    },
    /// Nobody could ask.
    #[serde(rename_all = "camelCase")]
    CantTell {
        /// Why.
        why: String,
    },
}

impl Resolved {
    /// What it comes to.
    pub fn standing(&self) -> Standing {
        match self {
            Self::NotNeeded | Self::Addresses { .. } => Standing::Works,
            Self::NoSuchName { .. } => Standing::Fails("its name doesn't exist".to_owned()),
            Self::ServerFails { how } => Standing::Fails(format!("the name server fails: {how}")),
            Self::Silent { waited_ms } => {
                Standing::Fails(format!("no name server answered within {waited_ms}"))
            }
            Self::Fails { how } => Standing::Fails(format!("its name doesn't resolve: {how}")),
            Self::CantTell { why } => Standing::Unknown(why.clone()),
        }
    }
}

impl Connected {
    /// What it comes to.
    pub fn standing(&self) -> Standing {
        match self {
            Self::NotTried | Self::Open { .. } => Standing::Works,
            Self::Refused { .. } => Standing::Fails("the connection is refused".to_owned()),
            Self::Silent { waited_ms } => {
                Standing::Fails(format!("nothing answered within {waited_ms}"))
            }
            Self::NoWay { how } => Standing::Fails(how.clone()),
            Self::Fails { how } => Standing::Fails(format!("it can't be connected: {how}")),
            Self::CantTell { why } => Standing::Unknown(why.clone()),
        }
    }

    /// Whether packets surely got there and back.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// Whether somebody answered: the target, or a firewall on the way that refuses for it.
    pub fn is_answered(&self) -> bool {
        self.is_open() || matches!(self, Self::Refused { .. })
    }
}

impl Handshake {
    /// What it comes to.
    pub fn standing(&self) -> Standing {
        match self {
            Self::NotTried | Self::Done { .. } => Standing::Works,
            Self::Fails { how } => Standing::Fails(format!("TLS fails: {how}")),
            Self::Silent { waited_ms } => {
                Standing::Fails(format!("TLS was not answered within {waited_ms}"))
            }
            Self::CantTell { why } => Standing::Unknown(why.clone()),
        }
    }
}

impl PathSize {
    /// What it comes to. That nobody could measure it doesn't make a working target unknown.
    pub fn standing(&self) -> Standing {
        match self {
            Self::BlackHole { swallows, .. } => Standing::Fails(format!(
                "packets of {swallows} bytes are swallowed: a path MTU black hole"
            )),
            _ => Standing::Works,
        }
    }
}
