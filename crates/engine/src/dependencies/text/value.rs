use super::mention::Mentions;
use super::named::{self, Named, Origin};
use super::url::Schemes;
use super::words::{self, Flags};
use super::{dsn, jdbc, json, list, url};

/// What the name of a text tells about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing.
    Plain,
    /// It ought to be a host.
    Host,
    /// It ought to be a credential, a version or a number. Only what can't be mistaken counts.
    Opaque,
}

/// Texts hold texts: a command in a variable, a DSN in an option. Deeper ones are left alone.
const DEEPEST: u8 = 4;

/// Beginnings of what is never about an endpoint.
const OPAQUE: [&str; 3] = ["arn:", "data:", "-----BEGIN"];

/// Reads a text of any form. `name` is what holds it, if anything does.
pub(super) fn read(text: &str, name: &str, reading: Reading, depth: u8, mentions: &mut Mentions) {
    let text = text.trim().trim_matches(['"', '\'', '`']).trim();
    let is_opaque = OPAQUE.iter().any(|start| text.starts_with(start));
    if depth > DEEPEST || text.is_empty() || is_opaque || mentions.is_full() {
        return;
    }
    if text.starts_with(['{', '[']) {
        if json::read(text, name, depth, mentions) {
            return;
        }
        // Half of it, or another notation: names and values can't be told apart.
        if text.starts_with('{') {
            urls(text, Schemes::Known, mentions);
            return;
        }
    }
    if jdbc::read(text, mentions) || dsn::read_go(text, mentions) || dsn::read_pairs(text, mentions)
    {
        return;
    }
    if text.starts_with('(') {
        dsn::read_parentheses(text, None, mentions);
        return;
    }
    if reading == Reading::Opaque {
        urls(text, Schemes::Known, mentions);
        return;
    }
    let listed = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    if list::read(text, reading, mentions)
        || listed.is_some_and(|text| list::read(text, reading, mentions))
    {
        return;
    }
    if text.contains(char::is_whitespace) {
        let words = words::split(text);
        for group in words::named(words, Flags::AndKeys) {
            named::read(&group, Origin::Elsewhere, depth + 1, mentions);
        }
    } else if let Some((name, value)) = words::assignment(text) {
        let named = [Named::new(name, value)];
        named::read(&named, Origin::Elsewhere, depth + 1, mentions);
    } else {
        urls(text, Schemes::Any, mentions);
    }
}

fn urls(text: &str, schemes: Schemes, mentions: &mut Mentions) {
    for word in text.split_whitespace() {
        url::read(word, schemes, mentions);
    }
}
