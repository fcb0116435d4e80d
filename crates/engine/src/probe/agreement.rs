//! What the configuration says and what a probe was answered, side by side.

use super::{
    Circumstances, Claim, Configured, Meaning, Probe, Probed, Standing, Target, Vantage, compare,
};
use crate::checks::{self, Inquiry, Subject};
use crate::facts::{Service, Snapshot, Task, TaskAttachment, Timestamp};
use crate::net::Protocol;

/// One target of a subject: what the configuration says, what a probe was answered, what that means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Who asked; `None` where nobody did.
    pub from: Option<Vantage>,
    /// When, where that was noted.
    pub asked_at: Option<Timestamp>,
    /// What was looked at.
    pub claim: Claim,
    /// What the configuration says of where the answers came from.
    pub configured: Configured,
    /// What was answered.
    pub probed: Option<Probed>,
    /// What both come to.
    pub meaning: Meaning,
}

/// For each place that a subject needs, what its configuration says and what probes were answered that
/// asked from where its tasks are. Empty where nothing was probed from there.
///
/// A container's probe speaks for its task. One from elsewhere speaks for a subject if its name is the
/// ARN of a task, as a sidecar's, or the id of one of the subject's subnets, as a monitor's.
pub fn agreements(snapshot: &Snapshot, subject: Subject<'_>) -> Vec<Agreement> {
    of_inquiry(&Inquiry::new(snapshot, subject))
}

pub(crate) fn of_inquiry(inquiry: &Inquiry<'_>) -> Vec<Agreement> {
    let mut all: Vec<Agreement> = Vec::new();
    for (seat, probes) in seats(inquiry) {
        all.extend(from_seat(inquiry, seat, &probes));
    }
    if all.is_empty() {
        return all;
    }
    for claim in checks::claims(inquiry) {
        let address = claim.address();
        if !all.iter().any(|one| one.claim.address() == address) {
            all.push(not_asked(claim));
        }
    }
    all
}

/// Where probes asked that speak for a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seat<'a> {
    /// In a task: its containers share one interface.
    Task(&'a str),
    /// In one of the subject's subnets.
    Subnet(&'a str),
}

fn seats<'a>(inquiry: &Inquiry<'a>) -> Vec<(Seat<'a>, Vec<&'a Probe>)> {
    let mut seats: Vec<(Seat<'a>, Vec<&'a Probe>)> = Vec::new();
    for probe in &inquiry.snapshot.probes {
        let Some(seat) = seat(inquiry, probe) else {
            continue;
        };
        match seats.iter_mut().find(|(own, _)| *own == seat) {
            Some((_, probes)) => probes.push(probe),
            None => seats.push((seat, vec![probe])),
        }
    }
    seats
}

fn seat<'a>(inquiry: &Inquiry<'a>, probe: &'a Probe) -> Option<Seat<'a>> {
    match &probe.vantage {
        Vantage::Container { task, .. } => task_named(inquiry, task).map(|_| Seat::Task(task)),
        Vantage::Here { name } if name.contains(":task/") => {
            task_named(inquiry, name).map(|_| Seat::Task(name))
        }
        Vantage::Here { name } => {
            let subnets = inquiry.subject.subnets(inquiry.snapshot).ok()?;
            let mut subnets = subnets.iter();
            subnets
                .any(|subnet| subnet.as_str() == name)
                .then_some(Seat::Subnet(name))
        }
    }
}

/// The task with this ARN, if it is the subject or one of its service.
fn task_named<'a>(inquiry: &Inquiry<'a>, arn: &str) -> Option<&'a Task> {
    match inquiry.subject {
        Subject::Task(task) => (task.task_arn.as_str() == arn).then_some(task),
        Subject::Service(service) => {
            let mut tasks = inquiry.snapshot.tasks.seen();
            tasks.find(|task| task.task_arn.as_str() == arn && is_of(task, service))
        }
    }
}

fn is_of(task: &Task, service: &Service) -> bool {
    task.service_name() == Some(&service.service_name) && task.cluster_arn == service.cluster_arn
}

