//! What pipelines are told: reports in the formats that they read.

mod annotations;
pub mod sarif;
mod words;

use crate::checks::{AuditResult, Effect, HeadroomReport, Outcome, Report, Standing};

pub use annotations::annotations;
pub use words::{body, printable};

/// What was audited, and what was found about it.
#[derive(Debug, Clone)]
pub struct Audited<'r> {
    name: String,
    scope: String,
    results: &'r [AuditResult],
    effect: Option<&'r Effect<'r>>,
    observed_at: Option<&'r str>,
}

/// What a result means for the pipeline. It follows the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is a fault: status 3.
    Fails,
    /// It is unknown, or a fault that reads otherwise than before: status 4.
    Doubtful,
    /// It is a fault, or unknown, that was there before.
    AsBefore,
    /// It is fine.
    Passes,
    /// The check doesn't apply.
    Skipped,
}

impl<'r> Audited<'r> {
    /// A task or service, and what differs from an audit before, if it is about that.
    pub fn new(report: &'r Report<'_>, effect: Option<&'r Effect<'r>>) -> Self {
        let subject = &report.subject;
        let (account, region) = subject.account_and_region();
        Self {
            name: format!("{}/{}", subject.cluster().name(), subject.owner()),
            scope: format!("{account}/{region}"),
            results: &report.results,
            effect,
            observed_at: report.observed_at.as_deref(),
        }
    }

    /// What regions have left.
    pub fn headroom(report: &'r HeadroomReport<'_, '_>) -> Self {
        let regions = report.assessments.iter().map(|assessment| {
            let region = assessment.region;
            format!("{}/{}", region.account, region.name)
        });
        Self {
            name: "headroom".to_owned(),
            scope: regions.collect::<Vec<_>>().join("+"),
            results: &report.results,
            effect: None,
            observed_at: report.observed_at.as_deref(),
        }
    }

    /// Its name: cluster and service, or cluster and family of a task.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was found, in the order of the catalogue, and what it means.
    pub fn results(&self) -> impl Iterator<Item = (&'r AuditResult, Verdict)> + use<'r> {
        let effect = self.effect;
        let all = self.results.iter();
        all.map(move |result| (result, verdict(effect, result)))
    }

    /// The faults that are gone since the audit before.
    pub fn mended(&self) -> impl Iterator<Item = &'r AuditResult> + use<'r> {
        let mended = self.effect.into_iter().flat_map(|effect| &effect.mended);
        mended.copied()
    }
}

fn verdict(effect: Option<&Effect<'_>>, result: &AuditResult) -> Verdict {
    match (result.outcome, effect.map(|effect| effect.standing(result))) {
        (Outcome::Pass, _) => Verdict::Passes,
        (Outcome::Skipped, _) => Verdict::Skipped,
        (Outcome::Fail, None) | (_, Some(Standing::Broken)) => Verdict::Fails,
        (Outcome::Unknown, None) | (_, Some(Standing::Changed | Standing::Unclear)) => {
            Verdict::Doubtful
        }
        (_, Some(Standing::AsBefore)) => Verdict::AsBefore,
    }
}
