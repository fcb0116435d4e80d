//! Changes that somebody proposes, as the AWS CLI commands that would make them or as what a service
//! would be configured with: what a gate asks about before they are made.
//!
//! What can be said is what [`crate::fix`] says, and what takes it back. A command that can't be understood,
//! or that is about something that wasn't observed, is an error: a gate that passes what it didn't look at
//! is none.

mod edit;
mod options;
mod parse;
mod service;
mod shorthand;

use std::str::FromStr;

use crate::facts::{SecurityGroupId, Snapshot, SubnetId, TaskDefinition};
use edit::Edit;
use service::ServiceChange;

fn mode_of(mode: Option<&str>) -> String {
    mode.map_or("no `networkMode`".to_owned(), |mode| {
        format!("the network mode `{mode}`")
    })
}

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
    /// A subnet or security group that a service would use.
    #[error(
        "{id} is not among the facts: is the id right, and of this account and region? Facts about it \
         need {action}"
    )]
    NoSuchPlace {
        /// Its id.
        id: String,
        /// The IAM action that would tell.
        action: String,
    },
    /// AWS would refuse it, because a service is in one VPC.
    #[error("the subnets are in several VPCs ({0}): AWS would refuse it")]
    SeveralVpcs(String),
    /// Groups alone are no configuration, and a definition in awsvpc mode needs one.
    #[error("{0} has no network configuration yet: give its subnets too")]
    NoNetwork(String),
    /// AWS would refuse it, because only tasks in awsvpc mode have a network configuration.
    #[error(
        "{family} has {}, and a service with subnets takes `awsvpc` only: AWS would refuse it",
        mode_of(.mode.as_deref())
    )]
    NotAwsvpc {
        /// The task definition's family.
        family: String,
        /// Its network mode.
        mode: Option<String>,
    },
    /// AWS would refuse it, because the service's load balancer sends to a container that isn't there.
    #[error(
        "{family} has no container `{container}` with port {port}, which the service's load balancer \
         sends to: AWS would refuse it"
    )]
    NoSuchPort {
        /// The task definition's family.
        family: String,
        /// The container.
        container: String,
        /// Its port.
        port: u16,
    },
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
    /// A service's tasks are placed in these subnets.
    pub fn subnets(cluster: &str, service: &str, subnets: Vec<SubnetId>) -> Self {
        let words = format!("--subnets {}", listed(&subnets));
        let mut change = ServiceChange::of(cluster, service);
        change.subnets = Some(subnets);
        Self::of_service(words, change)
    }

    /// A service's tasks have these security groups.
    pub fn security_groups(cluster: &str, service: &str, groups: Vec<SecurityGroupId>) -> Self {
        let words = format!("--security-groups {}", listed(&groups));
        let mut change = ServiceChange::of(cluster, service);
        change.groups = Some(groups);
        Self::of_service(words, change)
    }

    /// A service's tasks run this definition, which was read from a file of this name.
    pub fn task_definition(
        cluster: &str,
        service: &str,
        file: &str,
        definition: TaskDefinition,
    ) -> Self {
        let words = format!("--task-definition {file}");
        let mut change = ServiceChange::of(cluster, service);
        change.definition = Some(definition);
        Self::of_service(words, change)
    }

    fn of_service(words: String, change: ServiceChange) -> Self {
        Self {
            command: words,
            edits: vec![Edit::ChangeService(Box::new(change))],
        }
    }

    /// The command, or the option that says the same.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// How it was given on the command line.
    pub fn as_given(&self) -> String {
        if self.command.starts_with("--") {
            self.command.clone()
        } else {
            format!("--with '{}'", self.command)
        }
    }

    /// The subnets that tasks would be placed in.
    pub fn named_subnets(&self) -> impl Iterator<Item = &SubnetId> {
        self.service_changes()
            .flat_map(ServiceChange::named_subnets)
    }

    /// The security groups that tasks would have.
    pub fn named_security_groups(&self) -> impl Iterator<Item = &SecurityGroupId> {
        self.service_changes().flat_map(ServiceChange::named_groups)
    }

    /// The task definitions that tasks would run.
    pub fn named_task_definitions(&self) -> impl Iterator<Item = &TaskDefinition> {
        let changes = self.service_changes();
        changes.filter_map(|change| change.definition.as_ref())
    }

    fn service_changes(&self) -> impl Iterator<Item = &ServiceChange> {
        self.edits.iter().filter_map(|edit| match edit {
            Edit::ChangeService(change) => Some(change.as_ref()),
            _ => None,
        })
    }

    /// Whether only tasks that start afterwards have it.
    pub fn takes_new_tasks(&self) -> bool {
        self.service_changes().next().is_some()
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

fn listed<T: ToString>(ids: &[T]) -> String {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    ids.join(",")
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
