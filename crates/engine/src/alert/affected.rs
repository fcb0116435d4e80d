use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The tasks in which a fault was seen, each counted once however often its events come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Affected {
    /// They are told apart, by hashes of their ARNs.
    Each(BTreeSet<u32>),
    /// They were counted, and are told apart no more.
    Counted {
        /// How many.
        count: usize,
        /// Whether there may be others.
        #[serde(default)]
        is_more: bool,
    },
}

/// Tasks that are told apart. More than that is "more than 1,000", and keeps an item small.
const MOST: usize = 1_000;

impl Default for Affected {
    fn default() -> Self {
        Self::Each(BTreeSet::new())
    }
}

impl Affected {
    /// Counts a task. Whether that changes anything.
    pub fn add(&mut self, task: &str) -> bool {
        self.extend(&Self::Each(BTreeSet::from([hash(task)])))
    }

    /// Counts other tasks too. Whether that changes anything.
    pub fn extend(&mut self, other: &Self) -> bool {
        let before = self.clone();
        match (&mut *self, other) {
            (Self::Each(own), Self::Each(others)) => {
                let room = (MOST + 1).saturating_sub(own.len());
                let new: Vec<u32> = others.difference(own).take(room).copied().collect();
                own.extend(new);
            }
            (Self::Counted { is_more, .. }, other) => *is_more |= !other.is_empty(),
            (Self::Each(_), Self::Counted { count, is_more }) => {
                *self = Self::Counted {
                    count: before.count().max(*count),
                    is_more: *is_more || !before.is_empty(),
                };
            }
        }
        *self != before
    }

    /// Forgets which tasks they are, and keeps their number: what a message tells needs no more room
    /// than that.
    pub(super) fn count_only(&mut self) {
        if !self.is_empty() {
            *self = Self::Counted {
                count: self.count(),
                is_more: self.is_more(),
            };
        }
    }

    /// How many there are, as far as they are told apart.
    pub fn count(&self) -> usize {
        match self {
            Self::Each(tasks) => tasks.len().min(MOST),
            Self::Counted { count, .. } => *count,
        }
    }

    /// Whether there may be more than are counted.
    pub fn is_more(&self) -> bool {
        match self {
            Self::Each(tasks) => tasks.len() > MOST,
            Self::Counted { is_more, .. } => *is_more,
        }
    }

    /// Whether none was counted: the fault isn't about tasks.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// `1 task`, `12 tasks`, `more than 1,000 tasks`; nothing for none. Of those that were only counted,
    /// an audit seen again may be one of them: `at least 12 tasks`.
    pub fn words(&self) -> Option<String> {
        match (self.count(), self.is_more()) {
            (0, _) => None,
            (MOST, true) => Some("more than 1,000 tasks".to_owned()),
            (count, true) => Some(format!("at least {}", tasks(count))),
            (count, false) => Some(tasks(count)),
        }
    }
}

fn tasks(count: usize) -> String {
    match count {
        1 => "1 task".to_owned(),
        count => format!("{count} tasks"),
    }
}

/// FNV-1a: the same in every version and on every machine, as what is stored must be.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::Affected;

    fn tasks(count: usize) -> Affected {
        let mut affected = Affected::default();
        for task in 0..count {
            affected.add(&format!("arn:task/{task}"));
        }
        affected
    }

    #[test]
    fn a_task_counts_once_and_a_crowd_has_a_limit() {
        let mut affected = Affected::default();
        assert_eq!(affected.words(), None);
        assert!(affected.add("arn:task/1"));
        assert!(!affected.add("arn:task/1"));
        assert_eq!(affected.words().as_deref(), Some("1 task"));
        let affected = tasks(2_000);
        assert_eq!(affected.words().as_deref(), Some("more than 1,000 tasks"));
        let mut other = Affected::default();
        assert!(other.extend(&affected));
        assert_eq!(other, affected);
        assert!(!other.extend(&affected));
    }

    #[test]
    fn what_is_only_counted_claims_no_more_than_is_known() {
        let mut counted = tasks(12);
        counted.count_only();
        assert_eq!(counted.words().as_deref(), Some("12 tasks"));
        assert!(!counted.extend(&Affected::default()));
        assert!(counted.add("arn:task/1"));
        assert_eq!(counted.words().as_deref(), Some("at least 12 tasks"));
        assert!(!counted.add("arn:task/99"));
        let mut each = tasks(3);
        assert!(each.extend(&counted));
        assert_eq!(each.words().as_deref(), Some("at least 12 tasks"));
        let text = serde_json::to_string(&counted).unwrap();
        assert_eq!(serde_json::from_str::<Affected>(&text).unwrap(), counted);
        let text = serde_json::to_string(&tasks(3)).unwrap();
        assert_eq!(serde_json::from_str::<Affected>(&text).unwrap(), tasks(3));
    }
}
