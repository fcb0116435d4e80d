//! A shop, what can break in it, and what the audits must say then.

use awsvpc_auditor_engine::checks::{self, AuditResult, Outcome, Report, Subject};
use awsvpc_auditor_engine::facts::{Snapshot, TaskStateChange};

use super::account::Account;
use super::{fixes, secrets};

/// Starts the list of what can break in the shop in a folder of `shops/`.
pub(crate) fn shop(folder: &'static str, service: &'static str) -> Shop {
    Shop {
        folder,
        service,
        breaks: Vec::new(),
    }
}

/// A shop.
#[must_use = "nothing is checked before `holds`"]
pub(crate) struct Shop {
    pub(crate) folder: &'static str,
    service: &'static str,
    pub(crate) breaks: Vec<Break>,
}

/// One change that breaks something, or nothing.
pub(crate) struct Break {
    pub(crate) what: &'static str,
    change: Box<dyn Fn(&mut Account)>,
    of_task: Vec<&'static str>,
    of_service: Vec<&'static str>,
    /// The checks whose fault no command mends, and why.
    pub(crate) unmended: Vec<(&'static str, &'static str)>,
}

impl Shop {
    /// The next thing that somebody does to the healthy shop.
    pub(crate) fn breaks(
        mut self,
        what: &'static str,
        change: impl Fn(&mut Account) + 'static,
    ) -> Self {
        self.breaks.push(Break {
            what,
            change: Box::new(change),
            of_task: Vec::new(),
            of_service: Vec::new(),
            unmended: Vec::new(),
        });
        self
    }

    fn last(&mut self) -> &mut Break {
        self.breaks.last_mut().unwrap()
    }

    /// The findings of both audits, the running task's and the service's: a check for each, as often
    /// as it finds something. Those that aren't named mustn't be there.
    pub(crate) fn fails(mut self, checks: &[&'static str]) -> Self {
        self.last().of_task = checks.to_vec();
        self.last().of_service = checks.to_vec();
        self
    }

    /// The findings of the service's audit, where they differ from the task's.
    pub(crate) fn fails_for_the_service(mut self, checks: &[&'static str]) -> Self {
        self.last().of_service = checks.to_vec();
        self
    }

    /// The way round it: nothing that the tasks need is broken.
    pub(crate) fn harms_nothing(self) -> Self {
        self.fails(&[])
    }

    /// A finding for which no fix can be proved, and why.
    pub(crate) fn has_no_proved_fix(mut self, check: &'static str, why: &'static str) -> Self {
        self.last().unmended.push((check, why));
        self
    }

    /// The shop as it is.
    pub(crate) fn healthy(&self) -> Scene {
        Scene::of(&Account::read(self.folder), self.service)
    }

    /// The shop with something broken.
    pub(crate) fn broken(&self, one: &Break) -> Scene {
        let mut account = Account::read(self.folder);
        (one.change)(&mut account);
        Scene::of(&account, self.service)
    }

    /// The shop with the named thing broken.
    pub(crate) fn with(&self, what: &str) -> Scene {
        let one = self.breaks.iter().find(|one| one.what == what);
        self.broken(one.unwrap())
    }

    /// Audits the shop healthy and broken in each way, and fails with every report that isn't true,
    /// every fix that doesn't mend, and every secret that gets out.
    #[track_caller]
    pub(crate) fn holds(self) {
        secrets::assert_planted(self.folder);
        let mut wrong = Vec::new();
        let healthy = self.healthy();
        for about in [About::Task, About::Service] {
            let report = healthy.report(about);
            wrong.extend(difference(&report, "healthy", about, &[]));
            secrets::assert_silent(&healthy, &report);
        }
        for one in &self.breaks {
            let scene = self.broken(one);
            for (about, fails) in [
                (About::Task, &one.of_task),
                (About::Service, &one.of_service),
            ] {
                let report = scene.report(about);
                wrong.extend(difference(&report, one.what, about, fails));
                wrong.extend(fixes::faults(one, &scene, about, &report));
                wrong.extend(untouched(&scene, one.what, about, &report));
                secrets::assert_silent(&scene, &report);
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", self.folder, wrong.join("\n"));
    }
}

/// Which of a shop's audits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// Of the task that an event tells of.
    Task,
    /// Of the service.
    Service,
}

/// The facts that an audit looks at, and what it is about.
pub(crate) struct Scene {
    pub(crate) snapshot: Snapshot,
    event: TaskStateChange,
    service: &'static str,
}

impl Scene {
    fn of(account: &Account, service: &'static str) -> Self {
        Self {
            snapshot: account.snapshot(),
            event: account.event(),
            service,
        }
    }

    pub(crate) fn subject(&self, about: About) -> Subject<'_> {
        self.subject_in(&self.snapshot, about)
    }

    /// The same subject in other facts.
    pub(crate) fn subject_in<'a>(&'a self, snapshot: &'a Snapshot, about: About) -> Subject<'a> {
        match about {
            About::Task => Subject::Task(&self.event.detail),
            About::Service => Subject::service_named(snapshot, "shop", self.service).unwrap(),
        }
    }

    pub(crate) fn report(&self, about: About) -> Report<'_> {
        checks::run(&self.snapshot, self.subject(about))
    }
}

/// The truth beside what the engine says, with its messages, where they differ.
fn difference(report: &Report<'_>, what: &str, about: About, fails: &[&str]) -> Option<String> {
    let mut truth = fails.to_vec();
    truth.sort_unstable();
    let failing = failing(report);
    let mut given: Vec<_> = failing.iter().map(|result| result.check.id).collect();
    given.sort_unstable();
    let all = report.results.iter();
    let unknown: Vec<_> = all
        .filter(|result| result.outcome == Outcome::Unknown)
        .collect();
    if truth == given && unknown.is_empty() {
        return None;
    }
    let mut lines = vec![format!("  {what} ({about:?})")];
    lines.push(format!("    truth  {}", truth.join(", ")));
    lines.push(format!("    engine {}", given.join(", ")));
    for result in failing.iter().chain(&unknown) {
        let (outcome, check) = (result.outcome.as_str(), result.check.id);
        let (resource, message) = (&result.resource, &result.message);
        lines.push(format!("      {outcome} {check}: {resource}: {message}"));
    }
    Some(lines.join("\n"))
}

/// What stops traffic and yet isn't among what the subject's ways touch: a change of it would go unseen.
fn untouched(scene: &Scene, what: &str, about: About, report: &Report<'_>) -> Option<String> {
    const CHANGED: [&str; 9] = [
        "sg-", "acl-", "rtb-", "igw-", "nat-", "vpce-", "vpc-", "pcx-", "eni-",
    ];
    let ways = checks::touched(&scene.snapshot, scene.subject(about));
    let failing = failing(report);
    let blockers = failing.iter().flat_map(|result| &result.explanations);
    let is_changed = |id: &&str| CHANGED.iter().any(|prefix| id.starts_with(prefix));
    let missed: Vec<&str> = blockers
        .map(|blocker| blocker.component.as_str())
        .filter(is_changed)
        .filter(|id| !ways.contains(*id))
        .collect();
    (!missed.is_empty()).then(|| format!("  {what} ({about:?}): untouched {}", missed.join(", ")))
}

/// The findings of a report.
pub(crate) fn failing<'r>(report: &'r Report<'_>) -> Vec<&'r AuditResult> {
    let all = report.results.iter();
    all.filter(|result| result.outcome == Outcome::Fail)
        .collect()
}
