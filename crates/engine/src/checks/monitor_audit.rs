use super::audit::{AuditResult, Summary, told};
use super::check::{Check, Judgement, Run};
use crate::probe::{Probe, Vantage};

/// A monitor, and what it was answered from one place.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'p> {
    /// The account that it belongs to.
    pub account: &'p str,
    /// The region.
    pub region: &'p str,
    /// What people call it.
    pub name: &'p str,
    /// The answers.
    pub probe: &'p Probe,
}

impl Watch<'_> {
    /// From where it asked.
    pub fn place(&self) -> String {
        place(self.probe)
    }
}

/// What the answers of a monitor come to.
#[derive(Debug)]
pub struct MonitorReport<'p> {
    /// The monitor.
    pub watch: Watch<'p>,
    /// One result or more for each check and target, in the order of the catalogue.
    pub results: Vec<AuditResult>,
}

impl MonitorReport<'_> {
    /// How many results of each outcome there are.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.results)
    }
}

/// Judges what a monitor was answered.
pub fn monitor(watch: Watch<'_>) -> MonitorReport<'_> {
    monitor_only(watch, super::ALL)
}

/// The same by these checks.
pub fn monitor_only<'p>(watch: Watch<'p>, checks: &[&'static Check]) -> MonitorReport<'p> {
    let mut results = Vec::new();
    for check in checks {
        let Run::Monitor(look) = check.run else {
            continue;
        };
        let Watch {
            account,
            region,
            name,
            probe,
        } = watch;
        // Nothing of where it asked from: a target that is down is one fault, seen from many places.
        let fixed = [account, region, "monitor", name, check.id].join("/");
        let mut judgements = look(probe);
        if judgements.is_empty() {
            judgements.push(Judgement::skipped("no target is given"));
        }
        results.extend(told(check, judgements, name, &fixed));
    }
    MonitorReport { watch, results }
}

/// From where a probe asked, in a word.
pub(super) fn place(probe: &Probe) -> String {
    match &probe.vantage {
        Vantage::Here { name } => name.clone(),
        Vantage::Container { task, container } => format!("{container} of {task}"),
    }
}
