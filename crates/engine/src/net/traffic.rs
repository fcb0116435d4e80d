use std::fmt;

use super::{PortRange, Protocol, RangeSet};

/// A set of traffic: for TCP and UDP by destination port, for ICMP and ICMPv6 by message, for
/// every other IP protocol all or nothing, which is as finely as EC2 can filter.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Traffic {
    tcp: RangeSet,
    udp: RangeSet,
    icmp: RangeSet,
    icmpv6: RangeSet,
    /// One bit for each of the other protocols.
    others: [u64; 4],
}

/// The key of an ICMP message in a [`RangeSet`].
pub fn icmp_message(kind: u8, code: u8) -> u16 {
    u16::from(kind) << 8 | u16::from(code)
}

/// The four protocols whose traffic is told apart more finely than by number.
const REFINED: [Protocol; 4] = [
    Protocol::TCP,
    Protocol::UDP,
    Protocol::ICMP,
    Protocol::ICMPV6,
];

impl Traffic {
    /// No traffic.
    pub fn none() -> Self {
        Self::default()
    }

    /// All traffic.
    pub fn all() -> Self {
        let mut others = [u64::MAX; 4];
        for protocol in REFINED {
            clear(&mut others, protocol);
        }
        Self {
            tcp: RangeSet::all(),
            udp: RangeSet::all(),
            icmp: RangeSet::all(),
            icmpv6: RangeSet::all(),
            others,
        }
    }

    /// All traffic of one protocol.
    pub fn protocol(protocol: Protocol) -> Self {
        Self::selected(protocol, RangeSet::all())
    }

    /// Traffic of a protocol to these ports; for protocols without ports, all of it.
    pub fn ports(protocol: Protocol, ports: PortRange) -> Self {
        if protocol.has_ports() {
            Self::selected(protocol, ports.to_set())
        } else {
            Self::protocol(protocol)
        }
    }

    /// ICMP or ICMPv6 messages by type and code; `None` stands for any.
    pub fn icmp(protocol: Protocol, kind: Option<u8>, code: Option<u8>) -> Self {
        let messages = match (kind, code) {
            (None, _) => RangeSet::all(),
            (Some(kind), None) => RangeSet::range(icmp_message(kind, 0), icmp_message(kind, 255)),
            (Some(kind), Some(code)) => {
                RangeSet::range(icmp_message(kind, code), icmp_message(kind, code))
            }
        };
        Self::selected(protocol, messages)
    }

    /// Traffic of one protocol: these ports, or these messages. For a protocol that has neither,
    /// all of it unless the set is empty.
    pub fn selected(protocol: Protocol, set: RangeSet) -> Self {
        Self::none().with(protocol, set)
    }

    /// The ports or messages of a protocol in this traffic; for a protocol that has neither,
    /// everything or nothing.
    pub fn of(&self, protocol: Protocol) -> RangeSet {
        match protocol {
            Protocol::TCP => self.tcp.clone(),
            Protocol::UDP => self.udp.clone(),
            Protocol::ICMP => self.icmp.clone(),
            Protocol::ICMPV6 => self.icmpv6.clone(),
            other if is_marked(&self.others, other) => RangeSet::all(),
            _ => RangeSet::empty(),
        }
    }

    /// Whether this is no traffic at all.
    pub fn is_empty(&self) -> bool {
        self.tcp.is_empty()
            && self.udp.is_empty()
            && self.icmp.is_empty()
            && self.icmpv6.is_empty()
            && self.others == [0; 4]
    }

