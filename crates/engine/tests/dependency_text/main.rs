//! What the texts of container definitions tell: tables of values and what is found in them, and
//! properties that hold for any text.
//!
//! In the tables a line is `what is read => what is found`, or `nothing`. An endpoint is written as
//! `host:port`, with `/udp` if it isn't TCP, `+http` if it speaks HTTP, and `?` if it is a guess.
//! Where variables are read, `in` and their names follow. ` & ` is between variables, ` | ` between
//! arguments, `\n` is a new line, and `#` begins a group.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod long;
mod properties;
mod secrets;

use std::fmt::Write;

use awsvpc_auditor_engine::dependencies::text::{
    Certainty, Endpoint, Host, Place, in_arguments, in_text, in_variables,
};
use awsvpc_auditor_engine::net::Protocol;

fn host(host: &Host) -> String {
    match host {
        Host::Address(address) if address.is_ipv6() => format!("[{address}]"),
        host => host.to_string(),
    }
}

fn written(endpoint: &Endpoint) -> String {
    let mut text = host(&endpoint.host);
    if let Some(port) = endpoint.port {
        write!(text, ":{port}").unwrap();
    }
    if endpoint.protocol == Protocol::UDP {
        text.push_str("/udp");
    }
    if endpoint.is_http {
        text.push_str("+http");
    }
    if endpoint.certainty == Certainty::Guessed {
        text.push('?');
    }
    text
}

/// Compares every line of a table, and shows all that differ.
fn check(table: &str, read: impl Fn(&str) -> Vec<String>) {
    let mut wrong = String::new();
    let mut cases = 0;
    for line in table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (given, expected) = line.rsplit_once(" => ").unwrap_or_else(|| panic!("{line}"));
        let found = read(&given.replace("\\n", "\n"));
        let found = if found.is_empty() {
            "nothing".to_owned()
        } else {
            found.join(", ")
        };
        cases += 1;
        if found != expected {
            writeln!(wrong, "{given}\n  expected {expected}\n  found    {found}").unwrap();
        }
    }
    assert!(cases > 0 && wrong.is_empty(), "\n{wrong}");
}

#[test]
fn texts() {
    check(include_str!("texts.txt"), |text| {
        in_text(text).iter().map(written).collect()
    });
}

#[test]
fn variables() {
    check(include_str!("variables.txt"), |text| {
        let variables = text
            .split(" & ")
            .map(|variable| variable.split_once('=').unwrap());
        let found = in_variables(variables);
        let written = found.iter().map(|found| {
            assert!(matches!(found.place, Place::Variables(_)));
            let place = found.place.to_string();
            format!(
                "{} in {}",
                written(&found.endpoint),
                place.strip_prefix("env ").unwrap()
            )
        });
        written.collect()
    });
}

#[test]
fn arguments() {
    check(include_str!("arguments.txt"), |text| {
        let found = in_arguments(text.split(" | "));
        assert!(
            found
                .iter()
                .all(|found| found.place.to_string() == "command argument")
        );
        found.iter().map(|found| written(&found.endpoint)).collect()
    });
}
