use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{InvalidQuietHours, Moment, QuietHours};
use crate::facts::{Tag, Timestamp};

/// Nothing is told before this moment: `2026-12-24T08:00:00Z`, or a date, until it ends.
pub const SNOOZE_UNTIL: &str = "awsvpc-auditor:snooze-until";

/// When nothing below critical is told, [`QuietHours`] with spaces between.
pub const QUIET_HOURS: &str = "awsvpc-auditor:quiet-hours";

/// The ids of checks that are never told, with spaces between.
pub const IGNORE_CHECKS: &str = "awsvpc-auditor:ignore-checks";

/// What the tags of a service, or of a task definition, say about its alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tags {
    /// Nothing is told before.
    pub snooze_until: Option<Moment>,
    /// When nothing below critical is told.
    pub quiet_hours: Vec<QuietHours>,
    /// Checks that are never told.
    pub ignored_checks: BTreeSet<String>,
}

/// A tag that can't be understood. Its alerts are told as if it weren't there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTag {
    /// No moment.
    #[error(
        "`{0}` in the tag {SNOOZE_UNTIL} is no moment: expected 2026-12-24T08:00:00Z or 2026-12-24"
    )]
    Snooze(String),
    /// No quiet hours.
    #[error("the tag {QUIET_HOURS}: {0}")]
    Quiet(#[from] InvalidQuietHours),
    /// No check.
    #[error("`{0}` in the tag {IGNORE_CHECKS} is no check: `awsvpc-auditor checks` lists them")]
    Check(String),
}

impl Tags {
    /// What both say together: of two snoozes the longer one.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.snooze_until = self.snooze_until.max(other.snooze_until);
        self.quiet_hours.extend(other.quiet_hours.iter().cloned());
        self.ignored_checks
            .extend(other.ignored_checks.iter().cloned());
        self
    }

    /// Reads them, and what can't be read.
    pub fn read<'t>(tags: impl IntoIterator<Item = &'t Tag>) -> (Self, Vec<InvalidTag>) {
        let mut read = Self::default();
        let mut invalid = Vec::new();
        for tag in tags {
            let (Some(key), Some(value)) = (&tag.key, &tag.value) else {
                continue;
            };
            let value = value.trim();
            match key.as_str() {
                SNOOZE_UNTIL => match moment(value) {
                    Some(until) => read.snooze_until = read.snooze_until.max(Some(until)),
                    None => invalid.push(InvalidTag::Snooze(value.to_owned())),
                },
                QUIET_HOURS => {
                    for word in value.split_whitespace() {
                        match word.parse() {
                            Ok(hours) => read.quiet_hours.push(hours),
                            Err(error) => invalid.push(InvalidTag::Quiet(error)),
                        }
                    }
                }
                IGNORE_CHECKS => {
                    for word in value.split_whitespace() {
                        if crate::checks::ALL.iter().any(|check| check.id == word) {
                            read.ignored_checks.insert(word.to_owned());
                        } else {
                            invalid.push(InvalidTag::Check(word.to_owned()));
                        }
                    }
                }
                _ => {}
            }
        }
        (read, invalid)
    }
}

/// A moment, or the end of a day.
fn moment(text: &str) -> Option<Moment> {
    let whole = || Timestamp::parse(&format!("{text}T23:59:59Z"));
    Timestamp::parse(text).or_else(whole).map(Moment::from)
}

#[cfg(test)]
mod tests {
    use super::{IGNORE_CHECKS, QUIET_HOURS, SNOOZE_UNTIL, Tags};
    use crate::facts::Tag;

    fn tag(key: &str, value: &str) -> Tag {
        serde_json::from_value(serde_json::json!({ "key": key, "value": value })).unwrap()
    }

    #[test]
    fn tags_say_when_and_what_not_to_tell() {
        let (tags, invalid) = Tags::read(&[
            tag(SNOOZE_UNTIL, "2026-12-24"),
            tag(QUIET_HOURS, "22:00-07:00+01:00 sat-sun"),
            tag(IGNORE_CHECKS, "flow-logs-disabled exec-not-enabled"),
            tag("team", "shop"),
        ]);
        assert!(invalid.is_empty(), "{invalid:?}");
        assert_eq!(
            tags.snooze_until.unwrap().to_string(),
            "2026-12-24T23:59:59Z"
        );
        assert_eq!((tags.quiet_hours.len(), tags.ignored_checks.len()), (2, 2));
    }

    #[test]
    fn a_slip_is_named_and_costs_no_other_tag() {
        let (tags, invalid) = Tags::read(&[
            tag(SNOOZE_UNTIL, "tomorrow"),
            tag(QUIET_HOURS, "night 22:00-07:00"),
            tag(IGNORE_CHECKS, "flow-logs exec-not-enabled"),
        ]);
        assert_eq!((tags.quiet_hours.len(), tags.ignored_checks.len()), (1, 1));
        let told: Vec<_> = invalid.iter().map(ToString::to_string).collect();
        for (told, word) in told.iter().zip(["tomorrow", "night", "flow-logs"]) {
            assert!(told.contains(&format!("`{word}`")), "{told}");
        }
        assert_eq!(told.len(), 3);
    }
}
