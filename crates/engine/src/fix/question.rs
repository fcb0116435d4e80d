//! Fixes of one reachability question.

use super::apply::apply;
use super::change::Change;
use super::{Fix, Proposals};
use crate::facts::Snapshot;
use crate::net::Traffic;
use crate::reach::{Answer, Destination, Question, analyze, sender_of};

/// What lets through what an answer says is stopped: the first way of mending it that is proved, as
/// small as it can be, else the first one. Nothing for a question about all traffic, because rules
/// that allow all of it are wider than anybody needs, and nothing for who asks from the internet,
/// because whom to admit from there is for people to decide.
pub fn fixes_of(snapshot: &Snapshot, question: &Question, answer: &Answer) -> Vec<Fix> {
    let possible = answer.reachable.union(&answer.unknown);
    let stopped = answer.asked.difference(&possible);
    if stopped.is_empty() || answer.asked == Traffic::all() {
        return Vec::new();
    }
    let Some(sender) = sender_of(snapshot, &question.from) else {
        return Vec::new();
    };
    let to = Destination {
        target: question.to.target.clone(),
        traffic: stopped,
    };
    let mut proposals = Proposals::default();
    proposals.add_all(snapshot, &sender, &to, answer);
    let alternatives = proposals.alternatives(snapshot);
    let opens = |changes: &[Change]| {
        apply(snapshot, changes).is_some_and(|after| {
            let answer = analyze(&after, question);
            to.traffic.is_subset(&answer.reachable)
        })
    };
    let proved = alternatives.iter().find(|changes| opens(changes));
    let Some(changes) = proved.or(alternatives.first()) else {
        return Vec::new();
    };
    let mut fix = Fix::of(changes.clone());
    if proved.is_some() {
        fix = Fix::of(smallest(changes, opens));
        fix.verified = true;
    }
    let own = snapshot.vpcs.get(&sender.vpc).ok();
    fix.tell_account(snapshot, own.and_then(|vpc| vpc.owner_id.as_deref()));
    vec![fix]
}

/// Changes that hold, without those that they hold without: what one blocker needs may do for another.
pub(crate) fn smallest(
    changes: &[Change],
    mut holds: impl FnMut(&[Change]) -> bool,
) -> Vec<Change> {
    let mut needed = changes.to_vec();
    for change in changes {
        let others = needed.iter().filter(|other| *other != change);
        let fewer: Vec<_> = others.cloned().collect();
        if !fewer.is_empty() && holds(&fewer) {
            needed = fewer;
        }
    }
    needed
}
