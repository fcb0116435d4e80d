//! Rules of network ACLs. They can't name groups, so they name the subnet on the other side; where a
//! rule denies, they must stand in front of it.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html>

use super::change::Change;
use super::ends::{Ends, FarEnd};
use super::security_group::block;
use crate::facts::{NetworkAcl, NetworkAclId, RuleAction, Snapshot};
use crate::net::{AddressFamily, AddressScope, Cover, PortRange, Traffic};
use crate::reach::{Direction, Explanation, Leg, Station};

/// The highest number that a rule can have.
const LAST: i32 = 32_766;

/// The gap that people leave between rules.
const STEP: i32 = 10;

/// Stands for a free number behind every rule that there is, which changes nothing that these decide.
const BEHIND: i32 = 0;

/// Stands for a free number in front of the first rule that denies.
const IN_FRONT: i32 = -1;

/// The rules that would let the connection through, best first; [`numbered`] chooses their numbers.
pub(super) fn alternatives(
    snapshot: &Snapshot,
    ends: &Ends<'_, '_>,
    explanation: &Explanation,
) -> Vec<Vec<Change>> {
    let both = [BEHIND, IN_FRONT].map(|place| entries(snapshot, ends, explanation, place));
    both.into_iter().filter(|all| !all.is_empty()).collect()
}

fn entries(
    snapshot: &Snapshot,
    ends: &Ends<'_, '_>,
    explanation: &Explanation,
    number: i32,
) -> Vec<Change> {
    let Ok(acl) = explanation.component.parse::<NetworkAclId>() else {
        return Vec::new();
    };
    let family = ends.family();
    // A packet leaves towards its destination and enters from its source; replies are the other way
    // round.
    let is_far = matches!(
        (explanation.leg, explanation.direction),
        (Leg::Forward, Direction::Egress) | (Leg::Return, Direction::Ingress)
    );
    let cidr = match (is_far, ends.far) {
        (false, _) => place(snapshot, ends.sender, family),
        (true, FarEnd::Station(far)) => place(snapshot, far, family),
        (true, FarEnd::Internet(Some(address))) => Some(address.into()),
        (true, FarEnd::Service(_) | FarEnd::Internet(None)) => Some(family.default_route()),
    };
    let Some(cidr) = cidr else { return Vec::new() };
    let mut pieces = ends.pieces();
    if explanation.leg == Leg::Return {
        for (_, ports) in &mut pieces {
            // Replies go to whatever port the client chose.
            *ports = ports.map(|_| PortRange::EPHEMERAL);
        }
        pieces.dedup();
    }
    let entry = |(protocol, ports)| Change::AllowInNetworkAcl {
        acl: acl.clone(),
        number,
        direction: explanation.direction,
        protocol,
        ports,
        cidr,
    };
    pieces.into_iter().map(entry).collect()
}

/// Where an end is, as a network ACL can say it.
fn place(snapshot: &Snapshot, end: &Station<'_>, family: AddressFamily) -> Option<ipnet::IpNet> {
    let subnet = end.subnet.as_ref();
    subnet.and_then(|subnet| block(snapshot, subnet, family))
}

/// A rule with a number that is free, in its place; another change as it is. `None` when the rule is among the changes already, or no number is left.
pub(super) fn numbered(snapshot: &Snapshot, changes: &[Change], change: Change) -> Option<Change> {
    let Change::AllowInNetworkAcl {
        acl,
        number: place,
        direction,
        protocol,
        ports,
        cidr,
    } = change
    else {
        return Some(change);
    };
    let mut taken = Vec::new();
    for other in changes {
        if let Change::AllowInNetworkAcl {
            acl: other_acl,
            number,
            direction: other_direction,
            protocol: other_protocol,
            ports: other_ports,
            cidr: other_cidr,
        } = other
            && (other_acl, other_direction) == (&acl, &direction)
        {
            if (other_protocol, other_ports, other_cidr) == (&protocol, &ports, &cidr) {
                return None;
            }
            taken.push(*number);
        }
    }
    let facts = snapshot.network_acls.get(&acl).ok()?;
    let scope = AddressScope::from_net(cidr);
    let wanted = match ports {
        Some(ports) => Traffic::ports(protocol, ports),
        None => Traffic::protocol(protocol),
    };
    let denied = (place == IN_FRONT).then_some((scope, &wanted));
    let number = free_number(facts, direction, denied, &taken)?;
    Some(Change::AllowInNetworkAcl {
        acl,
        number,
        direction,
        protocol,
        ports,
        cidr,
    })
}

/// The same change with a number that no other of these has, as near to its own that no rule of the ACL
/// lies between: so several fixes can be made one after the other.
pub(crate) fn apart(snapshot: &Snapshot, used: &[Change], change: Change) -> Change {
    let Change::AllowInNetworkAcl {
        acl,
        number,
        direction,
        ..
    } = &change
    else {
        return change;
    };
    let with = |number: i32| {
        let mut other = change.clone();
        if let Change::AllowInNetworkAcl { number: own, .. } = &mut other {
            *own = number;
        }
        other
    };
    let same_place = used.iter().filter_map(|other| match other {
        Change::AllowInNetworkAcl {
            acl: other_acl,
            number,
            direction: other_direction,
            ..
        } if (other_acl, other_direction) == (acl, direction) => Some((other, *number)),
        _ => None,
    });
    let taken: Vec<_> = same_place.collect();
    if let Some((_, number)) = taken
        .iter()
        .find(|(other, number)| **other == with(*number))
    {
        return with(*number);
    }
    let is_rule = |number: i32| {
        let facts = snapshot.network_acls.get(acl).ok();
        let mut entries = facts.into_iter().flat_map(|acl| &acl.entries);
        entries.any(|entry| {
            entry.number == number && entry.egress == (*direction == Direction::Egress)
        })
    };
    let numbers = (1..=*number).rev().take_while(|number| !is_rule(*number));
    let free = numbers
        .into_iter()
        .find(|number| taken.iter().all(|(_, other)| other != number));
    free.map_or_else(|| change.clone(), with)
}

/// A free number: in front of the first rule that denies some of this, else behind all rules.
fn free_number(
    acl: &NetworkAcl,
    direction: Direction,
    denied: Option<(AddressScope, &Traffic)>,
    taken: &[i32],
) -> Option<i32> {
    let own: Vec<_> = acl
        .entries
        .iter()
        .filter(|entry| entry.egress == (direction == Direction::Egress))
        .collect();
    let in_the_way = denied.and_then(|(scope, traffic)| {
        own.iter().find(|entry| {
            entry.number <= LAST
                && entry.action == RuleAction::Deny
                && entry.traffic.intersects(traffic)
                && scope.covered_by(&entry.cidr) != Cover::None
        })
    });
    let is_free = |number: &i32| {
        (1..=LAST).contains(number)
            && !taken.contains(number)
            && !own.iter().any(|entry| entry.number == *number)
    };
    match in_the_way {
        Some(rule) => (1..rule.number).rev().find(is_free),
        None => {
            let numbers = own.iter().map(|entry| entry.number);
            let highest = numbers.filter(|number| *number <= LAST).max().unwrap_or(90);
            let next = highest.saturating_add(STEP) / STEP * STEP;
            let by_tens = (0..).map_while(|step: i32| next.checked_add(step.checked_mul(STEP)?));
            let by_tens = by_tens.take_while(|number| *number <= LAST);
            by_tens.chain(1..=LAST).find(is_free)
        }
    }
}
