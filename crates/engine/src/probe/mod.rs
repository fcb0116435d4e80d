//! What a probe asks from inside a network, and what it was answered.
//!
//! A [`Target`] is asked in steps: does its name resolve, does its port answer, does it speak TLS, do
//! large packets get through. Each step has an answer of its own, and a step that nobody could take says
//! why: an image without tools must not look like a network without a way.

mod agreement;
mod answer;
mod asking;
mod claim;
mod failure;
mod meaning;
mod saved;
mod target;

pub use agreement::{Agreement, agreements};
pub(crate) use agreement::{of_inquiry, subnets_asked};
pub use answer::{Connected, Handshake, PathSize, Resolved, Standing, Took};
pub use asking::{Asking, LeftOut, MOST_TARGETS, targets};
pub use claim::{Claim, Configured, JudgedWay, Need, Spot};
pub use failure::Failure;
pub use meaning::{Circumstances, Meaning, Side, compare};
pub use saved::saved_file;
pub use target::{InvalidTarget, Target};

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::facts::Timestamp;

/// What one probe found from one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// From where it asked.
    pub vantage: Vantage,
    /// When it asked; `None` where nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// The name servers that the place asks; empty where that couldn't be read.
    pub name_servers: Vec<IpAddr>,
    /// Its interfaces but for the loopback; empty where they couldn't be read.
    pub interfaces: Vec<Interface>,
    /// What it was answered, in the order in which the targets were given.
    pub targets: Vec<Probed>,
    /// Why it ended before everything was asked, if it did.
    pub cut_short: Option<String>,
}

/// Where a probe asks from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Vantage {
    /// A container of a task, by ECS Exec.
    #[serde(rename_all = "camelCase")]
    Container {
        /// The task's ARN.
        task: String,
        /// The container's name.
        container: String,
    },
    /// The place where the program itself runs: a monitor in a subnet, a sidecar, a bastion.
    #[serde(rename_all = "camelCase")]
    Here {
        /// What people call it: a subnet's id, a host's name.
        name: String,
    },
}

/// A network interface as its own kernel sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interface {
    /// Such as `eth1`.
    pub name: String,
    /// The largest packet that leaves it, in bytes.
    pub mtu: u32,
}

/// One target and its answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Probed {
    /// What was asked.
    pub target: Target,
    /// Whether its name resolves.
    pub resolved: Resolved,
    /// The one of its addresses that was tried, where only one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<IpAddr>,
    /// Whether its port answers.
    pub connected: Connected,
    /// Whether it speaks TLS.
    pub handshake: Handshake,
    /// Whether large packets get through.
    pub path: PathSize,
}

impl Probed {
    /// What its answers come to.
    pub fn standing(&self) -> Standing {
        // Who was connected to has an address, whatever the tool said that looks names up.
        let resolved = if self.connected.is_answered() {
            Standing::Works
        } else {
            self.resolved.standing()
        };
        let connected = match &self.connected {
            Connected::NotTried => Standing::Unknown("its port was not asked".to_owned()),
            tried => tried.standing(),
        };
        let mut steps = [
            resolved,
            connected,
            // A path that swallows large packets explains a handshake that isn't answered.
            self.path.standing(),
            self.handshake.standing(),
        ]
        .into_iter();
        // The first step that fails explains those after it.
        steps
            .clone()
            .find(|step| matches!(step, Standing::Fails(_)))
            .or_else(|| steps.find(|step| matches!(step, Standing::Unknown(_))))
            .unwrap_or(Standing::Works)
    }
}
