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
            Err(_) => Err(failure.trouble.into()),
        },
    }
}
