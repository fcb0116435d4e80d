//! An SNS message, for people who read it in a mail client or on a phone.
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>

use std::fmt::Write;

use super::Style;
use super::audit_text::{Told, clean, entry, heading};
use crate::checks::{AuditResult, Outcome, Report, Severity};

/// A message about one audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The subject: ASCII, at most 100 characters, begins with a letter.
    pub subject: String,
    /// The text.
    pub body: String,
    /// What subscriptions can filter by: name and value.
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// The value of a message attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// A text.
    Text(String),
    /// Several texts, any of which a filter may match.
    List(Vec<String>),
}

/// The longest subject that SNS takes.
const SUBJECT: usize = 100;

/// SNS takes 256 KiB, attributes included; e-mail clients are done long before.
const BODY: usize = 200 * 1024;

impl Message {
    /// The message about a report; `None` when nothing failed that is at least this bad, which is no
    /// news. A message that is sent tells of lesser faults too.
    pub fn about(report: &Report<'_>, minimum: Severity) -> Option<Self> {
        let failed = failed(report);
        let worst = failed.first().map(|result| result.severity)?;
        if worst < minimum {
            return None;
        }
        let mut checks: Vec<_> = failed
            .iter()
            .map(|result| result.check.id.to_owned())
            .collect();
        checks.dedup();
        let is_news = |result: &&&AuditResult| result.severity >= minimum;
        let mut news: Vec<_> = failed.iter().filter(is_news).map(|r| r.check.id).collect();
        news.dedup();
        let (account, region) = report.subject.account_and_region();
        let text = |text: &str| Attribute::Text(clean(text));
        Some(Self {
            subject: subject(report, &news, checks.len()),
            body: body(report),
            attributes: vec![
                ("account", text(account)),
                ("region", text(region)),
                ("cluster", text(report.subject.cluster().name())),
                ("owner", text(&report.subject.owner())),
                ("severity", Attribute::Text(worst.to_string())),
                ("checks", Attribute::List(checks)),
            ],
        })
    }
}

/// The worst first.
fn failed<'a>(report: &'a Report<'_>) -> Vec<&'a AuditResult> {
    let mut failed: Vec<_> = of(report, Outcome::Fail).collect();
    failed.sort_by_key(|result| std::cmp::Reverse(result.severity));
    failed
}

fn of<'a>(
    report: &'a Report<'_>,
    outcome: Outcome,
) -> impl Iterator<Item = &'a AuditResult> + use<'a> {
    let results = report.results.iter();
    results.filter(move |result| result.outcome == outcome)
}

fn subject(report: &Report<'_>, checks: &[&str], all: usize) -> String {
    let owner = report.subject.owner();
    let owner = owner
        .split_once(':')
        .map_or(owner.as_str(), |(_, name)| name);
    let cluster = report.subject.cluster().name();
    let start = format!("ECS network fault: {owner} in {cluster}: ");
    subject_line(&start, checks, all)
}

/// Who has what, the worst first, as far as there is room. Lesser faults are only counted.
pub(super) fn subject_line(start: &str, checks: &[&str], all: usize) -> String {
    let mut subject = ascii(start);
    // Names are the account's own and may be long: room is left for the first check.
    let longest = checks
        .iter()
        .map(|check| check.len())
        .max()
        .unwrap_or_default();
    subject.truncate(SUBJECT.saturating_sub(longest + " +99".len()));
    let mut told = 0;
    for check in checks {
        let separator = if told == 0 { "" } else { ", " };
        let more = if told + 1 < all { " +99".len() } else { 0 };
        if subject.len() + separator.len() + check.len() + more > SUBJECT {
            break;
        }
        subject.push_str(separator);
        subject.push_str(check);
        told += 1;
    }
    if told < all {
        let _ = write!(subject, " +{}", all - told);
    }
    subject
}

/// Other characters than SNS takes in a subject are left out of sight.
fn ascii(text: &str) -> String {
    let shown = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    };
    text.chars().map(shown).collect()
}

fn body(report: &Report<'_>) -> String {
    let mut text = String::new();
    let mut told = Told::default();
    heading(&mut text, report, Style::Plain);
    let (account, region) = report.subject.account_and_region();
    let _ = writeln!(text, "  account {}, {}\n", clean(account), clean(region));
    for result in failed(report) {
        entry(&mut text, result, &mut told, Style::Plain);
    }
    let unknown: Vec<_> = of(report, Outcome::Unknown).collect();
    if !unknown.is_empty() {
        let _ = writeln!(text, "\nNot known:");
        for result in unknown {
            entry(&mut text, result, &mut told, Style::Plain);
        }
    }
    let summary = report.summary();
    let _ = writeln!(
        text,
        "\n{} failed, {} unknown, {} passed, {} skipped. What a check means and how to mend it: \
         awsvpc-auditor explain CHECK",
        summary.fail, summary.unknown, summary.pass, summary.skipped
    );
    shorten(text)
}

/// A body that SNS takes, cut at the end of a line.
pub(super) fn shorten(mut text: String) -> String {
    const NOTE: &str = "… and more: the same audit on the command line shows all of it.\n";
    if text.len() > BODY {
        let room = text.floor_char_boundary(BODY - NOTE.len());
        let end = text.get(..room).and_then(|text| text.rfind('\n'));
        text.truncate(end.map_or(0, |end| end + 1));
        text.push_str(NOTE);
    }
    text
}
