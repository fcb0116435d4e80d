use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::dependency_unreachable::NEEDS;
use super::inquiry::Inquiry;
use crate::facts::{FactKind, Missing, Reason};
use crate::probe::{Agreement, Configured, Connected, Meaning, Need, Side, Standing};

/// The configuration lets the task through, and what it needs doesn't answer all the same.
pub(super) static CHECK: Check = Check {
    id: "dependency-does-not-answer",
    title: "something that the task needs doesn't answer, though the configuration lets it through",
    severity: Severity::High,
    step: Step::Inside,
    since: "0.1.0",
    needs: NEEDS,
    page: include_str!("dependency_does_not_answer.md"),
    run: Run::Task(run),
};

/// Why there is nothing to say where nobody probed.
pub(super) const NOT_PROBED: &str = "nothing was probed from inside the task";

#[expect(
    clippy::unnecessary_wraps,
    reason = "the signature of every check that looks at a task"
)]
fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let agreements = inquiry.agreements();
    if agreements.is_empty() {
        return Ok(vec![Judgement::skipped(NOT_PROBED)]);
    }
    // What somebody asked of his own accord, as whether it is closed, isn't needed.
    let needed = agreements
        .iter()
        .filter(|one| one.claim.need != Need::Asked);
    let judgements: Vec<_> = worst_by_target(needed.filter_map(judge));
    Ok(if judgements.is_empty() {
        vec![Judgement::skipped(
            "of what was probed nothing is open that the task needs",
        )]
    } else {
        judgements
    })
}

/// One judgement for each target: that one task reaches it doesn't help another that doesn't.
pub(super) fn worst_by_target(all: impl Iterator<Item = Judgement>) -> Vec<Judgement> {
    let mut worst: Vec<Judgement> = Vec::new();
    for judgement in all {
        let same = worst
            .iter_mut()
            .find(|known| resource(known) == resource(&judgement));
        match same {
            Some(known) if rank(&judgement) < rank(known) => *known = judgement,
            Some(_) => {}
            None => worst.push(judgement),
        }
    }
    worst
}

fn resource(judgement: &Judgement) -> &str {
    match judgement {
        Judgement::Pass { resource, .. } | Judgement::Unknown { resource, .. } => resource,
        Judgement::Fail(fault) => &fault.resource,
        Judgement::Skipped { .. } => "",
    }
}

fn rank(judgement: &Judgement) -> u8 {
    match judgement {
        Judgement::Fail(_) => 0,
        Judgement::Unknown { .. } => 1,
        Judgement::Pass { .. } => 2,
        Judgement::Skipped { .. } => 3,
    }
}

/// `None` for what other checks tell of, and for what nobody asked.
fn judge(agreement: &Agreement) -> Option<Judgement> {
    let claim = &agreement.claim;
    let address = claim.address();
    let standing = agreement.probed.as_ref()?.standing();
    match &agreement.meaning {
        Meaning::FailsElsewhere(failure) => {
            let message = format!(
                "the task needs {}{}, and the account's configuration lets it through, but {failure}",
                claim.target(),
                learned(agreement)
            );
            Some(Judgement::Fail(Fault {
                resource: address.clone(),
                message,
                components: vec![address],
                ..Fault::default()
            }))
        }
        // That it fails is the configuration's doing, which has checks of its own.
        Meaning::Blocked { .. } | Meaning::NotAsked { .. } => None,
        // What the probe can't tell doesn't answer by that it works: a proxy in the task accepts everything.
        meaning if standing == Standing::Works && !is_of_probe(meaning) => {
            let message = format!("{} answers{}", claim.target(), how_fast(agreement));
            Some(Judgement::pass(address, message))
        }
        Meaning::Contradiction { .. } | Meaning::Works => None,
        // What is closed is told by those checks, and what is odd about it as a contradiction that may be.
        Meaning::CantTell { .. } if matches!(agreement.configured, Configured::Closed(_)) => None,
        Meaning::CantTell { side, why } => Some(unclear(address, *side, why)),
    }
}

fn is_of_probe(meaning: &Meaning) -> bool {
    matches!(
        meaning,
        Meaning::CantTell {
            side: Side::Probe,
            ..
        }
    )
}

/// Neither a pass nor a fail, and why.
pub(super) fn unclear(address: String, side: Side, why: &str) -> Judgement {
    let what = match side {
        Side::Configuration | Side::Both => format!("the configuration can't tell: {why}"),
        Side::Probe => why.to_owned(),
    };
    Judgement::unknown(
        address,
        Missing::new(FactKind::Probes, Reason::Invisible(what)),
    )
}

/// Where we learned of a target, as a part of a sentence.
pub(super) fn learned(agreement: &Agreement) -> String {
    match agreement.claim.sources.as_slice() {
        [] => String::new(),
        sources => format!(" ({})", sources.join("; ")),
    }
}

fn how_fast(agreement: &Agreement) -> String {
    match agreement.probed.as_ref().map(|probed| &probed.connected) {
        Some(Connected::Open { took_ms, .. }) => format!(" within {took_ms}"),
        _ => String::new(),
    }
}
