//! The agent side of a session, byte by byte as the format has it, with a real shell behind it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "it serves tests only: one that can't go on stops"
)]

mod conversation;
mod frame;
mod mischief;
mod service;
mod shell;
mod tls;

pub use mischief::Mischief;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

use conversation::Conversation;

/// What an agent saw of its client.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Connections that came, refused ones too.
    pub connections: usize,
    /// The client's answer to the handshake, its JSON.
    pub handshake_response: Option<serde_json::Value>,
    /// The size of the terminal, its JSON.
    pub size: Option<serde_json::Value>,
    /// The input, each byte once and in order.
    pub input: Vec<u8>,
    /// Frames of input that came again.
    pub repeated_input: usize,
    /// Frames that came though the client had been told to pause a second ago.
    pub input_while_paused: usize,
    /// Frames of the output stream that were sent, not counting repetitions.
    pub sent: usize,
    /// How many of them were acknowledged.
    pub acknowledged: usize,
    /// Whether the client asked for the session's end.
    pub terminated: bool,
    /// Whether it closed the WebSocket as it should.
    pub closed: bool,
    /// Whether the agent ended the session itself.
    pub channel_closed: bool,
    /// What the client did that the protocol doesn't allow.
    pub faults: Vec<String>,
}

/// An agent that runs one session, on 127.0.0.1.
pub struct Agent {
    /// Where the data channel is.
    pub stream_url: String,
    /// What opens it.
    pub token: String,
    session: Uuid,
    seen: Shared,
    task: JoinHandle<()>,
    /// What takes its TLS off, where it speaks TLS.
    front: Option<JoinHandle<()>>,
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

impl Agent {
    /// An agent that runs the command on a terminal once a client is there.
    ///
    /// # Panics
    /// Without a port on 127.0.0.1, and without `script` of util-linux.
    pub async fn start(command: &str, mischief: Mischief) -> Self {
        shell::require_script();
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port on 127.0.0.1");
        let port = listener.local_addr().expect("it is bound").port();
        let session = Uuid::new_v4();
        let token = format!("token-{}", Uuid::new_v4());
        let seen = Shared::default();
        let conversation =
            Conversation::new(command, mischief, session, token.clone(), seen.clone());
        Self {
            stream_url: format!(
                "ws://127.0.0.1:{port}/v1/data-channel/{session}?role=publish_subscribe&cell-number=secret"
            ),
            token,
            session,
            seen,
            task: tokio::spawn(service::run(listener, conversation)),
            front: None,
        }
    }

    /// The same, spoken to by TLS, with a certificate for 127.0.0.1 that [`Agent::trust`] has.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub async fn start_with_tls(command: &str, mischief: Mischief) -> Self {
        let mut agent = Self::start(command, mischief).await;
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port on 127.0.0.1");
        let own = listener.local_addr().expect("it is bound").port();
        let url = agent.stream_url.strip_prefix("ws://127.0.0.1:");
        let (port, rest) = url
            .and_then(|url| url.split_once('/'))
            .expect("it is an agent's URL");
        let port = port.parse().expect("it has a port");
        agent.stream_url = format!("wss://127.0.0.1:{own}/{rest}");
        agent.front = Some(tokio::spawn(tls::run(listener, port)));
        agent
    }

    /// A file with the certificate of agents that speak TLS, for `SSL_CERT_FILE`.
    pub fn trust() -> &'static Path {
        Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/agent/localhost.pem"
        ))
    }

    /// What was seen until now.
    pub fn seen(&self) -> Seen {
        self.seen.look(|seen| seen.clone())
    }

    /// What was seen, once the session ended.
    ///
    /// # Panics
    /// If it doesn't, or the agent failed.
    pub async fn ended(&mut self) -> Seen {
        let ended = tokio::time::timeout(Duration::from_secs(20), &mut self.task).await;
        ended
            .expect("the session ends")
            .expect("the agent doesn't fail");
        self.seen()
    }

    /// The processes of the command that still run.
    pub fn processes(&self) -> Vec<u32> {
        shell::processes(self.session)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.task.abort();
        if let Some(front) = &self.front {
            front.abort();
        }
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Seen>>);

impl Shared {
    fn look<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn fault(&self, what: impl Into<String>) {
        self.look(|seen| seen.faults.push(what.into()));
    }
}
