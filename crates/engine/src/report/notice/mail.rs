//! Plain text. What belongs together stands together:
//!
//! ```text
//! [critical] no-internet-route: the task has no way to the internet
//!   resource: subnet-0a1b
//!   what was found, at most 72 columns wide
//!   fix:
//!       aws ec2 create-route …
//!       aws ec2 …
//!   verified: with it the audit finds the fault gone and nothing worse
//! ```
//!
//! Only commands are indented by six columns, each on one line, so that it can be copied.

use std::fmt::Write;

use super::BODY;
use super::words::{
    Told, affected, cut, explain, look_again, names, no_room, owner_parts, seen, title, told_before,
};
use crate::alert::{About, Blocker, Finding, Kind, Notice, Scope};
use crate::report::audit_text::clean;

/// As wide as a phone and every mail client show without breaking lines anew.
const WIDTH: usize = 72;

const COMMAND: &str = "      ";

/// The body: what a fault needs is together, the worst first.
pub(super) fn body(notice: &Notice) -> String {
    let mut text = head(notice);
    // The count of what is left out can only get longer by its digits.
    let room = BODY.saturating_sub(tail(notice, usize::MAX).len());
    let mut left_out = notice.left_out;
    let mut told = Told::default();
    let mut is_full = false;
    for (kind, findings) in notice.sections() {
        let mut heading = format!("\n{}:\n", title(kind));
        for finding in findings {
            if is_full {
                left_out = left_out.saturating_add(1);
                continue;
            }
            let fits = |part: &String| text.len() + heading.len() + part.len() <= room;
            let whole = Some(entry(finding, kind, notice, Some(&told))).filter(fits);
            if whole.is_some() {
                told.note(finding);
            }
            let part = whole.or_else(|| Some(entry(finding, kind, notice, None)).filter(fits));
            if let Some(part) = part {
                text.push_str(&std::mem::take(&mut heading));
                text.push_str(&part);
            } else {
                left_out = left_out.saturating_add(1);
                is_full = true;
            }
        }
    }
    text + &tail(notice, left_out)
}

/// The refused flows that are told.
const MOST_FLOWS: usize = 5;

fn head(notice: &Notice) -> String {
    let Scope {
        account,
        region,
        about,
    } = &notice.scope;
    let mut text = String::new();
    if let Some(caveat) = &notice.caveat {
        paragraph(&mut text, "", "", &cut(caveat, 1_000));
        text.push('\n');
    }
    let who = match about {
        About::Tasks { cluster, owner } => {
            let (what, name) = owner_parts(owner);
            let what = if what == "service" {
                "Service"
            } else {
                "Tasks of family"
            };
            format!("{what} {} in cluster {}", cut(name, 300), cut(cluster, 300))
        }
        About::Headroom => "What ECS has left for the next tasks".to_owned(),
        About::Coverage => "What awsvpc-auditor can't see".to_owned(),
        About::Monitor { name } => {
            format!(
                "What monitor {} asks from inside the network",
                cut(name, 300)
            )
        }
    };
    paragraph(&mut text, "", "  ", &who);
    let place = format!("account {}, region {}", cut(account, 50), cut(region, 50));
    paragraph(&mut text, "  ", "  ", &place);
    let _ = writeln!(text, "  facts of {}", notice.observed_at);
    let words = affected(notice).words();
    if let Some(words) = &words {
        let _ = writeln!(text, "  seen in {words}");
    }
    if let Some(task) = &notice.example {
        let _ = writeln!(text, "  for example in {}", cut(task, 2_048));
    }
    if let Some(reason) = &notice.stopped_reason {
        let words = format!("ECS says: {}", cut(reason, 1_000));
        paragraph(&mut text, "  ", "    ", &words);
    }
    for change in &notice.changes {
        let words = format!("changed: {}", cut(&change.to_string(), 1_000));
        paragraph(&mut text, "  ", "    ", &words);
    }
    for sentence in notice
        .refused
        .iter()
        .flat_map(|flows| flows.sentences(MOST_FLOWS))
    {
        paragraph(&mut text, "  ", "    ", &cut(&sentence, 1_000));
    }
    text
}

