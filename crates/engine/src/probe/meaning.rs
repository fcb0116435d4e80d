use std::fmt;
use std::net::IpAddr;

use super::{Claim, Configured, Connected, Failure, Probed, Resolved, Standing};
use crate::dependencies::text::Host;
use crate::facts::Timestamp;
use crate::reach::Explanation;

/// Facts and answers that lie further apart, in seconds, aren't of the same network: somebody may have
/// changed it in between. Audits and probes of one run lie seconds apart.
const COMPARABLE: u64 = 15 * 60;

/// Which side can't tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The configuration, as far as the facts go.
    Configuration,
    /// The probe.
    Probe,
    /// Neither can.
    Both,
}

/// What the two sides come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Open, and it works.
    Works,
    /// Open, and it fails: the cause isn't the account's configuration.
    FailsElsewhere(Failure),
    /// Closed, and it fails: the configuration is the cause.
    Blocked {
        /// What stops it, in words.
        reasons: Vec<String>,
    },
    /// Closed, and it was answered: the audit is wrong, or its facts are old.
    Contradiction {
        /// The first proof: what should have stopped it.
        blockers: Vec<Explanation>,
        /// The second: the answer, in words.
        answer: String,
    },
    /// One of both can't tell.
    CantTell {
        /// Which.
        side: Side,
        /// Why, and what the other one says.
        why: String,
    },
    /// Nobody asked.
    NotAsked {
        /// Why, where it can't be asked at all.
        why: String,
    },
}

/// What else bears on how an answer is to be taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances<'c> {
    /// The subnet where something else than the task asked; its security groups may be others.
    pub beside_in: Option<&'c str>,
    /// How far apart facts and answer are, in seconds; `None` where one of the times isn't known, which is
    /// taken for the same time.
    pub apart: Option<u64>,
    /// When it was answered.
    pub asked_at: Option<Timestamp>,
    /// What stops names from being resolved, as the checks of DNS found it.
    pub names: &'c [String],
}

/// What the configuration says of where the answers came from, and what both come to.
pub fn compare(
    claim: &Claim,
    probed: &Probed,
    circumstances: Circumstances<'_>,
) -> (Configured, Meaning) {
    let configured = claim.configured_for(probed);
    if let Some(address) = answered_within(probed) {
        let why = format!("a proxy in the task itself answered, at {address}");
        return (configured, cant_tell(Side::Probe, why));
    }
    let standing = probed.standing();
    let meaning = match (&configured, &standing) {
        (Configured::Closed(blockers), _) if probed.connected.is_open() => {
            closed_and_answered(blockers, probed, circumstances)
        }
        (Configured::Closed(_), Standing::Fails(_))
            if matches!(probed.connected, Connected::Refused { .. }) =>
        {
            closed_and_refused(probed, circumstances)
        }
        (Configured::Closed(blockers), Standing::Fails(how)) => {
            let mut reasons: Vec<_> = blockers.iter().map(|one| one.message.clone()).collect();
            if Failure::of(probed).is_some_and(|failure| failure.is_of_name()) {
                reasons.extend(circumstances.names.iter().cloned());
                reasons.push(format!(
                    "besides, the probe got no further than the name: {how}"
                ));
            }
            Meaning::Blocked { reasons }
        }
        (Configured::Open, Standing::Works) => Meaning::Works,
        (Configured::Open, Standing::Fails(how)) => match Failure::of(probed) {
            Some(failure) => open_and_fails(failure, circumstances),
            None => cant_tell(Side::Probe, how.clone()),
        },
        (Configured::Unknown(why), Standing::Unknown(other)) => {
            cant_tell(Side::Both, format!("{why}; the probe: {other}"))
        }
        (Configured::Unknown(why), Standing::Works) => cant_tell(
            Side::Configuration,
            format!("{why}; the probe says that it works"),
        ),
        (Configured::Unknown(why), Standing::Fails(how)) => cant_tell(
            Side::Configuration,
            format!("{why}; the probe says that it fails: {how}"),
        ),
        (Configured::Open | Configured::Closed(_), Standing::Unknown(why)) => {
            cant_tell(Side::Probe, why.clone())
        }
        // Nothing works that didn't answer; `standing` doesn't say so.
        (Configured::Closed(_), Standing::Works) => {
            cant_tell(Side::Probe, "its port was not asked".to_owned())
        }
    };
    (configured, meaning)
}

/// The address of the task's own by which a name was answered: Service Connect gives its aliases loopback
/// addresses, at which its proxy accepts every connection.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html>
fn answered_within(probed: &Probed) -> Option<IpAddr> {
    let by = match (&probed.connected, &probed.resolved) {
        (
            Connected::Open {
                address: Some(by), ..
            },
            _,
        ) => Some(*by),
        (Connected::Open { .. }, Resolved::Addresses { addresses, .. }) => {
            addresses.first().copied()
        }
        _ => None,
    };
    by.filter(IpAddr::is_loopback)
}

fn cant_tell(side: Side, why: String) -> Meaning {
    Meaning::CantTell { side, why }
}

