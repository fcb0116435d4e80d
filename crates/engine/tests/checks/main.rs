//! Every check against its fixtures: `fixtures/<check-id>/<case>.<outcome>.json`.
//!
//! A fixture names its subject: `Event`, `Audit` (a service), or `Headroom` (what is left, all of it).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on stops"
)]

mod contract;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use awsvpc_auditor_engine::checks::{self, AuditResult, Check, Outcome, Run, Subject};
use awsvpc_auditor_engine::facts::{
    LoadError, Observations, Snapshot, SnapshotReader, TaskStateChange,
};
use awsvpc_auditor_engine::headroom::{Options, measure};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A file that holds the facts of one case.
struct Fixture {
    check: &'static Check,
    case: String,
    expected: Outcome,
    path: PathBuf,
}

/// What a fixture holds besides the facts: the event, or the service to audit.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Audited<'a> {
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    audit: Option<Service>,
    headroom: Option<Headroom>,
}

/// What an audit of headroom is told.
#[derive(Deserialize)]
struct Headroom {
    /// Services that deploy at the same time.
    #[serde(default)]
    together: Vec<String>,
}

#[derive(Deserialize)]
struct Service {
    cluster: String,
    service: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks/fixtures")
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn outcome(name: &str) -> Option<Outcome> {
    let all = [
        Outcome::Pass,
        Outcome::Fail,
        Outcome::Unknown,
        Outcome::Skipped,
    ];
    all.into_iter().find(|outcome| outcome.as_str() == name)
}

/// Every fixture; a file that isn't one is an error.
fn fixtures() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for id in names(&folder()) {
        let check = checks::find(&id).unwrap_or_else(|| panic!("fixtures/{id}: no such check"));
        for name in names(&folder().join(&id)) {
            let path = folder().join(&id).join(&name);
            let parts: Vec<_> = name.split('.').collect();
            let [case, expected, "json"] = parts[..] else {
                panic!("{name}: expected <case>.<outcome>.json");
            };
            let expected = outcome(expected).unwrap_or_else(|| panic!("{name}: no such outcome"));
            fixtures.push(Fixture {
                check,
                case: case.to_owned(),
                expected,
                path,
            });
        }
    }
    fixtures
}

impl Fixture {
    fn name(&self) -> String {
        format!("{}/{}.{}", self.check.id, self.case, self.expected.as_str())
    }

    /// Runs the one check.
    fn results(&self) -> Vec<AuditResult> {
        let name = self.name();
        let text = fs::read_to_string(&self.path).unwrap();
        let audited: Audited<'_> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let snapshot = snapshot(&name, &text);
        if let Some(Headroom { together }) = &audited.headroom {
            assert!(matches!(self.check.run, Run::Headroom(_)), "{name}");
            let options = Options {
                together: together.clone(),
                ..Options::default()
            };
            let regions = measure(&snapshot, &options);
            return checks::headroom_only(&regions, &[self.check]).results;
        }
        let event = audited.event.map(|event| {
            TaskStateChange::parse(event.get()).unwrap_or_else(|error| panic!("{name}: {error}"))
        });
        let subject = match (&event, &audited.audit) {
            (Some(event), None) => Subject::Task(&event.detail),
            (None, Some(Service { cluster, service })) => {
                Subject::service_named(&snapshot, cluster, service)
                    .unwrap_or_else(|error| panic!("{name}: {error}"))
            }
            _ => panic!("{name}: expected either `Event` or `Audit`"),
        };
        checks::run_only(&snapshot, subject, &[self.check]).results
    }
}

/// The facts of a fixture. A check may need none.
fn snapshot(name: &str, text: &str) -> Snapshot {
    let mut reader = SnapshotReader::default();
    reader
        .add(name, text)
        .unwrap_or_else(|error| panic!("{error}"));
    match reader.finish() {
        Ok(snapshot) => snapshot,
        Err(LoadError::NothingKnown { .. }) => Snapshot::new(Observations::default()),
        Err(error) => panic!("{error}"),
    }
}

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

/// What the fixtures have for a password, in environment variables, URLs and overrides.
const SECRET: &str = "hunter2-never-shown";

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
