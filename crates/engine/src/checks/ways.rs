//! What came of trying a connection several ways, taken together.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::facts::{Missing, SecurityGroupId, Snapshot};
use crate::fix::{Fix, Proposals};
use crate::reach::{Answer, Explanation, Target, Verdict};

/// From one place to another.
#[derive(Debug)]
pub(super) struct Way {
    /// The subnet that the task is in, or would be.
    pub(super) from: String,
    /// The zone that the dependency is in, where it has several.
    pub(super) to: Option<String>,
    /// What was tried: several where it is at one of them, nobody knows which; none where nothing is.
    pub(super) targets: Vec<Target>,
    /// The groups at the other end, where they are known.
    pub(super) far_groups: Vec<SecurityGroupId>,
    /// Whether it gets there and back.
    pub(super) answer: Answer,
    /// What would mend it.
    pub(super) proposals: Proposals,
}

/// The ways that end in this verdict.
pub(super) fn of(ways: &[Way], verdict: Verdict) -> Vec<&Way> {
    let all = ways.iter();
    all.filter(|way| way.answer.verdict == verdict).collect()
}

/// The blockers of several ways, each once, in the order met.
pub(super) fn explanations(ways: &[&Way]) -> Vec<Explanation> {
    let mut all: Vec<Explanation> = Vec::new();
    for explanation in ways.iter().flat_map(|way| &way.answer.explanations) {
        if !all.iter().any(|known| known.is_same_blocker(explanation)) {
            all.push(explanation.clone());
        }
    }
    all.sort_by_key(|explanation| explanation.leg);
    all
}

/// The facts that would settle several ways.
pub(super) fn missing(ways: &[&Way]) -> Vec<Missing> {
    let all = ways
        .iter()
        .flat_map(|way| way.answer.missing.iter().cloned());
    all.collect()
}

/// What mends several ways, all of them together.
pub(super) fn fixes(snapshot: &Snapshot, ways: &[&Way]) -> Vec<Fix> {
    let mut proposals = Proposals::default();
    for way in ways {
        proposals.extend(&way.proposals);
    }
    proposals.fixes(snapshot)
}

/// From where it doesn't work, and to where, if it does otherwise: `tasks in subnet-1 (not subnet-2)`.
pub(super) fn extent(ways: &[Way], failing: &[&Way]) -> String {
    let all_from: BTreeSet<&str> = ways.iter().map(|way| way.from.as_str()).collect();
    let failing_from: BTreeSet<&str> = failing.iter().map(|way| way.from.as_str()).collect();
    let all_to: BTreeSet<&str> = ways.iter().filter_map(|way| way.to.as_deref()).collect();
    let failing_to: BTreeSet<&str> = failing.iter().filter_map(|w| w.to.as_deref()).collect();
    let list = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(", ");
    let mut text = format!("tasks in {} can't reach it", list(&failing_from));
    if failing_to.len() < all_to.len() {
        let works: BTreeSet<_> = all_to.difference(&failing_to).copied().collect();
        let _ = write!(text, " in {}, only in {}", list(&failing_to), list(&works));
    }
    if failing_from.len() < all_from.len() {
        let works: BTreeSet<_> = all_from.difference(&failing_from).copied().collect();
        let _ = write!(text, "; those in {} can", list(&works));
    }
    text
}

/// Reasons as a sentence.
pub(super) fn reasons(explanations: &[Explanation]) -> String {
    let all: Vec<_> = explanations.iter().map(|e| e.message.as_str()).collect();
    all.join("; ")
}