fn closed_and_answered(
    blockers: &[Explanation],
    probed: &Probed,
    circumstances: Circumstances<'_>,
) -> Meaning {
    let answer = answer(probed, circumstances.asked_at);
    if let Some(why) = too_old(&answer, circumstances).or_else(|| beside(&answer, circumstances)) {
        return why;
    }
    Meaning::Contradiction {
        blockers: blockers.to_vec(),
        answer,
    }
}

/// What a security group or a network ACL stops is dropped, never refused: somebody else answered, and it
/// isn't told who.
fn closed_and_refused(probed: &Probed, circumstances: Circumstances<'_>) -> Meaning {
    let answer = answer(probed, circumstances.asked_at);
    if let Some(why) = too_old(&answer, circumstances).or_else(|| beside(&answer, circumstances)) {
        return why;
    }
    let why = format!(
        "{answer}. If a firewall on the way refuses it, or one on the own host, the configuration may be right; \
         if the target itself does, the audit is wrong"
    );
    cant_tell(Side::Probe, why)
}

/// That facts and answer aren't of the same network, if they may not be.
fn too_old(answer: &str, circumstances: Circumstances<'_>) -> Option<Meaning> {
    let why = apart(circumstances)?;
    let why = format!("{why}; the probe was answered: {answer}");
    Some(cant_tell(Side::Configuration, why))
}

/// That whoever asked isn't the task, if it isn't.
fn beside(answer: &str, circumstances: Circumstances<'_>) -> Option<Meaning> {
    let subnet = circumstances.beside_in?;
    let why = format!(
        "it was asked in {subnet} by something else than the task, whose security groups may let it through: \
         {answer}"
    );
    Some(cant_tell(Side::Probe, why))
}

fn open_and_fails(failure: Failure, circumstances: Circumstances<'_>) -> Meaning {
    if failure.is_of_name() && !circumstances.names.is_empty() {
        return Meaning::Blocked {
            reasons: circumstances.names.to_vec(),
        };
    }
    if let Some(why) = apart(circumstances) {
        return cant_tell(Side::Configuration, format!("{why}; the probe: {failure}"));
    }
    match circumstances.beside_in {
        Some(subnet) if failure.may_be_own() => cant_tell(
            Side::Probe,
            format!(
                "it was asked in {subnet} by something else than the task, whose own security groups may be \
                 the cause: {failure}"
            ),
        ),
        _ => Meaning::FailsElsewhere(failure),
    }
}

/// Why facts and answer aren't of the same network, if they may not be.
fn apart(circumstances: Circumstances<'_>) -> Option<String> {
    let apart = circumstances.apart.filter(|apart| *apart > COMPARABLE)? / 60;
    let apart = match apart {
        minutes @ 0..120 => format!("{minutes} minutes"),
        minutes => format!("{} hours", minutes / 60),
    };
    Some(format!(
        "the facts and the probe lie {apart} apart, and the configuration may have been another one"
    ))
}

/// By which address, how fast and when something answered.
fn answer(probed: &Probed, asked_at: Option<Timestamp>) -> String {
    let what = match &probed.connected {
        Connected::Open { address, took_ms } => {
            let by = match (address, &probed.target.host) {
                (Some(address), _) | (None, Host::Address(address)) => address.to_string(),
                (None, host) => format!("{host} (which address isn't known)"),
            };
            format!("the port was open at {by} within {took_ms}")
        }
        Connected::Refused { took_ms } => {
            let by = match &probed.resolved {
                _ if probed.tried.is_some() => listed(probed.tried.as_slice()),
                Resolved::Addresses { addresses, .. } => listed(addresses),
                _ => probed.target.host.to_string(),
            };
            format!("the connection was refused at {by} within {took_ms}")
        }
        _ => "nothing".to_owned(),
    };
    match asked_at {
        Some(at) => format!("{what}, {at}"),
        None => what,
    }
}

fn listed(addresses: &[IpAddr]) -> String {
    let all: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    all.join(" or ")
}

impl Meaning {
    /// In one word, as programs see it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::FailsElsewhere(_) => "fails-elsewhere",
            Self::Blocked { .. } => "blocked",
            Self::Contradiction { .. } => "contradiction",
            Self::CantTell { .. } => "unknown",
            Self::NotAsked { .. } => "not-asked",
        }
    }
}

/// In a sentence.
impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Works => f.write_str("both agree: it is open, and it works"),
            Self::FailsElsewhere(failure) => write!(
                f,
                "the account's configuration lets it through, so the cause lies elsewhere: {failure}"
            ),
            Self::Blocked { reasons } => write!(
                f,
                "both agree: the configuration stops it: {}",
                reasons.join("; ")
            ),
            Self::Contradiction { blockers, answer } => {
                let blockers: Vec<_> = blockers.iter().map(|one| one.message.as_str()).collect();
                write!(
                    f,
                    "a contradiction: the configuration says that it is closed ({}), and it was answered: \
                     {answer}. The audit is wrong, or its facts are old",
                    blockers.join("; ")
                )
            }
            Self::CantTell { side, why } => match side {
                Side::Configuration => write!(f, "the configuration can't tell: {why}"),
                Side::Probe => write!(f, "the probe can't tell: {why}"),
                Side::Both => write!(f, "neither can tell. The configuration: {why}"),
            },
            Self::NotAsked { why } => write!(f, "not asked: {why}"),
        }
    }
}
