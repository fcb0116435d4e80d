mod input;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::pending;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::{Instant, interval};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use uuid::Uuid;

use super::Shared;
use super::frame::{AgentFrame, payload_type};
use super::mischief::Mischief;
use super::shell::Shell;

type Socket = WebSocketStream<TcpStream>;

/// How long an acknowledgement is waited for.
const RESEND: Duration = Duration::from_millis(200);
/// The most frames that are on their way.
const WINDOW: usize = 64;

/// What became of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The session is over.
    Over,
    /// The connection was dropped; the session goes on.
    Dropped,
}

/// One session, whatever connections it has.
pub(super) struct Conversation {
    pub(super) mischief: Mischief,
    pub(super) token: String,
    pub(super) seen: Shared,
    command: String,
    session: Uuid,
    shell: Option<Shell>,
    started: bool,
    next_sequence: i64,
    unacknowledged: BTreeMap<i64, (AgentFrame, Instant)>,
    held: Vec<AgentFrame>,
    output_frames: usize,
    dropped: bool,
    expected: i64,
    early: BTreeMap<i64, AgentFrame>,
    delayed: VecDeque<(Instant, Vec<u8>)>,
    /// What got lost once already: which way, and its number.
    lost: BTreeSet<(&'static str, i64)>,
    paused_at: Option<Instant>,
    closing: bool,
}

enum Event {
    Tick,
    Output(Vec<u8>),
    Message(Option<Result<Message, Error>>),
}

impl Conversation {
    pub(super) fn new(
        command: &str,
        mischief: Mischief,
        session: Uuid,
        token: String,
        seen: Shared,
    ) -> Self {
        Self {
            mischief,
            token,
            seen,
            command: command.to_owned(),
            session,
            shell: None,
            started: false,
            next_sequence: 0,
            unacknowledged: BTreeMap::new(),
            held: Vec::new(),
            output_frames: 0,
            dropped: false,
            expected: 0,
            early: BTreeMap::new(),
            delayed: VecDeque::new(),
            lost: BTreeSet::new(),
            paused_at: None,
            closing: false,
        }
    }

    /// Talks to the client until one of both has enough.
    pub(super) async fn serve(&mut self, mut socket: Socket) -> End {
        let mut tick = interval(Duration::from_millis(20));
        // What can't be sent will be seen when nothing can be received any more.
        let _ = self.greet(&mut socket).await;
        loop {
            let reads = self.unacknowledged.len() < WINDOW && self.paused_at.is_none();
            let shell = self.shell.as_mut().filter(|_| reads && !self.closing);
            let event = tokio::select! {
                _ = tick.tick() => Event::Tick,
                output = read(shell) => Event::Output(output),
                message = socket.next() => Event::Message(message),
            };
            let _ = match event {
                Event::Tick => self.tick(&mut socket).await,
                Event::Output(output) if output.is_empty() => {
                    self.shell = None;
                    Ok(())
                }
                Event::Output(output) => {
                    self.emit(&mut socket, payload_type::OUTPUT, &output).await
                }
                Event::Message(Some(Ok(Message::Binary(bytes)))) => {
                    self.receive(&mut socket, &bytes).await
                }
                Event::Message(Some(Ok(Message::Close(_)))) => {
                    self.seen.look(|seen| seen.closed = true);
                    Ok(())
                }
                Event::Message(Some(Ok(message))) => {
                    self.seen
                        .fault(format!("a message that is no frame: {message:?}"));
                    Ok(())
                }
                Event::Message(Some(Err(_)) | None) => {
                    self.shell = None;
                    return End::Over;
                }
            };
            if self.closing && self.mischief == Mischief::LeavesAtOnce {
                return End::Over;
            }
            if std::mem::take(&mut self.dropped) {
                return End::Dropped;
            }
        }
    }

    async fn greet(&mut self, socket: &mut Socket) -> Result<(), Error> {
        if self.next_sequence > 0 {
            return Ok(());
        }
        match self.mischief {
            Mischief::SilentFromTheStart => Ok(()),
            Mischief::NoHandshake => {
                self.start();
                Ok(())
            }
            Mischief::NoShell => {
                let reason = "\n----------ERROR-------\nUnable to start command: exec: \"/bin/sh\": \
                              stat /bin/sh: no such file or directory\n";
                self.close(socket, reason).await
            }
            _ => {
                let session_type = json!({
                    "ActionType": "SessionType",
                    "ActionParameters": { "SessionType": "InteractiveCommands", "Properties": null },
                });
                let encryption = json!({
                    "ActionType": "KMSEncryption",
                    "ActionParameters": { "KMSKeyId": "arn:aws:kms:eu-west-1:123456789012:key/1" },
                });
                let mut actions = vec![session_type];
                if self.mischief == Mischief::Encrypted {
                    actions.insert(0, encryption);
                }
                let request =
                    json!({ "AgentVersion": "3.3.131.0", "RequestedClientActions": actions });
                let request = request.to_string();
                self.emit(socket, payload_type::HANDSHAKE_REQUEST, request.as_bytes())
                    .await
            }
        }
    }

