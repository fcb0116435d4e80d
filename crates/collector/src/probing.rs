//! Probes a task from inside: a session in one of its containers, and the script over it.

use std::time::Duration;

use awsvpc_auditor_engine::probe::{Probe, Target, Vantage};
use awsvpc_auditor_probe::Limits;
use awsvpc_auditor_probe::exec::{NotAsked, ask};
use awsvpc_auditor_probe::script::Script;
use awsvpc_auditor_probe::session::Trouble;
use tokio::time::{Instant, sleep};

use crate::exec::{Container, Exec, NotExecuted};

/// What starting a session and ending it may take besides the script itself.
const AROUND: Duration = Duration::from_secs(8);

/// How often a task's containers are gone round: its agent starts after the task runs.
const ROUNDS: u32 = 3;

/// How long it is given each time.
const TO_CONNECT: Duration = Duration::from_secs(3);

/// What a session needs besides the script's own time. With less, none is started.
const TO_START: Duration = Duration::from_secs(2);

/// A task, and the containers that may be asked: they all share its interface.
#[derive(Debug, Clone, Copy)]
pub struct Insider<'a> {
    /// The cluster, by name or ARN.
    pub cluster: &'a str,
    /// The task's ARN.
    pub task: &'a str,
    /// Its containers' names, in the order in which they are tried. Only one of them is asked: the first
    /// that has a shell.
    pub containers: &'a [String],
}

/// A task told nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProbed {
    /// It has no container that is known.
    #[error("the task's containers aren't known: name one")]
    NoContainer,
    /// No session was started.
    #[error(transparent)]
    NotExecuted(#[from] NotExecuted),
    /// The session told nothing.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
}

impl NotProbed {
    /// The check that looks at the reason.
    pub fn check(&self) -> Option<&'static str> {
        match self {
            Self::NoContainer => None,
            Self::NotExecuted(error) => error.check(),
            Self::NotAsked(error) => error.check(),
        }
    }

    /// Whether another container may do better.
    fn is_of_container(&self) -> bool {
        self.may_pass()
            || matches!(
                self,
                Self::NotExecuted(NotExecuted::NotTaken(_))
                    | Self::NotAsked(NotAsked::Session(Trouble::NoShell(_)) | NotAsked::Script(_))
            )
    }

    /// Whether the same container may do better in some seconds.
    fn may_pass(&self) -> bool {
        matches!(self, Self::NotExecuted(error) if error.may_pass())
    }
}

/// The longest that a probe takes.
pub fn longest(limits: &Limits) -> Duration {
    limits.whole + AROUND
}

/// Asks all targets from inside a task. By the deadline it ends, and so does its session.
pub async fn probe(
    exec: &Exec,
    insider: Insider<'_>,
    targets: &[Target],
    limits: &Limits,
    deadline: Instant,
) -> Result<Probe, NotProbed> {
    let mut refusal = NotProbed::NoContainer;
    let mut containers: Vec<&String> = insider.containers.iter().collect();
    for round in 0..ROUNDS {
        if round > 0 {
            sleep(TO_CONNECT).await;
        }
        let mut waiting = Vec::new();
        for container in containers {
            let left = deadline.saturating_duration_since(Instant::now());
            if left < limits.whole + TO_START {
                return Err(refusal);
            }
            match probe_in(exec, insider, container, targets, limits, deadline).await {
                Err(error) if error.is_of_container() => {
                    tracing::info!(container, %error, "not probed from this container");
                    if error.may_pass() {
                        waiting.push(container);
                    }
                    refusal = error;
                }
                done => return done,
            }
        }
        if waiting.is_empty() {
            break;
        }
        containers = waiting;
    }
    Err(refusal)
}

async fn probe_in(
    exec: &Exec,
    insider: Insider<'_>,
    container: &str,
    targets: &[Target],
    limits: &Limits,
    deadline: Instant,
) -> Result<Probe, NotProbed> {
    let script = Script::new(targets, limits);
    let at = Container {
        cluster: insider.cluster,
        task: insider.task,
        container: Some(container),
    };
    let access = exec.start(at, &script.command(), deadline).await?;
    let vantage = Vantage::Container {
        task: insider.task.to_owned(),
        container: container.to_owned(),
    };
    let left = deadline.saturating_duration_since(Instant::now());
    Ok(ask(&access, &script, vantage, left.min(longest(limits))).await?)
}
