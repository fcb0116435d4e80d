//! From what audits saw to messages: commit, send, confirm.

use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_engine::alert::{Moment, Notice, Observation, Observed, Policy, Scope, State};

use super::memory::Memory;
use super::{NotKept, Stored, World};

/// Keeps the alerts of everything that one process sees.
#[derive(Debug)]
pub struct Keeper {
    policy: Policy,
    pub(super) memory: Memory,
}

/// What came of telling.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Scopes of which somebody has seen newer facts that say otherwise: they are to be audited again.
    pub stale: BTreeSet<Scope>,
    /// Scopes that have something to tell that could not be told: what brought it must come again.
    pub failed: BTreeSet<Scope>,
    /// Messages that were sent, each counted once whatever the channels.
    pub messages: u64,
    /// Why the table wasn't used, if it wasn't.
    pub degraded: Option<String>,
}

/// One telling: who, until when, and what came of it so far.
pub(super) struct Telling<'k, W> {
    pub(super) keeper: &'k Keeper,
    pub(super) world: &'k W,
    pub(super) holder: &'k str,
    /// After this the process may be gone.
    pub(super) until: Moment,
    pub(super) outcome: Outcome,
}

/// A state that was committed, and what of it is to be sent.
pub(super) struct Committed {
    pub(super) stored: Stored,
    pub(super) claimed: Vec<Notice>,
}

/// What came of a commit.
#[derive(Default)]
pub(super) struct Commit {
    /// What this invocation is to send.
    pub(super) committed: BTreeMap<Scope, Committed>,
    /// News, by their ids, of scopes whose messages somebody else is sending.
    pub(super) waiting: BTreeMap<Scope, Vec<String>>,
    /// Scopes of which somebody has seen newer facts that say otherwise.
    pub(super) stale: BTreeSet<Scope>,
}

/// What a state becomes, and what is to be sent of it.
pub(super) type Step<'s> = dyn Fn(&Scope, &mut State, Moment) -> Observed + 's;

/// How often a throttled table is asked again before messages go out without it.
const PATIENCE: u32 = 6;

impl Keeper {
    /// A keeper that tells by this policy.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            memory: Memory::default(),
        }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Takes observations into account and sends what is news. `holder` names this invocation and no
    /// other; it ends by `until` at the latest.
    pub async fn tell<W: World>(
        &self,
        world: &W,
        holder: &str,
        until: Moment,
        observations: &BTreeMap<Scope, Observation>,
    ) -> Outcome {
        let scopes: Vec<Scope> = observations.keys().cloned().collect();
        let step = |scope: &Scope, state: &mut State, now: Moment| {
            observations.get(scope).map_or(Observed::Unchanged, |seen| {
                state.observe(seen, &self.policy, now)
            })
        };
        // On the heap: with all that it may await, it would be too deep a type for the compiler.
        Box::pin(self.run(world, holder, until, &scopes, &step)).await
    }

    /// Lets time pass for scopes in which something is due.
    pub async fn tick<W: World>(
        &self,
        world: &W,
        holder: &str,
        until: Moment,
        scopes: &[Scope],
    ) -> Outcome {
        let step = |scope: &Scope, state: &mut State, now: Moment| {
            if state.tick(scope, &self.policy, now) {
                Observed::Changed
            } else {
                Observed::Unchanged
            }
        };
        Box::pin(self.run(world, holder, until, scopes, &step)).await
    }

    /// Ends what is about services that were no more at a time.
    pub async fn end<W: World>(
        &self,
        world: &W,
        holder: &str,
        until: Moment,
        (scopes, gone_at): (&[Scope], Moment),
    ) -> Outcome {
        let step = |scope: &Scope, state: &mut State, now: Moment| {
            if state.end(scope, gone_at, &self.policy, now) {
                Observed::Changed
            } else {
                Observed::Unchanged
            }
        };
        Box::pin(self.run(world, holder, until, scopes, &step)).await
    }

    async fn run<W: World>(
        &self,
        world: &W,
        holder: &str,
        until: Moment,
        scopes: &[Scope],
        step: &Step<'_>,
    ) -> Outcome {
        let mut telling = Telling {
            keeper: self,
            world,
            holder,
            until,
            outcome: Outcome::default(),
        };
        // One transaction takes a hundred items.
        for scopes in scopes.chunks(100) {
            telling.run(scopes, step).await;
        }
        telling.outcome
    }
}

