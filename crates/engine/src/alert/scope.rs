use std::fmt;

use serde::{Deserialize, Serialize};

/// What shares a life, a thread of messages and an item of the state table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// What of it.
    pub about: About,
}

/// What of a region a scope is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The tasks of a service, or of a task definition's family.
    Tasks {
        /// The cluster's name.
        cluster: String,
        /// `service:NAME` or `family:NAME`.
        owner: String,
    },
    /// What is left for the next tasks.
    Headroom,
    /// What the auditor can't see.
    Coverage,
    /// What a monitor asks from inside the network.
    Monitor {
        /// What people call it.
        name: String,
    },
}

impl Scope {
    /// The cluster's name, where it is about one.
    pub fn cluster(&self) -> Option<&str> {
        match &self.about {
            About::Tasks { cluster, .. } => Some(cluster),
            About::Headroom | About::Coverage | About::Monitor { .. } => None,
        }
    }

    /// The monitor's name, where it is about one.
    pub fn monitor(&self) -> Option<&str> {
        match &self.about {
            About::Monitor { name } => Some(name),
            About::Tasks { .. } | About::Headroom | About::Coverage => None,
        }
    }

    /// Whether it is about tasks that no service starts, so that nothing says where the next ones will
    /// be.
    pub(super) fn has_no_service(&self) -> bool {
        let owner = self.owner();
        owner.is_some_and(|owner| !owner.starts_with("service:"))
    }

    /// `service:NAME` or `family:NAME`, where it is about one.
    pub fn owner(&self) -> Option<&str> {
        match &self.about {
            About::Tasks { owner, .. } => Some(owner),
            About::Headroom | About::Coverage | About::Monitor { .. } => None,
        }
    }
}

/// The key of its state: `ACCOUNT/REGION/CLUSTER/OWNER`, `ACCOUNT/REGION/headroom`,
/// `ACCOUNT/REGION/coverage`, `ACCOUNT/REGION/monitor/NAME`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.account, self.region)?;
        match &self.about {
            About::Tasks { cluster, owner } => write!(f, "{cluster}/{owner}"),
            About::Headroom => f.write_str("headroom"),
            About::Coverage => f.write_str("coverage"),
            About::Monitor { name } => write!(f, "monitor/{name}"),
        }
    }
}
