use std::fmt::Write;

use super::Style;
use super::audit_text::{Told, clean, entry};
use super::sns::{Attribute, Message, shorten, subject_line};
use crate::checks::{AuditResult, HeadroomReport, Outcome, Severity};

impl Message {
    /// The message about what is left; `None` when nothing failed that is at least this bad and news.
    ///
    /// News are told in full, the worst first; what was told before is only counted.
    pub fn about_headroom(
        report: &HeadroomReport<'_, '_>,
        minimum: Severity,
        is_news: impl Fn(&AuditResult) -> bool,
    ) -> Option<Self> {
        let failed = report.results.iter();
        let mut failed: Vec<_> = failed
            .filter(|result| result.outcome == Outcome::Fail)
            .collect();
        failed.sort_by_key(|result| std::cmp::Reverse(result.severity));
        let is_new = |result: &&&AuditResult| result.severity >= minimum && is_news(result);
        let news: Vec<&AuditResult> = failed.iter().filter(is_new).copied().collect();
        let worst = news.first()?.severity;
        let mut checks: Vec<_> = news.iter().map(|result| result.check.id).collect();
        checks.dedup();
        let regions = report
            .assessments
            .iter()
            .map(|assessment| assessment.region);
        let mut accounts: Vec<_> = regions
            .clone()
            .map(|region| region.account.as_str())
            .collect();
        accounts.dedup();
        let names: Vec<_> = regions.map(|region| region.name.clone()).collect();
        let text = |text: &str| Attribute::Text(clean(text));
        let start = format!("ECS headroom: {}: ", names.join(", "));
        Some(Self {
            subject: subject_line(&start, &checks, checks.len()),
            body: body(report, &news, failed.len() - news.len(), &accounts),
            attributes: vec![
                ("account", text(&accounts.join(","))),
                ("region", text(&names.join(","))),
                ("severity", Attribute::Text(worst.to_string())),
                (
                    "checks",
                    Attribute::List(checks.iter().map(|check| (*check).to_owned()).collect()),
                ),
            ],
        })
    }
}

fn body(
    report: &HeadroomReport<'_, '_>,
    news: &[&AuditResult],
    others: usize,
    accounts: &[&str],
) -> String {
    let mut text = String::new();
    let mut told = Told::default();
    let regions = report.assessments.iter().map(|a| a.region.name.as_str());
    let regions: Vec<_> = regions.collect();
    let _ = writeln!(
        text,
        "What ECS has left for the next tasks in {}, account {}",
        clean(&regions.join(", ")),
        clean(&accounts.join(", "))
    );
    if let Some(time) = &report.observed_at {
        let _ = writeln!(text, "  facts of {}", clean(time));
    }
    let _ = writeln!(text);
    for result in news {
        entry(&mut text, result, &mut told, Style::Plain);
    }
    if others > 0 {
        let _ = writeln!(
            text,
            "\n{others} more faults are below the severity for messages, or were told before."
        );
    }
    let summary = report.summary();
    let _ = writeln!(
        text,
        "\n{} failed, {} unknown, {} passed, {} skipped. Every number: awsvpc-auditor headroom. What a check \
         means and how to mend it: awsvpc-auditor explain CHECK",
        summary.fail, summary.unknown, summary.pass, summary.skipped
    );
    shorten(text)
}
