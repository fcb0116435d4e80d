//! What is known at the end of a walk.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use super::trace::Trace;
use super::{Explanation, Leg, Note};
use crate::facts::Missing;
use crate::net::Traffic;

/// Whether the traffic gets there and its replies get back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// None of it does.
    Unreachable,
    /// The facts don't tell.
    Unknown,
    /// It does, or the part of it that the answer names.
    Reachable,
}

impl Verdict {
    /// The verdict as people and programs see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Unreachable => "unreachable",
            Self::Unknown => "unknown",
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// The traffic that was asked about.
    pub asked: Traffic,
    /// What of it gets there and back.
    pub reachable: Traffic,
    /// What of it may, as far as the facts tell.
    pub unknown: Traffic,
    /// The components met on the way there, in order, as far as the way is known.
    pub path: Vec<String>,
    /// The components met on the way back.
    pub return_path: Vec<String>,
    /// What stops traffic, in the order met: the way there, then the way back.
    pub explanations: Vec<Explanation>,
    /// The facts that would settle what is unknown.
    pub missing: Vec<Missing>,
    /// What else is worth knowing.
    pub notes: Vec<Note>,
    /// The public address that the sender has on the internet, where the way leads there.
    pub appears_as: Option<Ipv4Addr>,
}

impl Answer {
    pub(super) fn new(trace: Trace) -> Self {
        let mut explanations = trace.explanations;
        explanations.sort_by_key(|explanation| explanation.leg);
        let unknown = trace.possible.difference(&trace.certain);
        Self {
            verdict: verdict(&trace.certain, &unknown),
            asked: trace.asked,
            reachable: trace.certain,
            unknown,
            path: trace.path,
            return_path: trace.return_path,
            explanations,
            missing: trace.missing.into_iter().collect(),
            notes: trace.notes.into_iter().collect(),
            appears_as: trace.appears_as,
        }
    }

    pub(crate) fn unknown(asked: &Traffic, missing: Missing) -> Self {
        let mut trace = Trace::new(asked.clone());
        trace.doubt(Leg::Forward, missing);
        Self::new(trace)
    }

    /// Whether everything that was asked about gets through.
    pub fn is_complete(&self) -> bool {
        self.asked.is_subset(&self.reachable)
    }

    /// One of several ways that the connection may take, nobody knows which: only what is the same
    /// for all of them is sure. `missing` would tell which it is.
    pub(crate) fn either(mut self, other: Self, missing: &Missing) -> Self {
        let possible = |answer: &Self| answer.reachable.union(&answer.unknown);
        let any = possible(&self).union(&possible(&other));
        if other.verdict < self.verdict {
            self.path = other.path;
            self.return_path = other.return_path;
        }
        let differ = self.verdict != other.verdict;
        self.reachable = self.reachable.intersection(&other.reachable);
        self.unknown = any.difference(&self.reachable);
        self.verdict = verdict(&self.reachable, &self.unknown);
        for explanation in other.explanations {
            if !self
                .explanations
                .iter()
                .any(|e| e.is_same_blocker(&explanation))
            {
                self.explanations.push(explanation);
            }
        }
        self.explanations.sort_by_key(|explanation| explanation.leg);
        let mut all: BTreeSet<_> = self.missing.into_iter().chain(other.missing).collect();
        if differ && self.verdict == Verdict::Unknown {
            all.insert(missing.clone());
        }
        self.missing = all.into_iter().collect();
        let notes: BTreeSet<_> = self.notes.into_iter().chain(other.notes).collect();
        self.notes = notes.into_iter().collect();
        self
    }
}

fn verdict(reachable: &Traffic, unknown: &Traffic) -> Verdict {
    match (reachable.is_empty(), unknown.is_empty()) {
        (false, _) => Verdict::Reachable,
        (true, true) => Verdict::Unreachable,
        (true, false) => Verdict::Unknown,
    }
}
