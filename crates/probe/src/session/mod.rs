//! The data channel of AWS Systems Manager's Session Manager, by which ECS Exec talks to a container.
//!
//! This is code of our own for the few frames that it takes. The crate `aws-ssm-bridge` 0.6 brings an SDK
//! client and a second TLS stack along, doesn't sign where it attaches to a session that `ExecuteCommand`
//! started, and doesn't decrypt by KMS there either, so there is nothing that it would spare.

mod channel;
mod frame;
mod incoming;
mod outgoing;
mod payload;
mod socket;
mod transcript;
mod trouble;

pub use transcript::Transcript;
pub use trouble::{Failure, Trouble, WaitingFor};

use std::fmt;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use channel::Channel;
use socket::{Lost, Socket};

/// A longer deadline is as good as this one, which can be added to any time.
const LONGEST: Duration = Duration::from_hours(24);
/// How long the agent may take to say that it knows of the end.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long the socket may take to close.
const CLOSING: Duration = Duration::from_millis(500);

/// The session that `ExecuteCommand` started. Debug shows neither URL nor token.
#[derive(Clone)]
pub struct Access {
    /// Such as `ecs-execute-command-0123456789abcdef0`.
    pub session_id: String,
    /// Where its data channel is.
    pub stream_url: String,
    /// What opens it.
    pub token: String,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// What a command says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The line that holds this says that the command takes its input. Without one it is sent at once.
    pub ready: Option<String>,
    /// The line that holds this is the last that matters. It must not appear in the input as it is, since
    /// terminals echo.
    pub end: String,
}

/// Gives a session's command its input, and what it prints up to the end marker's line.
///
/// The input are lines that end with LF, each shorter than the 4,095 bytes that a terminal takes.
///
/// The session is ended whatever happens, which takes at most 1.5 seconds beyond the deadline. It can't be
/// where the connection broke for good, which [`Trouble::Dropped`] says, or
/// [never opened](Trouble::never_opened). Dropping the future only closes
/// the connection.
///
/// # Errors
/// What went wrong, with what was received until then.
pub async fn converse(
    access: &Access,
    input: &[u8],
    wanted: &Wanted,
    deadline: Duration,
) -> Result<Transcript, Box<Failure>> {
    let until = Instant::now() + deadline.min(LONGEST);
    let mut channel = Channel::new(input, wanted);
    match talk(access, &mut channel, until).await {
        Ok(()) => Ok(channel.into_transcript()),
        Err(trouble) => {
            tracing::debug!(session = access.session_id, %trouble, "a session failed");
            let transcript = channel.into_transcript();
            Err(Box::new(Failure {
                trouble,
                transcript,
            }))
        }
    }
}

/// Holds the conversation, on a second connection when the first one breaks.
///
/// Session Manager gives a new token for that (`ResumeSession`), which would be one more permission. Whether
/// it takes the old one again is nowhere said, so that is tried, once.
async fn talk(access: &Access, channel: &mut Channel<'_>, until: Instant) -> Result<(), Trouble> {
    let mut socket = open(access, until).await?;
    let how = match exchange(&mut socket, channel, until).await {
        Ok(outcome) => return farewell(socket, channel, outcome).await,
        Err(how) => how,
    };
    drop(socket);
    let dropped = |how: String, channel: &Channel<'_>| Trouble::Dropped {
        how,
        received: channel.received(),
        session_id: access.session_id.clone(),
    };
    channel.reconnect(Instant::now());
    let mut socket = match open(access, until).await {
        Ok(socket) => socket,
        Err(Trouble::TokenRefused(refusal)) => {
            let how = format!("{how}; the token isn't taken a second time: {refusal}");
            return Err(dropped(how, channel));
        }
        Err(Trouble::Unreachable { how: again, .. }) => {
            return Err(dropped(format!("{how}; then {again}"), channel));
        }
        Err(_) => {
            return Err(dropped(
                format!("{how}; no second one opened in time"),
                channel,
            ));
        }
    };
    match exchange(&mut socket, channel, until).await {
        Ok(outcome) => farewell(socket, channel, outcome).await,
        Err(again) => Err(dropped(
            format!("{how}, and a second time: {again}"),
            channel,
        )),
    }
}

async fn open(access: &Access, until: Instant) -> Result<Socket, Trouble> {
    timeout_at(until, Socket::open(access))
        .await
        .unwrap_or(Err(Trouble::Deadline {
            waiting_for: WaitingFor::Connection,
            received: 0,
        }))
}

/// Sends and receives until the conversation is over, or gives how the connection broke.
async fn exchange(
    socket: &mut Socket,
    channel: &mut Channel<'_>,
    until: Instant,
) -> Result<Result<(), Trouble>, String> {
    let mut unsendable = None;
    loop {
        let now = Instant::now();
        if now >= until {
            return Ok(Err(channel.deadline()));
        }
        if unsendable.is_none() {
            match timeout_at(until, socket.send(channel.due(now))).await {
                Ok(Ok(())) => {}
                // What the other end said before it left is there still, maybe why.
                Ok(Err(Lost::Broken(how) | Lost::Refused(how))) => unsendable = Some(how),
                Ok(Err(Lost::Protocol(how))) => return Ok(Err(Trouble::Protocol(how))),
                Err(_) => return Ok(Err(channel.deadline())),
            }
        }
        if let Some(outcome) = channel.outcome() {
            return Ok(outcome);
        }
        let due = channel.next_due().filter(|_| unsendable.is_none());
        let wake = due.map_or(until, |due| due.min(until));
        match timeout_at(wake, socket.receive()).await {
            Err(_) => {}
            Ok(Ok(message)) => {
                if let Err(trouble) = channel.receive(&message) {
                    return Ok(Err(trouble));
                }
            }
            Ok(Err(Lost::Refused(how))) if !channel.is_answered() => {
                return Ok(Err(Trouble::TokenRefused(how)));
            }
            Ok(Err(Lost::Broken(how) | Lost::Refused(how))) => {
                return Err(unsendable.unwrap_or(how));
            }
            Ok(Err(Lost::Protocol(how))) => return Ok(Err(Trouble::Protocol(how))),
        }
    }
}

/// Ends the session, unless its other end did, and gives on what came of it.
async fn farewell(
    mut socket: Socket,
    channel: &mut Channel<'_>,
    outcome: Result<(), Trouble>,
) -> Result<(), Trouble> {
    if !channel.is_closed() {
        channel.terminate();
        // Nothing that goes wrong now changes what was received.
        let _ = timeout(FAREWELL, end(&mut socket, channel)).await;
    }
    let _ = timeout(CLOSING, socket.close()).await;
    outcome
}

async fn end(socket: &mut Socket, channel: &mut Channel<'_>) -> Result<(), Lost> {
    while !channel.is_terminated() {
        socket.send(channel.due(Instant::now())).await?;
        let message = match channel.next_due() {
            Some(due) => timeout_at(due, socket.receive()).await,
            None => Ok(socket.receive().await),
        };
        if let Ok(message) = message {
            let _ = channel.receive(&message?);
        }
    }
    Ok(())
}
