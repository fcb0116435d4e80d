//! What the forms share: who a notice is about, and where to read more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::alert::{About, Affected, Finding, Kind, Mend, Notice, Scope};
use crate::checks;
use crate::fix::word;
use crate::report::audit_text::clean;

/// The most characters of a check's name. Those of the catalogue are shorter, and IAM actions too.
const NAME: usize = 80;

/// Clean, and at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => clean(text),
        Some(_) => {
            let kept: String = text.chars().take(most.saturating_sub(1)).collect();
            clean(&kept) + "…"
        }
    }
}

/// The checks of these findings, each once, in their order.
pub(super) fn checks<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let names = findings.into_iter().map(|finding| &finding.check);
    let new = names.filter(|check| !check.is_empty() && seen.insert(*check));
    new.map(|check| cut(check, NAME)).collect()
}

/// The findings that a notice mainly is about.
pub(super) fn main_findings(notice: &Notice) -> &[Finding] {
    let kind = notice.kind();
    let mut sections = notice.sections().into_iter();
    let main = sections.find(|(section, _)| *section == kind);
    main.map_or(&[], |(_, findings)| findings)
}

/// `service` and its name, or `family` and its name.
pub(super) fn owner_parts(owner: &str) -> (&str, &str) {
    owner.split_once(':').unwrap_or(("service", owner))
}

/// What the reader learns first: what happened, and to whom. Checks follow it.
pub(super) fn news(notice: &Notice) -> String {
    let Scope { region, about, .. } = &notice.scope;
    let who = match about {
        About::Tasks { cluster, owner } => format!("{} in {cluster}", owner_parts(owner).1),
        About::Headroom => region.clone(),
        About::Coverage => "awsvpc-auditor can't see".to_owned(),
        About::Monitor { name } => name.clone(),
    };
    match (notice.kind(), about) {
        (Kind::Opened, About::Tasks { .. }) => format!("ECS network fault: {who}: "),
        (Kind::Opened, About::Headroom) => format!("ECS headroom: {who}: "),
        (Kind::Opened, About::Monitor { .. }) => format!("Network monitor: {who}: "),
        (Kind::Opened, About::Coverage) => format!("{who}: "),
        (Kind::Resolved, About::Coverage) => "Mended: awsvpc-auditor sees again: ".to_owned(),
        (kind, About::Headroom) => format!("{}: ECS headroom: {who}: ", title(kind)),
        (kind, About::Monitor { .. }) => {
            format!("{}: network monitor: {who}: ", title(kind))
        }
        (kind, _) => format!("{}: {who}: ", title(kind)),
    }
}

/// The title of a section.
pub(super) fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Opened => "New",
        Kind::Flapping => "Back again (flapping)",
        Kind::Reminder => "Still there",
        Kind::Resolved => "Mended",
    }
}

/// Every task in which what a notice mainly is about was seen.
pub(super) fn affected(notice: &Notice) -> Affected {
    let mut all = Affected::default();
    for finding in main_findings(notice) {
        all.extend(&finding.affected);
    }
    all
}

/// In how many tasks a fault was seen, and since when or for how long; nothing if that isn't known.
pub(super) fn seen(finding: &Finding, kind: Kind, notice: &Notice) -> Option<String> {
    // A finding that nobody dated has the beginning of time.
    let since = (finding.since.millis() != 0).then_some(finding.since);
    let time = since.map(|since| {
        let lasted = notice.at.since(since);
        match (kind, age(lasted)) {
            (Kind::Resolved, Some(age)) => format!("lasted {age}, since {since}"),
            (_, Some(age)) => format!("since {since} ({age})"),
            (_, None) => format!("since {since}"),
        }
    });
    let parts: Vec<_> = finding.affected.words().into_iter().chain(time).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A time in the unit that people would use; nothing below a minute.
fn age(time: Duration) -> Option<String> {
    let minutes = time.as_secs() / 60;
    let (count, unit) = match minutes {
        0 => return None,
        1..60 => (minutes, "minute"),
        60..2_880 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    Some(format!("{count} {unit}{plural}"))
}

/// The targets that are asked again.
const MOST_TARGETS: usize = 10;

/// The command that shows all of it, as it is now. What a monitor asked is to be asked from where it is.
pub(super) fn look_again(notice: &Notice) -> Option<String> {
    let Scope { region, about, .. } = &notice.scope;
    let line = match (about, &notice.example) {
        (About::Tasks { cluster, .. }, Some(task)) => format!(
            "awsvpc-auditor task --task {} --cluster {}",
            word(&clean(task)),
            word(&clean(cluster))
        ),
        (About::Tasks { cluster, owner }, None) => {
            let name = owner.strip_prefix("service:")?;
            format!(
                "awsvpc-auditor service --cluster {} --service {} --region {}",
                word(&clean(cluster)),
                word(&clean(name)),
                word(&clean(region))
            )
        }
        (About::Headroom, _) => {
            format!("awsvpc-auditor headroom --region {}", word(&clean(region)))
        }
        (About::Monitor { .. }, _) => {
            let targets = main_findings(notice).iter();
            let mut targets: Vec<_> = targets.map(|one| word(&clean(&one.resource))).collect();
            targets.dedup();
            targets.truncate(MOST_TARGETS);
            if targets.is_empty() {
                return None;
            }
            format!("awsvpc-auditor monitor {}", targets.join(" "))
        }
        (About::Coverage, _) => return None,
    };
    // Longer than any name that AWS gives: nobody would copy it.
    (line.len() <= 4_096).then_some(line)
}

/// The command that explains the first check that has a page.
pub(super) fn explain(notice: &Notice) -> Option<String> {
    let mut findings = notice.findings();
    let check = findings.find_map(|finding| checks::find(&finding.check))?;
    Some(format!("awsvpc-auditor explain {}", check.id))
}

/// What isn't told because it was told before; nothing if there is no such thing.
pub(super) fn told_before(notice: &Notice) -> Option<String> {
    match notice.still_open {
        0 => None,
        1 => Some("1 fault that was told before is still there.".to_owned()),
        count => Some(format!(
            "{count} faults that were told before are still there."
        )),
    }
}

/// What isn't told because there is no room; nothing if there is no such thing.
pub(super) fn no_room(left_out: usize) -> Option<String> {
    match left_out {
        0 => None,
        1 => Some("1 more fault is left out, because there are too many.".to_owned()),
        count => Some(format!(
            "{count} more faults are left out, because there are too many."
        )),
    }
}

/// Names as far as there is room for them, and how many more there are.
pub(super) fn names<'a>(names: impl ExactSizeIterator<Item = &'a String>, most: usize) -> String {
    let all = names.len();
    let told: Vec<_> = names.take(most).map(|name| cut(name, NAME)).collect();
    let more = all - told.len();
    let told = told.join(", ");
    if more == 0 {
        told
    } else {
        format!("{told} and {more} more")
    }
}

/// The fixes that a message has told already, and for which check: one change may mend several
/// faults, and is read once.
#[derive(Debug, Default)]
pub(super) struct Told<'n>(BTreeMap<&'n [String], &'n str>);

impl<'n> Told<'n> {
    /// Notes that the fixes of this finding were told.
    pub(super) fn note(&mut self, finding: &'n Finding) {
        for mend in &finding.mends {
            self.0.entry(&mend.commands).or_insert(&finding.check);
        }
    }

    /// The check with which this fix was told.
    pub(super) fn check_with(&self, mend: &Mend) -> Option<&'n str> {
        self.0.get(mend.commands.as_slice()).copied()
    }
}
