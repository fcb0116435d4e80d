use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use awsvpc_auditor_engine::alert::{Scope, State};

use super::Stored;

/// What this process knows of the states: what it goes by while the table can't be used.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<BTreeMap<Scope, Known>>);

#[derive(Debug, Clone, Default)]
struct Known {
    /// As it was last in the table.
    version: Option<u64>,
    state: State,
    /// Messages went out that the table doesn't know of.
    is_ahead: bool,
}

/// Scopes that are remembered; a process that sees more forgets them all, and tells some once more.
const MOST: usize = 5_000;

impl Memory {
    /// The last known state of a scope.
    pub(super) fn of(&self, scope: &Scope) -> State {
        let known = self.known().get(scope).cloned();
        known.map(|known| known.state).unwrap_or_default()
    }

    /// What is known on top of what the table holds: the state of messages that went out while it took
    /// none.
    pub(super) fn ahead_of(&self, scope: &Scope, stored: &Stored) -> Option<State> {
        let known = self.known().get(scope).cloned();
        let ahead = known.filter(|known| known.is_ahead && known.version == stored.version);
        ahead.map(|known| known.state)
    }

    /// Remembers what is in the table.
    pub(super) fn keep(&self, scope: &Scope, stored: Stored) {
        let Stored { version, state } = stored;
        self.put(
            scope,
            Known {
                version,
                state,
                is_ahead: false,
            },
        );
    }

    /// Remembers what the table didn't take.
    pub(super) fn keep_ahead(&self, scope: &Scope, state: State) {
        let known = self.known().get(scope).cloned().unwrap_or_default();
        self.put(
            scope,
            Known {
                state,
                is_ahead: true,
                ..known
            },
        );
    }

    fn put(&self, scope: &Scope, known: Known) {
        let mut states = self.known();
        if states.len() >= MOST {
            states.clear();
        }
        states.insert(scope.clone(), known);
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Scope, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
