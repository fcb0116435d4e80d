//! What a probe found ends by what a later probe finds, and by nothing else.

use std::fs;
use std::path::Path;

use awsvpc_auditor_engine::alert::Kind::{Opened, Resolved};
use awsvpc_auditor_engine::alert::{Moment, Observation, Observations};
use awsvpc_auditor_engine::checks::{self, Subject};
use awsvpc_auditor_engine::facts::{SnapshotReader, TaskStateChange};
use serde_json::Value;

use crate::service::{Life, kinds, minute};

/// What an audit of a fixture of `dependency-does-not-answer` says, by every check.
fn audit(fixture: &str, at: Moment) -> Observation {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/checks/fixtures/dependency-does-not-answer")
        .join(format!("{fixture}.json"));
    let text = fs::read_to_string(path).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let event = TaskStateChange::parse(&whole["Event"].to_string()).unwrap();
    let mut reader = SnapshotReader::default();
    reader.add("facts.json", text).unwrap();
    let snapshot = reader.finish().unwrap();
    let only = ["dependency-unreachable", "dependency-does-not-answer"];
    let only = only.map(|id| checks::find(id).unwrap());
    let report = checks::run_only(&snapshot, Subject::Task(&event.detail), &only);
    let mut observations = Observations::default();
    observations.add(&snapshot, &report, at);
    observations.into_inner().into_values().next().unwrap()
}

#[test]
fn an_alert_of_a_probe_ends_by_a_later_probe_of_the_same_target() {
    let mut life = Life::default();
    let opened = life.sees(&audit("database-is-down.fail", minute(0)), minute(0));
    assert_eq!(kinds(&opened), [Opened]);
    let saying_nothing = [
        // The configuration's own check passes in each of these.
        "nothing-probed.skipped",
        "another-task-probed.skipped",
        "asked-of-own-accord.skipped",
        "image-without-tools.unknown",
        "facts-of-another-day.unknown",
        "another-host-in-the-subnet.unknown",
    ];
    for (fixture, at) in saying_nothing.into_iter().zip(1..) {
        let told = life.sees(&audit(fixture, minute(at)), minute(at));
        assert!(told.is_empty(), "{fixture}: {told:?}");
    }
    let mended = life.sees(&audit("database-answers.pass", minute(9)), minute(9));
    assert_eq!(kinds(&mended), [Resolved]);
    assert_eq!(mended[0].still_open, 0);
}

/// That the configuration closes it meanwhile is another fault, and no proof that it answers.
#[test]
fn a_target_that_is_closed_since_is_not_mended() {
    let mut life = Life::default();
    life.sees(&audit("nothing-listens.fail", minute(0)), minute(0));
    let closed = audit("security-group-refuses-task.skipped", minute(1));
    let told = life.sees(&closed, minute(1));
    assert_eq!(kinds(&told), [Opened]);
    assert_eq!(told[0].opened.len(), 1);
    assert_eq!(told[0].opened[0].check, "dependency-unreachable");
    assert_eq!(told[0].still_open, 1);
}
