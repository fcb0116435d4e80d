//! Which container instances had no slot for a task's interface, and what would give some.

use std::collections::BTreeSet;

use super::check::{Fault, Judgement};
use super::cluster_slots::{trunk_fixes_on, trunks_on};
use super::words::{counted, free_slots, listed};
use crate::facts::{Missing, Service, ServiceEvent, Snapshot, Task};
use crate::fix::Fix;
use crate::headroom::{Host, Slots, Trunking, Wanted, hosts, instance_types};
use crate::stop_reason::Failed;

/// Why ECS found no slot for a task of a service.
pub(super) fn judge(snapshot: &Snapshot, service: &Service, event: &ServiceEvent) -> Judgement {
    let cluster = event.cluster_arn.name();
    let all = match hosts(snapshot, &event.cluster_arn, &event.container_instance_arns) {
        Ok(all) => all,
        Err(missing) => return Judgement::unknown(cluster, missing),
    };
    let wanted = Wanted::by(snapshot, service);
    let is_asked = |host: &&Host<'_>| was_asked(host, event, wanted.as_ref().ok());
    let asked: Vec<_> = all.iter().filter(is_asked).collect();
    let words = Failed::InterfaceSlot.words();
    if asked.is_empty() {
        return Judgement::skipped(format!(
            "ECS could not {words}, and {cluster} has no container instance now that may take the task"
        ));
    }
    let (fitting, crowded): (Vec<_>, Vec<_>) = asked
        .iter()
        .filter(|host| is_free(host))
        .partition(|host| wanted.as_ref().is_ok_and(|wanted| wanted.fits(host)));
    if !fitting.is_empty() {
        let rooms = fitting.into_iter().map(|host| room(host));
        return Judgement::skipped(format!(
            "ECS could not {words}, and now there is one: {}",
            listed(rooms)
        ));
    }
    let full: Vec<_> = asked.iter().copied().filter(|host| is_full(host)).collect();
    if !full.is_empty() {
        let uncounted = asked.len() - full.len() - crowded.len();
        return Judgement::Fail(fault(event, &full, crowded.len(), uncounted));
    }
    let doubts = asked.iter().filter_map(|host| doubt(host));
    let missing: Vec<Missing> = doubts.chain(wanted.as_ref().err().cloned()).collect();
    if !missing.is_empty() {
        return Judgement::unknown(cluster, missing);
    }
    let rooms = crowded.into_iter().map(|host| room(host));
    Judgement::skipped(format!(
        "ECS could not {words}, and what is short now is CPU, memory or ports, not slots: {}",
        listed(rooms)
    ))
}

/// Whether an instance was asked for a place: those that the event names, else those on which the task may
/// be, of its capacity providers or of the whole cluster.
fn was_asked(host: &Host<'_>, event: &ServiceEvent, wanted: Option<&Wanted<'_>>) -> bool {
    if !event.container_instance_arns.is_empty() {
        return true;
    }
    let own = host.facts.capacity_provider_name.as_deref();
    let mut providers = event.capacity_provider_arns.iter();
    let is_of_provider =
        event.capacity_provider_arns.is_empty() || providers.any(|arn| Some(arn.name()) == own);
    let takes_any = host.takes_tasks() && host.takes_interfaces();
    is_of_provider && takes_any && wanted.is_none_or(|wanted| wanted.allows(host))
}

fn is_full(host: &Host<'_>) -> bool {
    host.slots.as_ref().is_ok_and(|slots| slots.free() == 0)
}

fn is_free(host: &Host<'_>) -> bool {
    host.slots.as_ref().is_ok_and(|slots| slots.free() > 0) && host.unseen().is_none()
}

/// Why nobody knows whether an instance has a free slot.
fn doubt(host: &Host<'_>) -> Option<Missing> {
    host.slots.as_ref().err().or(host.unseen()).cloned()
}

fn fault(event: &ServiceEvent, full: &[&Host<'_>], crowded: usize, uncounted: usize) -> Fault {
    let cluster = &event.cluster_arn;
    let name = cluster.name();
    let more = |count: usize| counted(count as u64, "instance");
    let crowded = match crowded {
        0 => String::new(),
        count => format!(
            "; {} more can't take the task for want of something else",
            more(count)
        ),
    };
    let uncounted = match uncounted {
        0 => String::new(),
        count => format!("; of {} more nobody could count them", more(count)),
    };
    let mut fixes = vec![Fix::unverified(
        "aws autoscaling set-desired-capacity --auto-scaling-group-name <group> --desired-capacity \
         <one-more>",
    )];
    fixes.extend(trunk_fixes_on(cluster, full.iter().copied()));
    Fault {
        message: format!(
            "ECS could not {}: {} of {name} {} none free: {}{crowded}{uncounted}{}{}",
            Failed::InterfaceSlot.words(),
            counted(full.len() as u64, "container instance"),
            if full.len() == 1 { "has" } else { "have" },
            listed(full.iter().map(|host| room(host))),
            trunks_on(full.iter().copied()),
            larger(full)
        ),
        fixes,
        components: vec![name.to_owned()],
        resource: name.to_owned(),
        ..Fault::default()
    }
}

/// `i-1 (m5.large, 0 of 2 interface slots are free)`.
fn room(host: &Host<'_>) -> String {
    let slots = host.slots.as_ref().ok().map(free_slots);
    let notes: Vec<_> = host
        .type_name()
        .map(str::to_owned)
        .into_iter()
        .chain(slots)
        .collect();
    format!("{} ({})", host.name(), notes.join(", "))
}

/// What the container instances that an event names, or those of its cluster, have free; nothing on Fargate
/// and where the facts don't say.
pub(super) fn rooms(snapshot: &Snapshot, event: &ServiceEvent) -> Option<String> {
    let all = hosts(snapshot, &event.cluster_arn, &event.container_instance_arns).ok()?;
    let asked = all.iter().filter(|host| was_asked(host, event, None));
    let rooms: Vec<_> = asked.map(room).collect();
    (!rooms.is_empty()).then(|| listed(rooms))
}

/// What the next larger size of the instances' types would give.
fn larger(hosts: &[&Host<'_>]) -> String {
    let without_trunk = hosts.iter().filter(|host| host.trunking != Trunking::Has);
    let known =
        without_trunk.filter_map(|host| Some((host.type_name()?, host.slots.as_ref().ok()?)));
    let words = known.filter_map(|(name, slots): (&str, &Slots)| {
        let (larger, published) = instance_types::larger(name)?;
        let (now, then) = (slots.total, published.tasks_without_trunk());
        (then > now)
            .then(|| format!("{larger} in place of {name} has {then} slots in place of {now}"))
    });
    let words: BTreeSet<_> = words.collect();
    if words.is_empty() {
        String::new()
    } else {
        format!("; {}", listed(words))
    }
}

/// What the container instance of a task has left, in words that follow a finding about it, and what would
/// give it more; nothing where the facts don't say.
pub(super) fn of_instance(snapshot: &Snapshot, task: &Task) -> Option<(String, Vec<Fix>)> {
    let arn = task.container_instance_arn.as_ref()?;
    let found = hosts(snapshot, &task.cluster_arn, std::slice::from_ref(arn)).ok()?;
    let host = found.first().filter(|host| host.slots.is_ok())?;
    let state = format!(". Its container instance is {}", room(host));
    if !is_full(host) {
        return Some((state, Vec::new()));
    }
    let words = format!(
        "{state}{}{}",
        trunks_on([host].into_iter()),
        larger(&[host])
    );
    Some((words, trunk_fixes_on(&task.cluster_arn, [host].into_iter())))
}
