use std::collections::BTreeMap;

use super::ProposalError;

/// The options of a command, each with the words after it.
pub(super) struct Options<'w> {
    action: &'w str,
    all: BTreeMap<&'w str, Vec<&'w str>>,
}

/// Options of every command that change nothing of what it does, and how many words they take.
const GLOBAL: [(&str, usize); 6] = [
    ("--region", 1),
    ("--profile", 1),
    ("--output", 1),
    ("--query", 1),
    ("--no-cli-pager", 0),
    ("--debug", 0),
];

impl<'w> Options<'w> {
    pub(super) fn read(action: &'w str, words: &'w [String]) -> Result<Self, ProposalError> {
        let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut last = None;
        for word in words {
            match (word.split_once('='), last) {
                (Some((name, value)), _) if name.starts_with("--") => {
                    all.entry(name).or_default().push(value);
                    last = None;
                }
                _ if word.starts_with("--") => {
                    all.entry(word).or_default();
                    last = Some(word.as_str());
                }
                (_, Some(name)) => all.entry(name).or_default().push(word),
                (_, None) => {
                    return Err(ProposalError::UnknownOption {
                        action: action.to_owned(),
                        option: format!("`{word}`"),
                    });
                }
            }
        }
        for (name, count) in GLOBAL {
            match all.remove(name) {
                Some(words) if words.len() != count => {
                    return Err(invalid(name, format!("takes {count} word(s): {words:?}")));
                }
                _ => {}
            }
        }
        Ok(Self { action, all })
    }

    /// Whether an option that has no value is there.
    pub(super) fn has(&mut self, name: &str) -> Result<bool, ProposalError> {
        match self.all.remove(name) {
            None => Ok(false),
            Some(words) if words.is_empty() => Ok(true),
            Some(words) => Err(invalid(name, format!("takes no value: {words:?}"))),
        }
    }

    /// The words after an option.
    pub(super) fn words(&mut self, name: &str) -> Option<Vec<&'w str>> {
        self.all.remove(name)
    }

    /// The one word after an option.
    pub(super) fn value(&mut self, name: &str) -> Result<Option<&'w str>, ProposalError> {
        let Some(words) = self.all.remove(name) else {
            return Ok(None);
        };
        match words.as_slice() {
            [one] => Ok(Some(one)),
            [] => Err(invalid(name, "has no value")),
            _ => Err(invalid(name, "has more than one value")),
        }
    }

    /// The one word after an option that must be there.
    pub(super) fn needed(&mut self, name: &str) -> Result<&'w str, ProposalError> {
        self.value(name)?
            .ok_or_else(|| ProposalError::Missing(name.to_owned()))
    }

    /// Nothing may be left: what an option that isn't known would do isn't known either.
    pub(super) fn finish(self) -> Result<(), ProposalError> {
        match self.all.keys().next() {
            None => Ok(()),
            Some(option) => Err(ProposalError::UnknownOption {
                action: self.action.to_owned(),
                option: (*option).to_owned(),
            }),
        }
    }
}

pub(super) fn invalid(option: &str, problem: impl Into<String>) -> ProposalError {
    ProposalError::Invalid {
        option: option.to_owned(),
        problem: problem.into(),
    }
}