impl<W: World> Telling<'_, W> {
    async fn run(&mut self, scopes: &[Scope], step: &Step<'_>) {
        match self.commit(scopes, step).await {
            Ok(commit) => {
                self.outcome.stale.extend(commit.stale);
                self.deliver(commit.committed).await;
                self.wait(commit.waiting).await;
            }
            Err(NotKept::Conflict) => self.outcome.failed.extend(scopes.iter().cloned()),
            Err(error) => self.without_table(scopes, step, &error).await,
        }
    }

    /// Commits what the step makes of the states.
    pub(super) async fn commit(
        &self,
        scopes: &[Scope],
        step: &Step<'_>,
    ) -> Result<Commit, NotKept> {
        let mut attempt = 0;
        loop {
            match self.try_commit(scopes, step).await {
                Err(NotKept::Throttled) if attempt >= PATIENCE => return Err(NotKept::Throttled),
                Err(error @ (NotKept::Conflict | NotKept::Throttled)) => {
                    if self.world.now() >= self.until {
                        return Err(error);
                    }
                    self.world.pause(attempt).await;
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    async fn try_commit(&self, scopes: &[Scope], step: &Step<'_>) -> Result<Commit, NotKept> {
        let loaded = self.world.load(scopes).await?;
        let now = self.world.now();
        let mut changed = Vec::new();
        let mut commit = Commit::default();
        for (scope, mut stored) in scopes.iter().zip(loaded) {
            let ahead = self.keeper.memory.ahead_of(scope, &stored);
            let is_ahead = ahead.is_some();
            match ahead {
                Some(state) => stored.state = state,
                None => self.keeper.memory.keep(scope, stored.clone()),
            }
            let known: BTreeSet<String> = ids(&stored.state).collect();
            let observed = step(scope, &mut stored.state, now);
            if observed == Observed::Stale {
                commit.stale.insert(scope.clone());
            }
            let claimed = stored.state.claim(self.holder, now, self.until);
            let news = ids(&stored.state).filter(|id| !known.contains(id));
            let news: Vec<_> = news.collect();
            if claimed.is_empty() && !news.is_empty() {
                commit.waiting.insert(scope.clone(), news);
            }
            if observed == Observed::Changed || is_ahead || !claimed.is_empty() {
                changed.push((scope.clone(), stored.clone()));
            }
            if !claimed.is_empty() {
                stored.version = Some(next(stored.version));
                let committed = Committed { stored, claimed };
                commit.committed.insert(scope.clone(), committed);
            }
        }
        if !changed.is_empty() {
            self.world.save(&changed).await?;
        }
        self.remember(changed);
        Ok(commit)
    }

    /// Remembers what was just written.
    pub(super) fn remember(&self, states: Vec<(Scope, Stored)>) {
        for (scope, Stored { version, state }) in states {
            let version = Some(next(version));
            self.keeper.memory.keep(&scope, Stored { version, state });
        }
    }

    /// Sends by what this process remembers: told twice is better than not told.
    async fn without_table(&mut self, scopes: &[Scope], step: &Step<'_>, error: &NotKept) {
        let caveat = format!(
            "What was told before isn't known ({error}), so this may have been told already."
        );
        for scope in scopes {
            let mut state = self.keeper.memory.of(scope);
            let now = self.world.now();
            if step(scope, &mut state, now) == Observed::Stale {
                self.outcome.stale.insert(scope.clone());
            }
            let mut notices = state.outbox.clone();
            for notice in &mut notices {
                notice.caveat = Some(caveat.clone());
            }
            let sent = self.send(scope, &notices).await;
            self.outcome.messages += sent.messages;
            if sent.is_broken_off {
                self.outcome.failed.insert(scope.clone());
            }
            state.delivered(&sent.taken);
            state.lease = None;
            self.keeper.memory.keep_ahead(scope, state);
        }
        self.outcome.degraded = Some(error.to_string());
    }
}

pub(super) fn ids(state: &State) -> impl Iterator<Item = String> + '_ {
    state.outbox.iter().map(|notice| notice.id.clone())
}

/// The version after this one.
pub(super) fn next(version: Option<u64>) -> u64 {
    version.unwrap_or_default() + 1
}
