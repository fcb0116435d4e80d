//! The words in which tools tell.

use super::record::Answer;
use awsvpc_auditor_engine::probe::Target;

/// The status of what was ended by force: 128 and the number of SIGKILL.
pub(super) const ENDED: i32 = 137;

/// Without control characters and escape sequences of terminals, whose place a space takes.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' && characters.next_if_eq(&'[').is_some() {
            while characters
                .next_if(|c| ('\u{20}'..='\u{3f}').contains(c))
                .is_some()
            {}
            characters.next();
        }
        if !(character.is_control() || character.is_whitespace()) {
            plain.push(character);
        } else if !(plain.is_empty() || plain.ends_with(' ')) {
            plain.push(' ');
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// What a tool said, in lower case, without the name of the host, which might say anything.
pub(super) fn told(answer: &Answer<'_>, target: &Target) -> String {
    let words = answer.words.to_ascii_lowercase();
    let host = target.host.to_string();
    let mut told = String::with_capacity(words.len());
    let mut rest = words.as_str();
    while let Some((before, after)) = rest.split_once(&host) {
        told.push_str(before);
        // A host may be called `e`, which stands in other words too.
        let is_within =
            before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        told.push_str(if is_within { &host } else { "…" });
        rest = after;
    }
    told.push_str(rest);
    told
}

/// Whether one of these was said.
pub(super) fn says(told: &str, any: &[&str]) -> bool {
    any.iter().any(|words| told.contains(words))
}

const MISUNDERSTANDINGS: [&str; 8] = [
    "invalid option",
    "unrecognized option",
    "unknown option",
    "illegal option",
    "usage:",
    "unknown database",
    "applet not found",
    "can't execute",
];

/// Whether the tool didn't understand what it was asked, isn't what its name says, or broke down.
pub(super) fn is_misunderstood(told: &str, status: i32) -> bool {
    let is_broken = matches!(status, 126 | 127 | 129..160) && status != ENDED;
    is_broken || says(told, &MISUNDERSTANDINGS)
}

/// The last thing a tool said, as people read it.
pub(super) fn how(answer: &Answer<'_>) -> String {
    let last = answer.words.rsplit('|').map(str::trim);
    let last = last.into_iter().find(|line| !line.is_empty());
    let text = plain(last.unwrap_or_default());
    if text.is_empty() {
        return format!("{} ended with status {}", answer.tool, answer.status);
    }
    text.chars().take(200).collect()
}
