use std::collections::BTreeSet;

use super::audit::{AuditResult, Report};
use super::check::{Outcome, Step};

/// What differs between two audits of the same subject: before a change and after it.
#[derive(Debug, Default)]
pub struct Effect<'r> {
    /// Faults about something that the first one doesn't find faulty.
    pub broken: Vec<&'r AuditResult>,
    /// Faults about what the first one finds faulty too, that read otherwise: better or worse, nobody can
    /// tell from that.
    pub changed: Vec<&'r AuditResult>,
    /// Faults that only the first one finds, of checks that the second one passes.
    pub mended: Vec<&'r AuditResult>,
    /// What only the second one can't decide.
    pub unclear: Vec<&'r AuditResult>,
    /// How many faults both find, in the same words.
    pub still_there: usize,
}

/// How a result stands to the first of two audits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A fault that the first one doesn't find.
    Broken,
    /// A fault that reads otherwise there.
    Changed,
    /// What only the second one can't decide.
    Unclear,
    /// Anything else.
    AsBefore,
}

impl<'r> Effect<'r> {
    /// What a second audit finds otherwise than a first one.
    pub fn between(before: &'r Report<'_>, after: &'r Report<'_>) -> Self {
        let parts = |report: &'r Report<'_>, outcome| -> BTreeSet<_> {
            of_outcome(report, outcome).flat_map(parts).collect()
        };
        let words = |report: &'r Report<'_>| -> BTreeSet<_> {
            let failed = of_outcome(report, Outcome::Fail);
            failed
                .map(|result| (result.check.id, result.message.as_str()))
                .collect()
        };
        let failed_before = parts(before, Outcome::Fail);
        let unclear_before = parts(before, Outcome::Unknown);
        let words_before = words(before);
        let mut effect = Self {
            broken: Vec::new(),
            changed: Vec::new(),
            mended: Vec::new(),
            unclear: of_outcome(after, Outcome::Unknown)
                .filter(|result| !parts_of(result).is_subset(&unclear_before))
                .collect(),
            still_there: 0,
        };
        for result in of_outcome(after, Outcome::Fail) {
            if !parts_of(result).is_subset(&failed_before) {
                effect.broken.push(result);
            } else if words_before.contains(&(result.check.id, result.message.as_str())) {
                effect.still_there += 1;
            } else {
                effect.changed.push(result);
            }
        }
        let is_open = |check: &str| {
            let open = [Outcome::Fail, Outcome::Unknown].map(|outcome| of_outcome(after, outcome));
            open.into_iter()
                .flatten()
                .any(|result| family(result) == check)
        };
        // That nobody probed the second time mends nothing.
        let is_asked = |one: &AuditResult| {
            let mut passed = of_outcome(after, Outcome::Pass);
            one.check.step != Step::Inside || passed.any(|other| other.check.id == one.check.id)
        };
        effect.mended = of_outcome(before, Outcome::Fail)
            .filter(|result| !is_open(family(result)) && is_asked(result))
            .collect();
        effect
    }

    /// What is to say of something that wasn't there before: each of its faults is new.
    pub fn of_new(report: &'r Report<'_>) -> Self {
        Self {
            broken: of_outcome(report, Outcome::Fail).collect(),
            unclear: of_outcome(report, Outcome::Unknown).collect(),
            ..Self::default()
        }
    }

    /// What is to say of something at which nobody looked before: of no fault is it known whether it is
    /// new.
    pub fn of_unobserved(report: &'r Report<'_>) -> Self {
        let Self {
            broken, unclear, ..
        } = Self::of_new(report);
        Self {
            changed: broken,
            unclear,
            ..Self::default()
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let all = [&self.broken, &self.changed, &self.mended, &self.unclear];
        all.iter().all(|results| results.is_empty())
    }

    /// How one of the second audit's results stands to the first.
    pub fn standing(&self, result: &AuditResult) -> Standing {
        let has = |all: &[&AuditResult]| all.iter().any(|own| std::ptr::eq(*own, result));
        if has(&self.broken) {
            Standing::Broken
        } else if has(&self.changed) {
            Standing::Changed
        } else if has(&self.unclear) {
            Standing::Unclear
        } else {
            Standing::AsBefore
        }
    }
}

fn of_outcome<'r>(
    report: &'r Report<'_>,
    outcome: Outcome,
) -> impl Iterator<Item = &'r AuditResult> {
    let all = report.results.iter();
    all.filter(move |result| result.outcome == outcome)
}

fn parts_of(result: &AuditResult) -> BTreeSet<(&'static str, &str)> {
    parts(result).collect()
}

/// What a result is about, one by one: several things with the same cause are one finding.
fn parts(result: &AuditResult) -> impl Iterator<Item = (&'static str, &str)> {
    let check = family(result);
    result.resource.split(", ").map(move |part| (check, part))
}

/// A dependency that admits the instances only is as much out of reach as one that admits nobody.
fn family(result: &AuditResult) -> &'static str {
    match result.check.id {
        "stale-instance-security-group" if result.outcome == Outcome::Fail => {
            "dependency-unreachable"
        }
        own => own,
    }
}
