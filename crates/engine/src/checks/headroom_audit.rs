use super::audit::{AuditResult, Summary, told};
use super::check::{Check, Judgement, Run};
use crate::headroom::{Assessment, Figure, Region, figures};

/// Everything that an audit of what is left found.
#[derive(Debug)]
pub struct HeadroomReport<'r, 'a> {
    /// The regions, with what their services would do.
    pub assessments: Vec<Assessment<'r, 'a>>,
    /// When the facts were observed.
    pub observed_at: Option<String>,
    /// One result or more for each check and region, in the order of the catalogue.
    pub results: Vec<AuditResult>,
}

impl HeadroomReport<'_, '_> {
    /// How many results of each outcome there are.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.results)
    }

    /// Every number that is worth a metric.
    pub fn figures(&self) -> Vec<Figure> {
        self.assessments.iter().flat_map(figures).collect()
    }
}

/// Audits what is left in these regions.
pub fn headroom<'r, 'a>(regions: &'r [Region<'a>]) -> HeadroomReport<'r, 'a> {
    headroom_only(regions, super::ALL)
}

/// Runs these checks over these regions.
pub fn headroom_only<'r, 'a>(
    regions: &'r [Region<'a>],
    checks: &[&'static Check],
) -> HeadroomReport<'r, 'a> {
    let assessments: Vec<_> = regions.iter().map(Assessment::of).collect();
    let mut results = Vec::new();
    for check in checks {
        let Run::Headroom(look) = check.run else {
            continue;
        };
        for assessment in &assessments {
            let Region { account, name, .. } = assessment.region;
            let fixed = [account, name, check.id].join("/");
            let mut judgements = look(assessment);
            if judgements.is_empty() {
                judgements.push(nothing(assessment.region));
            }
            results.extend(told(check, judgements, name, &fixed));
        }
    }
    let first = regions.first();
    HeadroomReport {
        observed_at: first.and_then(|region| region.snapshot.observed_at.clone()),
        assessments,
        results,
    }
}

/// What is to say about a region of which a check has nothing to say.
fn nothing(region: &Region<'_>) -> Judgement {
    match region.snapshot.clusters.complete() {
        Err(missing) if region.clusters.is_empty() => Judgement::unknown(&region.name, missing),
        _ => Judgement::skipped(format!("there is nothing of the kind in {}", region.name)),
    }
}
