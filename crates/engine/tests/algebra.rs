//! The traffic algebra against brute force: sets of numbers as tables of 65,536 yes-or-no answers,
//! traffic as what it says about single packets.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use awsvpc_auditor_engine::net::{PortRange, Protocol, RangeSet, Traffic, icmp_message};
use proptest::collection::vec;
use proptest::prelude::*;

/// The bounds near which mistakes happen, and any others.
fn number() -> impl Strategy<Value = u16> {
    prop_oneof![
        4 => 0_u16..20,
        2 => (u16::MAX - 12)..=u16::MAX,
        2 => 1020_u16..1030,
        1 => any::<u16>(),
    ]
}

fn bounds() -> impl Strategy<Value = Vec<(u16, u16)>> {
    vec((number(), number()), 0..6)
}

/// A set and the same as a table. A range whose bounds are the wrong way round is empty.
fn built(bounds: &[(u16, u16)]) -> (RangeSet, Vec<bool>) {
    let mut set = RangeSet::empty();
    let mut table = vec![false; 1 << 16];
    for &(first, last) in bounds {
        set = set.union(&RangeSet::range(first, last));
        for number in first..=last {
            table[usize::from(number)] = true;
        }
    }
    (set, table)
}

fn is_same(set: &RangeSet, expected: impl Fn(usize) -> bool) -> Result<(), TestCaseError> {
    let mut table = vec![false; 1 << 16];
    for (first, last) in set.ranges() {
        prop_assert!(first <= last, "{set:?}");
        table[usize::from(first)..=usize::from(last)].fill(true);
    }
    for (number, is_in) in table.into_iter().enumerate() {
        prop_assert_eq!(is_in, expected(number), "{} in {:?}", number, set);
    }
    Ok(())
}

/// Sorted, disjoint, not even adjacent: so equal sets are equal values.
fn is_normal(set: &RangeSet) -> bool {
    let ranges: Vec<_> = set.ranges().collect();
    ranges.iter().all(|(first, last)| first <= last)
        && ranges
            .windows(2)
            .all(|pair| u32::from(pair[0].1) + 1 < u32::from(pair[1].0))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn range_sets_are_sets(one in bounds(), other in bounds()) {
        let (a, in_a) = built(&one);
        let (b, in_b) = built(&other);
        is_same(&a, |n| in_a[n])?;
        is_same(&a.union(&b), |n| in_a[n] || in_b[n])?;
        is_same(&a.intersection(&b), |n| in_a[n] && in_b[n])?;
        is_same(&a.difference(&b), |n| in_a[n] && !in_b[n])?;
        is_same(&a.complement(), |n| !in_a[n])?;
        let is_subset = in_a.iter().zip(&in_b).all(|(a, b)| !a || *b);
        prop_assert_eq!(a.is_subset(&b), is_subset);
        prop_assert_eq!(a.is_empty(), !in_a.contains(&true));
        prop_assert_eq!(a.is_all(), !in_a.contains(&false));
    }

    #[test]
    fn range_sets_contain_what_their_ranges_do(one in bounds(), sampled in vec(number(), 40)) {
        let (a, in_a) = built(&one);
        for number in sampled {
            prop_assert_eq!(a.contains(number), in_a[usize::from(number)]);
        }
    }

    #[test]
    fn range_sets_stay_normal(one in bounds(), other in bounds()) {
        let (a, _) = built(&one);
        let (b, _) = built(&other);
        let made = [
            a.union(&b), b.union(&a), a.intersection(&b), a.difference(&b), a.complement(),
        ];
        for set in &made {
            prop_assert!(is_normal(set), "{:?}", set);
        }
        prop_assert_eq!(&made[0], &made[1]);
        prop_assert_eq!(a.complement().complement(), a.clone());
        prop_assert_eq!(a.union(&a.complement()), RangeSet::all());
        prop_assert_eq!(a.intersection(&a.complement()), RangeSet::empty());
    }
}

/// What a rule may be about, in plain terms.
#[derive(Debug, Clone)]
enum Rule {
    All,
    Whole(u8),
    Ports(u8, u16, u16),
    Messages(u8, Option<u8>, Option<u8>),
}

/// A packet: its protocol, and its destination port or its ICMP type and code.
#[derive(Debug, Clone, Copy)]
struct Packet {
    protocol: u8,
    port: u16,
    kind: u8,
    code: u8,
}

const ICMP: [u8; 2] = [1, 58];
const WITH_PORTS: [u8; 2] = [6, 17];

impl Rule {
    fn traffic(&self) -> Traffic {
        match *self {
            Self::All => Traffic::all(),
            Self::Whole(protocol) => Traffic::protocol(Protocol::new(protocol)),
            Self::Ports(protocol, first, last) => {
                let ports = PortRange::new(first.min(last), first.max(last)).unwrap();
                Traffic::ports(Protocol::new(protocol), ports)
            }
            Self::Messages(protocol, kind, code) => {
                Traffic::icmp(Protocol::new(protocol), kind, code)
            }
        }
    }

    fn selects(&self, packet: Packet) -> bool {
        match *self {
            Self::All => true,
            Self::Whole(protocol) => protocol == packet.protocol,
            Self::Ports(protocol, first, last) => {
                let ports = first.min(last)..=first.max(last);
                protocol == packet.protocol
                    && (!WITH_PORTS.contains(&protocol) || ports.contains(&packet.port))
            }
            // No type says any code, as EC2 demands.
            Self::Messages(protocol, kind, code) => {
                protocol == packet.protocol
                    && kind.is_none_or(|kind| {
                        kind == packet.kind && code.is_none_or(|code| code == packet.code)
                    })
            }
        }
    }
}

