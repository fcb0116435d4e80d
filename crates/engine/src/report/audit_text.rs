use std::fmt::Write;

use super::Style;
use crate::checks::{AuditResult, Basis, Launch, Outcome, Report, Step, Subject};
use crate::reach::Explanation;

/// The steps for which no check exists yet, and what to do meanwhile.
const UNAUDITED: &str =
    "no check looks at this yet: ask `awsvpc-auditor reach --from … --to HOST:PORT`";

/// An audit's report for people: the diagnostic checklist, step by step.
pub fn audit_text(report: &Report<'_>, style: Style) -> String {
    let mut text = String::new();
    heading(&mut text, report, style);
    for (number, step) in (1..).zip(Step::ALL) {
        let results: Vec<_> = report
            .results
            .iter()
            .filter(|r| r.check.step == step)
            .collect();
        let title = if step == Step::Hardening {
            format!("   {}", step.title())
        } else {
            format!("{number}. {}", step.title())
        };
        let _ = writeln!(text, "\n{}", style.strong(&title));
        if results.is_empty() {
            let _ = writeln!(text, "   {}", style.faint(UNAUDITED));
        }
        for result in results {
            entry(&mut text, result, style);
        }
    }
    let summary = report.summary();
    let _ = writeln!(
        text,
        "\n{} failed, {} unknown, {} passed, {} skipped",
        summary.fail, summary.unknown, summary.pass, summary.skipped
    );
    if summary.fail > 0 || summary.unknown > 0 {
        let _ = writeln!(text, "More about a check: awsvpc-auditor explain CHECK");
    }
    text
}

pub(super) fn heading(text: &mut String, report: &Report<'_>, style: Style) {
    let subject = &report.subject;
    match subject {
        Subject::Task(task) => {
            let _ = writeln!(
                text,
                "{} {}",
                style.strong("Task"),
                clean(task.task_arn.as_str())
            );
            let launch = match report.subject.launch() {
                Launch::Fargate(Some(version)) => format!("Fargate {version}"),
                Launch::Fargate(None) => "Fargate".to_owned(),
                Launch::Ec2 => "EC2".to_owned(),
                Launch::Other => "launch type not known".to_owned(),
            };
            let _ = writeln!(
                text,
                "  {} of cluster {}, {}, {launch}",
                clean(&subject.owner()),
                clean(subject.cluster().name()),
                task.last_status.as_str()
            );
            if let Some(reason) = &task.stopped_reason {
                let _ = writeln!(text, "  ECS says: {}", clean(reason));
            }
        }
        Subject::Service(service) => {
            let _ = writeln!(text, "{} {}", style.strong("Service"), service.service_arn);
        }
    }
    if let (Subject::Task(_), Basis::Configuration) = (subject, report.basis) {
        let _ = writeln!(
            text,
            "  its interface is gone or not there yet: groups and public address as its service configures them"
        );
    }
    if let Some(time) = &report.event_time {
        let _ = writeln!(text, "  event of {}", clean(time));
    }
    if let Some(time) = &report.observed_at {
        let _ = writeln!(text, "  facts of {}", clean(time));
    }
}

pub(super) fn entry(text: &mut String, result: &AuditResult, style: Style) {
    let (mark, id) = match result.outcome {
        Outcome::Fail => (style.bad("FAIL   "), style.bad(result.check.id)),
        Outcome::Unknown => (style.open("UNKNOWN"), style.open(result.check.id)),
        Outcome::Pass => (style.good("pass   "), result.check.id.to_owned()),
        Outcome::Skipped => (style.faint("skipped"), style.faint(result.check.id)),
    };
    let colon = if result.outcome == Outcome::Fail {
        ""
    } else {
        ":"
    };
    let head = match result.outcome {
        Outcome::Fail => format!("[{}] {}", result.severity, clean(&result.resource)),
        Outcome::Pass if result.message.contains(&result.resource) => clean(&result.message),
        Outcome::Pass | Outcome::Unknown => {
            clean(&format!("{}: {}", result.resource, result.message))
        }
        Outcome::Skipped => style.faint(&clean(&result.message)),
    };
    paragraph(text, &format!("   {mark} {id}{colon} "), &head);
    if result.outcome == Outcome::Fail {
        paragraph(text, INDENT, &clean(&result.message));
    }
    // A reason that the message gives already isn't said twice.
    let untold = |e: &&Explanation| !result.message.contains(&e.message);
    for e in result.explanations.iter().filter(untold) {
        let blocker = format!(
            "{} {} ({}, {}): {}",
            e.code, e.component, e.direction, e.leg, e.message
        );
        paragraph(text, &format!("{INDENT}- "), &clean(&blocker));
    }
    for fix in &result.fixes {
        // A command stays on one line, so that it can be copied.
        let _ = writeln!(
            text,
            "{INDENT}{} {}",
            style.faint("fix:"),
            clean(&fix.command)
        );
    }
}

const INDENT: &str = "           ";

/// As wide as people read comfortably, and as a terminal usually is.
const WIDTH: usize = 100;

/// A paragraph that hangs below its first words.
fn paragraph(text: &mut String, first: &str, words: &str) {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(INDENT)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    for line in textwrap::wrap(words, options) {
        let _ = writeln!(text, "{line}");
    }
}

/// Facts are other people's text: none of it may forge a line or colour the terminal.
pub(super) fn clean(text: &str) -> String {
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(printable).collect()
}
