//! Network ACLs: ordered, stateless, asked only when a packet enters or leaves a subnet.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html>

use super::trace::Passage;
use super::{Direction, station::Client};
use crate::facts::{FactKind, Missing, NetworkAcl, Reason, RuleAction};
use crate::net::{
    AddressFamily, AddressScope, Cover, PortRange, Protocol, RangeSet, Traffic, icmp_message,
    may_hold_a_service,
};

/// What an ACL lets through in a direction, of the traffic that matters and for packets from or to
/// `other`: the lowest rule that matches decides, and what none matches is dropped.
pub(super) fn passage(
    acl: &NetworkAcl,
    direction: Direction,
    other: AddressScope,
    wanted: &Traffic,
) -> Passage {
    let mut passage = Passage::exactly(Traffic::none());
    // What no rule has decided for all of `other`, and what none has touched for any of it.
    let mut undecided = wanted.clone();
    let mut surely_undecided = wanted.clone();
    for entry in &acl.entries {
        if entry.egress != (direction == Direction::Egress) {
            continue;
        }
        if undecided.is_empty() {
            break;
        }
        let cover = other.covered_by(&entry.cidr);
        if cover == Cover::None || !entry.traffic.intersects(&undecided) {
            continue;
        }
        if entry.action == RuleAction::Allow {
            let possible = entry.traffic.intersection(&undecided);
            passage.possible = passage.possible.union(&possible);
            if cover == Cover::All {
                let certain = entry.traffic.intersection(&surely_undecided);
                passage.certain = passage.certain.union(&certain);
            }
        }
        if cover == Cover::All {
            undecided = undecided.difference(&entry.traffic);
        }
        surely_undecided = match (cover, entry.action) {
            // Those whom it doesn't cover meet the next rules; those whom it covers pass.
            (Cover::Part, RuleAction::Allow) => surely_undecided,
            _ => surely_undecided.difference(&entry.traffic),
        };
    }
    if passage.certain != passage.possible {
        passage.missing.push(super::depends_on_address(other));
    }
    passage
}

/// What an ACL lets through for a part of the public addresses of a family, as far as no rule for all
/// of them has decided otherwise before.
pub(super) fn to_parts(
    acl: &NetworkAcl,
    direction: Direction,
    family: AddressFamily,
    wanted: &Traffic,
) -> Traffic {
    let mut undecided = wanted.clone();
    let mut parts = Traffic::none();
    let entries = acl.entries.iter();
    for entry in entries.filter(|entry| entry.egress == (direction == Direction::Egress)) {
        if entry.action == RuleAction::Allow && may_hold_a_service(&entry.cidr, family) {
            parts = parts.union(&entry.traffic.intersection(&undecided));
        }
        if AddressScope::Internet(family).covered_by(&entry.cidr) == Cover::All {
            undecided = undecided.difference(&entry.traffic);
        }
    }
    parts
}

/// What the replies to some traffic are made of: for TCP and UDP any port, since the client chose it.
pub(super) fn replies_to(asked: &Traffic) -> Traffic {
    let mut replies = asked.clone();
    for protocol in [
        Protocol::TCP,
        Protocol::UDP,
        Protocol::ICMP,
        Protocol::ICMPV6,
    ] {
        if !asked.of(protocol).is_empty() {
            replies = replies.with(protocol, RangeSet::all());
        }
    }
    replies
}

/// What of the client's ports the replies may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replies {
    /// Every port a client could choose.
    Proven,
    /// The ports that Linux chooses from, but not all that others do.
    Linux,
    /// Some of them: connections fail at random.
    Some,
    /// None.
    Disjoint,
}

/// Judges the ports that replies may go to.
fn judge(open: &RangeSet, client: Client) -> Replies {
    let ephemeral = PortRange::EPHEMERAL.to_set();
    if ephemeral.is_subset(open) {
        Replies::Proven
    } else if client == Client::Linux && PortRange::EPHEMERAL_LINUX.to_set().is_subset(open) {
        Replies::Linux
    } else if ephemeral.intersects(open) {
        Replies::Some
    } else {
        Replies::Disjoint
    }
}

/// The replies that got through every network ACL so far. A client's port is the same at each of
/// them, so ports that one lets through and another doesn't are no use.
#[derive(Debug, Clone)]
pub(super) struct OpenReplies {
    certain: Traffic,
    possible: Traffic,
}

