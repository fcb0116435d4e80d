use std::cmp::Reverse;
use std::fmt::Write;

use super::{Audited, Verdict, body};
use crate::checks::AuditResult;
use crate::report::audit_text::clean;

/// Annotations of a run of GitHub Actions, the worst first, because GitHub shows ten of each level for a
/// step; and a last line that counts. `file` is the file that they are about.
///
/// Nothing else is written: GitHub reads commands out of whatever a step prints.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>
pub fn annotations(all: &[Audited<'_>], file: Option<&str>) -> String {
    let mut lines: Vec<(Level, &str, &AuditResult)> = Vec::new();
    let mut as_before = 0;
    for audited in all {
        for (result, verdict) in audited.results() {
            let level = match verdict {
                Verdict::Fails => Level::Error,
                Verdict::Doubtful => Level::Warning,
                Verdict::AsBefore => {
                    as_before += 1;
                    continue;
                }
                Verdict::Passes | Verdict::Skipped => continue,
            };
            lines.push((level, audited.name(), result));
        }
        let mended = audited.mended();
        lines.extend(mended.map(|result| (Level::Notice, audited.name(), result)));
    }
    lines.sort_by_key(|(level, _, result)| (*level, Reverse(result.severity)));
    let mut text = String::new();
    for (level, name, result) in &lines {
        line(&mut text, *level, name, result, file);
    }
    let count = |level| lines.iter().filter(|(own, ..)| *own == level).count();
    let (failed, doubtful) = (count(Level::Error), count(Level::Warning));
    let mended = count(Level::Notice);
    let _ = writeln!(
        text,
        "awsvpc-auditor: {failed} failed, {doubtful} in doubt, {as_before} as before, {mended} mended"
    );
    text
}

/// A fault, a doubt, and what is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Error,
    Warning,
    Notice,
}

fn line(text: &mut String, level: Level, name: &str, result: &AuditResult, file: Option<&str>) {
    let (command, said) = match level {
        Level::Error => ("error", ""),
        Level::Warning => ("warning", ""),
        Level::Notice => ("notice", "mended: "),
    };
    let _ = write!(text, "::{command} ");
    if let Some(file) = file {
        let _ = write!(text, "file={},", property(file));
    }
    let title = format!("{said}{} [{}]", result.check.id, result.severity);
    let mut message = clean(&format!("{name}: {}", result.resource));
    if level != Level::Notice {
        let _ = write!(message, "\n{}", body(result));
    }
    let _ = writeln!(text, "title={}::{}", property(&title), data(&message));
}

/// The escapes of a command's message.
/// <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>
fn data(text: &str) -> String {
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// The escapes of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let text = "50% of a:b,\r\n::error::forged";
        assert_eq!(data(text), "50%25 of a:b,%0D%0A::error::forged");
        assert_eq!(
            property(text),
            "50%25 of a%3Ab%2C%0D%0A%3A%3Aerror%3A%3Aforged"
        );
    }
}
