//! A probe of a container: the script, over a session.

use std::time::Duration;

use awsvpc_auditor_engine::probe::{Probe, Vantage};

use crate::script::{Script, Unreadable};
use crate::session::{Access, Trouble, WaitingFor, Wanted, converse};
use crate::time::now;

/// A container told nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// The session didn't come to its end.
    #[error(transparent)]
    Session(#[from] Trouble),
    /// No connection to the session opened, so that it couldn't be ended either. It counts as one of the
    /// task's sessions until ECS Exec gives it up,
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>.
    #[error(
        "{trouble}. The session itself is still open until it was idle for 20 minutes, or until `aws ssm \
         terminate-session --session-id {session_id}`"
    )]
    LeftOpen {
        /// Why it didn't open.
        trouble: Trouble,
        /// The session that couldn't be ended.
        session_id: String,
    },
    /// The shell didn't do what it was told.
    #[error(transparent)]
    Script(#[from] Unreadable),
}

impl NotAsked {
    /// The check that looks at the reason.
    pub fn check(&self) -> Option<&'static str> {
        match self {
            Self::Session(Trouble::Deadline {
                waiting_for: WaitingFor::Agent | WaitingFor::Publication,
                ..
            }) => Some("exec-channel-unreachable"),
            _ => None,
        }
    }
}

/// Has the script of a session that runs its [`command`](Script::command) asked, and reads its answers. Of a
/// session that breaks, what was answered until then is told, and that it was cut short.
pub async fn ask(
    access: &Access,
    script: &Script,
    vantage: Vantage,
    deadline: Duration,
) -> Result<Probe, NotAsked> {
    let wanted = Wanted {
        ready: Some(script.ready_marker()),
        end: script.end_marker(),
    };
    let asked_at = now();
    match converse(access, script.input().as_bytes(), &wanted, deadline).await {
        Ok(transcript) => Ok(Probe {
            asked_at,
            ..script.read(vantage, &transcript.text())?
        }),
        Err(failure) => match script.read(vantage, &failure.transcript.text()) {
            Ok(probe) => Ok(Probe {
                asked_at,
                cut_short: Some(failure.trouble.to_string()),
                ..probe
            }),
            Err(_) if failure.trouble.never_opened() => Err(NotAsked::LeftOpen {
                trouble: failure.trouble,
                session_id: access.session_id.clone(),
            }),
            Err(_) => Err(failure.trouble.into()),
        },
    }
}
