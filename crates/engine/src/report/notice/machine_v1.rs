//! JSON for programs, schema 1. These types are the format: fields are added, never renamed or
//! removed. What a fault, an explanation and a fix have here is called as in `task --format json`.
//!
//! A program that opens and closes incidents takes a finding's `fingerprint` for the incident's key,
//! opens on the states `opened`, `flapping` and `reminder`, and closes on `resolved`.

use serde::{Deserialize, Serialize};

use super::BODY;
use super::flows_v1::FlowsV1;
use super::words::cut;
use crate::alert::{About, Blocker, Finding, Kind, Mend, Notice, Scope, Unclear};
use crate::change::Change;
use crate::checks::Severity;
use crate::report::audit_text::clean;
use crate::report::json_v1::SCHEMA;

/// The most bytes of one finding: a message has room for several.
const FINDING: usize = 48 * 1024;

/// The most names or reasons in a list. The catalogue has fewer checks.
const MOST: usize = 60;

/// One message: what changed with one observation, in one scope.
#[derive(Debug, Serialize, Deserialize)]
pub struct NoticeV1 {
    /// The version of the format: 1.
    pub(super) schema: u32,
    /// What it mainly is: `opened`, `flapping`, `reminder` or `resolved`.
    pub(super) kind: Kind,
    /// Names the message; the same when it is sent again, so that a program can drop it.
    pub(super) id: String,
    /// The same from the first fault of a scope until all of them are mended.
    pub(super) thread: String,
    /// When it came to be, in RFC 3339.
    pub(super) at: String,
    /// When the facts were observed, in RFC 3339.
    pub(super) observed_at: String,
    pub(super) subject: SubjectV1,
    /// How bad the worst is of what it mainly is about: `low`, `medium`, `high` or `critical`.
    pub(super) severity: Severity,
    /// The ARN of a task in which the faults were seen.
    pub(super) example_task: Option<String>,
    /// Why ECS stopped that task, in its words.
    pub(super) stopped_reason: Option<String>,
    /// What was changed in the network before, the newest first, as far as it may be the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) changes: Vec<ChangeV1>,
    /// What a VPC flow log has of the task's refused packets; absent where nobody asked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<FlowsV1>,
    /// What changed: new, back again, still there, mended; the worst first in each.
    pub(super) findings: Vec<FindingV1>,
    /// How many more have changed than are in `findings`.
    pub(super) left_out: usize,
    /// How many faults of the thread were told before and are still there.
    pub(super) still_open: usize,
    /// Checks whose faults are too small to be told by themselves.
    pub(super) lesser: Vec<String>,
    pub(super) unclear: Vec<UnclearV1>,
    /// Why it may have been told before.
    pub(super) caveat: Option<String>,
}

/// A change of the network, as CloudTrail recorded it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeV1 {
    /// The call: `RevokeSecurityGroupIngress`.
    pub(super) name: String,
    /// The ids of what it changed.
    pub(super) components: Vec<String>,
    /// Who made it: an ARN or an AWS service.
    pub(super) by: String,
    /// When, in RFC 3339.
    pub(super) at: String,
}

/// What a message is about.
#[derive(Debug, Serialize, Deserialize)]
pub struct SubjectV1 {
    /// `tasks`, `headroom` (what is left for the next tasks), `coverage` (what the auditor can't see) or
    /// `monitor` (what answers inside the network).
    pub(super) kind: SubjectKindV1,
    pub(super) account: String,
    pub(super) region: String,
    /// The cluster's name; for `tasks` only.
    pub(super) cluster: Option<String>,
    /// `service:NAME` or `family:NAME`; for `tasks` only.
    pub(super) owner: Option<String>,
    /// The monitor's name; for `monitor` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) monitor: Option<String>,
}

/// What of an account a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKindV1 {
    /// The tasks of a service or family.
    Tasks,
    /// What is left for the next tasks.
    Headroom,
    /// What the auditor can't see.
    Coverage,
    /// What answers inside the network.
    Monitor,
}

/// Whether a fault is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeV1 {
    /// It isn't.
    Pass,
    /// It is.
    Fail,
}

