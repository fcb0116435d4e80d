use super::check::{Check, Judgement, Run, Severity, Step};
use super::surging;
use crate::headroom::{Assessment, Lack};

/// A rolling deployment needs more addresses than its subnets have.
pub(super) static CHECK: Check = Check {
    id: "deployment-surge-exceeds-addresses",
    title: "a deployment would need more addresses than its subnets have free",
    severity: Severity::High,
    step: Step::Headroom,
    since: "0.1.0",
    needs: surging::NEEDS,
    page: include_str!("deployment_surge_exceeds_addresses.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    surging::judge(assessment, &[Lack::Address], "addresses")
}
