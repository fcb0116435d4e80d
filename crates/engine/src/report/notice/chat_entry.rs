use super::markdown::{block, code, command, length, prose};
use super::words::{Told, look_again, seen};
use crate::alert::{Blocker, Finding, Kind, Mend, Notice};

/// The most characters of a next step.
pub(super) const NEXT_STEP: usize = 350;

/// The most blockers of a fault that are told.
const MOST: usize = 4;

/// A fault in a chat: what it is, and the steps that mend it.
#[derive(Debug)]
pub(super) struct Entry {
    /// For the description: whole lines, code blocks among them.
    pub(super) text: String,
    /// Next steps: each a short command, or where to find a long one.
    pub(super) steps: Vec<String>,
    /// How many fixes there was no room for.
    pub(super) untold: usize,
}

impl Entry {
    /// As much about a fault as there is room for, with at most so many steps; `None` if there isn't
    /// even room to name it. No command is cut: it is there as a whole, or it is said where to read
    /// it.
    pub(super) fn fitting(
        notice: &Notice,
        kind: Kind,
        finding: &Finding,
        told: &Told<'_>,
        room: usize,
        steps: usize,
    ) -> Option<Self> {
        let mut entry = Self {
            text: head(kind, finding) + &details(notice, kind, finding),
            steps: Vec::new(),
            untold: 0,
        };
        if length(&entry.text) > room {
            entry.text = head(kind, finding);
        }
        if length(&entry.text) > room {
            return None;
        }
        if kind != Kind::Resolved {
            let mends = finding.mends.iter();
            for mend in mends.filter(|mend| !mend.commands.is_empty()) {
                if let Some(check) = told.check_with(mend) {
                    let same = format!("Mended by the same as {}.\n", prose(check, 80));
                    let fits = length(&entry.text) + length(&same) <= room;
                    entry.text.push_str(if fits { &same } else { "" });
                } else {
                    entry.mend(notice, finding, mend, room, steps);
                }
            }
        }
        Some(entry)
    }

    /// Adds what mends the fault.
    fn mend(&mut self, notice: &Notice, finding: &Finding, mend: &Mend, room: usize, steps: usize) {
        let what = format!("Mend {}{}", prose(&finding.check, 80), standing(mend));
        if self.steps.len() >= steps {
            self.untold += 1;
            return;
        }
        // What is hopelessly long isn't put into markdown first.
        let is_within = |text: &&String, most| text.chars().nth(most).is_none();
        if let [one] = mend.commands.as_slice() {
            let short = Some(one).filter(|one| is_within(one, NEXT_STEP));
            let step = short
                .and_then(|one| command(one))
                .map(|command| format!("{what}: {command}"));
            if let Some(step) = step.filter(|step| length(step) <= NEXT_STEP) {
                self.steps.push(step);
                return;
            }
        }
        let are_within = mend.commands.iter().all(|one| is_within(&one, room));
        let block = are_within.then(|| block(&mend.commands)).flatten();
        let block = block.map(|block| format!("{what}:\n{block}\n"));
        let block = block.filter(|block| length(&self.text) + length(block) <= room);
        let place = match (&block, mend.commands.len()) {
            (None, _) => elsewhere(notice),
            (Some(_), 1) => "run the command that is in the text above".to_owned(),
            (Some(_), count) => {
                format!("run the {count} commands that are in the text above, in their order")
            }
        };
        self.text.extend(block);
        self.steps.push(format!("{what}: {place}"));
    }
}

/// Where commands are that have no place here.
fn elsewhere(notice: &Notice) -> String {
    format!("its commands don't fit into a chat; {}", shown(notice))
}

/// Where all commands are.
pub(super) fn shown(notice: &Notice) -> String {
    let again = look_again(notice).and_then(|line| command(&line));
    let again = again.filter(|line| length(line) <= MOST_ELSEWHERE);
    let again = again.unwrap_or_else(|| "the audit on the command line".to_owned());
    format!("{again} shows them")
}

/// The most characters of a command within a step that says other things too.
const MOST_ELSEWHERE: usize = 170;

fn standing(mend: &Mend) -> String {
    let verified = if mend.verified {
        "verified"
    } else {
        "not verified"
    };
    let account = mend.account.as_ref();
    let account = account.map(|account| format!(", in account {}", prose(account, 30)));
    format!(" ({verified}{})", account.unwrap_or_default())
}

/// The line that names the fault.
fn head(kind: Kind, finding: &Finding) -> String {
    let check = prose(&finding.check, 80);
    let resource = code(&finding.resource, 200);
    let severity = finding.severity;
    if kind == Kind::Resolved {
        return format!("• {check} ({severity}): {resource}\n");
    }
    let title = prose(&finding.title, 250);
    format!("• *{check}* ({severity}): {title}: {resource}\n")
}

fn details(notice: &Notice, kind: Kind, finding: &Finding) -> String {
    let mut lines = Vec::new();
    if kind != Kind::Resolved {
        lines.push(prose(&finding.message, 1_500));
        // A reason that the message gives already isn't said twice.
        let untold = |blocker: &&Blocker| !finding.message.contains(&blocker.message);
        let blockers: Vec<_> = finding.blockers.iter().filter(untold).collect();
        lines.extend(blockers.iter().take(MOST).map(|blocker| {
            let (direction, leg) = (prose(&blocker.direction, 20), prose(&blocker.leg, 20));
            format!(
                "    – {} {} ({direction}, {leg}): {}",
                prose(&blocker.code, 80),
                code(&blocker.component, 200),
                prose(&blocker.message, 400)
            )
        }));
        if let more @ 1.. = blockers.len().saturating_sub(MOST) {
            lines.push(format!("    – and {more} more that block it"));
        }
    }
    lines.extend(seen(finding, kind, notice));
    if lines.is_empty() {
        return String::new();
    }
    lines.join("\n") + "\n"
}
