//! What the script's lines say.

mod connected;
mod handshake;
mod path;
mod record;
mod resolved;
mod words;

use awsvpc_auditor_engine::probe::{
    Connected, Handshake, Interface, PathSize, Probe, Probed, Resolved, Target, Vantage,
};
use std::net::IpAddr;

use record::{Answer, Record, Step};

/// Output in which the script said nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is none.
    #[error("the shell in the container printed nothing")]
    Nothing,
    /// It is something else: the end of it, of at most 200 characters, without control characters.
    #[error("the shell in the container didn't run the script, but printed: {0}")]
    Other(String),
}

/// What the script said of one target.
#[derive(Debug, Default)]
struct Notes<'a> {
    connected_to: Option<IpAddr>,
    answers: Vec<Answer<'a>>,
    late: Vec<Step>,
    /// Bytes that nobody has taken, of connections that were ended, a small and a large message.
    untaken: Vec<u64>,
}

impl<'a> Notes<'a> {
    fn answers(&self, step: Step) -> impl Iterator<Item = &Answer<'a>> {
        self.answers
            .iter()
            .filter(move |answer| answer.step == step)
    }
}

/// What the script said of the place.
#[derive(Debug, Default)]
struct Place<'a> {
    tools: Option<Vec<&'a str>>,
    ended: bool,
    name_servers: Vec<IpAddr>,
    interfaces: Vec<Interface>,
}

impl Place<'_> {
    /// Why a step that some of these tools could have taken has no answer.
    fn no_answer(&self, notes: &Notes<'_>, step: Step, could: &[&str]) -> String {
        let has = |tool: &&str| self.tools.as_ref().is_none_or(|tools| tools.contains(tool));
        if !could.iter().any(has) {
            let (last, rest) = could.split_last().unwrap_or((&"", &[]));
            return match rest {
                [] => format!("the image has no {last}"),
                rest => format!("the image has neither {} nor {last}", rest.join(", ")),
            };
        }
        if !has(&"sleep") {
            return "the image has no sleep that works, without which nothing can be given up in time".into();
        }
        if notes.late.contains(&step) {
            return "the time ran out before it was asked".into();
        }
        if notes.answers(step).next().is_some() {
            return "no tool of the image could ask it".into();
        }
        if self.ended {
            "the answer is missing from the output".into()
        } else {
            "the output ends before the answer".into()
        }
    }
}

pub(super) fn read(
    nonce: &str,
    targets: &[Target],
    vantage: Vantage,
    transcript: &str,
) -> Result<Probe, Unreadable> {
    let mut place = Place::default();
    let mut notes: Vec<Notes<'_>> = targets.iter().map(|_| Notes::default()).collect();
    let mut said_something = false;
    let (mut late, mut held) = (false, false);
    for (number, record) in record::records(nonce, transcript) {
        said_something = true;
        let target = number.checked_sub(1).and_then(|index| notes.get_mut(index));
        match (record, target) {
            (Record::Tools(tools), _) => place.tools = Some(tools),
            (Record::NameServer(address), _) => place.name_servers.push(address),
            (Record::Interface(interface), _) => place.interfaces.push(interface),
            (Record::Exit(status), _) => held = status != 0,
            (Record::End, _) => place.ended = true,
            (Record::ConnectedTo(address), Some(target)) => target.connected_to = Some(address),
            (Record::Untaken(bytes), Some(target)) => target.untaken = bytes,
            (Record::Answer(answer), Some(target)) => target.answers.push(answer),
            (Record::Late(step), Some(target)) => {
                late = true;
                target.late.push(step);
            }
            _ => {}
        }
    }
    if !said_something {
        return Err(unreadable(transcript));
    }
    let cut_short = if !place.ended {
        Some("the output ends before the script does")
    } else if held {
        Some("a tool that couldn't be ended held it up")
    } else {
        late.then_some("the time ran out before everything was asked")
    };
    let probed = targets.iter().zip(&notes);
    Ok(Probe {
        vantage,
        // A container's clock may be anything.
        asked_at: None,
        targets: probed
            .map(|(target, notes)| judge(target, notes, &place))
            .collect(),
        name_servers: place.name_servers,
        interfaces: place.interfaces,
        cut_short: cut_short.map(str::to_owned),
    })
}

fn judge(target: &Target, notes: &Notes<'_>, place: &Place<'_>) -> Probed {
    let resolved = resolved::judge(target, notes, place);
    let connected = match resolved {
        Resolved::NotNeeded | Resolved::Addresses { .. } | Resolved::CantTell { .. } => {
            connected::judge(target, notes, place)
        }
        _ => Connected::NotTried,
    };
    let open = matches!(connected, Connected::Open { .. });
    let handshake = if open && target.tls {
        handshake::judge(target, notes, place)
    } else {
        Handshake::NotTried
    };
    let path = if open {
        path::judge(notes, place, &handshake)
    } else {
        PathSize::NotTried
    };
    Probed {
        handshake,
        path,
        target: target.clone(),
        resolved,
        tried: notes.connected_to,
        connected,
    }
}

fn unreadable(transcript: &str) -> Unreadable {
    let text = words::plain(transcript);
    match text.char_indices().rev().nth(199) {
        _ if text.is_empty() => Unreadable::Nothing,
        None => Unreadable::Other(text),
        Some((start, _)) => Unreadable::Other(text.get(start..).unwrap_or_default().to_owned()),
    }
}
