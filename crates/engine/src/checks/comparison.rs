//! Services in two snapshots: before something was done, and after it.

use std::collections::BTreeSet;

use super::audit::{Report, run};
use super::effect::Effect;
use crate::facts::{EcsArn, Service, Snapshot};
use crate::subject::{ServiceNotFound, Subject};

/// A service, audited in each snapshot that has it.
#[derive(Debug)]
pub struct Compared<'a> {
    /// Its cluster and its name.
    pub name: String,
    /// Where it is.
    pub presence: Presence,
    before: Option<Report<'a>>,
    after: Option<Report<'a>>,
}

/// Which snapshots have a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Both.
    Both,
    /// The second one; it wasn't there before.
    New,
    /// The first one; it isn't there any more.
    Gone,
    /// The second one; whether it was there before, the first one doesn't tell.
    UnknownBefore,
    /// The first one; whether it is still there, the second one doesn't tell.
    UnknownAfter,
}

impl Presence {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Both => "in both",
            Self::New => "new",
            Self::Gone => "gone",
            Self::UnknownBefore => "not observed before",
            Self::UnknownAfter => "not observed after",
        }
    }
}

impl<'a> Compared<'a> {
    /// The newest audit of it.
    pub fn report(&self) -> Option<&Report<'a>> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// The audit of it in the second snapshot.
    pub fn after(&self) -> Option<&Report<'a>> {
        self.after.as_ref()
    }

    /// What differs.
    pub fn effect(&self) -> Effect<'_> {
        match (&self.before, &self.after, self.presence) {
            (Some(before), Some(after), _) => Effect::between(before, after),
            (None, Some(after), Presence::New) => Effect::of_new(after),
            (None, Some(after), _) => Effect::of_unobserved(after),
            (_, None, _) => Effect::default(),
        }
    }
}

/// Compares a service, by its cluster and its own name or ARN, or every service in awsvpc mode.
pub fn compare<'a>(
    before: &'a Snapshot,
    after: &'a Snapshot,
    only: Option<(&str, &str)>,
) -> Result<Vec<Compared<'a>>, ServiceNotFound> {
    let arns: BTreeSet<&EcsArn> = match only {
        Some((cluster, service)) => {
            let named = |facts| Subject::service_named(facts, cluster, service);
            let found = named(after).or_else(|missing| named(before).map_err(|_| missing))?;
            BTreeSet::from([found.arn()])
        }
        None => {
            let all = before.services.seen().chain(after.services.seen());
            let own = all.filter(|service| service.awsvpc().is_some());
            own.map(|service| &service.service_arn).collect()
        }
    };
    let compared = arns.into_iter().filter_map(|arn| {
        let (was, is) = (active(before, arn), active(after, arn));
        let name = was
            .or(is)
            .map(|service| format!("{}/{}", service.cluster_arn.name(), service.service_name))?;
        let presence = match (was, is) {
            (Some(_), None) if doesn_t_tell(after, arn) => Presence::UnknownAfter,
            (Some(_), None) => Presence::Gone,
            (None, _) if doesn_t_tell(before, arn) => Presence::UnknownBefore,
            (None, _) => Presence::New,
            (Some(_), Some(_)) => Presence::Both,
        };
        Some(Compared {
            name,
            presence,
            before: was.map(|service| run(before, Subject::Service(service))),
            after: is.map(|service| run(after, Subject::Service(service))),
        })
    });
    Ok(compared.collect())
}

/// The service, unless it was deleted: ECS describes those for a while.
fn active<'a>(snapshot: &'a Snapshot, arn: &EcsArn) -> Option<&'a Service> {
    let service = snapshot.services.get(arn).ok()?;
    (service.status.as_deref() != Some("INACTIVE")).then_some(service)
}

/// Whether a service that isn't in a snapshot may have been there all the same.
fn doesn_t_tell(snapshot: &Snapshot, arn: &EcsArn) -> bool {
    snapshot.services.get(arn).is_err() && snapshot.services.complete().is_err()
}
