//! What a look is about, what it saw, and how it ended.

use std::collections::BTreeSet;

use awsvpc_auditor_collector::{Collected, Refused, RegionServices};
use awsvpc_auditor_engine::alert::Scope;
use awsvpc_auditor_engine::change::Change;
use awsvpc_auditor_engine::facts::{LoadError, ServiceEvent};
use serde::Serialize;

use crate::payload::PayloadError;

/// What was looked at.
#[derive(Debug, Default, Serialize)]
pub struct Looked {
    /// Services that were audited: `CLUSTER/NAME`.
    pub services: Vec<String>,
    /// Services of which alerts were kept and that are no more.
    pub gone: Vec<String>,
    /// Messages that were sent.
    pub messages: u64,
    /// Of which somebody has seen newer facts that say otherwise.
    #[serde(skip)]
    pub(super) stale: BTreeSet<Scope>,
    /// What could not be told.
    #[serde(skip)]
    pub(super) failed: BTreeSet<Scope>,
    /// Services for which there was no time.
    #[serde(skip)]
    pub(super) unreached: usize,
    /// Whether AWS was too busy to tell everything.
    #[serde(skip)]
    pub(super) is_partial: bool,
}

/// How a look ended, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// It saw all, and told it.
    Done,
    /// It told what it saw, and a later look may see more.
    Partial,
    /// Something was not looked at, or not told.
    Undone,
}

/// What news asks to look at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'n> {
    /// The services on whose ways these were made.
    Changes(&'n [Change]),
    /// The services whose tasks don't start.
    Failures(&'n [ServiceEvent]),
}

impl Looked {
    /// How it ended.
    pub(super) fn end(&self) -> End {
        if self.unreached > 0 || !self.failed.is_empty() {
            End::Undone
        } else if self.is_partial {
            End::Partial
        } else {
            End::Done
        }
    }

    /// Takes in what another look saw.
    pub(super) fn add(&mut self, other: Self) {
        for service in other.services {
            if !self.services.contains(&service) {
                self.services.push(service);
            }
        }
        self.messages += other.messages;
    }
}

/// What was collected, and to look at what of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'f> {
    /// Every service.
    All(&'f RegionServices),
    /// Every service on whose ways one of these was made.
    Changed(&'f RegionServices, &'f [Change]),
    /// The services whose tasks don't start.
    Failing(&'f Collected, &'f [ServiceEvent]),
    /// Services that are looked at again.
    Stale(&'f Collected),
}

impl<'f> Found<'f> {
    pub(super) fn collected(self) -> &'f Collected {
        match self {
            Self::All(region) | Self::Changed(region, _) => &region.collected,
            Self::Failing(collected, _) | Self::Stale(collected) => collected,
        }
    }

    pub(super) fn recalled(self) -> Option<&'f BTreeSet<String>> {
        match self {
            Self::All(region) | Self::Changed(region, _) => Some(&region.recalled),
            Self::Failing(..) | Self::Stale(_) => None,
        }
    }
}

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// It brought nothing that can be looked at.
    #[error("invoked with {0}")]
    Payload(String),
    /// AWS doesn't know the function.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// AWS answered something that the engine can't read.
    #[error("AWS's answer can't be read: {0}")]
    Unreadable(#[from] LoadError),
    /// Which services there are isn't known, so that nothing could be looked at.
    #[error("which services there are isn't known: {0}")]
    Blind(String),
    /// Some services were not looked at.
    #[error("no time was left for {0} services")]
    OutOfTime(usize),
    /// News could not be told: it is tried again.
    #[error("not told: {0}")]
    NotTold(String),
}

impl From<PayloadError> for AuditError {
    fn from(error: PayloadError) -> Self {
        Self::Payload(error.to_string())
    }
}

/// Whether asking again would tell nothing more: a permission that lacks will lack then.
pub(super) fn is_whole(collected: &Collected) -> bool {
    let mut missing = collected.missing();
    missing.all(|(_, reason)| matches!(reason, "denied" | "truncated"))
}