impl OpenReplies {
    pub(super) fn all() -> Self {
        Self {
            certain: Traffic::all(),
            possible: Traffic::all(),
        }
    }

    /// What an ACL does to replies, as what it means for the traffic that was asked about. Also says
    /// whether the verdict rests on the ports that Linux uses.
    pub(super) fn narrow(
        &mut self,
        acl: Passage,
        client: Client,
        asked: &Traffic,
    ) -> (Passage, bool) {
        let certain = together(&mut self.certain, &acl.certain);
        let possible = together(&mut self.possible, &acl.possible);
        let mut rests_on_linux = false;
        let mut missing = acl.missing;
        let mut sure = certain.clone();
        let mut perhaps = possible.clone();
        for protocol in [Protocol::TCP, Protocol::UDP] {
            if asked.of(protocol).is_empty() {
                continue;
            }
            let judged = judge(&certain.of(protocol), client);
            let is_by_this_one = judge(&acl.certain.of(protocol), client) != Replies::Proven;
            rests_on_linux |= judged == Replies::Linux && is_by_this_one;
            let is_sure = matches!(judged, Replies::Proven | Replies::Linux);
            let is_possible = judge(&possible.of(protocol), client) != Replies::Disjoint;
            if judged == Replies::Some {
                missing.push(only_some(protocol));
            }
            sure = sure.with(protocol, all_if(is_sure));
            perhaps = perhaps.with(protocol, all_if(is_possible));
        }
        for protocol in [Protocol::ICMP, Protocol::ICMPV6] {
            sure = sure.with(protocol, requests(protocol, &certain.of(protocol)));
            perhaps = perhaps.with(protocol, requests(protocol, &possible.of(protocol)));
        }
        let passage = Passage {
            certain: sure,
            possible: perhaps,
            missing,
        };
        (passage, rests_on_linux)
    }
}

fn all_if(condition: bool) -> RangeSet {
    if condition {
        RangeSet::all()
    } else {
        RangeSet::empty()
    }
}

fn only_some(protocol: Protocol) -> Missing {
    let what = format!(
        "only part of the {protocol} ports {} that a client may choose is open for replies",
        PortRange::EPHEMERAL
    );
    Missing::new(FactKind::EphemeralPorts, Reason::Invisible(what))
}

/// What this ACL and those before let through. Where those before let nothing through already, this
/// one is judged by itself: it must not be blamed for what they do.
fn together(before: &mut Traffic, own: &Traffic) -> Traffic {
    let mut judged = own.clone();
    let ephemeral = PortRange::EPHEMERAL.to_set();
    for protocol in [Protocol::TCP, Protocol::UDP] {
        let earlier = before.of(protocol);
        if earlier.intersects(&ephemeral) {
            let both = earlier.intersection(&own.of(protocol));
            *before = std::mem::take(before).with(protocol, both.clone());
            judged = judged.with(protocol, both);
        }
    }
    judged
}

/// The request and reply types that ICMP pairs up; every other message stands alone.
/// <https://www.iana.org/assignments/icmp-parameters>
const ICMP_PAIRS: [(u8, u8); 4] = [(8, 0), (13, 14), (15, 16), (17, 18)];
const ICMPV6_PAIRS: [(u8, u8); 1] = [(128, 129)];

/// The ICMP messages that need no reply or whose reply is among `open`.
fn requests(protocol: Protocol, open: &RangeSet) -> RangeSet {
    let pairs: &[(u8, u8)] = if protocol == Protocol::ICMP {
        &ICMP_PAIRS
    } else {
        &ICMPV6_PAIRS
    };
    let mut messages = RangeSet::all();
    for &(request, reply) in pairs {
        if !open.contains(icmp_message(reply, 0)) {
            let all_codes = RangeSet::range(icmp_message(request, 0), icmp_message(request, 255));
            messages = messages.difference(&all_codes);
        }
    }
    messages
}

/// The ICMP messages to which nothing replies: for them the way back doesn't matter.
pub(super) fn without_reply() -> Traffic {
    let nothing = RangeSet::empty();
    Traffic::none()
        .with(Protocol::ICMP, requests(Protocol::ICMP, &nothing))
        .with(Protocol::ICMPV6, requests(Protocol::ICMPV6, &nothing))
}
