//! What ECS Exec leads to: an agent with a real shell, in a small network of its own.

use std::fmt;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use awsvpc_auditor_lab::agent::{Agent, Mischief};
use awsvpc_auditor_lab::namespaces::{Lab, Link};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::recorder::{Call, Fault};

const EXECUTE: &str = "ecs:ExecuteCommand";

/// A container that commands can be run in: a shell of this machine in the client's place of a lab.
/// Clones are the same container.
#[derive(Clone)]
pub struct Insider(Arc<Inner>);

struct Inner {
    /// Always there until it is dropped.
    runtime: Option<Runtime>,
    lab: Lab,
    mischief: Mischief,
    speaks_tls: bool,
    sessions: Mutex<Vec<Agent>>,
}

impl Inner {
    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it isn't dropped yet")
    }
}

impl Drop for Inner {
    /// The last to let go may be the recorder, on a runtime of its own, where nothing may be waited for.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Insider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Insider").finish_non_exhaustive()
    }
}

impl Insider {
    /// A container whose agent behaves like this.
    ///
    /// # Panics
    /// Without root, `ip`, or `script`: the message says what to install.
    pub fn new(mischief: Mischief) -> Self {
        Self::speaking(mischief, false)
    }

    /// One whose agent is spoken to by TLS, with a certificate that [`Agent::trust`] has.
    ///
    /// # Panics
    /// As [`new`](Self::new).
    pub fn with_tls() -> Self {
        Self::speaking(Mischief::None, true)
    }

    fn speaking(mischief: Mischief, speaks_tls: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let lab = Lab::new(Link::Jumbo).unwrap_or_else(|error| panic!("{error}"));
        Self(Arc::new(Inner {
            runtime: Some(runtime.expect("a runtime")),
            lab,
            mischief,
            speaks_tls,
            sessions: Mutex::default(),
        }))
    }

    /// The network that it is in.
    pub fn lab(&self) -> &Lab {
        &self.0.lab
    }

    /// What ECS answers to a call for a command, which is started; `None` for other calls.
    pub fn answer(&self, call: &Call) -> Option<Fault> {
        if call.action != EXECUTE {
            return None;
        }
        let asked: Value = serde_json::from_str(&call.body).expect("ECS is asked in JSON");
        let command = asked["command"].as_str().expect("it names a command");
        let agent = self.start(&within(&self.0.lab, command));
        let answer = json!({
            "clusterArn": asked["cluster"], "taskArn": asked["task"],
            "containerName": asked["container"], "interactive": true,
            "session": {
                "sessionId": "ecs-execute-command-0123456789abcdef0",
                "streamUrl": agent.stream_url, "tokenValue": agent.token,
            },
        });
        let mut sessions = self
            .0
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        sessions.push(agent);
        Some(Fault::Answer(answer.to_string().leak()))
    }

    /// The recorder answers on a runtime, on which no other may be waited for.
    fn start(&self, command: &str) -> Agent {
        let runtime = self.0.runtime().handle().clone();
        let (command, mischief) = (command.to_owned(), self.0.mischief);
        let speaks_tls = self.0.speaks_tls;
        let start = async move {
            if speaks_tls {
                Agent::start_with_tls(&command, mischief).await
            } else {
                Agent::start(&command, mischief).await
            }
        };
        let started = std::thread::spawn(move || runtime.block_on(start));
        started.join().expect("the agent starts")
    }

    /// Waits until its sessions since the last look ended: how many there were.
    ///
    /// # Panics
    /// If one wasn't ended by its client, or left a process.
    pub fn all_ended(&self) -> usize {
        let mut sessions = self
            .0
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let sessions = std::mem::take(&mut *sessions);
        let count = sessions.len();
        for mut agent in sessions {
            let seen = self.0.runtime().block_on(agent.ended());
            assert!(seen.faults.is_empty(), "{:?}", seen.faults);
            assert!(seen.terminated || seen.channel_closed, "{seen:?}");
            assert!(agent.processes().is_empty(), "{:?}", agent.processes());
        }
        count
    }
}

/// A command in the words of a shell that runs it in the lab's client.
fn within(lab: &Lab, command: &str) -> String {
    let program: Command = lab.client().command("");
    let words = program.get_args().map(|word| word.to_string_lossy());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    format!(
        "{} {} {command}",
        program.get_program().to_string_lossy(),
        words.join(" ")
    )
}
