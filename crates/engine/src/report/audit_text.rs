use std::fmt::Write;

use super::Style;
use super::agreement_text::agreement_text;
use crate::checks::{AuditResult, Basis, Launch, Outcome, Report, Step, Subject};
use crate::fix::{Fix, PROVED};
use crate::reach::Explanation;

/// An audit's report for people: the diagnostic checklist, step by step.
pub fn audit_text(report: &Report<'_>, style: Style) -> String {
    let mut text = String::new();
    let mut told = Told::default();
    heading(&mut text, report, style);
    for (number, step) in (1..).zip(Step::CHECKLIST) {
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
        for result in results {
            entry(&mut text, result, &mut told, style);
        }
    }
    agreement_text(&mut text, &report.agreements, style);
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
            if let Some(event) = report.service_event {
                let _ = writeln!(text, "  ECS says: {}", clean(&event.words()));
            }
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

/// The fixes that a report has told already, and for which check: one change may mend several faults,
/// and is read once.
#[derive(Debug, Default)]
pub(super) struct Told(Vec<(&'static str, Vec<String>)>);

impl Told {
    fn check_with(&self, fix: &Fix) -> Option<&'static str> {
        let commands = fix.commands();
        let mut told = self.0.iter();
        told.find(|(_, known)| *known == commands)
            .map(|(check, _)| *check)
    }
}

pub(super) fn entry(text: &mut String, result: &AuditResult, told: &mut Told, style: Style) {
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
    paragraph(text, &format!("   {mark} {id}{colon} "), INDENT, &head);
    if result.outcome == Outcome::Fail {
        paragraph(text, INDENT, INDENT, &clean(&result.message));
    }
    for blocker in untold(result) {
        paragraph(text, &format!("{INDENT}- "), INDENT, &clean(&blocker));
    }
    for fix in &result.fixes {
        if let Some(check) = told.check_with(fix) {
            let same = format!("the same as for {check} above");
            let _ = writeln!(text, "{INDENT}{} {same}", style.faint("fix:"));
            continue;
        }
        told.0.push((result.check.id, fix.commands()));
        // A command stays on one line, so that it can be copied.
        for (number, command) in fix.commands().iter().enumerate() {
            let label = if number == 0 { "fix:" } else { " and" };
            let _ = writeln!(text, "{INDENT}{} {}", style.faint(label), clean(command));
        }
        if let Some(words) = fix.standing(PROVED) {
            paragraph(text, INDENT, INDENT, &style.faint(&clean(&words)));
        }
    }
}

/// The blockers. A reason that the message gives already isn't said twice.
pub(super) fn untold(result: &AuditResult) -> impl Iterator<Item = String> {
    let untold = |e: &&Explanation| !result.message.contains(&e.message);
    result.explanations.iter().filter(untold).map(|e| {
        format!(
            "{} {} ({}, {}): {}",
            e.code, e.component, e.direction, e.leg, e.message
        )
    })
}

const INDENT: &str = "           ";

/// As wide as people read comfortably, and as a terminal usually is.
const WIDTH: usize = 100;

/// A paragraph that hangs below its first words.
pub(super) fn paragraph(text: &mut String, first: &str, below: &str, words: &str) {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(below)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    for line in textwrap::wrap(words, options) {
        let _ = writeln!(text, "{line}");
    }
}

/// Facts are other people's text: none of it may forge a line, colour the terminal, turn the text
/// around it, or be what SNS and SQS refuse.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
pub(super) fn clean(text: &str) -> String {
    let printable = |c: char| if is_harmful(c) { '\u{fffd}' } else { c };
    text.chars().map(printable).collect()
}

fn is_harmful(c: char) -> bool {
    let ends_line = matches!(c, '\u{2028}' | '\u{2029}');
    let turns_text = matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let is_refused = matches!(c, '\u{fffe}' | '\u{ffff}');
    c.is_control() || ends_line || turns_text || is_refused
}
