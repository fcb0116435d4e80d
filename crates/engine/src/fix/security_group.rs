//! Rules of security groups: by group where the rule can see the other side's, else by address.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>

use super::change::{Change, GroupRule, Peer};
use super::ends::{Ends, FarEnd};
use crate::facts::{SecurityGroupId, Snapshot, SubnetId};
use crate::net::{AddressFamily, AddressScope};
use crate::reach::{Direction, Explanation, Groups, Station};

/// The rules that would let the connection through, best first.
pub(super) fn rules(
    snapshot: &Snapshot,
    ends: &Ends<'_, '_>,
    explanation: &Explanation,
) -> Vec<Vec<Change>> {
    let Ok(group) = explanation.component.parse::<SecurityGroupId>() else {
        return Vec::new();
    };
    let family = ends.family();
    let peers = match (explanation.direction, ends.far) {
        (Direction::Ingress, _) => peers_of(snapshot, ends.sender, &group, family, true),
        (Direction::Egress, FarEnd::Station(far)) => peers_of(snapshot, far, &group, family, false),
        (Direction::Egress, FarEnd::Service(list)) => {
            vec![Peer::PrefixList(list.clone()), anybody(family)]
        }
        (Direction::Egress, FarEnd::Internet(Some(address))) => vec![Peer::Cidr(address.into())],
        (Direction::Egress, FarEnd::Internet(None)) => vec![anybody(family)],
    };
    let rule = |peer: &Peer| {
        let pieces = ends.pieces().into_iter();
        let rules = pieces.map(|(protocol, ports)| {
            Change::AuthorizeGroupRule(GroupRule {
                group: group.clone(),
                direction: explanation.direction,
                protocol,
                ports,
                peer: peer.clone(),
            })
        });
        rules.collect()
    };
    peers.iter().map(rule).collect()
}

fn anybody(family: AddressFamily) -> Peer {
    Peer::Cidr(family.default_route())
}

/// How a rule of `group` can name one end: by its group, or by where it is. A task's address is gone
/// with the task, so a task is named by its subnet.
fn peers_of(
    snapshot: &Snapshot,
    end: &Station<'_>,
    group: &SecurityGroupId,
    family: AddressFamily,
    is_sender: bool,
) -> Vec<Peer> {
    let mut peers = Vec::new();
    if let Groups::Filtered(ids) = &end.groups
        && let Some(id) = most_telling(snapshot, ids)
    {
        let account =
            owner(snapshot, id).filter(|account| Some(account) != owner(snapshot, group).as_ref());
        peers.push(Peer::Group {
            id: id.clone(),
            account,
        });
    }
    let own = end.address(family);
    let host = own.and_then(AddressScope::host).filter(|_| !is_sender);
    match (host, &end.subnet) {
        (Some(address), _) => peers.push(Peer::Cidr(address.into())),
        (None, Some(subnet)) => peers.extend(block(snapshot, subnet, family).map(Peer::Cidr)),
        (None, None) => {}
    }
    peers
}

/// The group that says most about who has it: one that people made before the VPC's default group, and
/// one that few others have before one that many have.
fn most_telling<'g>(
    snapshot: &Snapshot,
    groups: &'g [SecurityGroupId],
) -> Option<&'g SecurityGroupId> {
    groups.iter().min_by_key(|id| {
        let facts = snapshot.security_groups.get(id).ok();
        let is_default = facts.is_some_and(|group| group.group_name.as_deref() == Some("default"));
        let all = snapshot.network_interfaces.seen();
        let count = all.filter(|interface| interface.group_ids().any(|own| own == *id));
        (is_default, count.count())
    })
}

fn owner(snapshot: &Snapshot, group: &SecurityGroupId) -> Option<String> {
    snapshot.security_groups.get(group).ok()?.owner_id.clone()
}

/// The block of a subnet in a family.
pub(super) fn block(
    snapshot: &Snapshot,
    subnet: &SubnetId,
    family: AddressFamily,
) -> Option<ipnet::IpNet> {
    let subnet = snapshot.subnets.get(subnet).ok()?;
    subnet
        .blocks()
        .find(|block| AddressFamily::of(block.addr()) == family)
}