/// The subnets from which something was asked for a subject.
pub(crate) fn subnets_asked(snapshot: &Snapshot, subject: Subject<'_>) -> Vec<String> {
    let inquiry = Inquiry::new(snapshot, subject);
    let subnets = seats(&inquiry)
        .into_iter()
        .filter_map(|(seat, _)| match seat {
            Seat::Task(arn) => {
                let attachment = task_named(&inquiry, arn)?.network_interface();
                let subnet = attachment.and_then(TaskAttachment::subnet_id);
                Some(subnet.map(|subnet| subnet.to_string()).unwrap_or_default())
            }
            Seat::Subnet(name) => Some(name.to_owned()),
        });
    subnets.collect()
}

fn from_seat<'a>(inquiry: &Inquiry<'a>, seat: Seat<'a>, probes: &[&'a Probe]) -> Vec<Agreement> {
    let snapshot = inquiry.snapshot;
    let own = match (seat, inquiry.subject) {
        (Seat::Task(_), Subject::Task(_)) => None,
        (Seat::Task(arn), Subject::Service(_)) => {
            task_named(inquiry, arn).map(|task| Inquiry::new(snapshot, Subject::Task(task)))
        }
        (Seat::Subnet(name), _) => inquiry.in_subnet(name),
    };
    let inquiry = own.as_ref().unwrap_or(inquiry);
    let claims = checks::claims(inquiry);
    let names = checks::dns_faults(inquiry);
    let beside_in = match seat {
        Seat::Task(_) => None,
        Seat::Subnet(name) => Some(name),
    };
    let observed_at = snapshot.observed_at.as_deref().and_then(Timestamp::parse);
    let agree = |(probe, probed): (&Probe, &Probed)| {
        let known = claims.iter().find(|claim| is_about(claim, &probed.target));
        let claim = match known {
            Some(claim) => claim.clone(),
            None => checks::claim_asked(inquiry, &probed.target),
        };
        let apart = observed_at.zip(probe.asked_at);
        let circumstances = Circumstances {
            beside_in,
            apart: apart.map(|(one, other)| one.seconds_since(other).max(other.seconds_since(one))),
            asked_at: probe.asked_at,
            names: &names,
        };
        let (configured, meaning) = compare(&claim, probed, circumstances);
        Agreement {
            from: Some(probe.vantage.clone()),
            asked_at: probe.asked_at,
            claim,
            configured,
            probed: Some(probed.clone()),
            meaning,
        }
    };
    latest(probes).into_iter().map(agree).collect()
}

fn is_about(claim: &Claim, target: &Target) -> bool {
    let is_same = claim.host == target.host && claim.port == Some(target.port);
    is_same && claim.protocol == Protocol::TCP
}

/// The last answers about each target. One container of a task may have the tools that another lacks.
fn latest<'a>(probes: &[&'a Probe]) -> Vec<(&'a Probe, &'a Probed)> {
    let rank = |(probe, probed): &(&Probe, &Probed)| {
        let is_told = !matches!(probed.standing(), Standing::Unknown(_));
        (is_told, probe.asked_at)
    };
    let mut last: Vec<(&Probe, &Probed)> = Vec::new();
    for probe in probes {
        for probed in &probe.targets {
            let new = (*probe, probed);
            let is_same = |known: &&mut (&Probe, &Probed)| {
                let (one, other) = (&known.1.target, &probed.target);
                (&one.host, one.port) == (&other.host, other.port)
            };
            match last.iter_mut().find(is_same) {
                Some(known) if rank(&new) >= rank(known) => *known = new,
                Some(_) => {}
                None => last.push(new),
            }
        }
    }
    last
}

fn not_asked(claim: Claim) -> Agreement {
    let why = match super::asking::cant_be_asked(&claim) {
        Some(why) => why.to_owned(),
        None => "the probe didn't ask it".to_owned(),
    };
    Agreement {
        from: None,
        asked_at: None,
        configured: claim.configured(),
        claim,
        probed: None,
        meaning: Meaning::NotAsked { why },
    }
}