/// One fault.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindingV1 {
    /// What became of it: `opened`, `flapping`, `reminder` or `resolved`.
    pub(super) state: Kind,
    /// The check's id.
    pub(super) check: String,
    /// `pass` for what is resolved, otherwise `fail`.
    pub(super) outcome: OutcomeV1,
    pub(super) severity: Severity,
    /// What it is about.
    pub(super) resource: String,
    /// One line: what the check looks for.
    pub(super) title: String,
    /// What was found, in words.
    pub(super) message: String,
    pub(super) explanations: Vec<ExplanationV1>,
    pub(super) fixes: Vec<FixV1>,
    /// Always empty: what could not be decided is in `unclear`.
    pub(super) missing: [(); 0],
    /// The same for every task of a service with this fault.
    pub(super) fingerprint: String,
    /// When it was first seen, in RFC 3339; null if that isn't known.
    pub(super) since: Option<String>,
    /// In how many tasks it was seen; 0 for what isn't about tasks.
    pub(super) tasks: usize,
    /// Whether there are more tasks than are counted.
    pub(super) tasks_more: bool,
    /// Whether it was too long: explanations and fixes are left out and texts are cut.
    pub(super) shortened: bool,
}

/// One blocker.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExplanationV1 {
    pub(super) code: String,
    pub(super) component: String,
    pub(super) direction: String,
    pub(super) leg: String,
    pub(super) message: String,
}

/// What mends a fault: all commands as one, and one by one.
#[derive(Debug, Serialize, Deserialize)]
pub struct FixV1 {
    pub(super) command: String,
    pub(super) commands: Vec<String>,
    pub(super) verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
}

/// A check that could not decide, and what is missing.
#[derive(Debug, Serialize, Deserialize)]
pub struct UnclearV1 {
    pub(super) check: String,
    pub(super) message: String,
}

/// The notice as JSON. What there is no room for is dropped from the end of what is broken, and of what is
/// mended, and counted: a program that isn't told of the latter keeps its incident open for ever.
pub(super) fn body(notice: &Notice) -> String {
    let mut document = NoticeV1::empty(notice);
    let mut room = BODY.saturating_sub(size(&document) + NUMBER);
    let mended = [(Kind::Resolved, notice.resolved.as_slice())];
    let (mended, used) = fitting(&mut document, &mended, room / 2);
    room -= used;
    let broken = notice.sections();
    let broken = broken
        .into_iter()
        .filter(|(kind, _)| *kind != Kind::Resolved);
    let (broken, _) = fitting(&mut document, &broken.collect::<Vec<_>>(), room);
    document.findings = broken.into_iter().chain(mended).collect();
    json(&document)
}

/// The findings that there is room for, up to the first that there isn't, so that what is there is the
/// worst; and the room that they take. The others are counted.
fn fitting(
    document: &mut NoticeV1,
    sections: &[(Kind, &[Finding])],
    room: usize,
) -> (Vec<FindingV1>, usize) {
    let (mut kept, mut used, mut is_full) = (Vec::new(), 0, false);
    let all = sections.iter();
    for (kind, finding) in all.flat_map(|(kind, all)| all.iter().map(move |one| (*kind, one))) {
        let finding = (!is_full).then(|| FindingV1::new(kind, finding));
        match finding.map(|finding| (size(&finding) + 1, finding)) {
            Some((size, finding)) if used + size <= room => {
                used += size;
                kept.push(finding);
            }
            _ => {
                is_full = true;
                document.left_out = document.left_out.saturating_add(1);
            }
        }
    }
    (kept, used)
}

/// A message that isn't a notice of this format.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// It is no JSON, or something is missing in it.
    #[error("not a message of awsvpc-auditor: {0}")]
    Json(#[from] serde_json::Error),
    /// It is of another version.
    #[error("a message of schema {0}, and this program knows schema {SCHEMA}")]
    Schema(u32),
}

impl NoticeV1 {
    /// Reads a message.
    pub fn parse(text: &str) -> Result<Self, NoticeError> {
        let notice: Self = serde_json::from_str(text)?;
        if notice.schema == SCHEMA {
            Ok(notice)
        } else {
            Err(NoticeError::Schema(notice.schema))
        }
    }

    /// Names the message.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it came to be, in RFC 3339.
    pub fn at(&self) -> &str {
        &self.at
    }

    /// The ARN of a task in which the faults were seen.
    pub fn example_task(&self) -> Option<&str> {
        self.example_task.as_deref()
    }

