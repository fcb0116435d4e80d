use std::fmt::Write;

use super::Style;
use super::audit_text::{Told, clean, entry, heading};
use crate::checks::{Effect, Report};
use crate::proposal::Proposal;

/// What proposed changes do, for people: only what differs.
pub fn effect_text(
    proposals: &[Proposal],
    report: &Report<'_>,
    effect: &Effect<'_>,
    style: Style,
) -> String {
    let mut text = String::new();
    let mut told = Told::default();
    heading(&mut text, report, style);
    let _ = writeln!(text, "\n{}", style.strong("Proposed"));
    for proposal in proposals {
        let _ = writeln!(text, "   {}", clean(proposal.command()));
    }
    sections(&mut text, effect, &mut told, style);
    let _ = writeln!(
        text,
        "\n{} broken, {} otherwise, {} unknown, {} mended by it; {} failed before and still do",
        effect.broken.len(),
        effect.changed.len(),
        effect.unclear.len(),
        effect.mended.len(),
        effect.still_there
    );
    text
}

/// What differs, by what that means.
pub(super) fn sections(text: &mut String, effect: &Effect<'_>, told: &mut Told, style: Style) {
    for (title, results) in [
        ("Breaks", &effect.broken),
        (
            "Fails otherwise than before: better or worse, read it",
            &effect.changed,
        ),
        ("Can't be told any more", &effect.unclear),
        ("Mends", &effect.mended),
    ] {
        if results.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", style.strong(title));
        if title == "Mends" {
            for result in results {
                let (check, resource) = (result.check.id, clean(&result.resource));
                let _ = writeln!(text, "   {} {resource}", style.good(check));
            }
        } else {
            for result in results {
                entry(text, result, told, style);
            }
        }
    }
}
