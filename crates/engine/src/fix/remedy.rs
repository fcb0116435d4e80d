use super::change::{Change, ServicePlacement};
use crate::facts::{AssignPublicIp, Service, Snapshot, SubnetId};

/// What an audit that proves a fix finds.
pub const PROVED: &str = "the audit finds the fault gone and nothing worse";

/// What mends a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    remedy: Remedy,
    /// Whether the engine, with it applied to the facts, says that the fault is gone and that nothing
    /// got worse.
    pub verified: bool,
    /// The account that it belongs to, where that isn't the subject's.
    pub account: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Remedy {
    /// Changes that the engine can apply, all of them together.
    Changes(Vec<Change>),
    /// A command that it can't; words in angle brackets are for the reader to fill in.
    Command(String),
}

impl Fix {
    /// A command that the engine can't prove.
    pub fn unverified(command: impl Into<String>) -> Self {
        Self {
            remedy: Remedy::Command(command.into()),
            verified: false,
            account: None,
        }
    }

    /// A command whose effect the engine has played through.
    pub fn played(command: impl Into<String>) -> Self {
        Self {
            verified: true,
            ..Self::unverified(command)
        }
    }

    /// Changes that the engine can prove, all of them together.
    pub fn of(changes: Vec<Change>) -> Self {
        Self {
            remedy: Remedy::Changes(changes),
            verified: false,
            account: None,
        }
    }

    /// The changes, where the engine knows them.
    pub fn changes(&self) -> &[Change] {
        match &self.remedy {
            Remedy::Changes(changes) => changes,
            Remedy::Command(_) => &[],
        }
    }

    /// The AWS CLI commands, one for each change.
    pub fn commands(&self) -> Vec<String> {
        match &self.remedy {
            Remedy::Changes(changes) => changes.iter().map(Change::command).collect(),
            Remedy::Command(command) => vec![command.clone()],
        }
    }

    /// All commands as one.
    pub fn command(&self) -> String {
        self.commands().join(" && ")
    }

    /// What to know about it besides its commands; `proved` says what an audit with it applied finds.
    pub fn standing(&self, proved: &str) -> Option<String> {
        let proof = match (self.verified, self.changes().is_empty()) {
            (true, _) => Some(format!("verified: with it {proved}")),
            (false, false) => {
                Some("not verified: the facts don't tell that it is enough".to_owned())
            }
            (false, true) => None,
        };
        let account = self.account.as_ref();
        let account = account.map(|account| format!("to be run in account {account}"));
        let words: Vec<_> = proof.into_iter().chain(account).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// Notes the account of what it changes, where that isn't the reader's own.
    pub(crate) fn tell_account(&mut self, snapshot: &Snapshot, own: Option<&str>) {
        let owners = self.changes().iter().filter_map(|change| match change {
            Change::AuthorizeGroupRule(rule) => {
                let group = snapshot.security_groups.get(&rule.group).ok()?;
                group.owner_id.clone()
            }
            _ => None,
        });
        self.account = owners.into_iter().find(|owner| own != Some(owner));
    }

    /// Places a service's tasks in these subnets. update-service replaces the whole configuration, so
    /// what stays is said too.
    pub(crate) fn placement(
        service: &Service,
        subnets: &[SubnetId],
        assign_public_ip: AssignPublicIp,
    ) -> Self {
        let groups = service
            .awsvpc()
            .map(|awsvpc| awsvpc.security_groups.clone());
        Self::of(vec![Change::PlaceService(ServicePlacement {
            service: service.service_arn.clone(),
            cluster: service.cluster_arn.clone(),
            subnets: subnets.to_vec(),
            groups: groups.unwrap_or_default(),
            assign_public_ip,
        })])
    }
}
