use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Recorded;
use crate::net::Protocol;

/// Packets of one kind that were refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refused {
    /// The interface that they were refused at.
    pub at: String,
    /// Who sent them.
    pub from: IpAddr,
    /// Whom to.
    pub to: IpAddr,
    /// To which port; 0 where the protocol has none.
    pub port: u16,
    /// The protocol's IANA number.
    pub protocol: u8,
    /// How many packets.
    pub packets: u64,
}

/// What a flow log had of a task's refused packets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flows {
    /// The log group.
    pub log_group: String,
    /// The task's interface.
    pub interface: String,
    /// How far back was looked, in minutes.
    pub minutes: u64,
    /// What was refused; the most packets first. None may mean that it isn't written yet: flow logs are
    /// minutes behind.
    pub refused: Vec<Refused>,
}

impl Refused {
    /// One row of the answer to [`query`](super::query), whose columns `value` knows; `None` for a row that
    /// lacks something or makes no sense.
    pub fn of_row<'v>(value: impl Fn(&str) -> Option<&'v str>) -> Option<Self> {
        let packets = value("f_refused")?;
        // Sums are decimal numbers, written `12` or `12.0`.
        let packets = packets.split('.').next()?;
        Some(Self {
            at: value("f_interface_id")?.to_owned(),
            from: value("f_srcaddr")?.parse().ok()?,
            to: value("f_dstaddr")?.parse().ok()?,
            port: value("f_dstport")?.parse().ok()?,
            protocol: value("f_protocol")?.parse().ok()?,
            packets: packets.parse().ok()?,
        })
    }
}

/// `eni-0a1b refused 12 packets: tcp 10.0.1.5 to 10.0.2.7:5432`.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.packets == 1 { "" } else { "s" };
        let protocol = Protocol::new(self.protocol);
        write!(
            f,
            "{} refused {} packet{plural}: {protocol} {} to ",
            self.at, self.packets, self.from
        )?;
        match (protocol.has_ports(), self.to) {
            (false, to) => write!(f, "{to}"),
            (true, IpAddr::V6(to)) => write!(f, "[{to}]:{}", self.port),
            (true, to) => write!(f, "{to}:{}", self.port),
        }
    }
}

impl Flows {
    /// What was found where a task's packets are recorded.
    pub fn new(recorded: &Recorded, minutes: u64, mut refused: Vec<Refused>) -> Self {
        // What the task sent comes first: it is what can't be reached.
        refused.sort_by_key(|one| {
            let is_own = recorded.addresses.contains(&one.from);
            (!is_own, std::cmp::Reverse(one.packets), one.clone())
        });
        Self {
            log_group: recorded.log_group.clone(),
            interface: recorded.interface.clone(),
            minutes,
            refused,
        }
    }

    /// In sentences, each flow one, at most so many.
    pub fn sentences(&self, most: usize) -> Vec<String> {
        let Self {
            log_group,
            interface,
            minutes,
            refused,
        } = self;
        if refused.is_empty() {
            return vec![format!(
                "the flow log {log_group} has no refused packets of {interface} in the last {minutes} \
                 minutes; its records are up to 15 minutes behind"
            )];
        }
        let mut sentences: Vec<String> = refused
            .iter()
            .take(most)
            .map(|one| format!("flow log {log_group}: {one}"))
            .collect();
        let more = refused.len().saturating_sub(most);
        if more > 0 {
            sentences.push(format!("and {more} more such flows"));
        }
        sentences
    }
}
