//! Audits what the steps of starting a task need, and says what stops one that failed.

use super::attempt::{Attempt, Tried};
use super::calling::{self, Called, Together};
use super::check::{Fault, Judgement, Unknown};
use super::inquiry::Inquiry;
use super::load_balancer_cannot_reach_task;
use super::start_cause::Cause;
use super::ways::{self, reasons};
use crate::facts::{FactKind, Missing, Reason};
use crate::reach::Verdict;
use crate::stop_reason::{Class, Failed};

/// Where file systems listen.
const NFS: u16 = 2049;

/// What health checks lead to.
const TASK: &str = "the task";

/// What an audit of a step found wrong or couldn't tell, and what it looked at.
struct Looked {
    found: Vec<Judgement>,
    at: Vec<String>,
}

/// That it isn't the network, where words say so.
pub(super) fn other_than_network(cause: &Cause<'_>) -> Option<Judgement> {
    if matches!(cause.class, Class::Network | Class::Unclear) {
        return None;
    }
    let (words, whose) = (cause.failed.words(), cause.class.as_str());
    Some(Judgement::skipped(format!(
        "ECS could not {words}, which is the fault of {whose} and not of the network: {}",
        cause.said
    )))
}

/// What stops the step that failed.
pub(super) fn step(inquiry: &Inquiry<'_>, cause: &Cause<'_>) -> Result<Vec<Judgement>, Unknown> {
    let looked = match cause.failed {
        Failed::LoadBalancerCheck => health_checks(inquiry)?,
        Failed::FileSystem => file_systems(inquiry)?,
        failed => calls(inquiry, failed)?,
    };
    if !looked.found.is_empty() {
        return Ok(looked.found);
    }
    if cause.failed == Failed::LoadBalancerCheck {
        // A check that timed out needn't be the network's: the application may be slow to answer.
        let class = Class::Unclear;
        return Ok(vec![open(inquiry, &Cause { class, ..*cause }, TASK)]);
    }
    Ok(vec![open(inquiry, cause, &looked.at.join(", "))])
}

/// What stops any step: nobody said which one failed.
pub(super) fn every_step(inquiry: &Inquiry<'_>, cause: &Cause<'_>) -> Vec<Judgement> {
    let steps = [
        calls(inquiry, cause.failed),
        file_systems(inquiry),
        health_checks(inquiry),
    ];
    let mut all = Looked {
        found: Vec::new(),
        at: Vec::new(),
    };
    for step in steps {
        match step {
            Ok(looked) => {
                all.found.extend(looked.found);
                all.at.extend(looked.at);
            }
            Err(missing) => {
                let unknown = Judgement::unknown(inquiry.subject.owner(), missing);
                all.found.push(unknown);
            }
        }
    }
    if !all.found.is_empty() {
        return all.found;
    }
    vec![Judgement::skipped(format!(
        "ECS gives no reason that is known here: {}. As the network is configured now, routes and rules lead \
         to all that starting takes: {}",
        cause.said.trim_end_matches('.'),
        all.at.join(", ")
    ))]
}

/// The calls that it takes.
fn calls(inquiry: &Inquiry<'_>, failed: Failed) -> Result<Looked, Unknown> {
    let all = inquiry.calls()?.iter();
    let needed: Vec<_> = match failed.services() {
        Some(services) => all
            .filter(|called| services.contains(&called.call.service.unwrap_or_default()))
            .collect(),
        None => all.collect(),
    };
    let failing: Vec<&Called> = needed.iter().copied().filter(|c| c.fails()).collect();
    let groups = calling::grouped(inquiry.snapshot, &failing).into_iter();
    let faults = groups.map(|together| Judgement::Fail(unreachable(together, failed)));
    let mut found: Vec<_> = faults.collect();
    let missing = calling::missing(&needed);
    if found.is_empty() && !missing.0.is_empty() {
        found.push(Judgement::unknown(inquiry.subject.owner(), missing));
    }
    let titles = needed.iter().map(|called| called.call.title.to_owned());
    let at = titles.collect();
    Ok(Looked { found, at })
}

