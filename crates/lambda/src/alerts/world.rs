use std::future::Future;

use awsvpc_auditor_engine::alert::{Channel, Moment, Notice, Scope, State};
use awsvpc_auditor_engine::change::Change;
use awsvpc_auditor_engine::flow_log::Flows;

/// A state, and the version of it that is in the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// None: there is nothing in the table.
    pub version: Option<u64>,
    /// The state.
    pub state: State,
}

/// Why the table didn't keep something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// Somebody else was faster: load it again.
    #[error("somebody else wrote the state meanwhile")]
    Conflict,
    /// The table has no room for more calls now.
    #[error("the table is throttled")]
    Throttled,
    /// It will not be kept: the table is gone, or the permission, or the network.
    #[error("the table can't be used: {0}")]
    Refused(String),
}

/// A message that a topic didn't take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("SNS didn't take the message: {0}")]
pub struct NotSent(pub String);

/// What keeping alerts needs: a table, topics and a clock.
pub trait World {
    /// The states of scopes, in their order, as they are now.
    fn load(&self, scopes: &[Scope]) -> impl Future<Output = Result<Vec<Stored>, NotKept>>;

    /// Keeps these, each only if its version is still the one in the table. The next version is one
    /// more. Of what is refused some may be kept all the same: then the versions tell.
    fn save(&self, states: &[(Scope, Stored)]) -> impl Future<Output = Result<(), NotKept>>;

    /// Sends a message, or gives it up in time to take note of that before `until`.
    fn send(
        &self,
        channel: Channel,
        notice: &Notice,
        until: Moment,
    ) -> impl Future<Output = Result<(), NotSent>>;

    /// What was changed of late on the ways of what a message tells, as far as that is known in time; a
    /// world that knows nothing of changes tells none.
    fn changes(&self, notice: &Notice, until: Moment) -> impl Future<Output = Vec<Change>> {
        let _ = (notice, until);
        async { Vec::new() }
    }

    /// What a flow log has of the refused packets of the task that a message names, as far as it tells in
    /// time; a world that reads no flow logs tells none.
    fn refused(&self, notice: &Notice, until: Moment) -> impl Future<Output = Option<Flows>> {
        let _ = (notice, until);
        async { None }
    }

    /// The time.
    fn now(&self) -> Moment;

    /// Lets others go first, the longer the more attempts there were.
    fn pause(&self, attempt: u32) -> impl Future<Output = ()>;
}
