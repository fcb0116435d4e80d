use std::fmt;

use serde::{Deserialize, Serialize};

use super::inquiry::Inquiry;
use crate::facts::{FactKind, Missing};
use crate::fix::Fix;
use crate::headroom::Assessment;
use crate::probe::Probe;
use crate::reach::Explanation;

/// Looks for one fault.
pub struct Check {
    /// Kebab-case; names the fault, never the fix.
    pub id: &'static str,
    /// One line: what is wrong when it fails.
    pub title: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The step of the checklist that looks at it.
    pub step: Step,
    /// The version in which it appeared.
    pub since: &'static str,
    /// The facts it may need; their actions are the permissions it takes.
    pub needs: &'static [FactKind],
    /// The user's page.
    pub page: &'static str,
    /// Looks.
    pub run: Run,
}

/// How a check looks, at what it is about.
#[derive(Clone, Copy)]
pub enum Run {
    /// At a task or service.
    Task(fn(&Inquiry<'_>) -> Result<Vec<Judgement>, Unknown>),
    /// At what a region has left.
    Headroom(fn(&Assessment<'_, '_>) -> Vec<Judgement>),
    /// At what a monitor was answered.
    Monitor(fn(&Probe) -> Vec<Judgement>),
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Task(_) => "Task",
            Self::Headroom(_) => "Headroom",
            Self::Monitor(_) => "Monitor",
        })
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth mending when there is time.
    Low,
    /// Fails in some situations, or costs.
    Medium,
    /// The task can't do its work.
    High,
    /// The task can't start, or can't talk at all.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// The steps of the checklist by which people diagnose awsvpc networking, and what hardens it beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The task's interface was provisioned.
    Provisioning,
    /// The task's own groups allow what it needs.
    SecurityGroups,
    /// What it talks to admits the task's groups.
    Downstream,
    /// Its subnet has a way out.
    Routes,
    /// Names resolve.
    Dns,
    /// ECS Exec is there when it is needed.
    Exec,
    /// Large packets get through.
    Mtu,
    /// What it needs answers where its tasks are.
    Inside,
    /// Common pitfalls and next steps.
    Hardening,
    /// What is left for the next tasks: no step of a task's audit.
    Headroom,
    /// What a monitor asks answers: no step of a task's audit.
    Monitor,
}

impl Step {
    /// The steps of a task's audit, in order.
    pub const CHECKLIST: [Self; 9] = [
        Self::Provisioning,
        Self::SecurityGroups,
        Self::Downstream,
        Self::Routes,
        Self::Dns,
        Self::Exec,
        Self::Mtu,
        Self::Inside,
        Self::Hardening,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Provisioning => "Network interface provisioned",
            Self::SecurityGroups => "Security groups of the task",
            Self::Downstream => "What the task talks to admits it",
            Self::Routes => "Routes",
            Self::Dns => "DNS",
            Self::Exec => "ECS Exec",
            Self::Mtu => "MTU",
            Self::Inside => "From the inside",
            Self::Hardening => "Pitfalls and hardening",
            Self::Headroom => "Headroom",
            Self::Monitor => "Monitor",
        }
    }
}

/// What a check found about one resource.
#[derive(Debug, Clone)]
pub enum Judgement {
    /// The fault isn't there.
    Pass {
        /// What was looked at.
        resource: String,
        /// Why it is fine.
        message: String,
    },
    /// The fault is there.
    Fail(Fault),
    /// Facts are missing.
    Unknown {
        /// What was looked at.
        resource: String,
        /// What is missing.
        missing: Unknown,
    },
    /// The check doesn't apply.
    Skipped {
        /// Why not.
        reason: String,
    },
}

impl Judgement {
    /// The fault isn't there.
    pub fn pass(resource: impl fmt::Display, message: impl Into<String>) -> Self {
        Self::Pass {
            resource: resource.to_string(),
            message: message.into(),
        }
    }

    /// The check doesn't apply.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped {
            reason: reason.into(),
        }
    }

    /// Facts about a resource are missing.
    pub fn unknown(resource: impl fmt::Display, missing: impl Into<Unknown>) -> Self {
        Self::Unknown {
            resource: resource.to_string(),
            missing: missing.into(),
        }
    }
}

/// A fault that is there.
#[derive(Debug, Clone, Default)]
pub struct Fault {
    /// The resource it is about.
    pub resource: String,
    /// What is wrong, in words.
    pub message: String,
    /// The blockers, where traffic is stopped.
    pub explanations: Vec<Explanation>,
    /// What mends it.
    pub fixes: Vec<Fix>,
    /// What makes it the same fault for every task of a service.
    pub components: Vec<String>,
}

/// The facts without which a check can't tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown(pub Vec<Missing>);

impl From<Missing> for Unknown {
    fn from(missing: Missing) -> Self {
        Self(vec![missing])
    }
}

impl From<Vec<Missing>> for Unknown {
    fn from(mut missing: Vec<Missing>) -> Self {
        missing.sort();
        missing.dedup();
        Self(missing)
    }
}

/// The four outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The fault is there.
    Fail,
    /// Facts are missing.
    Unknown,
    /// The fault isn't there.
    Pass,
    /// The check doesn't apply.
    Skipped,
}

impl Outcome {
    /// The outcome as people and programs see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}
