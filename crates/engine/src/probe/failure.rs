use std::fmt;

use super::{Connected, Handshake, PathSize, Probed, Resolved, Standing, Took};

/// How something fails that the account's configuration lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Its name doesn't exist.
    NoSuchName,
    /// The name server says that it fails, and how.
    NameServerFails(String),
    /// No name server answered.
    NameServersSilent(Took),
    /// The name doesn't resolve, and nobody could tell why.
    NameUnclear(String),
    /// The connection is refused.
    Refused,
    /// Nothing answered.
    Silent(Took),
    /// A router, or the own host, says that there is no way.
    NoWay(String),
    /// It can't be connected, and nobody could tell how.
    Unclear(String),
    /// It speaks something else than TLS, or closes the connection.
    Tls(String),
    /// It accepts the connection and doesn't answer TLS.
    TlsSilent(Took),
    /// Large packets are swallowed.
    BlackHole {
        /// The smallest that was swallowed, in bytes.
        swallows: u32,
    },
}

impl Failure {
    /// How a target fails; `None` where it works or nobody could tell.
    pub fn of(probed: &Probed) -> Option<Self> {
        if !matches!(probed.standing(), Standing::Fails(_)) {
            return None;
        }
        let name = (!probed.connected.is_answered()).then(|| of_name(&probed.resolved));
        let name = name.flatten();
        name.or_else(|| of_port(&probed.connected))
            .or_else(|| of_path(&probed.path))
            .or_else(|| of_handshake(&probed.handshake))
    }

    /// Whether it is the name that fails.
    pub fn is_of_name(&self) -> bool {
        matches!(
            self,
            Self::NoSuchName
                | Self::NameServerFails(_)
                | Self::NameServersSilent(_)
                | Self::NameUnclear(_)
        )
    }

    /// Whether the security groups of whoever asked may be the cause: nothing came back from the target.
    pub fn may_be_own(&self) -> bool {
        matches!(
            self,
            Self::NameServersSilent(_) | Self::Silent(_) | Self::NoWay(_) | Self::Unclear(_)
        )
    }
}

fn of_name(resolved: &Resolved) -> Option<Failure> {
    match resolved {
        Resolved::NoSuchName { .. } => Some(Failure::NoSuchName),
        Resolved::ServerFails { how } => Some(Failure::NameServerFails(how.clone())),
        Resolved::Silent { waited_ms } => Some(Failure::NameServersSilent(*waited_ms)),
        Resolved::Fails { how } => Some(Failure::NameUnclear(how.clone())),
        Resolved::NotNeeded | Resolved::Addresses { .. } | Resolved::CantTell { .. } => None,
    }
}

fn of_port(connected: &Connected) -> Option<Failure> {
    match connected {
        Connected::Refused { .. } => Some(Failure::Refused),
        Connected::Silent { waited_ms } => Some(Failure::Silent(*waited_ms)),
        Connected::NoWay { how } => Some(Failure::NoWay(how.clone())),
        Connected::Fails { how } => Some(Failure::Unclear(how.clone())),
        Connected::NotTried | Connected::Open { .. } | Connected::CantTell { .. } => None,
    }
}

fn of_handshake(handshake: &Handshake) -> Option<Failure> {
    match handshake {
        Handshake::Fails { how } => Some(Failure::Tls(how.clone())),
        Handshake::Silent { waited_ms } => Some(Failure::TlsSilent(*waited_ms)),
        Handshake::NotTried | Handshake::Done { .. } | Handshake::CantTell { .. } => None,
    }
}

fn of_path(path: &PathSize) -> Option<Failure> {
    match path {
        PathSize::BlackHole { swallows, .. } => Some(Failure::BlackHole {
            swallows: *swallows,
        }),
        _ => None,
    }
}

/// What it means, where the configuration lets the traffic through.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchName => f.write_str(
                "its name doesn't exist for the name server that the task asks: it is misspelled, was \
                 deleted, or belongs to a private hosted zone that isn't associated with the VPC",
            ),
            Self::NameServerFails(how) => write!(
                f,
                "the name server fails on its name ({how}): look at the resolver's rules and at the servers \
                 that they forward to"
            ),
            Self::NameServersSilent(waited) => write!(
                f,
                "no name server answered within {waited}: the name server is down, or something outside the \
                 account's configuration swallows the questions"
            ),
            Self::NameUnclear(how) => write!(
                f,
                "its name doesn't resolve ({how}), and what the image has to ask with doesn't tell why"
            ),
            Self::Refused => f.write_str(
                "the connection is refused: nothing listens at that port, or a firewall, the host's or one on \
                 the way, rejects it",
            ),
            Self::Silent(waited) => write!(
                f,
                "nothing answered within {waited}: the target is down, or its own firewall, the host's, or \
                 something outside the account (a firewall appliance, a network on premises) swallows packets"
            ),
            Self::NoWay(how) => write!(
                f,
                "something on the way says that there is none ({how}): the container's own routes, a firewall \
                 appliance, or a network behind the VPC"
            ),
            Self::Unclear(how) => write!(
                f,
                "it can't be connected ({how}), and what the image has to ask with doesn't tell how it fails"
            ),
            Self::Tls(how) => write!(
                f,
                "the port is open, but TLS fails ({how}): something else than the service answers there, or it \
                 doesn't speak TLS"
            ),
            Self::TlsSilent(waited) => write!(
                f,
                "the port is open, but TLS was not answered within {waited}: the service hangs, or an appliance \
                 on the way accepts connections for it"
            ),
            Self::BlackHole { swallows } => write!(
                f,
                "packets of {swallows} bytes are swallowed without a word while small ones get through (a path \
                 MTU black hole): lower the MTU, or let \"fragmentation needed\" (ICMP type 3 code 4) through"
            ),
        }
    }
}
