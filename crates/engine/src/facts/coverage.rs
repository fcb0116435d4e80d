//! What was observed and what wasn't. A fact that is missing is neither a pass nor a fail.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::FactKind;

/// Why facts are missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nobody asked: no such file in the snapshot, no such call made.
    NotObserved,
    /// The call was refused.
    Denied,
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

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotObserved => f.write_str("not observed"),
            Self::Denied => f.write_str("access denied"),
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
    pub fn action(&self) -> Option<&'static str> {
        match self.reason {
            Reason::Invisible(_) => None,
            _ => self.fact.action(),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.fact, self.reason)?;
        match self.action() {
            Some(action) => write!(f, " (needs {action})"),
            None => Ok(()),
        }
    }
}

/// Whether a kind of fact is known as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Everything of this kind was observed: what isn't there doesn't exist.
    Known,
    /// Some was observed: what is there is true, what isn't there is unknown.
    Partial(Reason),
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
}

/// Every observed resource of one kind, and the coverage of that kind.
#[derive(Debug, Clone)]
pub struct Facts<R: Resource> {
    items: BTreeMap<R::Id, R>,
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
            items: BTreeMap::new(),
            coverage: Coverage::Missing(reason),
        }
    }

    /// These resources, and what they are of the whole.
    pub fn new(resources: impl IntoIterator<Item = R>, coverage: Coverage) -> Self {
        let items = resources
            .into_iter()
            .map(|resource| (resource.id().clone(), resource))
            .collect();
        Self { items, coverage }
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
        self.items.get(id).ok_or_else(|| {
            let reason = match &self.coverage {
                Coverage::Missing(reason) => reason.clone(),
                Coverage::Known | Coverage::Partial(_) => Reason::NotInFacts(id.to_string()),
            };
            Missing::new(R::KIND, reason)
        })
    }

    /// Every resource of this kind; an error unless all of them were observed.
    pub fn all(&self) -> Result<impl Iterator<Item = &R> + use<'_, R>, Missing> {
        self.complete()?;
        Ok(self.items.values())
    }

    /// An error unless all resources of this kind were observed.
    pub fn complete(&self) -> Result<(), Missing> {
        match &self.coverage {
            Coverage::Known => Ok(()),
            Coverage::Partial(reason) | Coverage::Missing(reason) => {
                Err(Missing::new(R::KIND, reason.clone()))
            }
        }
    }

    /// What was observed, however much that is.
    pub fn seen(&self) -> impl Iterator<Item = &R> {
        self.items.values()
    }
}

/// One entry of a snapshot's own `Coverage` list: a call that gave nothing, and why.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CoverageEntry {
    /// The kind, by its key in the snapshot.
    pub(super) fact: FactKind,
    /// `denied`, `throttled`, `truncated`, or how it failed.
    pub(super) reason: String,
}

impl CoverageEntry {
    pub(super) fn reason(&self) -> Reason {
        match self.reason.as_str() {
            "denied" => Reason::Denied,
            "throttled" => Reason::Throttled,
            "truncated" => Reason::Truncated,
            other => Reason::Failed(other.to_owned()),
        }
    }
}
