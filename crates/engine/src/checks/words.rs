//! How numbers and names read in the messages of checks.

use std::fmt::Display;

use crate::headroom::Slots;

/// How many names are told one by one.
const NAMED: usize = 5;

/// Names with commas between, the first few of many.
pub(super) fn listed<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let all: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    let shown = all.get(..NAMED).unwrap_or(&all).join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A count with its noun, such as `1 task` and `2 tasks`.
pub(super) fn counted(count: impl Into<u64>, noun: &str) -> String {
    match count.into() {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// The verb that goes with a count of things that are something.
pub(super) fn are(count: impl Into<u64>) -> &'static str {
    if count.into() == 1 { "is" } else { "are" }
}

/// How many slots of an instance are free, and what takes some behind ECS's back.
pub(super) fn free_slots(slots: &Slots) -> String {
    let (free, total) = (slots.free(), slots.total);
    let free = format!("{free} of {total} interface slots {} free", are(free));
    match slots.foreign.unwrap_or_default() {
        0 => free,
        foreign => format!(
            "{free}, {foreign} {} held by what ECS didn't attach and doesn't count",
            are(foreign)
        ),
    }
}

/// A duration as people say it.
pub(super) fn minutes(seconds: u64) -> String {
    match seconds / 60 {
        minutes @ 0..120 => format!("{minutes} minutes"),
        minutes => format!("{} hours", minutes / 60),
    }
}

/// Days as people say them.
pub(super) fn days(days: f64) -> String {
    let hours = (days * 24.0).round();
    if hours < 1.0 {
        "less than 1 hour".to_owned()
    } else if hours < 2.0 {
        "1 hour".to_owned()
    } else if days < 2.0 {
        format!("{hours:.0} hours")
    } else {
        format!("{days:.0} days")
    }
}
