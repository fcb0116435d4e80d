//! From the blockers of an answer to changes that take them away.

use super::change::Change;
use super::ends::Ends;
use super::{Fix, dns, network_acl, route, security_group};
use crate::facts::Snapshot;
use crate::reach::{Answer, Code, Explanation};

/// Ways to take every blocker away, best first. Each is complete in itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposals {
    alternatives: [Vec<Change>; 2],
    /// Whether some blocker can't be taken away by a change to the account.
    is_partial: bool,
}

impl Proposals {
    /// Adds what takes the blockers of an answer away.
    pub fn add(&mut self, snapshot: &Snapshot, ends: &Ends<'_, '_>, answer: &Answer) {
        // Where the packet takes another way than to its VPC, what stops it there matters no more once
        // it has its own.
        let detour = route::detour(snapshot, ends, answer);
        if let Some(change) = &detour {
            let route = std::slice::from_ref(change);
            self.push_to(0, route);
            self.push_to(1, route);
        }
        // Where a name leads past an endpoint that could serve it, that alone may be mended, or the
        // way past it.
        let (names, others): (Vec<_>, Vec<_>) = answer
            .explanations
            .iter()
            .partition(|explanation| is_about_names(explanation.code));
        for explanation in &names {
            self.push_to(0, &dns::names(snapshot, explanation));
        }
        for explanation in others {
            let candidates = candidates(snapshot, ends, answer, explanation);
            let is_whole = names.is_empty() && detour.is_none();
            self.is_partial |= candidates.is_empty() && is_whole;
            if is_whole {
                self.push(&candidates);
            } else {
                let first = candidates.first();
                self.push_to(1, first.map_or(&[], Vec::as_slice));
            }
        }
    }

    /// Adds what somebody else proposes: the fault is gone when both are done.
    pub fn extend(&mut self, other: &Self) {
        self.is_partial |= other.is_partial;
        let own = &mut self.alternatives;
        for (alternative, more) in own.iter_mut().zip(&other.alternatives) {
            for change in more {
                merge(alternative, change.clone());
            }
        }
    }

    /// The first alternative gets the first candidate, the second the second one, if there is one.
    fn push(&mut self, candidates: &[Vec<Change>]) {
        let last = candidates.len().saturating_sub(1);
        for number in 0..self.alternatives.len() {
            let chosen = candidates.get(number.min(last));
            self.push_to(number, chosen.map_or(&[], Vec::as_slice));
        }
    }

    fn push_to(&mut self, number: usize, changes: &[Change]) {
        if let Some(alternative) = self.alternatives.get_mut(number) {
            for change in changes {
                merge(alternative, change.clone());
            }
        }
    }

    /// The alternatives, ready to be made; none when nothing is known to help.
    pub fn alternatives(&self, snapshot: &Snapshot) -> Vec<Vec<Change>> {
        let ready = |changes: &Vec<Change>| {
            let mut ready = Vec::new();
            for change in changes {
                ready.extend(network_acl::numbered(snapshot, &ready, change.clone()));
            }
            ready
        };
        let mut all: Vec<_> = self.alternatives.iter().map(ready).collect();
        all.retain(|changes| !changes.is_empty());
        all.dedup();
        all
    }

    /// The alternatives as fixes that nobody has proved yet.
    pub fn fixes(&self, snapshot: &Snapshot) -> Vec<Fix> {
        let all = self.alternatives(snapshot).into_iter();
        all.map(Fix::of).collect()
    }

    /// Whether some blocker lies where no change to the account helps.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }
}

/// Adds a change unless it is there already.
fn merge(changes: &mut Vec<Change>, change: Change) {
    if !changes.contains(&change) {
        changes.push(change);
    }
}

/// What takes one blocker away, best first; each candidate may be several changes.
fn candidates(
    snapshot: &Snapshot,
    ends: &Ends<'_, '_>,
    answer: &Answer,
    explanation: &Explanation,
) -> Vec<Vec<Change>> {
    let one = |change: Option<Change>| change.map(|change| vec![change]).into_iter().collect();
    match explanation.code {
        Code::EniSgRulesMismatch => security_group::rules(snapshot, ends, explanation),
        Code::SubnetAclRestriction => network_acl::alternatives(snapshot, ends, explanation),
        Code::NoRouteToDestination
        | Code::BadStateRoute
        | Code::BadState
        | Code::BadStateAttachment
        | Code::IgwPublicIpAssociationForEgress => {
            one(route::change(snapshot, ends, answer, explanation))
        }
        _ => Vec::new(),
    }
}

/// Whether a blocker is that a name leads past an endpoint.
fn is_about_names(code: Code) -> bool {
    matches!(
        code,
        Code::EndpointPrivateDnsDisabled
            | Code::VpcDnsSupportDisabled
            | Code::VpcDnsHostnamesDisabled
    )
}
