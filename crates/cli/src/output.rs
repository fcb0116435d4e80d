//! What the program says: reports on standard output, everything else on standard error.
#![expect(clippy::print_stderr, reason = "the one place that prints")]

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use awsvpc_auditor_engine::report::Style;
use awsvpc_auditor_engine::report::pipeline::{Audited, annotations, sarif::SarifLog};
use clap::ValueEnum;

use crate::junit;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs; the format is stable.
    Json,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Text,
    /// For programs; the format is stable.
    Json,
    /// JUnit XML: a test for each result.
    Junit,
    /// SARIF 2.1.0, as code scanning takes it.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Everything passed, or the traffic gets through.
    Passed,
    /// The tool could not do its work.
    Failed,
    /// The command line can't be understood.
    Usage,
    /// At least one check failed, or the traffic doesn't get through.
    Fault,
    /// Nothing failed, but something is unknown.
    Unknown,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Passed => 0,
            Status::Failed => 1,
            Status::Usage => 2,
            Status::Fault => 3,
            Status::Unknown => 4,
        })
    }
}

/// A mistake on the command line that clap can't see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Whether standard output takes colours: it is a terminal and nothing speaks against it.
pub(crate) fn style() -> Style {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => Style::Plain,
        _ => Style::Ansi,
    }
}

/// Writes a report. A reader that has seen enough, such as `head`, is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Writes a report for programs.
pub(crate) fn print_json(report: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    print(&text)
}

/// Writes a line for programs.
#[cfg(feature = "aws")]
pub(crate) fn print_json_line(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    print(&text)
}

/// Writes a report in the format that was asked for. `place` is the file or directory that it is about,
/// for formats that want one; GitHub can show annotations in a file only.
pub(crate) fn report<J: serde::Serialize>(
    format: ReportFormat,
    text: impl FnOnce(Style) -> String,
    json: impl FnOnce() -> J,
    audited: &[Audited<'_>],
    place: Option<&Path>,
) -> anyhow::Result<()> {
    let shown = |path: &Path| path.display().to_string();
    let file = place.filter(|path| path.is_file()).map(shown);
    let place = place.map(shown);
    match format {
        ReportFormat::Text => print(&text(style())),
        ReportFormat::Json => print_json(&json()),
        ReportFormat::Junit => print(&junit::report(audited)?),
        ReportFormat::Sarif => print_json(&SarifLog::new(audited, place.as_deref())),
        ReportFormat::Github => print(&annotations(audited, file.as_deref())),
    }
}

/// Says why the program could not do its work.
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("awsvpc-auditor: {error:#}");
}

/// Says what somebody should know who reads the report.
pub(crate) fn warn(message: &str) {
    eprintln!("awsvpc-auditor: {message}");
}

/// Says what takes its time, to whoever is looking.
pub(crate) fn progress(message: &str) {
    if std::io::stderr().is_terminal() {
        eprintln!("{message}");
    }
}
