//! URLs as people write them. The `url` crate would bring the tables of international domain names
//! into the function's package, and knows neither several hosts nor passwords that aren't encoded.

use super::endpoint::Host;
use super::host::with_port;
use super::mention::{Lacks, Mention, Mentions};
use super::service::{Scheme, Service};
use super::words::is_opaque;
use crate::net::Protocol;

/// No scheme is longer; what is longer isn't walked through again and again.
const LONGEST_SCHEME: usize = 40;

/// No name in front of a URL is longer either.
const LONGEST_NAME: usize = 64;

/// Whether schemes that nobody has heard of count too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schemes {
    Any,
    Known,
}

/// Reads every URL of a text without whitespace: `http://a,http://b`.
pub(super) fn read(text: &str, schemes: Schemes, mentions: &mut Mentions) {
    let mut current: Option<(&str, usize)> = None;
    for (at, separator) in text.match_indices("://") {
        if mentions.is_full() {
            return;
        }
        let Some(scheme) = scheme_before(text, at, current.is_none()) else {
            continue;
        };
        if let Some((scheme_before, from)) = current {
            let to = at - scheme.len();
            one(scheme_before, text.get(from..to), schemes, mentions);
        }
        current = Some((scheme, at + separator.len()));
    }
    if let Some((scheme, from)) = current {
        one(scheme, text.get(from..), schemes, mentions);
    }
}

/// The scheme that ends where `://` begins. Behind another URL it must come after something that
/// separates the two, or else it is part of a query or a password.
fn scheme_before(text: &str, end: usize, is_first: bool) -> Option<&str> {
    let front = text.get(..end)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let length = front
        .bytes()
        .rev()
        .take(LONGEST_SCHEME)
        .take_while(|byte| is_part(char::from(*byte)))
        .count();
    let (before, scheme) = front.split_at_checked(end - length)?;
    let stands_apart = match before.chars().next_back() {
        None => true,
        Some(c) => matches!(c, ',' | ';' | '|' | '"' | '\'') || is_first && c != '@' && !is_part(c),
    };
    let is_secret = || before.strip_suffix('=').is_some_and(ends_opaque);
    (stands_apart && !is_secret() && scheme.starts_with(|c: char| c.is_ascii_alphabetic()))
        .then_some(scheme)
}

/// Whether a text ends with the name of a credential: `host,password`.
fn ends_opaque(text: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let bytes = text.bytes().rev().take(LONGEST_NAME);
    let length = bytes.take_while(is_part).count();
    text.get(text.len() - length..).is_some_and(is_opaque)
}

fn one(scheme: &str, rest: Option<&str>, schemes: Schemes, mentions: &mut Mentions) {
    let rest = until_quote(rest.unwrap_or_default());
    match Scheme::of(scheme) {
        Scheme::Known(service) => {
            let is_web = service.is_http || scheme.contains('+');
            hosts(rest, is_web, |host, port| {
                mentions.push(Mention::of(service, host, port));
            });
        }
        Scheme::Srv => hosts(rest, false, |host, _| {
            let mut mention = Mention::of(Service::any(Protocol::TCP), host, None);
            mention.lacks = Lacks::Nothing;
            mentions.push(mention);
        }),
        Scheme::Target => {
            let target = rest.split_once('/').map_or(rest, |(_, target)| target);
            hosts(target, false, |host, port| {
                mentions.push(Mention::of(Service::any(Protocol::TCP), host, port));
            });
        }
        Scheme::Unknown if schemes == Schemes::Any => hosts(rest, false, |host, port| {
            if port.is_some() || host.is_qualified() {
                mentions.push(Mention::of(Service::any(Protocol::TCP), host, port));
            }
        }),
        Scheme::Unknown | Scheme::Elsewhere => {}
    }
}

/// Reads what follows `//` where the service is known already.
pub(super) fn read_known(rest: &str, service: Service, mentions: &mut Mentions) {
    hosts(rest, service.is_http, |host, port| {
        mentions.push(Mention::of(service, host, port));
    });
}

/// Cuts off what follows the quote that ends the URL. One before an `@` is part of a password.
fn until_quote(rest: &str) -> &str {
    let userinfo = rest.rfind('@').map_or(0, |at| at + 1);
    let (front, back) = rest.split_at_checked(userinfo).unwrap_or((rest, ""));
    let end = back
        .find(['"', '\'', '`', '<', '>', '\\'])
        .unwrap_or(back.len());
    rest.get(..front.len() + end).unwrap_or(rest)
}

/// Finds the hosts behind `scheme://`: all of them, or none if one can't be read.
fn hosts(rest: &str, is_web: bool, mut found: impl FnMut(Host, Option<u16>)) {
    let Some(authority) = authority(rest, is_web) else {
        return;
    };
    for (host, port) in split(authority).unwrap_or_default() {
        found(host, port);
    }
}

/// The hosts of an authority without credentials.
fn split(authority: &str) -> Option<Vec<(Host, Option<u16>)>> {
    let has_brackets = authority.contains('[');
    let authority = authority.trim_end_matches([')', '}', '.', ',', ';', ':']);
    let authority = match authority.strip_suffix(']') {
        Some(front) if !has_brackets => front,
        _ => authority,
    };
    authority.split(',').map(with_port).collect()
}

/// The part with hosts and ports. By the standard it is between the last `@` and the first of `/`,
/// `?` and `#`. A password that isn't encoded may hold any of these, so a later `@` makes that
/// doubtful.
fn authority(rest: &str, is_web: bool) -> Option<&str> {
    let (strict, tail) = split_at_any(rest, &['/', '?', '#']);
    let in_strict = strict.rsplit_once('@').map(|(_, behind)| behind);
    let Some((_, behind)) = before_query(tail, is_web).rsplit_once('@') else {
        return Some(in_strict.unwrap_or(strict));
    };
    let (sloppy, _) = split_at_any(behind, &['/', '?', '#']);
    if !is_web {
        return Some(sloppy);
    }
    // Paths of the web have an `@` too: `/@scope/package`.
    match in_strict {
        Some(host) => split(host).is_none().then_some(sloppy),
        None => match split(strict) {
            None => Some(sloppy),
            Some(hosts) => hosts
                .iter()
                .all(|(host, _)| host.is_qualified())
                .then_some(strict),
        },
    }
}

/// What stands before the first `?name=` or `;name=`, in which an `@` is no sign of a password.
fn before_query(tail: &str, is_web: bool) -> &str {
    let is_query = |behind: &str| {
        let is_part =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']');
        let name = behind.split(|c| !is_part(c)).next().unwrap_or_default();
        let rest = behind.get(name.len()..).unwrap_or_default();
        !name.is_empty() && rest.starts_with('=')
    };
    let starts = tail.match_indices(['?', '#', ';']);
    let end = starts
        .map(|(at, mark)| (at, mark == "#"))
        .find(|(at, is_fragment)| {
            let behind = tail.get(at + 1..).unwrap_or_default();
            if *is_fragment {
                is_web
            } else {
                is_query(behind)
            }
        });
    end.and_then(|(at, _)| tail.get(..at)).unwrap_or(tail)
}

fn split_at_any<'t>(text: &'t str, marks: &[char]) -> (&'t str, &'t str) {
    let end = text.find(marks).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
