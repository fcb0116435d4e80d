//! What the configuration says and what a probe was answered, side by side, for people.

use std::fmt::Write;

use super::Style;
use super::audit_text::{clean, paragraph};
use super::headroom_text::table;
use crate::facts::Timestamp;
use crate::probe::{
    Agreement, Configured, Connected, Handshake, Meaning, PathSize, Resolved, Vantage,
};

/// A table for each place that was asked from, and what each of its lines means. Nothing where nothing was
/// probed.
pub(super) fn agreement_text(text: &mut String, agreements: &[Agreement], style: Style) {
    let mut places: Vec<(Option<&Vantage>, Option<Timestamp>)> = Vec::new();
    for one in agreements {
        let place = (one.from.as_ref(), one.asked_at);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places {
        let here = |one: &&Agreement| (one.from.as_ref(), one.asked_at) == place;
        let here: Vec<_> = agreements.iter().filter(here).collect();
        match place {
            (Some(vantage), at) => asked(text, &title(vantage, at), &here, style),
            (None, _) => not_asked(text, &here, style),
        }
    }
}

fn title(vantage: &Vantage, at: Option<Timestamp>) -> String {
    let from = clean(&from(vantage));
    match at {
        Some(at) => format!("Configuration and probe from {from}, {at}"),
        None => format!("Configuration and probe from {from}"),
    }
}

/// From where a probe asked.
pub(super) fn from(vantage: &Vantage) -> String {
    match vantage {
        Vantage::Container { task, container } => {
            let id = task.rsplit('/').next().unwrap_or(task);
            format!("container {container} of task {id}")
        }
        Vantage::Here { name } => name.clone(),
    }
}

fn asked(text: &mut String, title: &str, agreements: &[&Agreement], style: Style) {
    let head = [
        "",
        "target",
        "configuration",
        "name",
        "port",
        "TLS",
        "packets",
    ];
    let rows = agreements.iter().zip(1..);
    let rows = rows.map(|(one, number)| row(one, number)).collect();
    table(text, title, &head, rows, style);
    for (one, number) in agreements.iter().zip(1..) {
        let words = format!("{}: {}", one.claim.target(), one.meaning);
        let words = coloured(&one.meaning, &clean(&words), style);
        paragraph(text, &format!("   {number:>2}. "), "       ", &words);
    }
}

fn not_asked(text: &mut String, agreements: &[&Agreement], style: Style) {
    let _ = writeln!(text, "\n{}", style.strong("Not probed"));
    for one in agreements {
        let why = match &one.meaning {
            Meaning::NotAsked { why } => why.clone(),
            other => other.to_string(),
        };
        let (target, says) = (one.claim.target(), configured(&one.configured));
        let words = format!("{target} (configuration: {says}): {why}");
        let words = coloured(&one.meaning, &clean(&words), style);
        paragraph(text, "   - ", "     ", &words);
    }
}

fn coloured(meaning: &Meaning, words: &str, style: Style) -> String {
    match meaning {
        Meaning::Works => words.to_owned(),
        Meaning::FailsElsewhere(_) | Meaning::Blocked { .. } | Meaning::Contradiction { .. } => {
            style.bad(words)
        }
        Meaning::CantTell { .. } | Meaning::NotAsked { .. } => style.open(words),
    }
}

fn row(agreement: &Agreement, number: usize) -> Vec<String> {
    let mut row = vec![
        format!("{number}."),
        agreement.claim.address(),
        configured(&agreement.configured).to_owned(),
    ];
    row.extend(agreement.probed.iter().flat_map(|probed| {
        [
            resolved(&probed.resolved),
            connected(&probed.connected),
            handshake(&probed.handshake, probed.target.tls),
            path(&probed.path),
        ]
    }));
    row
}

/// The configuration's verdict in a word.
pub(super) fn configured(says: &Configured) -> &'static str {
    match says {
        Configured::Open => "open",
        Configured::Closed(_) => "closed",
        Configured::Unknown(_) => "can't tell",
    }
}

/// What stands where nobody could ask.
const UNKNOWN: &str = "can't tell";

pub(super) fn resolved(answer: &Resolved) -> String {
    match answer {
        Resolved::NotNeeded => "an address".to_owned(),
        Resolved::Addresses { took_ms, .. } => took_ms.to_string(),
        Resolved::NoSuchName { .. } => "no such name".to_owned(),
        Resolved::ServerFails { .. } => "server fails".to_owned(),
        Resolved::Silent { waited_ms } => format!("silent, {waited_ms}"),
        Resolved::Fails { .. } => "fails".to_owned(),
        Resolved::CantTell { .. } => UNKNOWN.to_owned(),
    }
}

pub(super) fn connected(answer: &Connected) -> String {
    match answer {
        Connected::NotTried => "not tried".to_owned(),
        Connected::Open { took_ms, .. } => format!("open, {took_ms}"),
        Connected::Refused { took_ms } => format!("refused, {took_ms}"),
        Connected::Silent { waited_ms } => format!("silent, {waited_ms}"),
        Connected::NoWay { .. } => "no way".to_owned(),
        Connected::Fails { .. } => "fails".to_owned(),
        Connected::CantTell { .. } => UNKNOWN.to_owned(),
    }
}

pub(super) fn handshake(answer: &Handshake, is_expected: bool) -> String {
    match answer {
        Handshake::NotTried if is_expected => "not tried".to_owned(),
        Handshake::NotTried => "not expected".to_owned(),
        Handshake::Done {
            took_ms,
            distrusted: None,
        } => took_ms.to_string(),
        Handshake::Done {
            took_ms,
            distrusted: Some(_),
        } => format!("{took_ms}, not trusted"),
        Handshake::Fails { .. } => "fails".to_owned(),
        Handshake::Silent { waited_ms } => format!("silent, {waited_ms}"),
        Handshake::CantTell { .. } => UNKNOWN.to_owned(),
    }
}

pub(super) fn path(answer: &PathSize) -> String {
    match answer {
        PathSize::NotTried => "not tried".to_owned(),
        PathSize::Carries { bytes } | PathSize::Narrows { bytes } => format!("{bytes} bytes"),
        PathSize::BlackHole { swallows, .. } => format!("{swallows} bytes vanish"),
        PathSize::CantTell { .. } => UNKNOWN.to_owned(),
    }
}
