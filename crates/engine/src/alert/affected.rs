use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The tasks in which a fault was seen, each counted once however often its events come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Affected(BTreeSet<u32>);

/// Tasks that are told apart. More than that is "more than 1,000", and keeps an item small.
const MOST: usize = 1_000;

impl Affected {
    /// Counts a task. Whether that changes anything.
    pub fn add(&mut self, task: &str) -> bool {
        self.0.len() <= MOST && self.0.insert(hash(task))
    }

    /// Counts other tasks too. Whether that changes anything.
    pub fn extend(&mut self, other: &Self) -> bool {
        let before = self.0.len();
        let room = (MOST + 1).saturating_sub(before);
        let new: Vec<u32> = other.0.difference(&self.0).take(room).copied().collect();
        self.0.extend(new);
        self.0.len() != before
    }

    /// How many there are, as far as they are told apart.
    pub fn count(&self) -> usize {
        self.0.len().min(MOST)
    }

    /// Whether there are more than are told apart.
    pub fn is_more(&self) -> bool {
        self.0.len() > MOST
    }

    /// Whether none was counted: the fault isn't about tasks.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `1 task`, `12 tasks`, `more than 1,000 tasks`; nothing for none.
    pub fn words(&self) -> Option<String> {
        match (self.count(), self.is_more()) {
            (0, _) => None,
            (1, _) => Some("1 task".to_owned()),
            (_, true) => Some("more than 1,000 tasks".to_owned()),
            (count, false) => Some(format!("{count} tasks")),
        }
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

    #[test]
    fn a_task_counts_once_and_a_crowd_has_a_limit() {
        let mut affected = Affected::default();
        assert_eq!(affected.words(), None);
        assert!(affected.add("arn:task/1"));
        assert!(!affected.add("arn:task/1"));
        assert_eq!(affected.words().as_deref(), Some("1 task"));
        for task in 0..2_000 {
            affected.add(&format!("arn:task/{task}"));
        }
        assert_eq!(affected.words().as_deref(), Some("more than 1,000 tasks"));
        let mut other = Affected::default();
        other.extend(&affected);
        assert_eq!(other, affected);
        assert!(!other.extend(&affected));
    }
}