    /// How many more have changed than it tells.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}

/// What counting may add.
const NUMBER: usize = 20;

/// Texts, numbers and lists of them can always be written.
pub(super) fn json(document: &impl Serialize) -> String {
    serde_json::to_string(document).unwrap_or_default()
}

fn size(part: &impl Serialize) -> usize {
    json(part).len()
}

impl NoticeV1 {
    /// The notice without its findings.
    fn empty(notice: &Notice) -> Self {
        Self {
            schema: SCHEMA,
            kind: notice.kind(),
            id: cut(&notice.id, 512),
            thread: cut(&notice.thread, 512),
            at: notice.at.to_string(),
            observed_at: notice.observed_at.to_string(),
            subject: (&notice.scope).into(),
            severity: notice.severity(),
            stopped_reason: (notice.stopped_reason.as_deref()).map(|reason| cut(reason, 1_000)),
            example_task: notice.example.as_deref().map(|task| cut(task, 2_048)),
            changes: notice.changes.iter().map(Into::into).collect(),
            refused: notice.refused.as_ref().map(Into::into),
            findings: Vec::new(),
            left_out: notice.left_out,
            still_open: notice.still_open,
            lesser: notice
                .lesser
                .iter()
                .take(MOST)
                .map(|check| cut(check, 80))
                .collect(),
            unclear: notice.unclear.iter().take(MOST).map(Into::into).collect(),
            caveat: notice.caveat.as_deref().map(|caveat| cut(caveat, 1_000)),
        }
    }
}

impl From<&Change> for ChangeV1 {
    fn from(change: &Change) -> Self {
        let components = change.components.iter().take(MOST);
        Self {
            name: cut(&change.name, 80),
            components: components.map(|id| cut(id, 80)).collect(),
            by: cut(&change.by, 512),
            at: cut(&change.at, 40),
        }
    }
}

impl From<&Scope> for SubjectV1 {
    fn from(scope: &Scope) -> Self {
        Self {
            kind: match scope.about {
                About::Tasks { .. } => SubjectKindV1::Tasks,
                About::Headroom => SubjectKindV1::Headroom,
                About::Coverage => SubjectKindV1::Coverage,
                About::Monitor { .. } => SubjectKindV1::Monitor,
            },
            account: cut(&scope.account, 512),
            region: cut(&scope.region, 512),
            cluster: scope.cluster().map(|cluster| cut(cluster, 512)),
            owner: scope.owner().map(|owner| cut(owner, 512)),
            monitor: scope.monitor().map(|name| cut(name, 512)),
        }
    }
}

impl FindingV1 {
    fn new(kind: Kind, finding: &Finding) -> Self {
        let whole = Self {
            state: kind,
            check: clean(&finding.check),
            outcome: if kind == Kind::Resolved {
                OutcomeV1::Pass
            } else {
                OutcomeV1::Fail
            },
            severity: finding.severity,
            resource: clean(&finding.resource),
            title: clean(&finding.title),
            message: clean(&finding.message),
            explanations: finding.blockers.iter().map(Into::into).collect(),
            fixes: finding.mends.iter().map(Into::into).collect(),
            missing: [],
            fingerprint: clean(&finding.fingerprint),
            since: (finding.since.millis() != 0).then(|| finding.since.to_string()),
            tasks: finding.affected.count(),
            tasks_more: finding.affected.is_more(),
            shortened: false,
        };
        if size(&whole) > FINDING {
            whole.shortened()
        } else {
            whole
        }
    }

    fn shortened(self) -> Self {
        Self {
            check: cut(&self.check, 80),
            resource: cut(&self.resource, 1_000),
            title: cut(&self.title, 250),
            message: cut(&self.message, 1_000),
            fingerprint: cut(&self.fingerprint, 1_000),
            explanations: Vec::new(),
            fixes: Vec::new(),
            shortened: true,
            ..self
        }
    }
}

impl From<&Blocker> for ExplanationV1 {
    fn from(blocker: &Blocker) -> Self {
        Self {
            code: clean(&blocker.code),
            component: clean(&blocker.component),
            direction: clean(&blocker.direction),
            leg: clean(&blocker.leg),
            message: clean(&blocker.message),
        }
    }
}

impl From<&Mend> for FixV1 {
    fn from(mend: &Mend) -> Self {
        let commands: Vec<_> = mend.commands.iter().map(|command| clean(command)).collect();
        Self {
            command: commands.join(" && "),
            commands,
            verified: mend.verified,
            account: mend.account.as_deref().map(clean),
        }
    }
}

impl From<&Unclear> for UnclearV1 {
    fn from(unclear: &Unclear) -> Self {
        Self {
            check: cut(&unclear.check, 80),
            message: cut(&unclear.message, 500),
        }
    }
}
