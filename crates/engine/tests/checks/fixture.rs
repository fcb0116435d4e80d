//! The fixtures of the checks. A fixture names its subject: `Event`, `ServiceEvent`, `Audit` (a service),
//! `Headroom` (what is left, all of it), or `Monitor` (what a monitor was answered).
#![allow(
    dead_code,
    reason = "the tests of the checks and of the notices use a part each"
)]

use std::fs;
use std::path::{Path, PathBuf};

use awsvpc_auditor_engine::checks::{self, AuditResult, Check, Outcome, Run, Subject, Watch};
use awsvpc_auditor_engine::facts::{
    LoadError, Observations, ServiceEvent, Snapshot, SnapshotReader, TaskStateChange,
};
use awsvpc_auditor_engine::headroom::{Options, measure};
use awsvpc_auditor_engine::probe::Probe;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What the fixtures have for a password, in environment variables, URLs and overrides.
pub(crate) const SECRET: &str = "hunter2-never-shown";

/// A file that holds the facts of one case.
pub(crate) struct Fixture {
    pub(crate) check: &'static Check,
    pub(crate) case: String,
    pub(crate) expected: Outcome,
    pub(crate) path: PathBuf,
}

/// What a fixture holds besides the facts: the event, or the service to audit.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Audited<'a> {
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    service_event: Option<&'a RawValue>,
    audit: Option<Service>,
    headroom: Option<Headroom>,
    monitor: Option<Monitor>,
}

/// A monitor, and what it was answered.
#[derive(Deserialize)]
struct Monitor {
    account: String,
    region: String,
    name: String,
    probe: Probe,
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

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks/fixtures")
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
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
pub(crate) fn fixtures() -> Vec<Fixture> {
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

/// What an audit of a fixture found, and about whom.
pub(crate) struct Audit {
    pub(crate) account: String,
    pub(crate) region: String,
    /// The cluster, the owner and the ARN of what was audited, where it is a task or service.
    pub(crate) subject: Option<(String, String, String)>,
    /// The monitor's name, where it is one.
    pub(crate) monitor: Option<String>,
    pub(crate) results: Vec<AuditResult>,
}

impl Fixture {
    pub(crate) fn name(&self) -> String {
        format!("{}/{}.{}", self.check.id, self.case, self.expected.as_str())
    }

    /// What the one check finds.
    pub(crate) fn results(&self) -> Vec<AuditResult> {
        self.audit().results
    }

    /// Runs the one check.
    pub(crate) fn audit(&self) -> Audit {
        let name = self.name();
        let text = fs::read_to_string(&self.path).unwrap();
        let audited: Audited<'_> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Some(monitor) = audited.monitor {
            return self.monitor(&monitor);
        }
        let snapshot = snapshot(&name, &text);
        if let Some(headroom) = audited.headroom {
            return self.headroom(&snapshot, headroom);
        }
        if let Some(event) = audited.service_event {
            let event = ServiceEvent::parse(event.get());
            let event = event.unwrap_or_else(|error| panic!("{name}: {error}"));
            let report = checks::run_service_event(&snapshot, &event)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut results = report.results;
            results.retain(|result| result.check.id == self.check.id);
            return about(&report.subject, results);
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
            _ => panic!("{name}: expected `Event`, `ServiceEvent` or `Audit`"),
        };
        let results = checks::run_only(&snapshot, subject, &[self.check]).results;
        about(&subject, results)
    }

    fn monitor(&self, monitor: &Monitor) -> Audit {
        let watch = Watch {
            account: &monitor.account,
            region: &monitor.region,
            name: &monitor.name,
            probe: &monitor.probe,
        };
        Audit {
            account: monitor.account.clone(),
            region: monitor.region.clone(),
            subject: None,
            monitor: Some(monitor.name.clone()),
            results: checks::monitor_only(watch, &[self.check]).results,
        }
    }

    fn headroom(&self, snapshot: &Snapshot, Headroom { together }: Headroom) -> Audit {
        assert!(
            matches!(self.check.run, Run::Headroom(_)),
            "{}",
            self.name()
        );
        let options = Options {
            together,
            ..Options::default()
        };
        let regions = measure(snapshot, &options);
        let first = regions.first();
        Audit {
            account: first
                .map(|region| region.account.clone())
                .unwrap_or_default(),
            region: first.map(|region| region.name.clone()).unwrap_or_default(),
            subject: None,
            monitor: None,
            results: checks::headroom_only(&regions, &[self.check]).results,
        }
    }
}

/// What was found about a task or service.
fn about(subject: &Subject<'_>, results: Vec<AuditResult>) -> Audit {
    let (account, region) = subject.account_and_region();
    Audit {
        account: account.to_owned(),
        region: region.to_owned(),
        subject: Some((
            subject.cluster().name().to_owned(),
            subject.owner(),
            subject.arn().to_string(),
        )),
        monitor: None,
        results,
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
