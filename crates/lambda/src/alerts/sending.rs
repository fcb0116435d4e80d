//! Sends what was committed, and notes in the table what was taken.

use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_engine::alert::{Channel, Kind, Moment, Notice, Observed, Scope, State};
use futures_util::future::{join, join_all};

use super::keeper::{Committed, Telling, ids, next};
use super::{NotKept, Stored, World};

/// What was sent of a scope.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) taken: Vec<(String, Channel)>,
    pub(super) messages: u64,
    pub(super) is_broken_off: bool,
}

impl<W: World> Telling<'_, W> {
    /// Sends what was claimed and takes note of it, until nothing more is added meanwhile.
    pub(super) async fn deliver(&mut self, mut committed: BTreeMap<Scope, Committed>) {
        while !committed.is_empty() {
            // Side by side: a topic that doesn't answer must not cost other scopes their time.
            let sent = committed
                .iter()
                .map(async |(scope, Committed { claimed, .. })| {
                    (scope.clone(), self.send(scope, claimed).await)
                });
            let mut taken = BTreeMap::new();
            for (scope, sent) in join_all(sent).await {
                self.outcome.messages += sent.messages;
                if sent.is_broken_off {
                    self.outcome.failed.insert(scope.clone());
                }
                taken.insert(scope, sent.taken);
            }
            committed = self.confirm(committed, &taken).await;
        }
    }

    /// Sends messages of a scope in their order, to each channel up to the first that it doesn't take: a
    /// topic that is gone must not silence the others.
    pub(super) async fn send(&self, scope: &Scope, notices: &[Notice]) -> Sent {
        let mut sent = Sent::default();
        let mut broken = BTreeSet::new();
        for notice in notices {
            let notice = &self.explained(notice).await;
            let taken_before = sent.taken.len();
            for channel in notice
                .untold
                .iter()
                .filter(|channel| !broken.contains(*channel))
                .copied()
                .collect::<Vec<_>>()
            {
                match self.world.send(channel, notice, self.until).await {
                    Ok(()) => sent.taken.push((notice.id.clone(), channel)),
                    Err(error) => {
                        tracing::error!(%scope, ?channel, %error, "not told");
                        broken.insert(channel);
                    }
                }
            }
            let taken = sent.taken.len() - taken_before;
            sent.messages += u64::from(taken == notice.untold.len());
        }
        sent.is_broken_off = !broken.is_empty();
        sent
    }

    /// The message with what was changed before, and what was refused, if it tells of something new.
    async fn explained(&self, notice: &Notice) -> Notice {
        let mut told = notice.clone();
        if !matches!(told.kind(), Kind::Opened | Kind::Flapping) {
            return told;
        }
        let changes = async {
            if told.changes.is_empty() {
                self.world.changes(notice, self.until).await
            } else {
                Vec::new()
            }
        };
        let (changes, refused) = join(changes, self.world.refused(notice, self.until)).await;
        if !changes.is_empty() {
            told.explain(&changes);
        }
        told.refused = refused;
        told
    }

    /// Takes note of what was sent; what came to be sent meanwhile.
    async fn confirm(
        &mut self,
        committed: BTreeMap<Scope, Committed>,
        taken: &BTreeMap<Scope, Vec<(String, Channel)>>,
    ) -> BTreeMap<Scope, Committed> {
        let scopes: Vec<Scope> = committed.keys().cloned().collect();
        let mut known: Vec<Stored> = committed.into_values().map(|c| c.stored).collect();
        let mut attempt = 0;
        loop {
            let mut states = Vec::new();
            let mut more = BTreeMap::new();
            for (scope, stored) in scopes.iter().zip(known) {
                let (mut stored, claimed) = self.confirmed(scope, stored, taken);
                states.push((scope.clone(), stored.clone()));
                if !claimed.is_empty() {
                    stored.version = Some(next(stored.version));
                    more.insert(scope.clone(), Committed { stored, claimed });
                }
            }
            let mut kept = self.world.save(&states).await;
            if kept == Ok(()) {
                self.remember(states);
                return more;
            }
            // Until it is noted the messages would be sent again, by whoever looks after the lease.
            loop {
                let error = kept.err().unwrap_or(NotKept::Conflict);
                if self.world.now() >= self.until || matches!(error, NotKept::Refused(_)) {
                    tracing::error!(%error, "that it was told could not be kept: it may be told again");
                    for (scope, stored) in states {
                        self.keeper.memory.keep_ahead(&scope, stored.state);
                    }
                    return BTreeMap::new();
                }
                self.world.pause(attempt).await;
                attempt += 1;
                match self.world.load(&scopes).await {
                    Ok(loaded) => {
                        known = loaded;
                        break;
                    }
                    Err(error) => kept = Err(error),
                }
            }
        }
    }

    fn confirmed(
        &self,
        scope: &Scope,
        mut stored: Stored,
        taken: &BTreeMap<Scope, Vec<(String, Channel)>>,
    ) -> (Stored, Vec<Notice>) {
        let own = taken.get(scope).map(Vec::as_slice).unwrap_or_default();
        stored.state.delivered(own);
        if self.outcome.failed.contains(scope) {
            stored.state.release(self.holder);
            return (stored, Vec::new());
        }
        let now = self.world.now();
        let claimed = stored.state.claim(self.holder, now, self.until);
        (stored, claimed)
    }

    /// Waits until somebody else has sent these messages, or has failed to and may be stood in for.
    pub(super) async fn wait(&mut self, mut waiting: BTreeMap<Scope, Vec<String>>) {
        let mut attempt = 0;
        while !waiting.is_empty() {
            if self.world.now() >= self.until {
                self.outcome.failed.extend(waiting.into_keys());
                return;
            }
            self.world.pause(attempt).await;
            attempt += 1;
            let scopes: Vec<Scope> = waiting.keys().cloned().collect();
            let quiet = |_: &Scope, _: &mut State, _: Moment| Observed::Unchanged;
            if let Ok(commit) = self.commit(&scopes, &quiet).await {
                self.deliver(commit.committed).await;
            }
            waiting.retain(|scope, news| {
                let state = self.keeper.memory.of(scope);
                let left: BTreeSet<String> = ids(&state).collect();
                news.retain(|id| left.contains(id));
                !news.is_empty() && !self.outcome.failed.contains(scope)
            });
        }
    }
}
