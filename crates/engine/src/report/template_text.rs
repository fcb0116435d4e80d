use std::fmt::Write;

use super::Style;
use super::audit_text::clean;
use crate::checks::{Outcome, Report};
use crate::fix::Change;

/// The fixes of a report as CloudFormation and Terraform, for those who keep their network in either;
/// nothing when no fix can be said that way.
pub fn template_text(report: &Report<'_>, style: Style) -> String {
    let mut text = String::new();
    let mut told: Vec<&Change> = Vec::new();
    let failed = report.results.iter();
    for result in failed.filter(|result| result.outcome == Outcome::Fail) {
        for change in result.fixes.iter().flat_map(|fix| fix.changes()) {
            if told.contains(&change) {
                continue;
            }
            if told.is_empty() {
                let _ = writeln!(text, "\n{}", style.strong("Fixes as code"));
            }
            told.push(change);
            let _ = writeln!(
                text,
                "\n   {} {}",
                style.bad(result.check.id),
                clean(&result.resource)
            );
            for (tool, code) in [
                ("CloudFormation", change.cloudformation()),
                ("Terraform", change.terraform()),
            ] {
                let _ = writeln!(text, "   {}", style.faint(tool));
                for line in code.lines() {
                    let _ = writeln!(text, "      {}", clean(line));
                }
            }
        }
    }
    text
}
