//! What a probe asks from inside a network, and what it was answered.
//!
//! A [`Target`] is asked in steps: does its name resolve, does its port answer, does it speak TLS, do
//! large packets get through. Each step has an answer of its own, and a step that nobody could take says
//! why: an image without tools must not look like a network without a way.

mod answer;
mod target;

pub use answer::{Connected, Handshake, PathSize, Resolved, Standing, Took};
pub use target::{InvalidTarget, Target};

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// What one probe found from one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// From where it asked.
    pub vantage: Vantage,
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
        let steps = [
            self.resolved.standing(),
            self.connected.standing(),
            self.handshake.standing(),
            self.path.standing(),
        ];
        // The first step that fails explains those after it.
        let mut steps = steps.into_iter();
        steps
            .clone()
            .find(|step| matches!(step, Standing::Fails(_)))
            .or_else(|| steps.find(|step| matches!(step, Standing::Unknown(_))))
            .unwrap_or(Standing::Works)
    }
}
