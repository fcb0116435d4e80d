//! Network ACLs: ordered, stateless, asked only when a packet enters or leaves a subnet.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html>

use super::trace::Passage;
use super::{Direction, station::Client};
use crate::facts::{FactKind, Missing, NetworkAcl, Reason, RuleAction};
use crate::net::{AddressScope, Cover, PortRange, Protocol, RangeSet, Traffic, icmp_message};

/// What an ACL lets through in a direction, for packets from or to `other`: the lowest rule that
/// matches decides, and what none matches is dropped.
pub(super) fn passage(acl: &NetworkAcl, direction: Direction, other: AddressScope) -> Passage {
    let mut passage = Passage::exactly(Traffic::none());
    // What no rule has surely decided, and what some rule may have decided, so far.
    let mut undecided = Traffic::all();
    let mut surely_undecided = Traffic::all();
    for entry in &acl.entries {
        if entry.egress != (direction == Direction::Egress) {
            continue;
        }
        let cover = other.covered_by(&entry.cidr);
        if cover == Cover::None {
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

/// What of the client's ports the replies may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replies {
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
pub(super) fn replies(open: &RangeSet, client: Client) -> Replies {
    let ephemeral = PortRange::EPHEMERAL.to_set();
    if ephemeral.is_subset(open) {
        Replies::Proven
    } else if client == Client::Linux && PortRange::EPHEMERAL_LINUX.to_set().is_subset(open) {
        Replies::Linux
    } else if ephemeral.intersection(open).is_empty() {
        Replies::Disjoint
    } else {
        Replies::Some
    }
}

/// Turns what an ACL does to replies into what it means for the traffic that was asked about.
/// Also says whether the verdict on `asked` rests on the ports that Linux uses.
pub(super) fn for_replies(
    replies_pass: Passage,
    client: Client,
    asked: &Traffic,
) -> (Passage, bool) {
    let mut missing = replies_pass.missing;
    let mut rests_on_linux = false;
    let mut answered = |open: &Traffic, is_certain: bool| {
        let mut forward = open
            .difference(&Traffic::protocol(Protocol::TCP))
            .difference(&Traffic::protocol(Protocol::UDP));
        for protocol in [Protocol::TCP, Protocol::UDP] {
            let passes = match replies(&open.of(protocol), client) {
                Replies::Proven => true,
                Replies::Linux => {
                    rests_on_linux |= is_certain && !asked.of(protocol).is_empty();
                    true
                }
                Replies::Some if is_certain && asked.of(protocol).is_empty() => false,
                Replies::Some if is_certain => {
                    missing.push(Missing::new(
                        FactKind::EphemeralPorts,
                        Reason::Invisible(format!(
                            "only part of the {protocol} ports {} that a client may choose is open \
                             for replies",
                            PortRange::EPHEMERAL
                        )),
                    ));
                    false
                }
                Replies::Some => true,
                Replies::Disjoint => false,
            };
            if passes {
                forward = forward.union(&Traffic::protocol(protocol));
            }
        }
        for protocol in [Protocol::ICMP, Protocol::ICMPV6] {
            forward = forward
                .difference(&Traffic::protocol(protocol))
                .union(&Traffic::selected(
                    protocol,
                    requests(protocol, &open.of(protocol)),
                ));
        }
        forward
    };
    let certain = answered(&replies_pass.certain, true);
    let possible = answered(&replies_pass.possible, false);
    (
        Passage {
            certain,
            possible,
            missing,
        },
        rests_on_linux,
    )
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
