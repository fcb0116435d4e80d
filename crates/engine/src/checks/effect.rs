use std::collections::BTreeSet;

use super::audit::{AuditResult, Report};
use super::check::Outcome;

/// What differs between two audits of the same subject: before a change and after it.
#[derive(Debug)]
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

impl<'r> Effect<'r> {
    /// What a second audit finds otherwise than a first one.
    pub fn between(before: &'r Report<'_>, after: &'r Report<'_>) -> Self {
        let of = |report: &'r Report<'_>, outcome| {
            let all = report.results.iter();
            all.filter(move |result: &&AuditResult| result.outcome == outcome)
        };
        let parts = |report: &'r Report<'_>, outcome| -> BTreeSet<_> {
            of(report, outcome).flat_map(parts).collect()
        };
        let words = |report: &'r Report<'_>| -> BTreeSet<_> {
            let failed = of(report, Outcome::Fail);
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
            unclear: of(after, Outcome::Unknown)
                .filter(|result| !parts_of(result).is_subset(&unclear_before))
                .collect(),
            still_there: 0,
        };
        for result in of(after, Outcome::Fail) {
            if !parts_of(result).is_subset(&failed_before) {
                effect.broken.push(result);
            } else if words_before.contains(&(result.check.id, result.message.as_str())) {
                effect.still_there += 1;
            } else {
                effect.changed.push(result);
            }
        }
        let is_open = |check: &str| {
            let open = [Outcome::Fail, Outcome::Unknown].map(|outcome| of(after, outcome));
            open.into_iter()
                .flatten()
                .any(|result| family(result) == check)
        };
        effect.mended = of(before, Outcome::Fail)
            .filter(|result| !is_open(family(result)))
            .collect();
        effect
    }
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