fn small() -> impl Strategy<Value = u8> {
    prop_oneof![3 => 0_u8..10, 1 => 250_u8..=255]
}

fn protocol() -> impl Strategy<Value = u8> {
    prop_oneof![
        Just(1_u8),
        Just(6),
        Just(17),
        Just(58),
        Just(0),
        Just(50),
        Just(63),
        Just(64),
        Just(255),
        any::<u8>(),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let icmp = (0..ICMP.len()).prop_map(|position| ICMP[position]);
    let code = proptest::option::of(small());
    prop_oneof![
        1 => Just(Rule::All),
        3 => protocol().prop_map(Rule::Whole),
        6 => (protocol(), number(), number()).prop_map(|(p, first, last)| Rule::Ports(p, first, last)),
        6 => (icmp, proptest::option::of(small()), code)
            .prop_map(|(p, kind, code)| Rule::Messages(p, kind, code)),
    ]
}

fn packet() -> impl Strategy<Value = Packet> {
    (protocol(), number(), small(), small()).prop_map(|(protocol, port, kind, code)| Packet {
        protocol,
        port,
        kind,
        code,
    })
}

fn has(traffic: &Traffic, packet: Packet) -> bool {
    let set = traffic.of(Protocol::new(packet.protocol));
    if ICMP.contains(&packet.protocol) {
        set.contains(icmp_message(packet.kind, packet.code))
    } else if WITH_PORTS.contains(&packet.protocol) {
        set.contains(packet.port)
    } else {
        assert!(set.is_all() || set.is_empty(), "{traffic:?}");
        set.is_all()
    }
}

fn together(rules: &[Rule]) -> Traffic {
    rules
        .iter()
        .fold(Traffic::none(), |sum, rule| sum.union(&rule.traffic()))
}

/// Every packet that some rule could tell from its neighbours: enough to decide on subsets.
fn telling_packets(rules: &[Rule]) -> Vec<Packet> {
    let mut ports = vec![0, u16::MAX];
    let mut bytes = vec![0, u8::MAX];
    for rule in rules {
        match *rule {
            Rule::All | Rule::Whole(_) => {}
            Rule::Ports(_, first, last) => {
                for bound in [first, last] {
                    ports.extend([bound.saturating_sub(1), bound, bound.saturating_add(1)]);
                }
            }
            Rule::Messages(_, kind, code) => {
                for bound in kind.into_iter().chain(code) {
                    bytes.extend([bound.saturating_sub(1), bound, bound.saturating_add(1)]);
                }
            }
        }
    }
    let mut packets = Vec::new();
    for protocol in 0..=u8::MAX {
        if ICMP.contains(&protocol) {
            for &kind in &bytes {
                let codes = bytes.iter();
                packets.extend(codes.map(|&code| Packet {
                    protocol,
                    port: 0,
                    kind,
                    code,
                }));
            }
        } else {
            let ports: &[u16] = if WITH_PORTS.contains(&protocol) {
                &ports
            } else {
                &[0]
            };
            packets.extend(ports.iter().map(|&port| Packet {
                protocol,
                port,
                kind: 0,
                code: 0,
            }));
        }
    }
    packets
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    #[test]
    fn traffic_is_a_set_of_packets(
        one in vec(rule(), 0..5), other in vec(rule(), 0..5), sampled in vec(packet(), 30),
    ) {
        let (a, b) = (together(&one), together(&other));
        let (union, both, rest) = (a.union(&b), a.intersection(&b), a.difference(&b));
        for packet in sampled {
            let in_a = one.iter().any(|rule| rule.selects(packet));
            let in_b = other.iter().any(|rule| rule.selects(packet));
            prop_assert_eq!(has(&a, packet), in_a, "{:?} in {:?}", packet, a);
            prop_assert_eq!(has(&union, packet), in_a || in_b, "{:?}", packet);
            prop_assert_eq!(has(&both, packet), in_a && in_b, "{:?}", packet);
            prop_assert_eq!(has(&rest, packet), in_a && !in_b, "{:?}", packet);
        }
    }

    #[test]
    fn traffic_knows_its_subsets(one in vec(rule(), 0..4), other in vec(rule(), 0..4)) {
        let (a, b) = (together(&one), together(&other));
        let all: Vec<_> = one.iter().chain(&other).cloned().collect();
        let packets = telling_packets(&all);
        let selects = |rules: &[Rule], packet| rules.iter().any(|rule| rule.selects(packet));
        let is_subset = packets.iter().all(|&p| !selects(&one, p) || selects(&other, p));
        prop_assert_eq!(a.is_subset(&b), is_subset);
        prop_assert_eq!(a.is_empty(), !packets.iter().any(|&packet| selects(&one, packet)));
        prop_assert_eq!(a == b, a.is_subset(&b) && b.is_subset(&a));
        prop_assert!(a.intersection(&b).is_subset(&a) && a.is_subset(&a.union(&b)));
        prop_assert!(a.is_subset(&Traffic::all()) && Traffic::none().is_subset(&a));
    }

    #[test]
    fn a_description_tells_everything(one in vec(rule(), 0..4), other in vec(rule(), 0..4)) {
        let (a, b) = (together(&one), together(&other));
        prop_assert_eq!(a == b, a.to_string() == b.to_string(), "{} and {}", a, b);
    }
}
