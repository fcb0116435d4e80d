use std::fmt::Write;

use super::Style;
use super::agreement_text::{connected, from, handshake, path, resolved};
use super::audit_text::clean;
use super::headroom_text::table;
use crate::facts::Timestamp;
use crate::probe::{Probe, Probed, Standing};

/// What a monitor was answered, for people: a line for each target.
pub fn monitor_text(probe: &Probe, style: Style) -> String {
    let mut text = String::new();
    let head = [
        "target",
        "DNS",
        "port",
        "TLS",
        "largest packet",
        "what it means",
    ];
    let rows = probe.targets.iter().map(|probed| {
        vec![
            probed.target.address(),
            resolved(&probed.resolved),
            connected(&probed.connected),
            handshake(&probed.handshake, probed.target.tls),
            path(&probed.path),
            meaning(probed),
        ]
    });
    let title = match probe.asked_at {
        Some(at) => format!("Asked from {}, {at}", clean(&from(&probe.vantage))),
        None => format!("Asked from {}", clean(&from(&probe.vantage))),
    };
    table(&mut text, &title, &head, rows.collect(), style);
    let count = |wanted: fn(&Standing) -> bool| {
        let standings = probe.targets.iter().map(Probed::standing);
        standings.filter(wanted).count()
    };
    let fail = count(|standing| matches!(standing, Standing::Fails(_)));
    let unknown = count(|standing| matches!(standing, Standing::Unknown(_)));
    let work = probe.targets.len() - fail - unknown;
    let _ = writeln!(text, "\n{fail} fail, {unknown} unknown, {work} work");
    if let Some(why) = &probe.cut_short {
        let _ = writeln!(text, "Not everything was asked: {}", clean(why));
    }
    text.trim_start().to_owned()
}

/// A line about a target that fares otherwise than before.
pub fn monitor_change(probed: &Probed, at: Option<Timestamp>, style: Style) -> String {
    let at = at.map_or_else(String::new, |at| format!("{at} "));
    let words = meaning(probed);
    let words = match probed.standing() {
        Standing::Works => style.good(&words),
        Standing::Fails(_) => style.bad(&words),
        Standing::Unknown(_) => style.open(&words),
    };
    format!("{at}{} {words}\n", probed.target.address())
}

fn meaning(probed: &Probed) -> String {
    match probed.standing() {
        Standing::Works => "works".to_owned(),
        Standing::Fails(how) => format!("FAILS: {}", clean(&how)),
        Standing::Unknown(why) => format!("can't tell: {}", clean(&why)),
    }
}
