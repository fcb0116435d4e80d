//! Changes that somebody proposes, as the AWS CLI commands that would make them: what a gate asks about
//! before they are made.
//!
//! What can be said is what [`crate::fix`] says, and what takes it back. A command that can't be understood,
//! or that is about something that wasn't observed, is an error: a gate that passes what it didn't look at
//! is none.

mod edit;
mod options;
mod parse;
mod shorthand;

use std::str::FromStr;

use crate::facts::Snapshot;
use edit::Edit;

/// A proposed change.
#[derive(Debug, Clone)]
pub struct Proposal {
    command: String,
    edits: Vec<Edit>,
}

/// Why a proposed change can't be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposalError {
    /// It is no line that a shell would take.
    #[error("a quotation mark isn't closed")]
    Unquoted,
    /// It is more than one command.
    #[error(
        "`{0}` is the shell's: give one command, without what the shell makes of it, and others by a \
         --with of their own"
    )]
    Shell(char),
    /// It isn't a command of the AWS CLI that is known here.
    #[error("expected one of: {}", parse::KNOWN.join(", "))]
    Unknown,
    /// An option is missing.
    #[error("{0} is missing")]
    Missing(String),
    /// An option that this doesn't know: what it would do isn't known either.
    #[error("{option} isn't known of `{action}` here")]
    UnknownOption {
        /// The command's name.
        action: String,
        /// The option.
        option: String,
    },
    /// The value of an option can't be read.
    #[error("{option}: {problem}")]
    Invalid {
        /// The option.
        option: String,
        /// What is wrong.
        problem: String,
    },
    /// A service that something else deploys.
    #[error("{0} is deployed by something else than ECS, which updates it")]
    NotOurs(String),
    /// AWS would refuse it, because what it adds is there.
    #[error("{component} has this {what} already: AWS would refuse it")]
    AlreadyThere {
        /// What it is about.
        component: String,
        /// What would be added.
        what: &'static str,
    },
    /// What it is about is not among the facts.
    #[error("{0} is not among the facts")]
    NotObserved(String),
    /// AWS would refuse it, because what it takes away isn't there.
    #[error("{component} has no such {what}: AWS would refuse it")]
    NotThere {
        /// What it is about.
        component: String,
        /// What would be taken away.
        what: &'static str,
    },
}

impl FromStr for Proposal {
    type Err = ProposalError;

    fn from_str(command: &str) -> Result<Self, ProposalError> {
        let command = command.trim().replace("\\\n", " ");
        if let Some(operator) = operator(&command) {
            return Err(ProposalError::Shell(operator));
        }
        let words = shlex::split(&command).ok_or(ProposalError::Unquoted)?;
        Ok(Self {
            command,
            edits: parse::edits(&words)?,
        })
    }
}

impl Proposal {
    /// The command.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Whether only tasks that start afterwards have it.
    pub fn takes_new_tasks(&self) -> bool {
        let mut edits = self.edits.iter();
        edits.any(|edit| matches!(edit, Edit::ChangeService { .. }))
    }

    /// The facts as they would be after it.
    pub fn apply(&self, snapshot: &Snapshot) -> Result<Snapshot, ProposalError> {
        let mut after = snapshot.clone();
        for edit in &self.edits {
            after = edit.apply(&after)?;
        }
        Ok(after)
    }
}

/// What a shell would not hand to the command, outside quotation marks. A second command that nobody looks
/// at would pass with the first.
fn operator(line: &str) -> Option<char> {
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match quote {
            Some(open) if c == open => quote = None,
            Some('\'') => {}
            _ if c == '\\' => drop(chars.next()),
            _ if matches!(c, '$' | '`') => return Some(c),
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if ";&|<>#\n".contains(c) => return Some(c),
            Some(_) | None => {}
        }
    }
    None
}
