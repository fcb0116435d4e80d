use std::cell::OnceCell;

use super::attempt::{self, Attempt};
use super::calling::{self, Called};
use crate::dependencies::{Needs, discover, exec_call};
use crate::facts::{EcsArn, Missing, ServiceEvent, Snapshot};
use crate::probe::{self, Agreement};
use crate::reach::Station;
use crate::subject::Subject;

/// What checks look at: the facts and the subject, and what several of them work out from these.
#[derive(Debug)]
pub struct Inquiry<'a> {
    /// The facts.
    pub snapshot: &'a Snapshot,
    /// What is audited.
    pub subject: Subject<'a>,
    /// What ECS told of the service, where that is why it is audited.
    pub event: Option<&'a ServiceEvent>,
    needs: OnceCell<Needs>,
    stations: OnceCell<Result<Vec<Station<'a>>, Missing>>,
    instances: OnceCell<Vec<&'a EcsArn>>,
    attempts: OnceCell<Result<Vec<Attempt>, Missing>>,
    calls: OnceCell<Result<Vec<Called>, Missing>>,
    exec: OnceCell<Called>,
    agreements: OnceCell<Vec<Agreement>>,
}

impl<'a> Inquiry<'a> {
    /// An inquiry into a subject.
    pub fn new(snapshot: &'a Snapshot, subject: Subject<'a>) -> Self {
        Self {
            snapshot,
            subject,
            event: None,
            needs: OnceCell::new(),
            stations: OnceCell::new(),
            instances: OnceCell::new(),
            attempts: OnceCell::new(),
            calls: OnceCell::new(),
            exec: OnceCell::new(),
            agreements: OnceCell::new(),
        }
    }

    /// The same inquiry because of what ECS told of the service.
    pub(super) fn because_of(mut self, event: Option<&'a ServiceEvent>) -> Self {
        self.event = event;
        self
    }

    /// The same inquiry, as if connections started from these ends and these container instances only.
    pub(super) fn only_from(&self, stations: Vec<Station<'a>>, instances: Vec<&'a EcsArn>) -> Self {
        let own = Self::new(self.snapshot, self.subject).because_of(self.event);
        Self {
            stations: OnceCell::from(Ok(stations)),
            instances: OnceCell::from(instances),
            ..own
        }
    }

    /// What the subject must reach; an error when its task definition wasn't observed.
    pub fn needs(&self) -> Result<&Needs, Missing> {
        let needs = self.known_needs();
        match &needs.definition_unread {
            None => Ok(needs),
            Some(missing) => Err(missing.clone()),
        }
    }

    /// What is known of what the subject must reach: without its task definition, what people declared.
    pub(super) fn known_needs(&self) -> &Needs {
        self.needs
            .get_or_init(|| discover(self.snapshot, &self.subject))
    }

    /// The ends that its connections start from.
    pub fn stations(&self) -> Result<&[Station<'a>], Missing> {
        let stations = self
            .stations
            .get_or_init(|| self.subject.stations(self.snapshot));
        stations.as_deref().map_err(Clone::clone)
    }

    /// The container instances that its tasks run on.
    pub(super) fn instances(&self) -> &[&'a EcsArn] {
        self.instances
            .get_or_init(|| calling::instances(self.snapshot, &self.subject))
    }

    /// How each of its dependencies fares from everywhere it can be.
    pub(super) fn attempts(&self) -> Result<&[Attempt], Missing> {
        let attempts = self.attempts.get_or_init(|| {
            let (needs, stations) = (self.known_needs(), self.stations()?);
            let all = needs.dependencies.iter();
            let attempts = all.map(|dependency| {
                attempt::attempt(self.snapshot, stations, dependency, needs.has_proxy)
            });
            Ok(attempts.collect())
        });
        attempts.as_deref().map_err(Clone::clone)
    }

    /// How each call that ECS makes for it fares.
    pub(super) fn calls(&self) -> Result<&[Called], Missing> {
        let calls = self.calls.get_or_init(|| {
            let calls = self.needs()?.calls.iter();
            Ok(calls.map(|call| calling::call(self, call)).collect())
        });
        calls.as_deref().map_err(Clone::clone)
    }

    /// How the call of ECS Exec fares.
    pub(super) fn exec(&self) -> &Called {
        self.exec
            .get_or_init(|| calling::call(self, &exec_call(&self.subject)))
    }

    /// The same inquiry from one subnet only; `None` where no connection of it starts there.
    pub(crate) fn in_subnet(&self, subnet: &str) -> Option<Self> {
        let stations = self.stations().unwrap_or_default().iter();
        let own = stations.filter(|one| {
            one.subnet
                .as_ref()
                .is_some_and(|own| own.as_str() == subnet)
        });
        let own: Vec<_> = own.cloned().collect();
        (!own.is_empty()).then(|| self.only_from(own, self.instances().to_vec()))
    }

    /// What the configuration says, and what probes were answered.
    pub(super) fn agreements(&self) -> &[Agreement] {
        self.agreements.get_or_init(|| probe::of_inquiry(self))
    }
}
