use serde::{Deserialize, Serialize};

use super::{Affected, Moment};
use crate::checks::{AuditResult, Severity};
use crate::fix::{Fix, PROVED};
use crate::reach::Explanation;

/// A fault as it is told: all that a message needs, so that it can be told again when the facts are
/// gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The same for every task of a service with this fault.
    pub fingerprint: String,
    /// The check's id.
    pub check: String,
    /// One line: what is wrong.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub resource: String,
    /// What was found, in words.
    pub message: String,
    /// What stops the traffic, where traffic is stopped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blockers: Vec<Blocker>,
    /// What mends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mends: Vec<Mend>,
    /// When it was first seen.
    #[serde(default)]
    pub since: Moment,
    /// The tasks in which it was seen.
    #[serde(default)]
    pub affected: Affected,
}

/// One blocker, as [`Explanation`] has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// Reachability Analyzer's code.
    pub code: String,
    /// The component's id.
    pub component: String,
    /// `egress` or `ingress`.
    pub direction: String,
    /// `forward` or `return`.
    pub leg: String,
    /// In words.
    pub message: String,
}

/// What mends a fault, as [`Fix`] has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mend {
    /// Each a command of its own.
    pub commands: Vec<String>,
    /// The audit was run with it applied and found the fault gone.
    pub verified: bool,
    /// The account to run it in, where that isn't the one of the fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What to know about it besides, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
}

impl From<&AuditResult> for Finding {
    fn from(result: &AuditResult) -> Self {
        Self {
            fingerprint: result.fingerprint.clone(),
            check: result.check.id.to_owned(),
            title: result.check.title.to_owned(),
            severity: result.severity,
            resource: result.resource.clone(),
            message: result.message.clone(),
            blockers: result.explanations.iter().map(Blocker::from).collect(),
            mends: result.fixes.iter().map(Mend::from).collect(),
            since: Moment::default(),
            affected: Affected::default(),
        }
    }
}

impl From<&Explanation> for Blocker {
    fn from(explanation: &Explanation) -> Self {
        Self {
            code: explanation.code.as_str().to_owned(),
            component: explanation.component.clone(),
            direction: explanation.direction.to_string(),
            leg: explanation.leg.to_string(),
            message: explanation.message.clone(),
        }
    }
}

impl From<&Fix> for Mend {
    fn from(fix: &Fix) -> Self {
        Self {
            commands: fix.commands(),
            verified: fix.verified,
            account: fix.account.clone(),
            standing: fix.standing(PROVED),
        }
    }
}

impl Finding {
    /// Whether a component is what it is about or what stops its traffic.
    pub fn is_about(&self, component: &str) -> bool {
        let mut blockers = self.blockers.iter();
        let mut resources = self.resource.split([',', ' ', '/', '+']);
        resources.any(|part| part == component)
            || blockers.any(|blocker| blocker.component == component)
    }

    /// The components that it is about and those that stop its traffic, as far as EC2 gives them ids.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        let blockers = self.blockers.iter().map(|b| b.component.as_str());
        let all = blockers.chain(self.resource.split([',', ' ', '/', '+']));
        all.filter(|id| is_id(id))
    }

    /// The finding without what a message can do without, for where there is no room.
    pub(super) fn strip(&mut self) {
        self.blockers.clear();
        self.mends.clear();
        self.affected.count_only();
        if let Some((end, _)) = self.message.char_indices().nth(MOST_WORDS) {
            self.message.truncate(end);
            self.message.push('…');
        }
    }
}

/// Whether a text is an id as EC2 gives them: `sg-0a1b2c3d`.
fn is_id(text: &str) -> bool {
    let hex = text.rsplit_once('-').map_or("", |(_, hex)| hex);
    matches!(hex.len(), 8 | 17) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Characters of a message that is cut short.
const MOST_WORDS: usize = 160;
