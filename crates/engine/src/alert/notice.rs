use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Channel, Finding, Moment, Scope};
use crate::change::Change;
use crate::checks::Severity;
use crate::flow_log::{Flows, Recorded};

/// One message: what changed in a scope with one observation, the worst first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Names the message; the same when it is sent again.
    pub id: String,
    /// Names the thread: from the first fault of a scope until all of them are mended.
    pub thread: String,
    /// What it is about.
    pub scope: Scope,
    /// When it came to be.
    pub at: Moment,
    /// When the facts were observed.
    pub observed_at: Moment,
    /// A task in which the faults were seen, by its ARN.
    #[serde(default)]
    pub example: Option<String>,
    /// Why ECS stopped that task, in its words, if it did; or what it told of the service.
    #[serde(default)]
    pub stopped_reason: Option<String>,
    /// Where that task's refused packets are recorded, the flow log that says most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flow_logs: Vec<Recorded>,
    /// Which of them a flow log has; `None` where nobody asked, or nothing answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Flows>,
    /// What was changed before, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Faults that are new.
    #[serde(default)]
    pub opened: Vec<Finding>,
    /// Faults that were mended a moment ago and are back.
    #[serde(default)]
    pub flapping: Vec<Finding>,
    /// Faults that were told long ago and are still there.
    #[serde(default)]
    pub reminded: Vec<Finding>,
    /// Faults that are gone.
    #[serde(default)]
    pub resolved: Vec<Finding>,
    /// How many more have changed than there is room for.
    #[serde(default)]
    pub left_out: usize,
    /// How many faults of the thread were told before and are still there.
    #[serde(default)]
    pub still_open: usize,
    /// Checks whose faults are too small to be told by themselves.
    #[serde(default)]
    pub lesser: BTreeSet<String>,
    /// What could not be decided, and why.
    #[serde(default)]
    pub unclear: Vec<Unclear>,
    /// Why it may have been told before.
    #[serde(default)]
    pub caveat: Option<String>,
    /// Where it wasn't taken yet.
    #[serde(default)]
    pub untold: BTreeSet<Channel>,
}

/// A check that could not decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unclear {
    /// Its id.
    pub check: String,
    /// What is missing, in words.
    pub message: String,
}

/// What a message mainly is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something is broken.
    Opened,
    /// Something is broken again and again.
    Flapping,
    /// Something is still broken.
    Reminder,
    /// Something is mended.
    Resolved,
}

impl Kind {
    /// As machines read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Flapping => "flapping",
            Self::Reminder => "reminder",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Notice {
    /// What it mainly is: what is broken comes before what is mended.
    pub fn kind(&self) -> Kind {
        let kinds = self.sections().into_iter();
        let mut told = kinds.filter(|(_, findings)| !findings.is_empty());
        told.next().map_or(Kind::Resolved, |(kind, _)| kind)
    }

    /// Its parts in the order in which they are told.
    pub fn sections(&self) -> [(Kind, &[Finding]); 4] {
        [
            (Kind::Opened, &self.opened),
            (Kind::Flapping, &self.flapping),
            (Kind::Reminder, &self.reminded),
            (Kind::Resolved, &self.resolved),
        ]
    }

    /// Everything in it.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.sections()
            .into_iter()
            .flat_map(|(_, findings)| findings)
    }

    /// How bad the worst of what it mainly is about is.
    pub fn severity(&self) -> Severity {
        let kind = self.kind();
        let main = self
            .sections()
            .into_iter()
            .filter(|(section, _)| *section == kind);
        let severities = main.flat_map(|(_, findings)| findings).map(|f| f.severity);
        severities.max().unwrap_or(Severity::Low)
    }

    /// The changes that are told: the newest.
    const MOST_CHANGES: usize = 5;

    /// Takes over, from what was changed on the ways of what it is about, what may be the reason of its
    /// faults: changes of what stops traffic, or if there are none, all of them.
    pub fn explain(&mut self, changes: &[Change]) {
        let is_reason = |change: &&Change| {
            let mut findings = self.findings();
            findings.any(|finding| change.components.iter().any(|id| finding.is_about(id)))
        };
        let mut told: Vec<Change> = changes.iter().filter(is_reason).cloned().collect();
        if told.is_empty() {
            told = changes.to_vec();
        }
        told.sort_by(|one, other| other.cmp(one));
        told.dedup();
        told.truncate(Self::MOST_CHANGES);
        self.changes = told;
    }

    /// Whether it tells of something new that a task can't reach, so that a flow log may have the proof.
    pub fn tells_of_unreachable(&self) -> bool {
        let mut new = self.opened.iter().chain(&self.flapping);
        new.any(|finding| !finding.blockers.is_empty())
    }

    /// Whether it tells nothing.
    pub fn is_empty(&self) -> bool {
        self.findings().next().is_none()
    }

    fn sections_mut(&mut self) -> [&mut Vec<Finding>; 4] {
        [
            &mut self.opened,
            &mut self.flapping,
            &mut self.reminded,
            &mut self.resolved,
        ]
    }

    /// Keeps so many findings of what is broken, and so many of what is mended, and counts the others.
    pub(super) fn keep(&mut self, broken: usize, mended: usize) {
        let [opened, flapping, reminded, resolved] = self.sections_mut();
        let (mut room, mut left_out) = (broken, 0);
        for findings in [opened, flapping, reminded] {
            left_out += findings.len().saturating_sub(room);
            findings.truncate(room);
            room -= findings.len();
        }
        left_out += resolved.len().saturating_sub(mended);
        resolved.truncate(mended);
        self.left_out = self.left_out.saturating_add(left_out);
    }

    /// Leaves out what a message can do without, for where there is no room.
    pub(super) fn strip(&mut self) {
        for findings in self.sections_mut() {
            findings.iter_mut().for_each(Finding::strip);
        }
        self.unclear.clear();
        self.lesser.clear();
    }

    /// Findings that are told in full. With more, a message isn't read.
    const MOST: usize = 50;

    /// Those that are told as mended: a program that isn't told keeps its incident open for ever.
    const MOST_MENDED: usize = 200;

    /// Puts the worst first, and keeps as much as there is room for.
    pub fn arrange(&mut self) {
        for findings in self.sections_mut() {
            findings.sort_by(|a, b| {
                let key = |finding: &Finding| (place(&finding.check), finding.resource.clone());
                b.severity
                    .cmp(&a.severity)
                    .then_with(|| key(a).cmp(&key(b)))
            });
        }
        self.keep(Self::MOST, Self::MOST_MENDED);
        for finding in &mut self.resolved {
            finding.strip();
        }
        for findings in self.sections_mut() {
            for finding in findings {
                finding.affected.count_only();
            }
        }
        self.unclear.sort();
        self.unclear.dedup();
    }
}

/// A check's place in the catalogue, which puts causes before what follows from them; last, what is no
/// check.
fn place(check: &str) -> usize {
    let place = crate::checks::ALL.iter().position(|one| one.id == check);
    place.unwrap_or(usize::MAX)
}