fn unreachable(together: Together<'_>, failed: Failed) -> Fault {
    let message = format!(
        "ECS could not {} because {} can't reach {}: {}",
        failed.words(),
        together.callers.join(", "),
        together.what(),
        reasons(&together.explanations)
    );
    let components = together.explanations.iter().map(|e| e.component.clone());
    Fault {
        resource: together.resource(),
        message,
        components: components.collect(),
        fixes: together.fixes,
        explanations: together.explanations,
    }
}

/// The file systems that the definition mounts.
fn file_systems(inquiry: &Inquiry<'_>) -> Result<Looked, Unknown> {
    let attempts = inquiry.attempts()?.iter();
    let mounts: Vec<_> = attempts.filter(|one| one.port == Some(NFS)).collect();
    let mut found = Vec::new();
    for mount in &mounts {
        match &mount.result {
            Tried::Unlocated(missing) => {
                found.push(Judgement::unknown(mount.address(), missing.clone()));
            }
            Tried::Ways(_) => found.extend(mounting(inquiry, mount)),
            Tried::NoDependency | Tried::ByProxy => {}
        }
    }
    let at = mounts.iter().map(|mount| mount.address()).collect();
    Ok(Looked { found, at })
}

/// What is wrong with the way to a file system, if anything is.
fn mounting(inquiry: &Inquiry<'_>, mount: &Attempt) -> Option<Judgement> {
    let failing = ways::of(mount.ways(), Verdict::Unreachable);
    if failing.is_empty() {
        let unclear = ways::of(mount.ways(), Verdict::Unknown);
        let missing: Unknown = ways::missing(&unclear).into();
        let is_unclear = !missing.0.is_empty();
        return is_unclear.then(|| Judgement::unknown(mount.address(), missing));
    }
    let explanations = ways::explanations(&failing);
    let components = explanations.iter().map(|e| e.component.clone());
    Some(Judgement::Fail(Fault {
        resource: mount.address(),
        message: format!(
            "ECS could not {} because {} is out of reach: {}: {}",
            Failed::FileSystem.words(),
            mount.target(),
            ways::extent(mount.ways(), &failing),
            reasons(&explanations)
        ),
        components: components.collect(),
        fixes: ways::fixes(inquiry.snapshot, &failing),
        explanations,
    }))
}

/// What the load balancer sends. A load balancer that gets through found an application that doesn't
/// answer.
fn health_checks(inquiry: &Inquiry<'_>) -> Result<Looked, Unknown> {
    let (mut found, mut at) = (Vec::new(), Vec::new());
    for judgement in load_balancer_cannot_reach_task::run(inquiry)? {
        match judgement {
            Judgement::Fail(fault) => found.push(Judgement::Fail(Fault {
                message: format!(
                    "ECS could not {}: {}",
                    Failed::LoadBalancerCheck.words(),
                    fault.message
                ),
                ..fault
            })),
            unknown @ Judgement::Unknown { .. } => found.push(unknown),
            Judgement::Pass { .. } => at = vec![TASK.to_owned()],
            Judgement::Skipped { .. } => {}
        }
    }
    Ok(Looked { found, at })
}

/// Nothing in the configuration, as it is now, stands in the way. That is no pass: the task did fail.
fn open(inquiry: &Inquiry<'_>, cause: &Cause<'_>, what: &str) -> Judgement {
    let (words, said) = (cause.failed.words(), cause.said);
    if what.is_empty() {
        let what = format!("what it takes to {words}: {said}");
        let missing = Missing::new(FactKind::OutsideNetwork, Reason::Invisible(what));
        return Judgement::unknown(inquiry.subject.arn().name(), missing);
    }
    if cause.class == Class::Network {
        return Judgement::skipped(format!(
            "ECS could not {words}, and its words blame the network; as that is configured now, routes and \
             rules lead to {what}. It was mended since, or something stands in the way that no \
             configuration shows: {said}"
        ));
    }
    Judgement::skipped(format!(
        "ECS could not {words}, and that is not the network's fault: routes and rules lead to {what}: {said}"
    ))
}