    fn start(&mut self) {
        self.started = true;
        self.shell = Some(Shell::start(&self.command, self.session));
    }

    /// Sends a frame of the output stream, or what the mischief makes of it.
    async fn emit(&mut self, socket: &mut Socket, kind: u32, payload: &[u8]) -> Result<(), Error> {
        let frame = AgentFrame::new("output_stream_data", self.next_sequence, kind, payload);
        self.next_sequence += 1;
        self.seen.look(|seen| seen.sent += 1);
        self.unacknowledged
            .insert(frame.sequence, (frame.clone(), Instant::now()));
        let is_output = kind == payload_type::OUTPUT;
        self.output_frames += usize::from(is_output);
        match self.mischief {
            Mischief::OutOfOrder if is_output => {
                self.held.push(frame);
                if self.held.len() == 4 {
                    self.release(socket).await
                } else {
                    Ok(())
                }
            }
            Mischief::Duplicates => {
                send(socket, frame.write()).await?;
                send(socket, frame.write()).await
            }
            Mischief::Loss if frame.sequence % 3 == 1 => Ok(()),
            Mischief::CorruptedOnce if self.output_frames == 1 => {
                send(socket, frame.write_corrupted()).await
            }
            Mischief::CorruptedAlways if is_output => send(socket, frame.write_corrupted()).await,
            Mischief::DroppedSocket { after, .. }
                if is_output && self.output_frames == after + 1 =>
            {
                self.dropped = true;
                Ok(())
            }
            _ => send(socket, frame.write()).await,
        }
    }

    async fn release(&mut self, socket: &mut Socket) -> Result<(), Error> {
        while let Some(frame) = self.held.pop() {
            send(socket, frame.write()).await?;
        }
        Ok(())
    }

    async fn close(&mut self, socket: &mut Socket, output: &str) -> Result<(), Error> {
        self.closing = true;
        self.shell = None;
        self.seen.look(|seen| seen.channel_closed = true);
        let closed = json!({
            "MessageType": "channel_closed",
            "MessageId": Uuid::new_v4().to_string(),
            "CreatedDate": "1700000000000",
            "DestinationId": self.session.to_string(),
            "SessionId": self.session.to_string(),
            "SchemaVersion": 1,
            "Output": output,
        });
        let frame = AgentFrame::new("channel_closed", 0, 0, closed.to_string().as_bytes());
        send(socket, frame.write()).await
    }

    async fn tick(&mut self, socket: &mut Socket) -> Result<(), Error> {
        if let Some(since) = self.paused_at {
            match self.mischief {
                Mischief::Paused(long) if since.elapsed() >= long => {
                    self.paused_at = None;
                    let start = AgentFrame::new("start_publication", 0, 0, b"");
                    send(socket, start.write()).await?;
                }
                _ => return Ok(()),
            }
        }
        self.release(socket).await?;
        while self
            .delayed
            .front()
            .is_some_and(|(when, _)| *when <= Instant::now())
        {
            if let Some((_, bytes)) = self.delayed.pop_front() {
                send(socket, bytes).await?;
            }
        }
        if !self.closing {
            for (frame, sent_at) in self.unacknowledged.values_mut() {
                if sent_at.elapsed() < RESEND {
                    continue;
                }
                *sent_at = Instant::now();
                let corrupted = self.mischief == Mischief::CorruptedAlways
                    && frame.payload_type == payload_type::OUTPUT;
                let bytes = if corrupted {
                    frame.write_corrupted()
                } else {
                    frame.write()
                };
                send(socket, bytes).await?;
            }
        }
        // The command ended by itself, and everything it said was heard.
        let heard = self.unacknowledged.is_empty() || self.mischief == Mischief::LeavesAtOnce;
        if self.started && self.shell.is_none() && heard && !self.closing {
            self.close(socket, "").await?;
        }
        Ok(())
    }
}

async fn read(shell: Option<&mut Shell>) -> Vec<u8> {
    match shell {
        Some(shell) => shell.read().await,
        None => pending().await,
    }
}

async fn send(socket: &mut Socket, bytes: Vec<u8>) -> Result<(), Error> {
    socket.send(Message::binary(bytes)).await
}
