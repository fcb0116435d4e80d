//! A line of the script's.

use std::net::IpAddr;
use std::str::FromStr;

use awsvpc_auditor_engine::probe::{Interface, Took};

/// A step that a tool takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Resolve,
    Connect,
    Handshake,
    Path,
    /// A handshake that begins with more than a small packet.
    Large,
    /// One beside it that doesn't.
    Small,
}

impl FromStr for Step {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "dns" => Self::Resolve,
            "tcp" => Self::Connect,
            "tls" => Self::Handshake,
            "path" => Self::Path,
            "large" => Self::Large,
            "small" => Self::Small,
            _ => return Err(()),
        })
    }
}

/// How a tool fared.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) step: Step,
    /// Its name; of the path's, the size that was sent, in bytes.
    pub(super) tool: &'a str,
    pub(super) took: Took,
    pub(super) status: i32,
    /// Those that it found for a name.
    pub(super) addresses: Vec<IpAddr>,
    /// Its lines, with `|` between them.
    pub(super) words: &'a str,
}

/// What a line says.
#[derive(Debug)]
pub(super) enum Record<'a> {
    Ready,
    Tools(Vec<&'a str>),
    NameServer(IpAddr),
    Interface(Interface),
    ConnectedTo(IpAddr),
    Answer(Answer<'a>),
    Late(Step),
    /// For each of the connections that the small and the large message went over, the bytes that nobody has
    /// taken.
    Untaken(Vec<u64>),
    /// It ended, and with which status.
    Exit(i32),
    End,
}

/// The lines of a transcript that are whole, each with its target's number, which is 0 for what is about the
/// place. Anything else is skipped.
pub(super) fn records<'a>(
    nonce: &str,
    transcript: &'a str,
) -> impl Iterator<Item = (usize, Record<'a>)> {
    let start = format!("~{nonce} ");
    // A line that another one was written into has no end of its own.
    let starts: Vec<usize> = transcript
        .match_indices(&start)
        .map(|(at, start)| at + start.len())
        .collect();
    let ends: Vec<usize> = starts.iter().skip(1).map(|at| at - start.len()).collect();
    let ends = ends.into_iter().chain([transcript.len()]);
    starts.into_iter().zip(ends).filter_map(|(start, end)| {
        let line = transcript.get(start..end)?.split(['\n', '\r']).next()?;
        record(line.trim_end().strip_suffix('~')?.trim_end())
    })
}

fn record(line: &str) -> Option<(usize, Record<'_>)> {
    match line {
        "ready" => return Some((0, Record::Ready)),
        "end" => return Some((0, Record::End)),
        _ => {}
    }
    let mut words = line.splitn(3, ' ');
    let number = words.next()?.parse().ok()?;
    let kind = words.next()?;
    let rest = words.next().unwrap_or_default();
    let record = match kind {
        "has" => Record::Tools(rest.split_whitespace().collect()),
        "ns" => Record::NameServer(address(rest)?),
        "if" => {
            let (name, mtu) = rest.split_once(' ')?;
            Record::Interface(Interface {
                name: super::words::plain(name),
                mtu: mtu.trim().parse().ok()?,
            })
        }
        "at" => Record::ConnectedTo(address(rest)?),
        "exit" => Record::Exit(rest.parse().ok()?),
        "untaken" => {
            let counts = rest.split_whitespace().map(str::parse);
            Record::Untaken(counts.collect::<Result<_, _>>().ok()?)
        }
        "late" => Record::Late(rest.parse().ok()?),
        step => {
            let step = step.parse().ok()?;
            let mut words = rest.splitn(4, ' ');
            let (tool, milliseconds, status) = (words.next()?, words.next()?, words.next()?);
            let words = words.next().unwrap_or_default();
            let (found, words) = match step {
                Step::Resolve => words
                    .strip_prefix('[')
                    .and_then(|words| words.split_once(']')),
                _ => None,
            }
            .unwrap_or(("", words));
            Record::Answer(Answer {
                step,
                tool,
                took: Took(milliseconds.parse().ok()?),
                status: status.parse().ok()?,
                addresses: found.split_whitespace().filter_map(address).collect(),
                words,
            })
        }
    };
    Some((number, record))
}

/// An address; the zone of a link's own doesn't matter.
fn address(text: &str) -> Option<IpAddr> {
    text.split('%').next()?.trim().parse().ok()
}
