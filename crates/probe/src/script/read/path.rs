use std::ops::RangeInclusive;

use awsvpc_auditor_engine::probe::{Handshake, PathSize};

use super::record::{Answer, Step};
use super::words::{ENDED, how, is_misunderstood, says};
use super::{Notes, Place};

/// The largest packet that the Internet carries, and what every link of a VPC does.
const ORDINARY: u32 = 1500;

// A host may answer a large IPv4 echo request in fragments, which pass where large packets don't: what is
// swallowed on the way back only shows in a handshake that stays silent.

pub(super) fn judge(notes: &Notes<'_>, place: &Place<'_>, handshake: &Handshake) -> PathSize {
    let cant_tell = |why: &str| PathSize::CantTell {
        why: why.to_owned(),
    };
    let Some(mtu) = place.interfaces.iter().map(|interface| interface.mtu).max() else {
        return cant_tell("the MTU of the interfaces couldn't be read");
    };
    if mtu <= ORDINARY {
        return PathSize::NotTried;
    }
    let answers: Vec<Tried> = notes.answers(Step::Path).map(Tried::of).collect();
    if let Some(bytes) = answers.iter().filter_map(|tried| tried.told_mtu).min() {
        // A further link may be narrower still, and say nothing.
        let is_swallowed = |tried: &Tried| tried.swallowed && tried.bytes <= bytes;
        if !answers.iter().any(is_swallowed) {
            return PathSize::Narrows { bytes };
        }
    }
    if answers.is_empty() {
        return PathSize::CantTell {
            why: place.no_answer(notes, Step::Path, &["ping"]),
        };
    }
    if answers.iter().any(|tried| tried.is_misunderstood) {
        return cant_tell("the image's ping can't keep packets whole");
    }
    let [first, .., last] = answers.as_slice() else {
        return match answers.first().and_then(|tried| tried.trouble.clone()) {
            Some(why) => PathSize::CantTell { why },
            None => cant_tell("the target doesn't answer ping"),
        };
    };
    let carried = answers.iter().filter(|tried| tried.passes);
    let carried = carried.map(|tried| tried.bytes).max();
    if carried == Some(mtu) {
        return PathSize::Carries { bytes: mtu };
    }
    let swallowed = answers.iter().filter(|tried| tried.swallowed);
    let swallowed = swallowed.map(|tried| tried.bytes).min();
    match swallowed {
        // The last one is small again: the network was there all the while.
        Some(swallows) if first.passes && last.passes && last.bytes < swallows => {
            match Tcp::of(notes, handshake) {
                Tcp::Swallowed => PathSize::BlackHole {
                    carries: carried,
                    swallows,
                },
                Tcp::Passes => cant_tell(
                    "large pings are swallowed, and large messages of TCP get through: its segments may be \
                     clamped",
                ),
                Tcp::CantTell => cant_tell(
                    "large pings are swallowed, and nobody could ask whether large messages of TCP are: its \
                     segments may be clamped",
                ),
            }
        }
        _ => cant_tell("the answers to ping contradict each other"),
    }
}

/// How TCP fares where large pings are swallowed. VPC endpoints swallow those without a word, and so do transit
/// gateways that got them by a VPN, Direct Connect or peering; both clamp the segment size of TCP. A host with
/// small packets of its own announces them. Either way TCP never sends any that are too large.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html>,
/// <https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html>
enum Tcp {
    Passes,
    Swallowed,
    CantTell,
}

impl Tcp {
    fn of(notes: &Notes<'_>, handshake: &Handshake) -> Self {
        let Some(large) = notes.answers(Step::Large).last() else {
            return Self::CantTell;
        };
        if is_read(large) {
            return Self::Passes;
        }
        if large.status != ENDED {
            return Self::CantTell;
        }
        let small = notes.answers(Step::Small).last();
        let has_ended = small.is_some_and(|small| small.status == ENDED);
        // A connection that was closed here is all that may be left to take of it: one byte, by TCP's count.
        let taken = notes.untaken.iter().filter(|bytes| **bytes <= 1).count();
        if notes.untaken.iter().any(|bytes| LARGE.contains(bytes)) {
            let is_small_taken = matches!(handshake, Handshake::Done { .. })
                || taken > 0
                || small.is_some_and(is_answered);
            return if is_small_taken {
                Self::Swallowed
            } else {
                Self::CantTell
            };
        }
        // Each that stayed silent, the small one too.
        if taken > usize::from(has_ended) {
            Self::Passes
        } else {
            Self::CantTell
        }
    }
}

/// The bytes of a large message, by TCP's count, with what a handshake has besides.
const LARGE: RangeInclusive<u64> = 1501..=16_384;

/// Whether a hello was surely read: it was answered in TLS.
fn is_read(hello: &Answer<'_>) -> bool {
    let told = hello.words.to_ascii_lowercase();
    let is_shaken = told.contains("cipher is ") && !told.contains("cipher is (none)");
    is_shaken || told.contains("alert")
}

/// Whether a hello on a connection that opened was answered in any way, and be it by closing it.
fn is_answered(hello: &Answer<'_>) -> bool {
    let told = hello.words.to_ascii_lowercase();
    let is_connected = !says(&told, &["connect:", "errno=111", "errno=113", "errno=110"]);
    is_read(hello) || hello.status == 1 && is_connected && !is_misunderstood(&told, hello.status)
}

/// What became of echo requests of one size.
struct Tried {
    bytes: u32,
    passes: bool,
    swallowed: bool,
    told_mtu: Option<u32>,
    is_misunderstood: bool,
    trouble: Option<String>,
}

impl Tried {
    fn of(answer: &Answer<'_>) -> Self {
        let told = answer.words.to_ascii_lowercase();
        let lost = told.contains("100% packet loss");
        let passes = answer.status == 0;
        Self {
            bytes: answer.tool.parse().unwrap_or_default(),
            passes,
            swallowed: lost && !says(&told, &["unreachable", "errors", "exceeded", "filtered"]),
            told_mtu: told_mtu(&told),
            is_misunderstood: is_misunderstood(&told, answer.status),
            trouble: (!passes && !lost).then(|| how(answer)),
        }
    }
}

/// `Frag needed and DF set (mtu = 1500)`, `message too long, mtu=1500`, `Packet too big: mtu=1280`.
fn told_mtu(told: &str) -> Option<u32> {
    let is_told = says(told, &["frag needed", "too long", "too big"]);
    let (_, rest) = told.split_once("mtu").filter(|_| is_told)?;
    let rest = rest.trim_start_matches([' ', '=', ':']);
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().filter(|bytes| *bytes > 0)
}
