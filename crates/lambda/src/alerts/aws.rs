use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use awsvpc_auditor_collector::{ChangeLog, FlowLogReader};
use awsvpc_auditor_engine::alert::{About, Channel, Finding, Moment, Notice, Scope};
use awsvpc_auditor_engine::change::Change;
use awsvpc_auditor_engine::flow_log::Flows;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::{NotKept, NotSent, Outcome, Stored, Table, Topics, World};

/// What it takes to note in the table what was sent.
const TO_NOTE: Duration = Duration::from_secs(1);

/// The world as AWS gives it.
#[derive(Debug)]
pub struct Aws {
    table: Table,
    topics: Topics,
    /// Nothing where nobody wants it looked up.
    change_log: Option<ChangeLog>,
    /// Nothing where no flow log may be asked.
    flow_logs: Option<FlowLogReader>,
}

/// The components of a message of which changes are looked up: CloudTrail answers two calls a second.
const MOST_COMPONENTS: usize = 3;

/// The time that looking changes up may take; a message doesn't wait longer for it.
const TO_LOOK_UP: Duration = Duration::from_secs(4);

/// The time that a question to the flow logs may take: most are answered within a few seconds.
const TO_READ: Duration = Duration::from_secs(8);

impl Aws {
    /// A world of this table and these topics.
    pub fn new(table: Table, topics: Topics) -> Self {
        Self {
            table,
            topics,
            change_log: None,
            flow_logs: None,
        }
    }

    /// The same, with what was changed looked up here.
    #[must_use]
    pub fn explaining(mut self, change_log: Option<ChangeLog>) -> Self {
        self.change_log = change_log;
        self
    }

    /// The same, with flow logs asked here.
    #[must_use]
    pub fn proving(mut self, flow_logs: Option<FlowLogReader>) -> Self {
        self.flow_logs = flow_logs;
        self
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

    async fn changes(&self, notice: &Notice, until: Moment) -> Vec<Change> {
        let (Some(log), About::Tasks { .. }) = (&self.change_log, &notice.scope.about) else {
            return Vec::new();
        };
        let deadline = part_of_what_is_left(until, TO_LOOK_UP);
        let findings = notice.findings();
        let components: BTreeSet<&str> = findings.flat_map(Finding::components).collect();
        let all = components.iter().take(MOST_COMPONENTS);
        let answers = all.map(|component| log.about(component, deadline));
        let mut changes = Vec::new();
        for answer in join_all(answers).await {
            match answer {
                Ok(found) => changes.extend(found.iter().cloned()),
                Err(error) => tracing::warn!(%error, "what was changed before isn't known"),
            }
        }
        changes
    }

    async fn refused(&self, notice: &Notice, until: Moment) -> Option<Flows> {
        let reader = self.flow_logs.as_ref()?;
        if notice.flow_logs.is_empty() || !notice.tells_of_unreachable() {
            return None;
        }
        let deadline = part_of_what_is_left(until, TO_READ);
        match reader.refused(&notice.flow_logs, deadline).await {
            Ok(flows) => Some(Flows::clone(&flows)),
            Err(error) => {
                tracing::warn!(%error, "what flow logs have of it isn't known");
                None
            }
        }
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

/// When to give up what a message can do without: most of the time is for telling.
fn part_of_what_is_left(until: Moment, most: Duration) -> Instant {
    let left = until.since(now()) / 4;
    Instant::now() + left.min(most)
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
