//! Proves fixes: with a fix applied to the facts, an audit must find the fault gone and nothing worse.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::{Asked, AuditResult, results};
use super::check::{Check, Outcome};
use crate::facts::Snapshot;
use crate::fix::{Change, Fix, apart, apply, smallest};
use crate::subject::Subject;

/// Keeps the best fix of each fault: the first that is proved, as small as it can be, else the first
/// one. What the engine can't apply is kept as it is.
pub(super) fn prove(
    snapshot: &Snapshot,
    asked: Asked<'_>,
    checks: &[&'static Check],
    found: &mut [AuditResult],
) {
    let mut proof = Proof::new(snapshot, asked, checks, found);
    let mut used: Vec<Change> = Vec::new();
    for result in found.iter_mut().filter(|r| r.outcome == Outcome::Fail) {
        for fix in result
            .fixes
            .iter_mut()
            .filter(|fix| !fix.changes().is_empty())
        {
            let changes = fix.changes().iter().cloned();
            let apart = changes.map(|change| apart(snapshot, &used, change));
            *fix = Fix::of(apart.collect());
        }
        let fault = (result.check.id, result.resource.as_str());
        let proved = result
            .fixes
            .iter()
            .position(|fix| proof.holds(fix.changes(), fault));
        let known = proved.or_else(|| result.fixes.iter().position(|f| !f.changes().is_empty()));
        if let Some(best) = known {
            let mut fix = result.fixes.swap_remove(best);
            if proved.is_some() {
                fix = Fix::of(smallest(fix.changes(), |fewer| proof.holds(fewer, fault)));
                fix.verified = true;
            }
            used.extend(fix.changes().iter().cloned());
            result.fixes = vec![fix];
        }
        for fix in &mut result.fixes {
            fix.tell_account(snapshot, Some(asked.subject.account_and_region().0));
        }
    }
}

/// Whether an audit with these changes applied finds the fault of `result` gone, and nothing that
/// fails or that nobody can tell which was fine before. It is what makes a [`Fix`] verified; fixes
/// that come from somewhere else can be put to the same proof.
pub fn prove_fix(
    snapshot: &Snapshot,
    subject: Subject<'_>,
    result: &AuditResult,
    changes: &[Change],
) -> bool {
    let asked = Asked::about(subject);
    let found = results(snapshot, asked, super::ALL);
    let mut proof = Proof::new(snapshot, asked, super::ALL, &found);
    proof.holds(changes, (result.check.id, result.resource.as_str()))
}

/// Audits with changes applied, for one report.
const MOST_AUDITS: usize = 64;

struct Proof<'p> {
    snapshot: &'p Snapshot,
    asked: Asked<'p>,
    checks: &'p [&'static Check],
    /// Of the subject as it is.
    before: Standing,
    /// Of the tasks that the service would start now, if that was asked for.
    of_new_tasks: Option<Standing>,
    /// How many audits may still be made: a task that reaches nothing of hundreds of things doesn't
    /// hold up the others, and its last fixes stay unproved.
    left: usize,
    /// After changes that were tried already: several faults may have one fix.
    after: BTreeMap<Vec<Change>, Option<Standing>>,
}

/// Mending the route of one of several broken subnets makes them differ: that is no worse than all of
/// them broken.
const COMPARES_SUBNETS: &str = "subnets-routed-differently";

/// What an audit found, as far as it matters for telling better from worse.
#[derive(Debug, Clone)]
struct Standing {
    failed: BTreeSet<(&'static str, String)>,
    unknown: BTreeMap<&'static str, usize>,
}

impl Standing {
    fn of(results: &[AuditResult]) -> Self {
        let mut standing = Self {
            failed: BTreeSet::new(),
            unknown: BTreeMap::new(),
        };
        for result in results {
            let id = result.check.id;
            match result.outcome {
                Outcome::Fail => {
                    standing.failed.insert((id, result.resource.clone()));
                }
                Outcome::Unknown => *standing.unknown.entry(id).or_default() += 1,
                Outcome::Pass | Outcome::Skipped => {}
            }
        }
        standing
    }

    /// Whether nothing failed that didn't before, and no check knows less.
    fn is_no_worse_than(&self, before: &Self, changes: &[Change]) -> bool {
        let mends_routes = changes.iter().any(Change::is_about_routes);
        let is_new = |fault: &&(&str, String)| !before.failed.contains(*fault);
        self.failed
            .iter()
            .filter(is_new)
            .all(|(id, _)| mends_routes && *id == COMPARES_SUBNETS)
            && self.unknown.iter().all(|(check, count)| {
                before
                    .unknown
                    .get(check)
                    .is_some_and(|before| count <= before)
            })
    }
}

impl<'p> Proof<'p> {
    fn new(
        snapshot: &'p Snapshot,
        asked: Asked<'p>,
        checks: &'p [&'static Check],
        found: &[AuditResult],
    ) -> Self {
        Self {
            snapshot,
            asked,
            checks,
            before: Standing::of(found),
            of_new_tasks: None,
            left: MOST_AUDITS,
            after: BTreeMap::new(),
        }
    }

    /// Whether changes take a fault away and do no harm.
    fn holds(&mut self, changes: &[Change], (check, resource): (&'static str, &str)) -> bool {
        if changes.is_empty() {
            return false;
        }
        let takes_new_tasks = changes.iter().any(Change::takes_new_tasks);
        let Some(after) = self.after(changes, takes_new_tasks) else {
            return false;
        };
        if takes_new_tasks && matches!(self.asked.subject, Subject::Task(_)) {
            let is_gone = after.failed.iter().all(|(id, _)| *id != check);
            return is_gone
                && self
                    .of_new_tasks()
                    .is_some_and(|before| after.is_no_worse_than(before, changes));
        }
        !after.failed.contains(&(check, resource.to_owned()))
            && after.is_no_worse_than(&self.before, changes)
            && after.unknown.get(check) <= self.before.unknown.get(check)
    }

    fn after(&mut self, changes: &[Change], takes_new_tasks: bool) -> Option<Standing> {
        if let Some(known) = self.after.get(changes) {
            return known.clone();
        }
        self.left = self.left.checked_sub(1)?;
        let standing = apply(self.snapshot, changes).and_then(|after| {
            let subject = same_subject(self.asked.subject, self.snapshot, &after, takes_new_tasks)?;
            let asked = Asked {
                subject,
                event: self.asked.event,
            };
            Some(Standing::of(&results(&after, asked, self.checks)))
        });
        self.after.insert(changes.to_vec(), standing.clone());
        standing
    }

    fn of_new_tasks(&mut self) -> Option<&Standing> {
        if self.of_new_tasks.is_none() {
            let service = self.asked.subject.service(self.snapshot).ok().flatten()?;
            let asked = Asked::about(Subject::Service(service));
            let standing = Standing::of(&results(self.snapshot, asked, self.checks));
            self.of_new_tasks = Some(standing);
        }
        self.of_new_tasks.as_ref()
    }
}

/// The subject among the changed facts: the tasks that its service would start then, where only those
/// have the change.
fn same_subject<'a>(
    subject: Subject<'a>,
    before: &'a Snapshot,
    after: &'a Snapshot,
    takes_new_tasks: bool,
) -> Option<Subject<'a>> {
    let service = match subject {
        Subject::Task(_) if !takes_new_tasks => return Some(subject),
        Subject::Task(_) => subject.service(before).ok().flatten()?,
        Subject::Service(service) => service,
    };
    let changed = after.services.get(&service.service_arn).ok()?;
    Some(Subject::Service(changed))
}
