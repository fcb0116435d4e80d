//! Fixes that look right and aren't.

use awsvpc_auditor_engine::facts::{RouteTarget, SecurityGroupId};
use awsvpc_auditor_engine::fix::{Change, GroupRule, Peer};
use awsvpc_auditor_engine::net::PortRange;
use awsvpc_auditor_engine::reach::Direction;

use super::shop::Scene;

/// What passes for a fix and isn't one: the changes without one of them, or with one spoiled.
pub(crate) fn passing(
    changes: &[Change],
    scene: &Scene,
    prove: impl Fn(&[Change]) -> bool,
) -> Vec<String> {
    let mut passing = Vec::new();
    for (number, change) in changes.iter().enumerate() {
        let mut fewer = changes.to_vec();
        fewer.remove(number);
        if prove(&fewer) {
            passing.push(format!("{change:?} is needless"));
        }
        for spoil in SPOILED {
            let Some(spoiled) = spoil(change, scene) else {
                continue;
            };
            let mut wrong = changes.to_vec();
            wrong[number] = spoiled;
            if prove(&wrong) {
                passing.push(format!("{wrong:?} passes for a fix"));
            }
        }
    }
    passing
}

const SPOILED: [fn(&Change, &Scene) -> Option<Change>; 6] = [
    about_another_group,
    in_another_group,
    on_another_port,
    to_a_dead_nat_gateway,
    behind_what_denies,
    the_other_way_round,
];

fn rule(change: &Change) -> Option<GroupRule> {
    match change {
        Change::AuthorizeGroupRule(rule) => Some(rule.clone()),
        _ => None,
    }
}

/// A group that neither end has.
fn stranger(scene: &Scene) -> SecurityGroupId {
    let all = scene.snapshot.security_groups.seen();
    let carried = |id: &SecurityGroupId| {
        let mut interfaces = scene.snapshot.network_interfaces.seen();
        interfaces.any(|interface| interface.group_ids().any(|own| own == id))
    };
    let unused = all.map(|group| &group.group_id).find(|id| !carried(id));
    unused
        .cloned()
        .unwrap_or_else(|| SecurityGroupId::new("sg-nobody"))
}

/// The rule admits somebody else.
fn about_another_group(change: &Change, scene: &Scene) -> Option<Change> {
    let mut rule = rule(change)?;
    rule.peer = Peer::Group {
        id: stranger(scene),
        account: None,
    };
    Some(Change::AuthorizeGroupRule(rule))
}

/// The rule is in somebody else's group.
fn in_another_group(change: &Change, scene: &Scene) -> Option<Change> {
    let mut rule = rule(change)?;
    rule.group = stranger(scene);
    Some(Change::AuthorizeGroupRule(rule))
}

/// The rule, or the entry, is for the port beside.
fn on_another_port(change: &Change, _: &Scene) -> Option<Change> {
    let beside = |ports: &mut Option<PortRange>| {
        let own = (*ports)?;
        // What is for replies to any port isn't wrong for being one off.
        (own.first() == own.last()).then(|| *ports = Some(PortRange::single(own.first() + 1)))
    };
    let mut change = change.clone();
    match &mut change {
        Change::AuthorizeGroupRule(rule) => beside(&mut rule.ports)?,
        Change::AllowInNetworkAcl { ports, .. } => beside(ports)?,
        _ => return None,
    }
    Some(change)
}

/// The route leads to a NAT gateway that doesn't work, where the shop has one.
pub(crate) fn to_a_dead_nat_gateway(change: &Change, scene: &Scene) -> Option<Change> {
    let mut change = change.clone();
    let Change::SetRoute { target, .. } = &mut change else {
        return None;
    };
    let mut all = scene.snapshot.nat_gateways.seen();
    let dead = all.find(|gateway| gateway.state != "available")?;
    *target = RouteTarget::NatGateway(dead.nat_gateway_id.clone());
    Some(change)
}

/// The network ACL's rule stands behind the one that denies.
pub(crate) fn behind_what_denies(change: &Change, scene: &Scene) -> Option<Change> {
    let mut change = change.clone();
    let Change::AllowInNetworkAcl {
        acl,
        number,
        direction,
        ..
    } = &mut change
    else {
        return None;
    };
    let facts = scene.snapshot.network_acls.get(acl).unwrap();
    let is_same_way = *direction == Direction::Egress;
    let own = facts
        .entries
        .iter()
        .filter(|entry| entry.egress == is_same_way);
    let numbers = own.map(|entry| entry.number);
    // Numbers from 32767 on are AWS's own, which deny the rest: nobody can put a rule behind those.
    let last = numbers.filter(|number| *number < 32_767).max()?;
    let denies = facts.entries.iter().any(|entry| entry.number == 50);
    *number = last + 1;
    denies.then_some(change)
}

/// The rule is for the other direction.
fn the_other_way_round(change: &Change, _: &Scene) -> Option<Change> {
    let turned = |direction: &mut Direction| {
        *direction = match direction {
            Direction::Egress => Direction::Ingress,
            Direction::Ingress => Direction::Egress,
        }
    };
    let mut change = change.clone();
    match &mut change {
        Change::AuthorizeGroupRule(rule) => turned(&mut rule.direction),
        Change::AllowInNetworkAcl { direction, .. } => turned(direction),
        _ => return None,
    }
    Some(change)
}
