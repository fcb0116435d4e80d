//! A session with an agent that has a real shell behind it, and misbehaves.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that can't go on stops"
)]

mod endings;
mod reaching;
mod secrets;
mod transfers;

use std::time::Duration;

use awsvpc_auditor_lab::agent::{Agent, Mischief, Seen};
use awsvpc_auditor_probe::session::{Access, Failure, Transcript, Wanted, converse};

/// Reads lines and answers each of them, until one is `done`.
const ANSWERING: &str = r#"stty -echo; printf 'REA''DY\n'
while IFS= read -r line; do
    [ "$line" = done ] && break
    printf 'got %s\n' "$line"
done
printf 'EN''D %s\n' 0"#;

/// Long enough for a busy machine where something is expected to succeed.
const PATIENT: Duration = Duration::from_secs(40);

type Outcome = Result<Transcript, Box<Failure>>;

fn access(agent: &Agent) -> Access {
    Access {
        session_id: "ecs-execute-command-0123456789abcdef0".to_owned(),
        stream_url: agent.stream_url.clone(),
        token: agent.token.clone(),
    }
}

fn wanted() -> Wanted {
    Wanted {
        ready: Some("READY".to_owned()),
        end: "END 0".to_owned(),
    }
}

/// What comes of a session, and the agent that had it.
async fn session(
    command: &str,
    mischief: Mischief,
    input: &str,
    deadline: Duration,
) -> (Outcome, Agent) {
    let agent = Agent::start(command, mischief).await;
    let outcome = converse(&access(&agent), input.as_bytes(), &wanted(), deadline).await;
    (outcome, agent)
}

/// Holds a session to what holds for every one: it was ended, nothing of it is left, and the client kept to
/// the protocol.
async fn ended(agent: &mut Agent) -> Seen {
    let seen = agent.ended().await;
    assert!(
        seen.terminated || seen.channel_closed,
        "nobody ended the session: {seen:?}"
    );
    assert!(seen.closed, "the WebSocket wasn't closed: {seen:?}");
    assert_eq!(seen.faults, Vec::<String>::new());
    assert_eq!(agent.processes(), Vec::<u32>::new());
    seen
}

/// Lines of about 50 bytes, so many bytes of them.
fn lines(bytes: usize) -> Vec<String> {
    (0..bytes / 50)
        .map(|number| format!("line {number:06} {}", "x".repeat(37)))
        .collect()
}
