//! What people declare: tags on the service or the task definition, or words on the command line.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::text::{Certainty, Endpoint, Host};
use crate::alert::{IGNORE_CHECKS, QUIET_HOURS, SNOOZE_UNTIL};
use crate::facts::Tag;
use crate::net::Protocol;

/// A destination that somebody declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declaration {
    /// The destination.
    pub endpoint: Endpoint,
    /// The text, as people wrote it.
    pub text: String,
    /// Where: a tag's name, or an option.
    pub place: &'static str,
}

/// A declaration that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDeclaration {
    /// No destination.
    #[error("`{0}` is no destination: expected HOST:PORT, HOST:PORT/udp or ADDRESS:PORT")]
    Destination(String),
    /// An address that no other host has.
    #[error("`{0}` is no destination: its address is no single host's, or the task's own")]
    Address(String),
    /// A tag that looks like one of these and isn't.
    #[error(
        "the tag {0} is none of {NEEDS}, {DENIES}, {IGNORE}, {PROBE}, {SNOOZE_UNTIL}, {QUIET_HOURS} and \
         {IGNORE_CHECKS}"
    )]
    Tag(String),
    /// A word that can't be a host or variable.
    #[error(
        "`{0}` in the tag awsvpc-auditor:ignore is no host or variable: spaces separate them, and there \
         are no wildcards"
    )]
    Ignored(String),
}

impl InvalidDeclaration {
    /// What was written.
    pub fn text(&self) -> &str {
        match self {
            Self::Destination(text)
            | Self::Address(text)
            | Self::Tag(text)
            | Self::Ignored(text) => text,
        }
    }
}

/// What the task needs: destinations with spaces between them.
pub(super) const NEEDS: &str = "awsvpc-auditor:needs";

/// What the task must not reach.
pub(super) const DENIES: &str = "awsvpc-auditor:denies";

/// Hosts and variables that are left alone.
pub(super) const IGNORE: &str = "awsvpc-auditor:ignore";

/// Whether a task may be asked itself, by ECS Exec: `on`. IAM looks at it too, by the auditor's policy.
pub const PROBE: &str = "awsvpc-auditor:probe";

/// Tags that look like these and aren't: a slip in a name must not switch a guard off without a word.
pub(super) fn unknown_tags(tags: &[Tag]) -> impl Iterator<Item = InvalidDeclaration> {
    let keys = tags.iter().filter_map(|tag| tag.key.as_deref());
    let unknown = keys.filter(|key| {
        let key = key.to_ascii_lowercase();
        let rest = key.strip_prefix("awsvpc-auditor");
        rest.is_some_and(|rest| rest.starts_with([':', '/', '.', '_']))
    });
    let known = [
        NEEDS,
        DENIES,
        IGNORE,
        PROBE,
        SNOOZE_UNTIL,
        QUIET_HOURS,
        IGNORE_CHECKS,
    ];
    let unknown = unknown.filter(move |key| !known.contains(key));
    unknown.map(|key| InvalidDeclaration::Tag(key.to_owned()))
}

/// Words to ignore that can't be what they mean to be.
pub(super) fn invalid_ignored(tags: &[Tag]) -> impl Iterator<Item = InvalidDeclaration> {
    let words = words(tags, IGNORE).filter(|word| word.contains([',', ';', '*']));
    words.map(|word| InvalidDeclaration::Ignored(word.to_owned()))
}

/// The destinations of a tag, and the words that are none.
pub(super) fn in_tags(
    tags: &[Tag],
    name: &'static str,
) -> (Vec<Declaration>, Vec<InvalidDeclaration>) {
    let mut declared = Vec::new();
    let mut invalid = Vec::new();
    for word in words(tags, name) {
        match word.parse::<Declaration>() {
            Ok(declaration) => declared.push(Declaration {
                place: name,
                ..declaration
            }),
            Err(error) => invalid.push(error),
        }
    }
    (declared, invalid)
}

/// The words of a tag. Tag values can't hold commas, so spaces separate.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>
pub(super) fn words<'t>(tags: &'t [Tag], name: &str) -> impl Iterator<Item = &'t str> {
    let own: Vec<_> = tags
        .iter()
        .filter(|tag| tag.key.as_deref() == Some(name))
        .collect();
    own.into_iter()
        .flat_map(|tag| tag.value.as_deref().unwrap_or_default().split_whitespace())
}

impl FromStr for Declaration {
    type Err = InvalidDeclaration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidDeclaration::Destination(text.to_owned());
        let (rest, protocol) = match text.rsplit_once('/') {
            None => (text, Protocol::TCP),
            Some((rest, "tcp")) => (rest, Protocol::TCP),
            Some((rest, "udp")) => (rest, Protocol::UDP),
            Some(_) => return Err(invalid()),
        };
        let (host, port) = rest.rsplit_once(':').ok_or_else(invalid)?;
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let port: u16 = port.parse().map_err(|_| invalid())?;
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let host = host.strip_suffix('.').unwrap_or(host);
        let host = match bare.unwrap_or(host).parse() {
            Ok(address) if is_no_host(address) => {
                return Err(InvalidDeclaration::Address(text.to_owned()));
            }
            Ok(address) => Host::Address(address),
            Err(_) if is_name(host) => Host::Name(host.to_ascii_lowercase()),
            Err(_) => return Err(invalid()),
        };
        if port == 0 {
            return Err(invalid());
        }
        Ok(Self {
            endpoint: Endpoint {
                host,
                port: Some(port),
                protocol,
                certainty: Certainty::Stated,
                is_http: false,
                is_tls: false,
            },
            text: text.to_owned(),
            place: "--needs",
        })
    }
}

fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let is_framed = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && !is_framed && label.chars().all(is_allowed)
    };
    host.len() <= 253 && host.split('.').all(is_label) && host.contains(char::is_alphabetic)
}

/// Whether an address isn't one that a connection to another host can have.
fn is_no_host(address: IpAddr) -> bool {
    let is_broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    is_broadcast || address.is_unspecified() || address.is_loopback() || address.is_multicast()
}

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
