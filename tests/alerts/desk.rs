//! A table and topics in memory, and functions that take their steps when they are told to.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use awsvpc_auditor_engine::alert::{Channel, Moment, Notice, Scope, State};
use awsvpc_auditor_lambda::alerts::{Keeper, NotKept, NotSent, Stored, World};

use crate::word::seen;

/// What all functions share.
#[derive(Default)]
pub(crate) struct Desk {
    table: RefCell<BTreeMap<Scope, (u64, State)>>,
    /// Every message that was ever committed.
    pub(crate) committed: RefCell<BTreeSet<String>>,
    /// Every message that was sent, in order.
    pub(crate) sent: RefCell<Vec<(Channel, Notice)>>,
    /// Whether the fault is there.
    pub(crate) is_broken: Cell<bool>,
    clock: Cell<i64>,
}

/// How long a function lives.
pub(crate) const LIFE: Duration = Duration::from_mins(1);

impl Desk {
    /// Lets time pass.
    pub(crate) fn advance(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.clock.set(self.clock.get() + millis);
    }
}

/// Gives way to others once: a call takes its time.
async fn give_way() {
    let mut is_back = false;
    poll_fn(|_| {
        if is_back {
            return Poll::Ready(());
        }
        is_back = true;
        Poll::Pending
    })
    .await;
}

impl World for Desk {
    async fn load(&self, scopes: &[Scope]) -> Result<Vec<Stored>, NotKept> {
        give_way().await;
        let table = self.table.borrow();
        let stored = scopes.iter().map(|scope| match table.get(scope) {
            None => Stored::default(),
            Some((version, state)) => Stored {
                version: Some(*version),
                state: state.clone(),
            },
        });
        Ok(stored.collect())
    }

    async fn save(&self, states: &[(Scope, Stored)]) -> Result<(), NotKept> {
        give_way().await;
        {
            let mut table = self.table.borrow_mut();
            let is_current = |(scope, stored): &(Scope, Stored)| {
                table.get(scope).map(|(version, _)| *version) == stored.version
            };
            if !states.iter().all(is_current) {
                return Err(NotKept::Conflict);
            }
            for (scope, stored) in states {
                let version = stored.version.unwrap_or_default() + 1;
                let ids = stored.state.outbox.iter().map(|notice| notice.id.clone());
                self.committed.borrow_mut().extend(ids);
                // As it comes out of a table.
                let text = stored.state.to_json().unwrap();
                let state = serde_json::from_str(&text).unwrap();
                table.insert(scope.clone(), (version, state));
            }
        }
        // The answer takes its time too.
        give_way().await;
        Ok(())
    }

    async fn send(&self, channel: Channel, notice: &Notice, _: Moment) -> Result<(), NotSent> {
        give_way().await;
        self.sent.borrow_mut().push((channel, notice.clone()));
        give_way().await;
        Ok(())
    }

    fn now(&self) -> Moment {
        self.advance(Duration::from_millis(1));
        Moment::from_millis(self.clock.get())
    }

    async fn pause(&self, _: u32) {
        self.advance(Duration::from_millis(50));
        give_way().await;
    }
}

/// An audit that takes its steps one by one.
pub(crate) type Audit<'d> = Pin<Box<dyn Future<Output = bool> + 'd>>;

/// An audit as the function does it: look, tell, and look again where others know better. Whether all
/// of it is told.
pub(crate) fn audit<'d>(desk: &'d Desk, keeper: &'d Keeper, holder: String) -> Audit<'d> {
    Box::pin(async move {
        let until = desk.now().after(LIFE);
        for _ in 0..3 {
            let observed_at = desk.now();
            let is_broken = desk.is_broken.get();
            give_way().await;
            let observations = seen(is_broken, observed_at);
            let outcome = keeper.tell(desk, &holder, until, &observations).await;
            assert_eq!(outcome.degraded, None);
            if outcome.stale.is_empty() {
                return outcome.failed.is_empty();
            }
        }
        false
    })
}

/// One step of an audit; its answer, if that was the last.
pub(crate) fn step(audit: &mut Audit<'_>) -> Option<bool> {
    match audit.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}
