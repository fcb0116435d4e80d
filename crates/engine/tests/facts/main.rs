//! Facts as the AWS CLI prints them: what is read of each kind, and what is wrong with broken ones.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on stops"
)]

mod broken;
mod databases;
mod ecs;
mod other_services;
mod secrets;
mod service_events;
mod told_apart;

use std::fs;
use std::path::Path;

use awsvpc_auditor_engine::facts::{LoadError, ResourceName, Snapshot, SnapshotReader};

/// The facts in a fixture.
fn facts(file: &str) -> Snapshot {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/facts/fixtures")
        .join(file);
    let text = fs::read_to_string(path).unwrap();
    read(&[(file, &text)]).unwrap_or_else(|error| panic!("{error}"))
}

/// The facts in these files: name and text.
fn read(files: &[(&str, &str)]) -> Result<Snapshot, LoadError> {
    let mut reader = SnapshotReader::default();
    for (name, text) in files {
        reader.add(*name, *text)?;
    }
    reader.finish()
}

fn name(name: &str) -> ResourceName {
    ResourceName::new(name)
}
