use super::check::{Check, Judgement, Run, Severity, Step};
use super::surging;
use crate::headroom::{Assessment, Lack};

/// A rolling deployment needs more CPU, memory, GPUs or ports than its instances have, or no instance
/// may take its tasks at all.
pub(super) static CHECK: Check = Check {
    id: "deployment-surge-exceeds-resources",
    title: "a deployment would need more CPU, memory, GPUs, ports or instances than there are",
    severity: Severity::Medium,
    step: Step::Headroom,
    since: "0.1.0",
    needs: surging::NEEDS,
    page: include_str!("deployment_surge_exceeds_resources.md"),
    run: Run::Headroom(run),
};

const RESOURCES: [Lack; 5] = [
    Lack::Cpu,
    Lack::Memory,
    Lack::Gpu,
    Lack::Port,
    Lack::AnotherTask,
];

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    surging::judge(assessment, &RESOURCES, "CPU, memory, GPUs and ports")
}
