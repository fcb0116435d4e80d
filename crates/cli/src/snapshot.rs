//! Reads a directory of saved AWS CLI output.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use awsvpc_auditor_engine::facts::{LoadError, Snapshot, SnapshotReader};

use crate::output;

/// No describe call of one region comes near this; a file this large is something else.
const LARGEST_FILE: u64 = 128 * 1024 * 1024;

/// How long people wait without asking themselves what is going on.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reads every `*.json` file below a directory, or a single file.
pub(crate) fn load(directory: &Path) -> anyhow::Result<Snapshot> {
    let started = Instant::now();
    let mut files = Vec::new();
    find(directory, &mut files)?;
    files.sort();
    if files.is_empty() {
        bail!(
            "{}: no *.json file in it: save the AWS CLI's output there, as in `aws ec2 describe-subnets > {0}/subnets.json`",
            directory.display()
        );
    }
    let mut reader = SnapshotReader::default();
    let mut told = started;
    for (index, file) in files.iter().enumerate() {
        if told.elapsed() > PATIENCE {
            told = Instant::now();
            output::progress(&format!(
                "reading {}: file {} of {}",
                directory.display(),
                index + 1,
                files.len()
            ));
        }
        let text = read(file)?;
        if text.trim().is_empty() {
            // What a refused `aws … > file.json` leaves behind.
            output::warn(&format!("{}: empty, taken as not observed", file.display()));
            continue;
        }
        reader.add(file.display().to_string(), text)?;
    }
    reader.finish().map_err(|error| match error {
        LoadError::NothingKnown { .. } => {
            anyhow::Error::new(error).context(directory.display().to_string())
        }
        // Every other error names its file.
        _ => error.into(),
    })
}

/// Reads a text file, with an error that names it.
pub(crate) fn read(file: &Path) -> anyhow::Result<String> {
    let name = || file.display().to_string();
    let size = fs::metadata(file).with_context(name)?.len();
    if size > LARGEST_FILE {
        bail!(
            "{}: {} MB is more than the {} MB that a file may have: split it, or save less",
            name(),
            size >> 20,
            LARGEST_FILE >> 20
        );
    }
    let bytes = fs::read(file).with_context(name)?;
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        anyhow::anyhow!("{}: not UTF-8 text (byte {place})", name())
    })
}

fn find(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let name = || path.display().to_string();
    if fs::metadata(path).with_context(name)?.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(name)? {
        let entry = entry.with_context(name)?;
        let kind = entry.file_type().with_context(name)?;
        let path = entry.path();
        let is_json = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("json"));
        // A linked directory could lead around in circles; a linked file can't.
        if kind.is_dir() || (is_json && path.is_file()) {
            find(&path, files)?;
        }
    }
    Ok(())
}
