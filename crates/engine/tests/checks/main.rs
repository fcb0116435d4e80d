//! Every check against its fixtures: `fixtures/<check-id>/<case>.<outcome>.json`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on stops"
)]

mod contract;
mod fixture;

use std::fmt::Write;
use std::fs;

use awsvpc_auditor_engine::checks::{AuditResult, Outcome};

use fixture::{SECRET, fixtures};

/// What a person has to judge: is the message right, useful and true?
fn render(results: &[AuditResult]) -> String {
    let mut text = String::new();
    for result in results {
        let (outcome, resource) = (result.outcome.as_str(), &result.resource);
        writeln!(text, "{outcome}: {resource}").unwrap();
        writeln!(text, "  message: {}", result.message).unwrap();
        for e in &result.explanations {
            let (code, component) = (e.code, &e.component);
            let (direction, leg) = (e.direction, e.leg);
            writeln!(text, "  explanation: {code} {component} {direction} {leg}").unwrap();
        }
        for fix in &result.fixes {
            let verified = if fix.verified { " (verified)" } else { "" };
            writeln!(text, "  fix{verified}: {}", fix.command()).unwrap();
        }
        for missing in &result.missing {
            let action = missing.action().unwrap_or("no action");
            writeln!(text, "  missing: {} ({action})", missing.fact).unwrap();
        }
        writeln!(text, "  fingerprint: {}", result.fingerprint).unwrap();
    }
    text
}

/// The worst first, which is the order of [`Outcome`].
fn worst(results: &[AuditResult]) -> Outcome {
    let outcomes = results.iter().map(|result| result.outcome);
    outcomes.min().unwrap()
}

#[test]
fn fixtures_have_the_outcome_that_their_name_says() {
    let wrong: Vec<_> = fixtures()
        .iter()
        .filter_map(|fixture| {
            let results = fixture.results();
            let is_right = worst(&results) == fixture.expected;
            (!is_right).then(|| format!("{}\n{}", fixture.name(), render(&results)))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_read_as_they_did() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for fixture in fixtures() {
        settings.set_input_file(&fixture.path);
        let name = fixture.name().replace('/', "__");
        let text = render(&fixture.results());
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

#[test]
fn auditing_twice_gives_the_same_findings() {
    for fixture in fixtures() {
        let (first, again) = (render(&fixture.results()), render(&fixture.results()));
        assert_eq!(first, again, "{}", fixture.name());
    }
}

#[test]
fn findings_hold_no_secret() {
    let mut planted = 0;
    for fixture in fixtures() {
        let text = fs::read_to_string(&fixture.path).unwrap();
        planted += usize::from(text.contains(SECRET));
        let results = fixture.results();
        let name = fixture.name();
        assert!(!render(&results).contains(SECRET), "{name}");
        assert!(!format!("{results:?}").contains(SECRET), "{name}");
    }
    assert!(planted > 20, "only {planted} fixtures hold the secret");
}
