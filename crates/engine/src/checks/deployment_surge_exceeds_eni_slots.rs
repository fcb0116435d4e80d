use super::check::{Check, Judgement, Run, Severity, Step};
use super::surging;
use crate::headroom::{Assessment, Lack};

/// A rolling deployment needs more slots for network interfaces than its instances have.
pub(super) static CHECK: Check = Check {
    id: "deployment-surge-exceeds-eni-slots",
    title: "a deployment would need more interface slots than the instances have free",
    severity: Severity::High,
    step: Step::Headroom,
    since: "0.1.0",
    needs: surging::NEEDS,
    page: include_str!("deployment_surge_exceeds_eni_slots.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    surging::judge(assessment, &[Lack::Slot], "interface slots")
}
