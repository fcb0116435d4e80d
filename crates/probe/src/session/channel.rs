#[cfg(test)]
mod tests;

use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Bytes;
use uuid::Uuid;

use super::Wanted;
use super::frame::{Frame, Malformed, MessageType, PayloadType};
use super::incoming::{Incoming, Receipt};
use super::outgoing::{Outgoing, milliseconds_since_1970};
use super::payload::{self, Acknowledge, Wish};
use super::transcript::{LIMIT, Search, Transcript};
use super::trouble::{Trouble, WaitingFor, quoted, tells_of_no_shell};

/// So many frames with a wrong digest are nobody's accident.
const CORRUPTED: usize = 32;

/// How far a session has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The agent said nothing yet.
    Opened,
    /// It asked for a handshake and was answered.
    Shaking,
    /// The command runs and doesn't get its input yet.
    Started,
    /// The command has its input.
    Talking,
    /// Nothing of it matters any more.
    Ending,
}

/// That the channel was closed from the other end.
#[derive(Debug, Clone)]
struct Closed {
    /// The words that came with it.
    words: Option<String>,
}

/// A data channel without its socket: what comes in, what goes out. It outlives a socket.
#[derive(Debug)]
pub(super) struct Channel<'a> {
    stage: Stage,
    input: &'a [u8],
    ready: Option<Search>,
    end: Search,
    incoming: Incoming,
    outgoing: Outgoing,
    acknowledgements: Vec<Bytes>,
    corrupted: usize,
    closed: Option<Closed>,
    transcript: Transcript,
}

impl<'a> Channel<'a> {
    pub(super) fn new(input: &'a [u8], wanted: &Wanted) -> Self {
        Self {
            stage: Stage::Opened,
            input,
            ready: wanted.ready.as_deref().map(Search::new),
            end: Search::new(&wanted.end),
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
            acknowledgements: Vec::new(),
            corrupted: 0,
            closed: None,
            transcript: Transcript::default(),
        }
    }

    /// Takes one message of the socket's.
    pub(super) fn receive(&mut self, message: &[u8]) -> Result<(), Trouble> {
        let frame = match Frame::decode(message) {
            Ok(frame) => frame,
            // It isn't acknowledged, so it comes again.
            Err(Malformed::Digest) if self.corrupted < CORRUPTED => {
                self.corrupted += 1;
                return Ok(());
            }
            // The official client passes over what it doesn't know.
            Err(Malformed::UnknownType) => return Ok(()),
            Err(malformed) => return Err(Trouble::Protocol(malformed.to_string())),
        };
        match frame.message_type {
            MessageType::OutputStreamData => {
                // Who talks is there, whatever was said before.
                self.outgoing.resume();
                let acknowledgement = acknowledgement(&frame);
                if self.incoming.accept(frame) == Receipt::Acknowledge {
                    self.acknowledgements.push(acknowledgement);
                }
                while let Some(frame) = self.incoming.next() {
                    self.take(&frame)?;
                }
            }
            MessageType::Acknowledge => {
                self.outgoing.resume();
                let sequence = Acknowledge::read(&frame.payload)
                    .ok_or_else(|| protocol("an acknowledgement doesn't say of what"))?;
                self.outgoing.acknowledge(sequence);
            }
            MessageType::ChannelClosed => {
                let words = payload::closing_words(&frame.payload);
                self.closed = Some(Closed { words });
            }
            MessageType::PausePublication => self.outgoing.pause(),
            MessageType::StartPublication => self.outgoing.resume(),
            MessageType::InputStreamData => {}
        }
        Ok(())
    }

    /// Takes a frame whose turn it is.
    fn take(&mut self, frame: &Frame) -> Result<(), Trouble> {
        if self.stage == Stage::Ending {
            return Ok(());
        }
        match frame.payload_type {
            PayloadType::HandshakeRequest => {
                let (answer, wish) = payload::answer_handshake(&frame.payload)
                    .ok_or_else(|| protocol("the handshake's request isn't its JSON"))?;
                self.outgoing.queue(PayloadType::HandshakeResponse, answer);
                if self.stage == Stage::Opened {
                    self.stage = Stage::Shaking;
                }
                match wish {
                    Wish::Command => {}
                    Wish::Encryption => return Err(Trouble::Encrypted),
                    Wish::Other => {
                        return Err(protocol("the agent asks for another kind of session"));
                    }
                }
            }
            PayloadType::HandshakeComplete => {
                self.transcript.customer_message = payload::customer_message(&frame.payload);
                self.start();
            }
            PayloadType::EncryptionChallengeRequest => return Err(Trouble::Encrypted),
            PayloadType::Output | PayloadType::StdErr | PayloadType::Error => {
                // An old agent starts without a handshake.
                self.start();
                if !self.transcript.push(&frame.payload) {
                    return Err(Trouble::TooMuch { limit: LIMIT });
                }
                self.talk();
            }
            PayloadType::ExitCode => {
                self.transcript.exit_code = payload::exit_code(&frame.payload);
            }
            PayloadType::Size
            | PayloadType::HandshakeResponse
            | PayloadType::Flag
            | PayloadType::Other(_) => {}
        }
        Ok(())
    }

