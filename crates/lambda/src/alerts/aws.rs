use std::time::{Duration, SystemTime};

use awsvpc_auditor_engine::alert::{Channel, Moment, Notice, Scope};

use super::{NotKept, NotSent, Outcome, Stored, Table, Topics, World};

/// What it takes to note in the table what was sent.
const TO_NOTE: Duration = Duration::from_secs(1);

/// The world as AWS gives it.
#[derive(Debug)]
pub struct Aws {
    table: Table,
    topics: Topics,
}

impl Aws {
    /// A world of this table and these topics.
    pub fn new(table: Table, topics: Topics) -> Self {
        Self { table, topics }
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

impl World for Aws {
    async fn load(&self, scopes: &[Scope]) -> Result<Vec<Stored>, NotKept> {
        self.table.load(scopes).await
    }

    async fn save(&self, states: &[(Scope, Stored)]) -> Result<(), NotKept> {
        self.table.save(states, self.now()).await
    }

    async fn send(&self, channel: Channel, notice: &Notice, until: Moment) -> Result<(), NotSent> {
        let left = until.since(self.now()).saturating_sub(TO_NOTE);
        let sent = tokio::time::timeout(left, self.topics.send(channel, notice));
        let late = |_| Err(NotSent("no answer in time".to_owned()));
        sent.await.unwrap_or_else(late)
    }

    fn now(&self) -> Moment {
        now()
    }

    async fn pause(&self, attempt: u32) {
        // Two that start together must not stay together.
        let nanos = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.subsec_nanos());
        let most = 100_u64 << attempt.min(4);
        let pause = 20 + u64::from(nanos) % most;
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

/// What came of telling, if it came in time; else nothing of it counts as told.
pub(crate) async fn in_time(
    until: Moment,
    scopes: impl IntoIterator<Item = Scope>,
    telling: impl Future<Output = Outcome>,
) -> Outcome {
    let told = tokio::time::timeout(until.since(now()), telling).await;
    told.unwrap_or_else(|_| {
        tracing::error!("no time left to tell");
        Outcome {
            failed: scopes.into_iter().collect(),
            ..Outcome::default()
        }
    })
}

/// The time, to the millisecond.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    });
    Moment::from_millis(millis)
}
