//! Changes that people and programs make to a network, as CloudTrail records them: which of them can
//! change what reaches what, which components they change, and who made them.

mod kinds;
mod record;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use kinds::{Reach, names, reach_of};
pub use record::{ChangeError, ChangeEvent};

/// A call that changed something, or was taken to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// When it was made, in RFC 3339 and UTC, so that texts sort as times do.
    pub at: String,
    /// The call, such as `RevokeSecurityGroupIngress`.
    pub name: String,
    /// The ids of what it changes, as far as they decide what reaches what; none where nothing tells for
    /// whom it was.
    pub components: BTreeSet<String>,
    /// Who made it: an ARN, or the AWS service in whose name it was made.
    pub by: String,
}

impl Change {
    /// Whether it may change one of these.
    pub fn touches(&self, components: &BTreeSet<String>) -> bool {
        !self.components.is_disjoint(components)
    }
}

/// `RevokeSecurityGroupIngress on sg-0a1b by arn:aws:sts::…:assumed-role/admin/ann at 2026-…Z`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let components: Vec<_> = self.components.iter().map(String::as_str).collect();
        f.write_str(&self.name)?;
        if !components.is_empty() {
            write!(f, " on {}", components.join(", "))?;
        }
        write!(f, " by {} at {}", self.by, self.at)
    }
}
