use std::fmt::Write;

use super::words::{checks, main_findings, news};
use crate::alert::Notice;

/// SNS takes subjects of less than 100 characters.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const SUBJECT: usize = 99;

/// What happened, to whom, and which checks say so, the worst first.
pub(super) fn subject(notice: &Notice) -> String {
    ascii(&line(notice, SUBJECT))
}

/// The same in at most so many characters, of any alphabet.
pub(super) fn line(notice: &Notice, most: usize) -> String {
    let names = checks(main_findings(notice));
    // Names are the account's own and may be long: room is left for the first check.
    let more = format!(" +{}", names.len());
    let longest = names.iter().map(|name| count(name)).max();
    let room = most.saturating_sub(longest.unwrap_or_default() + count(&more));
    let mut line: String = news(notice).chars().take(room).collect();
    if names.is_empty() {
        line.truncate(line.trim_end_matches([':', ' ']).len());
    }
    let mut told = 0;
    for name in &names {
        let separator = if told == 0 { "" } else { ", " };
        let rest = if told + 1 < names.len() {
            count(&more)
        } else {
            0
        };
        if count(&line) + count(separator) + count(name) + rest > most {
            break;
        }
        line.push_str(separator);
        line.push_str(name);
        told += 1;
    }
    if told < names.len() {
        let _ = write!(line, " +{}", names.len() - told);
    }
    line
}

fn count(text: &str) -> usize {
    text.chars().count()
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