    fn start(&mut self) {
        if matches!(self.stage, Stage::Opened | Stage::Shaking) {
            self.stage = Stage::Started;
            self.outgoing.queue(PayloadType::Size, payload::size());
            self.talk();
        }
    }

    /// Gives the command its input once it is ready. Lines end with LF: a terminal in canonical mode, which
    /// containers have, ends lines at LF as at CR; the official client's CR is for shells of Windows.
    fn talk(&mut self) {
        let output = self.transcript.output();
        let ready = self.ready.as_mut().is_none_or(|ready| ready.look(output));
        if self.stage == Stage::Started && ready {
            self.stage = Stage::Talking;
            self.outgoing.queue_input(self.input);
        }
    }

    /// Whether the conversation is over: `Ok` with the end marker, or an error when the channel was closed
    /// before.
    pub(super) fn outcome(&mut self) -> Option<Result<(), Trouble>> {
        let output = self.transcript.output();
        if self.end.look(output) {
            return Some(Ok(()));
        }
        let Closed { words } = self.closed.clone()?;
        if self.end.look_at_end(output) {
            return Some(Ok(()));
        }
        let words = words.as_deref().map(quoted);
        // Before the command is ready, what was printed are the words of who couldn't start it.
        let ready = self.ready.as_mut().is_some_and(|ready| ready.look(output));
        let printed = (!ready).then(|| quoted(&last_line(output)));
        let no_shell = [words.clone(), printed].into_iter().flatten();
        Some(Err(
            match no_shell.into_iter().find(|text| tells_of_no_shell(text)) {
                Some(text) => Trouble::NoShell(text),
                None => Trouble::Closed { reason: words },
            },
        ))
    }

    /// What is to be sent now.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Bytes> {
        let mut due = std::mem::take(&mut self.acknowledgements);
        due.extend(self.outgoing.due(now));
        due
    }

    /// When something is to be sent, though nothing comes in.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.outgoing.next_due()
    }

    /// Goes on with another socket.
    pub(super) fn reconnect(&mut self, now: Instant) {
        self.outgoing.resume();
        self.outgoing.send_again(now);
    }

    /// Asks the agent to end the session.
    pub(super) fn terminate(&mut self) {
        self.stage = Stage::Ending;
        self.outgoing.drop_input();
        self.outgoing.resume();
        self.outgoing
            .queue(PayloadType::Flag, payload::terminate_session());
    }

    /// Whether the agent ended the session, or knows that it shall.
    pub(super) fn is_terminated(&self) -> bool {
        self.is_closed() || (self.stage == Stage::Ending && self.outgoing.is_settled())
    }

    /// Whether the other end closed the channel.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Whether the agent said anything.
    pub(super) fn is_answered(&self) -> bool {
        self.stage != Stage::Opened
    }

    pub(super) fn deadline(&self) -> Trouble {
        let waiting_for = match self.stage {
            _ if self.outgoing.is_paused() => WaitingFor::Publication,
            Stage::Opened => WaitingFor::Agent,
            Stage::Shaking => WaitingFor::Start,
            Stage::Started => WaitingFor::Ready,
            Stage::Talking | Stage::Ending => WaitingFor::End,
        };
        Trouble::Deadline {
            waiting_for,
            received: self.received(),
        }
    }

    pub(super) fn received(&self) -> usize {
        self.transcript.output().len()
    }

    pub(super) fn into_transcript(self) -> Transcript {
        self.transcript
    }
}

fn protocol(what: &str) -> Trouble {
    Trouble::Protocol(what.to_owned())
}

fn acknowledgement(of: &Frame) -> Bytes {
    const SYN_AND_FIN: u64 = 3;
    let frame = Frame {
        message_type: MessageType::Acknowledge,
        created: milliseconds_since_1970(),
        sequence: 0,
        flags: SYN_AND_FIN,
        id: Uuid::new_v4(),
        payload_type: PayloadType::Other(0),
        payload: Acknowledge::of(of),
    };
    frame.encode().into()
}

/// The last line of an output that isn't empty.
fn last_line(output: &[u8]) -> String {
    let output = String::from_utf8_lossy(output);
    let mut lines = output.lines().rev();
    let last = lines.find(|line| !line.trim().is_empty());
    last.unwrap_or_default().to_owned()
}
