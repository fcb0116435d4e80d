//! What was observed and what wasn't. A fact that is missing is neither a pass nor a fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use serde::Deserialize;

use super::{
    EcsArn, FactKind, FileSystemId, InstanceId, ResourceName, SubnetId, Texts, TransitGatewayId,
    VpcId, VpnGatewayId,
};

/// Why facts are missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nobody asked: no such file in the snapshot, no such call made.
    NotObserved,
    /// The call was refused; the IAM action, where it is another than the kind's own.
    Denied(Option<String>),
    /// The call was throttled until the audit had to go on without it.
    Throttled,
    /// The call failed otherwise; the text says how.
    Failed(String),
    /// Saved output that ends before the last page.
    Truncated,
    /// Facts of this kind were observed, but not about this resource.
    NotInFacts(String),
    /// The facts lie outside what AWS shows to this account; the text says what and where.
    Invisible(String),
}

impl Reason {
    /// Whether somebody asked, in vain: then nothing may be taken for granted.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Denied(_) | Self::Throttled | Self::Failed(_))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotObserved => f.write_str("not observed"),
            Self::Denied(_) => f.write_str("access denied"),
            Self::Throttled => f.write_str("throttled"),
            Self::Failed(how) => write!(f, "call failed: {how}"),
            Self::Truncated => f.write_str("saved without its last page"),
            Self::NotInFacts(what) => write!(f, "{what} is not among the observed facts"),
            Self::Invisible(what) => f.write_str(what),
        }
    }
}

/// A fact that a verdict needed and didn't have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The kind of fact.
    pub fact: FactKind,
    /// Why it is missing.
    pub reason: Reason,
}

impl Missing {
    /// A missing fact of this kind.
    pub fn new(fact: FactKind, reason: Reason) -> Self {
        Self { fact, reason }
    }

    /// The IAM action that would give the fact; `None` where no permission can.
    pub fn action(&self) -> Option<&str> {
        match &self.reason {
            Reason::Invisible(_) => None,
            Reason::Denied(Some(action)) => Some(action),
            _ => self.fact.action(),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.fact, self.reason)?;
        match (self.action(), &self.reason) {
            (None, _) => Ok(()),
            // The permission is there; it was the call that didn't get through.
            (Some(action), Reason::Throttled | Reason::Failed(_)) => write!(f, " ({action})"),
            (Some(action), _) => write!(f, " (needs {action})"),
        }
    }
}

/// What was asked about in full: a VPC, an address, or another resource by its id, name or ARN. Whoever
/// asks AWS with a filter knows everything within it and nothing beyond.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Scope(String);

impl From<IpAddr> for Scope {
    fn from(address: IpAddr) -> Self {
        Self(address.to_string())
    }
}

macro_rules! scopes {
    ($($id:ty),*) => {$(
        impl From<&$id> for Scope {
            fn from(id: &$id) -> Self {
                Self(id.as_str().to_owned())
            }
        }
    )*};
}

scopes!(
    VpcId,
    SubnetId,
    InstanceId,
    VpnGatewayId,
    TransitGatewayId,
    FileSystemId,
    ResourceName,
    EcsArn
);

/// Whether a kind of fact is known as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Everything of this kind was observed: what isn't there doesn't exist.
    Known,
    /// Some was observed: what is there is true; what isn't there doesn't exist within the scopes
    /// that were asked about, and is unknown beyond them.
    Partial {
        /// What was asked about in full.
        asked: BTreeSet<Scope>,
        /// Why the rest is missing.
        beyond: Reason,
    },
    /// Nothing was observed.
    Missing(Reason),
}

/// What a resource needs so that it can be a fact.
pub trait Resource {
    /// Its id.
    type Id: Ord + Clone + fmt::Display + fmt::Debug;
    /// Its kind.
    const KIND: FactKind;
    /// The id of this one.
    fn id(&self) -> &Self::Id;

    /// Makes it small: what others of the kind say too is kept once.
    fn share(&mut self, _: &mut Texts) {}
}

/// Every observed resource of one kind, and the coverage of that kind.
#[derive(Debug, Clone)]
pub struct Facts<R: Resource> {
    /// Shared, because a snapshot with one change is mostly the one before.
    items: Arc<BTreeMap<R::Id, Arc<R>>>,
    coverage: Coverage,
}

impl<R: Resource> Default for Facts<R> {
    fn default() -> Self {
        Self::missing(Reason::NotObserved)
    }
}

impl<R: Resource> Facts<R> {
    /// Nothing of this kind was observed.
    pub fn missing(reason: Reason) -> Self {
        Self {
            items: Arc::default(),
            coverage: Coverage::Missing(reason),
        }
    }