/// A fault; its blockers and fixes only where it is known which fixes were told.
fn entry(finding: &Finding, kind: Kind, notice: &Notice, told: Option<&Told<'_>>) -> String {
    let mut text = String::from("\n");
    let check = cut(&finding.check, 80);
    let what = if kind == Kind::Resolved {
        &finding.resource
    } else {
        &finding.title
    };
    let what = format!("[{}] {check}: {}", finding.severity, cut(what, 1_000));
    paragraph(&mut text, "", "  ", &what);
    if kind != Kind::Resolved {
        let resource = format!("resource: {}", cut(&finding.resource, 1_000));
        paragraph(&mut text, "  ", "    ", &resource);
        let most = if told.is_some() { usize::MAX } else { 1_000 };
        paragraph(&mut text, "  ", "  ", &cut(&finding.message, most));
    }
    if let Some(seen) = seen(finding, kind, notice) {
        paragraph(&mut text, "  ", "  ", &seen);
    }
    match told {
        _ if kind == Kind::Resolved => {}
        Some(told) => {
            blockers(&mut text, finding);
            fixes(&mut text, finding, told);
        }
        None => {
            let words = "What stops it and what mends it is too long for a message.";
            paragraph(&mut text, "  ", "  ", words);
        }
    }
    text
}

fn blockers(text: &mut String, finding: &Finding) {
    // A reason that the message gives already isn't said twice.
    let untold = |blocker: &&Blocker| !finding.message.contains(&blocker.message);
    for blocker in finding.blockers.iter().filter(untold) {
        let (direction, leg) = (&blocker.direction, &blocker.leg);
        let words = format!(
            "{} {} ({direction}, {leg}): {}",
            blocker.code, blocker.component, blocker.message
        );
        paragraph(text, "  - ", "    ", &clean(&words));
    }
}

fn fixes(text: &mut String, finding: &Finding, told: &Told<'_>) {
    let mends = finding.mends.iter();
    for mend in mends.filter(|mend| !mend.commands.is_empty()) {
        if let Some(check) = told.check_with(mend) {
            let check = cut(check, 80);
            let words = format!("fix: the same as for {check} above");
            paragraph(text, "  ", "    ", &words);
            continue;
        }
        let _ = writeln!(text, "  fix:");
        for command in &mend.commands {
            let _ = writeln!(text, "{COMMAND}{}", clean(command));
        }
        if let Some(words) = &mend.standing {
            paragraph(text, "  ", "  ", &cut(words, 500));
        }
    }
}

fn tail(notice: &Notice, left_out: usize) -> String {
    let mut text = String::new();
    if !notice.unclear.is_empty() {
        let _ = writeln!(text, "\nNot known:");
        for unclear in notice.unclear.iter().take(MOST) {
            let words = format!(
                "{}: {}",
                cut(&unclear.check, 80),
                cut(&unclear.message, 300)
            );
            paragraph(&mut text, "  ", "    ", &words);
        }
        let more = notice.unclear.len().saturating_sub(MOST);
        if more > 0 {
            let _ = writeln!(text, "  and {more} more");
        }
    }
    let mut end = String::new();
    if !notice.lesser.is_empty() {
        let words = format!("Lesser faults too: {}", names(notice.lesser.iter(), MOST));
        paragraph(&mut end, "", "  ", &words);
    }
    for words in told_before(notice).into_iter().chain(no_room(left_out)) {
        paragraph(&mut end, "", "  ", &words);
    }
    if let Some(command) = look_again(notice) {
        let _ = writeln!(
            end,
            "To look again, and to read all of it:\n{COMMAND}{command}"
        );
    }
    if let Some(command) = explain(notice) {
        let _ = writeln!(
            end,
            "What a check means and how to mend it:\n{COMMAND}{command}"
        );
    }
    if !end.is_empty() {
        text.push('\n');
        text.push_str(&end);
    }
    let _ = writeln!(text, "\nThread {}", cut(&notice.thread, 512));
    text
}

/// The most lesser or unclear checks that are named.
const MOST: usize = 20;

/// Words in lines of the mail's width. What has no space in it, such as an ARN, stays whole.
fn paragraph(text: &mut String, first: &str, others: &str, words: &str) {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(others)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    for line in textwrap::wrap(words, options) {
        let _ = writeln!(text, "{}", line.trim_end());
    }
}
