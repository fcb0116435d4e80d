use std::fmt::Write;

use super::Style;
use crate::fix::Fix;
use crate::reach::{Answer, Question, Verdict};

/// The answer to a reachability question, and what mends it, for people.
pub fn reach_text(question: &Question, answer: &Answer, fixes: &[Fix], style: Style) -> String {
    let mut text = String::new();
    let verdict = match answer.verdict {
        Verdict::Reachable if answer.is_complete() => style.good("reachable"),
        Verdict::Reachable => style.good("reachable in part"),
        Verdict::Unreachable => style.bad("unreachable"),
        Verdict::Unknown => style.open("unknown"),
    };
    let _ = writeln!(text, "{} -> {}: {verdict}", question.from, question.to);
    if !answer.is_complete() && answer.verdict == Verdict::Reachable {
        section(
            &mut text,
            style,
            "gets through",
            &answer.reachable.describe(),
        );
    }
    if !answer.unknown.is_empty() && answer.verdict == Verdict::Reachable {
        section(
            &mut text,
            style,
            "may get through",
            &answer.unknown.describe(),
        );
    }
    way(&mut text, style, "way there", &answer.path);
    way(&mut text, style, "way back", &answer.return_path);
    if let Some(address) = answer.appears_as {
        section(
            &mut text,
            style,
            "seen on the internet as",
            &[address.to_string()],
        );
    }
    let blockers = answer.explanations.iter().map(|e| {
        format!(
            "{} ({}, {})\n    {}",
            style.strong(e.code.as_str()),
            e.component,
            e.leg,
            e.message
        )
    });
    section(
        &mut text,
        style,
        "blocked by",
        &blockers.collect::<Vec<_>>(),
    );
    for fix in fixes {
        let mut lines = fix.commands();
        lines.extend(
            fix.standing("the way is open there and back")
                .map(|words| style.faint(&words)),
        );
        section(&mut text, style, "fix", &lines);
    }
    let missing = answer.missing.iter().map(ToString::to_string);
    section(&mut text, style, "not known", &missing.collect::<Vec<_>>());
    let notes = answer
        .notes
        .iter()
        .map(|note| format!("{} {}", note.component, note.message));
    section(&mut text, style, "note", &notes.collect::<Vec<_>>());
    text
}

fn way(text: &mut String, style: Style, title: &str, components: &[String]) {
    if !components.is_empty() {
        section(text, style, title, &[components.join(" -> ")]);
    }
}

fn section(text: &mut String, style: Style, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", style.faint(title));
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}
