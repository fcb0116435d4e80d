//! What every check owes: a page, fixtures, honest `needs`, and an engine that stays pure.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use awsvpc_auditor_engine::checks::{self, Check, Outcome};
use awsvpc_auditor_engine::facts::FactKind;

use crate::fixture::{fixtures, folder, names};
use crate::render;

const HEADINGS: [&str; 7] = [
    "What it checks",
    "Why it matters",
    "How it decides",
    "When it cannot tell",
    "Remediation",
    "Example",
    "References",
];

/// The files of the catalogue that hold no check.
const NOT_CHECKS: [&str; 22] = [
    "effect",
    "touched",
    "attempt",
    "audit",
    "by_place",
    "calling",
    "check",
    "claims",
    "cluster_slots",
    "comparison",
    "headroom_audit",
    "inquiry",
    "mod",
    "monitor_audit",
    "proof",
    "reaching",
    "slot_shortage",
    "start_cause",
    "starting",
    "surging",
    "ways",
    "words",
];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks")
}

fn actions(check: &Check) -> String {
    let actions: Vec<_> = check
        .needs
        .iter()
        .filter_map(|kind| kind.action())
        .collect();
    if actions.is_empty() {
        "none".to_owned()
    } else {
        actions.join(", ")
    }
}

/// The text of a section, without its heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split_once("\n## ").map_or(rest, |(text, _)| text)
}

#[test]
fn pages_have_the_fixed_skeleton() {
    for check in checks::ALL {
        let id = check.id;
        let mut lines = check.page.lines();
        assert_eq!(lines.next(), Some(format!("# {id}").as_str()), "{id}");
        assert_eq!(lines.next(), Some(""), "{id}");
        let summary: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        assert!(!summary.is_empty(), "{id}: no summary");
        let table: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        let expected = [
            "| | |".to_owned(),
            "|---|---|".to_owned(),
            format!("| Severity | {} |", check.severity),
            format!("| Since | {} |", check.since),
            format!("| IAM actions | {} |", actions(check)),
        ];
        assert_eq!(table, expected, "{id}");
        let headings: Vec<_> = check
            .page
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        assert_eq!(headings, HEADINGS, "{id}");
        for heading in HEADINGS {
            let text = section(check.page, heading).trim();
            assert!(!text.is_empty(), "{id}: nothing under {heading}");
        }
    }
}

#[test]
fn pages_fit_the_screen_and_refer_to_aws() {
    for check in checks::ALL {
        let id = check.id;
        for line in check.page.lines() {
            let may_be_long = line.starts_with('|') || line.contains("https://");
            let width = line.chars().count();
            assert!(may_be_long || width <= 100, "{id}: {width} columns: {line}");
        }
        let references = section(check.page, "References");
        let links: Vec<_> = references.lines().filter(|line| !line.is_empty()).collect();
        assert!((2..=4).contains(&links.len()), "{id}: {links:?}");
        for link in links {
            let is_aws = link.starts_with("- <https://docs.aws.amazon.com/") && link.ends_with('>');
            assert!(is_aws, "{id}: {link}");
        }
    }
}

/// A page shows what the engine really says about the fixture that it names.
#[test]
fn examples_are_what_the_engine_says() {
    let fixtures = fixtures();
    for check in checks::ALL {
        let id = check.id;
        let example = section(check.page, "Example");
        let mut parts = example.split('`');
        let path = parts.nth(1).unwrap_or_else(|| panic!("{id}: no fixture"));
        let fixture = fixtures
            .iter()
            .find(|fixture| fixture.path.ends_with(path))
            .unwrap_or_else(|| panic!("{id}: no fixture {path}"));
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = squeeze(&render(&fixture.results()));
        let quoted = example.split("```").nth(1);
        let quoted = quoted.unwrap_or_else(|| panic!("{id}: no output"));
        let quoted = squeeze(quoted.trim_start_matches("text"));
        assert!(said.contains(&quoted), "{id}: {quoted}\nisn't in\n{said}");
    }
}

#[test]
fn ids_name_their_files() {
    let mut seen = BTreeSet::new();
    for check in checks::ALL {
        let id = check.id;
        assert!(seen.insert(id), "{id} is there twice");
        let is_kebab = id.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9'))
        });
        assert!(is_kebab, "{id} isn't kebab-case");
        for extension in ["rs", "md"] {
            let file = format!("{}.{extension}", id.replace('-', "_"));
            assert!(sources().join(&file).is_file(), "{file} is missing");
        }
        let page = sources().join(format!("{}.md", id.replace('-', "_")));
        assert_eq!(fs::read_to_string(page).unwrap(), check.page, "{id}");
    }
}

#[test]
fn every_check_in_the_folder_is_registered() {
    for name in names(&sources()) {
        let Some((stem, _)) = name.rsplit_once('.') else {
            continue;
        };
        let id = stem.replace('_', "-");
        let is_check = !NOT_CHECKS.contains(&stem);
        assert!(
            !is_check || checks::find(&id).is_some(),
            "{name} isn't registered"
        );
    }
}

#[test]
fn titles_read_as_part_of_a_sentence() {
    for check in checks::ALL {
        let title = check.title;
        assert!(!title.is_empty() && !title.ends_with('.'), "{title}");
        // Proper names stay as they are.
        let word = title.split_whitespace().next().unwrap();
        let is_name = word.chars().all(char::is_uppercase);
        let is_lower = title.starts_with(|c: char| c.is_lowercase());
        assert!(is_lower || is_name, "{title}");
    }
}

#[test]
fn every_check_has_a_fixture_of_each_decisive_outcome() {
    let fixtures = fixtures();
    for check in checks::ALL {
        for outcome in [Outcome::Pass, Outcome::Fail, Outcome::Unknown] {
            let found = fixtures
                .iter()
                .any(|fixture| fixture.check.id == check.id && fixture.expected == outcome);
            assert!(found, "{}: no {} fixture", check.id, outcome.as_str());
        }
    }
    for id in names(&folder()) {
        assert!(checks::find(&id).is_some(), "fixtures/{id} has no check");
    }
}

/// Otherwise the permissions on a check's page would not be enough for it.
#[test]
fn what_is_missing_is_among_the_needs() {
    for fixture in fixtures() {
        for result in fixture.results() {
            for missing in result.missing {
                let kind: FactKind = missing.fact;
                let is_declared = fixture.check.needs.contains(&kind);
                assert!(
                    is_declared || missing.action().is_none(),
                    "{}: {kind} isn't among the needs of {}",
                    fixture.name(),
                    fixture.check.id
                );
            }
        }
    }
}

/// No SDK, no runtime, no clock, no network, no randomness, however deep.
#[test]
fn engine_depends_on_nothing_impure() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}"])
        .args(["--package", env!("CARGO_PKG_NAME")])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: BTreeSet<_> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(crates.contains("serde_json"), "{crates:?}");
    let impure = [
        "tokio", "chrono", "time", "jiff", "reqwest", "hyper", "rand",
    ];
    let found: Vec<_> = crates
        .iter()
        .filter(|name| name.starts_with("aws-") || impure.contains(name))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}
