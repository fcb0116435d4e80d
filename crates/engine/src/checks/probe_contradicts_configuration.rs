use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::dependency_does_not_answer::{NOT_PROBED, learned, unclear, worst_by_target};
use super::dependency_unreachable::NEEDS;
use super::inquiry::Inquiry;
use crate::probe::{Agreement, Configured, Meaning};

/// The configuration says that something is closed, and a probe was answered there.
pub(super) static CHECK: Check = Check {
    id: "probe-contradicts-configuration",
    title: "a probe was answered by what the configuration says is closed",
    // The task loses nothing: it is the audit that is wrong, or looked at another time.
    severity: Severity::Low,
    step: Step::Inside,
    since: "0.1.0",
    needs: NEEDS,
    page: include_str!("probe_contradicts_configuration.md"),
    run: Run::Task(run),
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "the signature of every check that looks at a task"
)]
fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let agreements = inquiry.agreements();
    if agreements.is_empty() {
        return Ok(vec![Judgement::skipped(NOT_PROBED)]);
    }
    let judgements = worst_by_target(agreements.iter().filter_map(judge));
    Ok(if judgements.is_empty() {
        vec![Judgement::skipped(
            "of what the task needs nothing was probed",
        )]
    } else {
        judgements
    })
}

/// `None` for what can't contradict: nobody asked, or it is open.
fn judge(agreement: &Agreement) -> Option<Judgement> {
    let claim = &agreement.claim;
    let address = claim.address();
    match (&agreement.meaning, &agreement.configured) {
        (Meaning::Contradiction { blockers, answer }, _) => {
            let mut components: Vec<_> = blockers.iter().map(|one| one.component.clone()).collect();
            components.push(address.clone());
            let message = format!(
                "the configuration says that the task can't reach {}{}, but a probe was answered: {answer}. \
                 The audit is wrong, or its facts are older or newer than the answer: audit and probe again, \
                 and if it stays so, report it with the snapshot",
                claim.target(),
                learned(agreement)
            );
            Some(Judgement::Fail(Fault {
                resource: address,
                message,
                explanations: blockers.clone(),
                components,
                ..Fault::default()
            }))
        }
        (Meaning::Works, _) => {
            let message = format!(
                "configuration and probe agree: the task reaches {}",
                claim.target()
            );
            Some(Judgement::pass(address, message))
        }
        (Meaning::Blocked { .. }, _) => {
            let message = format!(
                "configuration and probe agree: the task can't reach {}",
                claim.target()
            );
            Some(Judgement::pass(address, message))
        }
        (Meaning::FailsElsewhere(_), _) => {
            let message = format!(
                "the probe of {} contradicts nothing: the cause lies outside the account's configuration",
                claim.target()
            );
            Some(Judgement::pass(address, message))
        }
        (Meaning::CantTell { .. }, Configured::Open) | (Meaning::NotAsked { .. }, _) => None,
        (Meaning::CantTell { side, why }, _) => Some(unclear(address, *side, why)),
    }
}
