//! Commands taken apart into options and their values.

use super::name::{Name, Role};
use super::named::{Named, Origin};

/// How names are written in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flags {
    /// As options: `--db-host db`. Only headers with credentials have keys: `Authorization: …`.
    Only,
    /// As keys of YAML too: `host: db`.
    AndKeys,
}

/// Splits at whitespace outside of quotes. The quotes stay.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && c.is_whitespace() {
            let word = start.take().and_then(|start| text.get(start..at));
            words.extend(word);
        } else if quote.is_none() && matches!(c, '"' | '\'') && (start.is_none() || before == '=') {
            quote = Some(c);
        }
        if start.is_none() && !c.is_whitespace() {
            start = Some(at);
        }
        before = c;
    }
    words.extend(start.and_then(|start| text.get(start..)));
    words
}

/// Gives every word the name of the option it belongs to. Each command of a line is a group of its
/// own, as `-h` and `-p` belong together only there.
pub(super) fn named<'t>(
    words: impl IntoIterator<Item = &'t str>,
    flags: Flags,
) -> Vec<Vec<Named<'t>>> {
    let mut groups = vec![Vec::new()];
    // What the next word, and what all of them up to the next name belong to.
    let (mut option, mut secret) = (None, None);
    for word in words {
        let (word, ends_command) = match word.strip_suffix(';') {
            Some(front) if !front.contains(';') => (front, true),
            _ => (word, matches!(word, "&&" | "||" | "|" | "&")),
        };
        let key = key(word).filter(|key| flags == Flags::AndKeys || is_opaque(key));
        let key = key.filter(|key| is_opaque(key) || !option.is_some_and(is_opaque));
        if word.starts_with('-') {
            // A dash alone is an item of a list.
            if word.len() > 1 {
                (option, secret) = (None, None);
            }
            match flag(word) {
                (name, Some(value)) => push(&mut groups, Named::new(name, value)),
                (name, None) => option = option.or(Some(name).filter(|name| !name.is_empty())),
            }
        } else if let Some(key) = key {
            (option, secret) = (Some(key), Some(key).filter(|key| is_opaque(key)));
        } else if let Some(name) = option.take().or(secret) {
            push(&mut groups, Named::new(name, word));
        } else if let Some((name, value)) = assignment(word).filter(|_| !word.contains(';')) {
            // With a semicolon it may be a DSN, which is read as a whole.
            push(&mut groups, Named::new(name, value));
        } else {
            push(&mut groups, Named::new("", word));
        }
        if ends_command {
            (option, secret) = (None, None);
            groups.push(Vec::new());
        }
    }
    groups
}

/// Whether a value under this name is hardly an endpoint.
pub(super) fn is_opaque(name: &str) -> bool {
    let role = Name::read(name).role(Origin::Elsewhere);
    matches!(role, Role::Opaque | Role::Password)
}

fn push<'t>(groups: &mut [Vec<Named<'t>>], named: Named<'t>) {
    if let Some(group) = groups.last_mut() {
        group.push(named);
    }
}

/// Splits `name=value` where the name is one of a variable or a property. A value with spaces that
/// isn't in quotes is the rest of a command line.
pub(super) fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_whole = value.starts_with(['"', '\'']) || !value.contains(char::is_whitespace);
    (is_whole && is_name(name)).then_some((name, value))
}

fn key(word: &str) -> Option<&str> {
    let key = word.trim_start_matches(['"', '\'']).strip_suffix(':')?;
    is_name(key).then_some(key)
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_part)
}

/// The name of an option, and its value if it is in the same word. What letters mean to most tools
/// of databases is written out.
fn flag(word: &str) -> (&str, Option<&str>) {
    if let Some(property) = word.strip_prefix("-D").filter(|rest| rest.contains('=')) {
        let (name, value) = property.split_once('=').unwrap_or((property, ""));
        return (name, Some(value));
    }
    let name = word.trim_start_matches('-');
    if word.starts_with("--") || name.len() > 1 {
        return match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
    }
    match name {
        "h" => ("host", None),
        "p" | "P" => ("port", None),
        // A command line, an assignment, brokers.
        "b" | "c" | "e" => ("", None),
        letter => (letter, None),
    }
}