    /// Traffic in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.zip(other, RangeSet::union, |a, b| a | b)
    }

    /// Traffic in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.zip(other, RangeSet::intersection, |a, b| a & b)
    }

    /// Traffic in this set and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.zip(other, RangeSet::difference, |a, b| a & !b)
    }

    /// Whether all of this traffic is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        let others = self.others.iter().zip(other.others);
        self.tcp.is_subset(&other.tcp)
            && self.udp.is_subset(&other.udp)
            && self.icmp.is_subset(&other.icmp)
            && self.icmpv6.is_subset(&other.icmpv6)
            && others.into_iter().all(|(own, other)| own & !other == 0)
    }

    /// Whether some traffic is in both sets.
    pub fn intersects(&self, other: &Self) -> bool {
        let others = self.others.iter().zip(other.others);
        self.tcp.intersects(&other.tcp)
            || self.udp.intersects(&other.udp)
            || self.icmp.intersects(&other.icmp)
            || self.icmpv6.intersects(&other.icmpv6)
            || others.into_iter().any(|(own, other)| own & other != 0)
    }

    /// The same traffic, but of one protocol these ports or messages.
    #[must_use]
    pub fn with(mut self, protocol: Protocol, set: RangeSet) -> Self {
        match self.refined_mut(protocol) {
            Some(slot) => *slot = set,
            None if set.is_empty() => clear(&mut self.others, protocol),
            None => mark(&mut self.others, protocol),
        }
        self
    }

    /// One line per protocol, in words: `tcp 443, 8000-8100`; the empty list for no traffic.
    pub fn describe(&self) -> Vec<String> {
        if *self == Self::all() {
            return vec!["all traffic".to_owned()];
        }
        let mut lines = Vec::new();
        for protocol in REFINED {
            let set = self.of(protocol);
            if set.is_all() {
                lines.push(protocol.to_string());
            } else if !set.is_empty() {
                let parts: Vec<_> = if protocol.has_ports() {
                    set.ranges().map(describe_ports).collect()
                } else {
                    set.ranges().flat_map(describe_messages).collect()
                };
                lines.push(format!("{protocol} {}", parts.join(", ")));
            }
        }
        lines.extend(self.describe_others());
        lines
    }

    fn describe_others(&self) -> Option<String> {
        if self.others == Self::all().others {
            return Some("all other protocols".to_owned());
        }
        let marked: Vec<_> = (0..=u8::MAX)
            .filter(|&number| is_marked(&self.others, Protocol::new(number)))
            .collect();
        let mut runs: Vec<(u8, u8)> = Vec::new();
        for number in marked {
            match runs.last_mut() {
                Some(run) if run.1.checked_add(1) == Some(number) => run.1 = number,
                _ => runs.push((number, number)),
            }
        }
        let parts: Vec<_> = runs
            .iter()
            .map(|&(first, last)| describe_ports((first.into(), last.into())))
            .collect();
        match parts.as_slice() {
            [] => None,
            [single] if !single.contains('-') => Some(format!("protocol {single}")),
            _ => Some(format!("protocols {}", parts.join(", "))),
        }
    }

    fn refined_mut(&mut self, protocol: Protocol) -> Option<&mut RangeSet> {
        match protocol {
            Protocol::TCP => Some(&mut self.tcp),
            Protocol::UDP => Some(&mut self.udp),
            Protocol::ICMP => Some(&mut self.icmp),
            Protocol::ICMPV6 => Some(&mut self.icmpv6),
            _ => None,
        }
    }

    fn zip(
        &self,
        other: &Self,
        sets: impl Fn(&RangeSet, &RangeSet) -> RangeSet,
        bits: impl Fn(u64, u64) -> u64,
    ) -> Self {
        let mut others = self.others;
        for (word, other_word) in others.iter_mut().zip(other.others) {
            *word = bits(*word, other_word);
        }
        Self {
            tcp: sets(&self.tcp, &other.tcp),
            udp: sets(&self.udp, &other.udp),
            icmp: sets(&self.icmp, &other.icmp),
            icmpv6: sets(&self.icmpv6, &other.icmpv6),
            others,
        }
    }
}

fn bit(protocol: Protocol) -> (usize, u64) {
    let number = protocol.number();
    (usize::from(number / 64), 1 << (number % 64))
}

fn mark(words: &mut [u64; 4], protocol: Protocol) {
    let (word, mask) = bit(protocol);
    if let Some(word) = words.get_mut(word) {
        *word |= mask;
    }
}

fn clear(words: &mut [u64; 4], protocol: Protocol) {
    let (word, mask) = bit(protocol);
    if let Some(word) = words.get_mut(word) {
        *word &= !mask;
    }
}

fn is_marked(words: &[u64; 4], protocol: Protocol) -> bool {
    let (word, mask) = bit(protocol);
    words.get(word).is_some_and(|word| word & mask != 0)
}

fn describe_ports((first, last): (u16, u16)) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}-{last}")
    }
}

/// A run of messages, split where it doesn't cover whole types.
fn describe_messages((first, last): (u16, u16)) -> Vec<String> {
    let (first_type, first_code) = (first >> 8, first & 0xff);
    let (last_type, last_code) = (last >> 8, last & 0xff);
    if first_type == last_type {
        return vec![match (first_code, last_code) {
            (0, 255) => format!("type {first_type}"),
            (a, b) if a == b => format!("type {first_type} code {a}"),
            (a, b) => format!("type {first_type} codes {a}-{b}"),
        }];
    }
    let mut parts = Vec::new();
    let mut start = first_type;
    let mut end = last_type;
    if first_code != 0 {
        parts.extend(describe_messages((first, first_type << 8 | 0xff)));
        start += 1;
    }
    let tail = (last_code != 255).then(|| {
        end -= 1;
        describe_messages((last_type << 8, last))
    });
    if start == end {
        parts.push(format!("type {start}"));
    } else if start < end {
        parts.push(format!("types {start}-{end}"));
    }
    parts.extend(tail.into_iter().flatten());
    parts
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no traffic");
        }
        f.write_str(&self.describe().join("; "))
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Traffic({self})")
    }
}