    /// These resources, and what they are of the whole.
    pub fn new(resources: impl IntoIterator<Item = R>, coverage: Coverage) -> Self {
        let mut texts = Texts::default();
        let items = resources
            .into_iter()
            .map(|mut resource| {
                resource.share(&mut texts);
                (resource.id().clone(), Arc::new(resource))
            })
            .collect();
        Self {
            items: Arc::new(items),
            coverage,
        }
    }

    /// These resources and no others.
    pub fn known(resources: impl IntoIterator<Item = R>) -> Self {
        Self::new(resources, Coverage::Known)
    }

    /// How much of this kind is known.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// A resource that something else refers to. Not to find it is taken as a missing fact, never as
    /// proof that there is none: the reference may be newer than the snapshot, or stale.
    pub fn get(&self, id: &R::Id) -> Result<&R, Missing> {
        self.items.get(id).map(Arc::as_ref).ok_or_else(|| {
            let reason = match &self.coverage {
                Coverage::Missing(reason)
                | Coverage::Partial {
                    beyond: reason @ (Reason::Denied(_) | Reason::Throttled | Reason::Failed(_)),
                    ..
                } => reason.clone(),
                Coverage::Known | Coverage::Partial { .. } => Reason::NotInFacts(id.to_string()),
            };
            Missing::new(R::KIND, reason)
        })
    }

    /// Every observed resource of this kind; an error unless all of those within a scope are among
    /// them. Resources beyond the scope come too.
    pub fn all_within<S: Into<Scope>>(
        &self,
        scope: S,
    ) -> Result<impl Iterator<Item = &R> + use<'_, R, S>, Missing> {
        self.complete_within(&[scope.into()])?;
        Ok(self.seen())
    }

    /// An error unless all resources within one of these scopes were observed.
    pub fn complete_within(&self, scopes: &[Scope]) -> Result<(), Missing> {
        match &self.coverage {
            Coverage::Known => Ok(()),
            Coverage::Partial { asked, .. } if scopes.iter().any(|s| asked.contains(s)) => Ok(()),
            Coverage::Partial { beyond: reason, .. } | Coverage::Missing(reason) => {
                Err(Missing::new(R::KIND, reason.clone()))
            }
        }
    }

    /// An error unless all resources of this kind were observed.
    pub fn complete(&self) -> Result<(), Missing> {
        self.complete_within(&[])
    }

    /// Whether somebody asked for resources of this kind, if only for some by name.
    pub(crate) fn was_asked(&self) -> bool {
        !matches!(self.coverage, Coverage::Missing(_))
    }

    /// What was observed, however much that is.
    pub fn seen(&self) -> impl Iterator<Item = &R> {
        self.items.values().map(Arc::as_ref)
    }

    /// Adds a resource, in place of the one with its id. What is known of others stays as it was.
    pub(crate) fn put(&mut self, resource: R)
    where
        R: Clone,
    {
        if let Coverage::Missing(reason) = &self.coverage {
            self.coverage = Coverage::Partial {
                asked: BTreeSet::new(),
                beyond: reason.clone(),
            };
        }
        let id = resource.id().clone();
        Arc::make_mut(&mut self.items).insert(id, Arc::new(resource));
    }

    /// Changes a resource that was observed; whether there was one.
    pub(crate) fn change(&mut self, id: &R::Id, edit: impl FnOnce(&mut R)) -> bool
    where
        R: Clone,
    {
        let resource = Arc::make_mut(&mut self.items).get_mut(id);
        let is_there = resource.is_some();
        if let Some(resource) = resource {
            edit(Arc::make_mut(resource));
        }
        is_there
    }
}

/// One entry of a snapshot's own `Coverage` list: what was asked about in full, or why nothing came.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawCoverageEntry")]
pub(super) struct CoverageEntry {
    /// The kind, by its key in the snapshot.
    pub(super) fact: FactKind,
    /// Why facts of the kind are missing, if they are.
    pub(super) reason: Option<Reason>,
    /// What was asked about in full; nothing, when resources were only asked for by id.
    pub(super) within: Option<Vec<Scope>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawCoverageEntry {
    fact: FactKind,
    /// `denied`, `throttled`, `truncated`, or how it failed.
    reason: Option<String>,
    action: Option<String>,
    within: Option<Vec<Scope>>,
}

impl TryFrom<RawCoverageEntry> for CoverageEntry {
    type Error = String;

    fn try_from(raw: RawCoverageEntry) -> Result<Self, String> {
        if raw.reason.is_none() && raw.within.is_none() {
            return Err(format!(
                "the entry about {} needs `Reason` (why it is missing) or `Within` (what is known)",
                raw.fact
            ));
        }
        let action = raw.action;
        let reason = raw.reason.map(|reason| match reason.as_str() {
            "denied" => Reason::Denied(action),
            "throttled" => Reason::Throttled,
            "truncated" => Reason::Truncated,
            _ => Reason::Failed(reason),
        });
        Ok(Self {
            fact: raw.fact,
            reason,
            within: raw.within,
        })
    }
}
