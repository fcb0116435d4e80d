//! Security groups: allow rules only, united over every group on the interface and every peer a
//! rule names; stateful, so only the one who opens a connection is asked.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>

use ipnet::IpNet;

use super::trace::Passage;
use super::{Direction, station::Groups};
use crate::facts::{IpPermission, Missing, PrefixList, SecurityGroup, SecurityGroupId, Snapshot};
use crate::net::{AddressFamily, AddressScope, Cover, Traffic, may_hold_a_service};

/// The other end of a connection, as the rules of a security group see it.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// Its address on the wire.
    pub(super) scope: AddressScope,
    /// The groups that rules may know it by.
    pub(super) groups: PeerGroups,
}

/// The groups that rules may know a peer by.
#[derive(Debug, Clone)]
pub(super) enum PeerGroups {
    /// These. A rule that refers to one of them matches the peer's private addresses.
    Known(Vec<SecurityGroupId>),
    /// None: the peer is public, or stands behind a component that hides its groups.
    Hidden,
    /// Some, but which isn't known.
    Unknown(Missing),
}

/// What the groups let through in a direction, of the traffic that matters.
pub(super) fn passage(
    snapshot: &Snapshot,
    groups: &Groups,
    direction: Direction,
    peer: &Peer,
    wanted: &Traffic,
) -> Passage {
    let ids = match groups {
        Groups::Filtered(ids) => ids,
        Groups::Unfiltered => return Passage::exactly(Traffic::all()),
        Groups::Unknown(missing) => return Passage::unknown(missing.clone()),
    };
    let mut passage = Passage::exactly(Traffic::none());
    for id in ids {
        match snapshot.security_groups.get(id) {
            Ok(group) => admit(
                snapshot,
                rules(group, direction),
                peer,
                wanted,
                &mut passage,
            ),
            Err(missing) => {
                passage.possible = Traffic::all();
                passage.missing.push(missing);
            }
        }
    }
    passage
}

fn rules(group: &SecurityGroup, direction: Direction) -> &[IpPermission] {
    match direction {
        Direction::Egress => &group.ip_permissions_egress,
        Direction::Ingress => &group.ip_permissions,
    }
}

fn admit(
    snapshot: &Snapshot,
    rules: &[IpPermission],
    peer: &Peer,
    wanted: &Traffic,
    passage: &mut Passage,
) {
    for rule in rules {
        if !rule.traffic.intersects(wanted) || wanted.is_subset(&passage.certain) {
            continue;
        }
        match matches(snapshot, rule, peer) {
            Match::Yes => {
                passage.certain = passage.certain.union(&rule.traffic);
                passage.possible = passage.possible.union(&rule.traffic);
            }
            Match::Perhaps(missing) => {
                passage.possible = passage.possible.union(&rule.traffic);
                passage.missing.extend(missing);
            }
            Match::No => {}
        }
    }
}

/// What the groups let through to, or from, a part of the public addresses of a family.
pub(super) fn to_parts(
    snapshot: &Snapshot,
    groups: &Groups,
    direction: Direction,
    family: AddressFamily,
) -> Traffic {
    let Groups::Filtered(ids) = groups else {
        return Traffic::none();
    };
    let groups = ids
        .iter()
        .filter_map(|id| snapshot.security_groups.get(id).ok());
    let rules = groups.flat_map(|group| rules(group, direction));
    let open = rules.filter(|rule| {
        let ipv4 = rule.ip_ranges.iter().map(|net| IpNet::V4(*net));
        let ipv6 = rule.ipv6_ranges.iter().map(|net| IpNet::V6(*net));
        // AWS's own lists are each of one service, which is looked up by its list.
        let lists = rule.prefix_lists.iter();
        let lists = lists.filter_map(|list| snapshot.prefix_lists.get(list).ok());
        let lists = lists.filter(|list| !list.is_of_aws());
        let lists = lists.filter_map(|list| list.prefixes().ok());
        ipv4.chain(ipv6)
            .chain(lists.flatten())
            .any(|net| may_hold_a_service(&net, family))
    });
    open.fold(Traffic::none(), |open, rule| open.union(&rule.traffic))
}

enum Match {
    Yes,
    Perhaps(Vec<Missing>),
    No,
}

/// Whether a rule's peers cover the peer: any one of them is enough.
fn matches(snapshot: &Snapshot, rule: &IpPermission, peer: &Peer) -> Match {
    let mut perhaps = Vec::new();
    let ipv4 = rule.ip_ranges.iter().map(|net| IpNet::V4(*net));
    let ipv6 = rule.ipv6_ranges.iter().map(|net| IpNet::V6(*net));
    for net in ipv4.chain(ipv6) {
        match peer.scope.covered_by(&net) {
            Cover::All => return Match::Yes,
            Cover::Part => perhaps.push(super::depends_on_address(peer.scope)),
            Cover::None => {}
        }
    }
    for list in &rule.prefix_lists {
        match snapshot
            .prefix_lists
            .get(list)
            .and_then(PrefixList::prefixes)
        {
            Ok(prefixes) => {
                for net in prefixes {
                    match peer.scope.covered_by(&net) {
                        Cover::All => return Match::Yes,
                        Cover::Part => perhaps.push(super::depends_on_address(peer.scope)),
                        Cover::None => {}
                    }
                }
            }
            Err(missing) => perhaps.push(missing),
        }
    }
    for reference in rule.groups.iter().filter(|reference| reference.is_live()) {
        match (&peer.groups, &reference.group_id) {
            (PeerGroups::Known(groups), Some(id)) if groups.contains(id) => return Match::Yes,
            (PeerGroups::Unknown(missing), _) => perhaps.push(missing.clone()),
            _ => {}
        }
    }
    if perhaps.is_empty() {
        Match::No
    } else {
        Match::Perhaps(perhaps)
    }
}

/// Whether some rule would allow the peer if only its groups weren't hidden: the difference
/// between "no rule" and "a rule that can't work on this way".
pub(super) fn refers_to(
    snapshot: &Snapshot,
    groups: &Groups,
    direction: Direction,
    peer_groups: &Groups,
) -> bool {
    let (Groups::Filtered(own), Groups::Filtered(peers)) = (groups, peer_groups) else {
        return false;
    };
    own.iter()
        .filter_map(|id| snapshot.security_groups.get(id).ok())
        .flat_map(|group| rules(group, direction))
        .flat_map(|rule| &rule.groups)
        .any(|reference| {
            reference
                .group_id
                .as_ref()
                .is_some_and(|id| peers.contains(id))
        })
}
