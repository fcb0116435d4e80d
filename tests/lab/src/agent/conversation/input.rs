//! What the client sends, and what the agent makes of it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Error;

use super::super::frame::{AgentFrame, payload_type};
use super::super::mischief::Mischief;
use super::{Conversation, Socket, send};

impl Conversation {
    pub(super) async fn receive(&mut self, socket: &mut Socket, bytes: &[u8]) -> Result<(), Error> {
        let frame = match AgentFrame::read(bytes) {
            Ok(frame) => frame,
            Err(fault) => {
                self.seen.fault(fault);
                return Ok(());
            }
        };
        match frame.message_type.as_str() {
            "acknowledge" => {
                self.acknowledged(&frame);
                Ok(())
            }
            "input_stream_data" => self.input(socket, frame).await,
            other => {
                self.seen.fault(format!("a client sends no {other}"));
                Ok(())
            }
        }
    }

    fn acknowledged(&mut self, frame: &AgentFrame) {
        let content: Value = serde_json::from_slice(&frame.payload).unwrap_or_default();
        let sequence = content["AcknowledgedMessageSequenceNumber"]
            .as_i64()
            .unwrap_or(-1);
        let right = [
            frame.flags == 3,
            content["AcknowledgedMessageType"] == "output_stream_data",
            content["IsSequentialMessage"] == true,
            (0..self.next_sequence).contains(&sequence),
        ];
        let known = self.unacknowledged.get(&sequence);
        let id = known.map(|(sent, _)| sent.message_id.to_string());
        let id_differs = id.is_some_and(|id| content["AcknowledgedMessageId"] != id.as_str());
        if id_differs || right.contains(&false) {
            self.seen
                .fault(format!("a wrong acknowledgement: {content}"));
        }
        if self.unacknowledged.remove(&sequence).is_some() {
            self.seen.look(|seen| seen.acknowledged += 1);
        }
    }

    async fn input(&mut self, socket: &mut Socket, frame: AgentFrame) -> Result<(), Error> {
        if frame.payload.len() > 1024 || frame.flags != 0 {
            self.seen.fault("a frame of input is too long or has flags");
        }
        if self.mischief == Mischief::Loss
            && frame.sequence % 3 == 2
            && self.lost.insert(("input", frame.sequence))
        {
            return Ok(());
        }
        if let Some(since) = self.paused_at {
            let late = since.elapsed() > Duration::from_secs(1);
            self.seen
                .look(|seen| seen.input_while_paused += usize::from(late));
            return Ok(());
        }
        let is_input = frame.payload_type == payload_type::OUTPUT;
        if matches!(self.mischief, Mischief::Paused(_) | Mischief::PausedForEver)
            && is_input
            && self.lost.insert(("pause", 0))
        {
            self.paused_at = Some(Instant::now());
            let pause = AgentFrame::new("pause_publication", 0, 0, b"");
            return send(socket, pause.write()).await;
        }
        self.acknowledge(socket, &frame).await?;
        if frame.sequence < self.expected || self.early.contains_key(&frame.sequence) {
            self.seen.look(|seen| seen.repeated_input += 1);
            return Ok(());
        }
        self.early.insert(frame.sequence, frame);
        while let Some(frame) = self.early.remove(&self.expected) {
            self.expected += 1;
            self.act(socket, &frame).await?;
        }
        Ok(())
    }

    async fn acknowledge(&mut self, socket: &mut Socket, of: &AgentFrame) -> Result<(), Error> {
        let content = json!({
            "AcknowledgedMessageType": of.message_type,
            "AcknowledgedMessageId": of.message_id.to_string(),
            "AcknowledgedMessageSequenceNumber": of.sequence,
            "IsSequentialMessage": true,
        });
        let mut frame = AgentFrame::new("acknowledge", 0, 0, content.to_string().as_bytes());
        frame.flags = 3;
        match self.mischief {
            Mischief::DelayedAcknowledgements(delay) => {
                self.delayed
                    .push_back((Instant::now() + delay, frame.write()));
                Ok(())
            }
            Mischief::LostAcknowledgements
                if of.sequence % 2 == 1 && self.lost.insert(("acknowledgement", of.sequence)) =>
            {
                Ok(())
            }
            Mischief::Loss
                if of.sequence % 3 == 1 && self.lost.insert(("acknowledgement", of.sequence)) =>
            {
                Ok(())
            }
            Mischief::IgnoresTerminate if of.payload_type == payload_type::FLAG => Ok(()),
            _ => send(socket, frame.write()).await,
        }
    }

    /// Does what a frame asks for, once its turn has come.
    async fn act(&mut self, socket: &mut Socket, frame: &AgentFrame) -> Result<(), Error> {
        match frame.payload_type {
            payload_type::HANDSHAKE_RESPONSE => {
                let response: Value = serde_json::from_slice(&frame.payload).unwrap_or_default();
                let actions = response["ProcessedClientActions"].as_array();
                let agreed =
                    actions.is_some_and(|all| all.iter().all(|one| one["ActionStatus"] == 1));
                self.seen
                    .look(|seen| seen.handshake_response = Some(response));
                if agreed {
                    self.shake(socket).await
                } else {
                    Ok(())
                }
            }
            payload_type::SIZE => {
                let size = serde_json::from_slice(&frame.payload).ok();
                self.seen.look(|seen| seen.size = size);
                Ok(())
            }
            payload_type::OUTPUT => {
                if !self.started {
                    self.seen.fault("input came before the command was started");
                }
                self.seen.look(|seen| seen.input.extend(&frame.payload));
                if let Some(shell) = &self.shell {
                    shell.write(&frame.payload);
                }
                Ok(())
            }
            payload_type::FLAG if frame.payload == [0, 0, 0, 2] => {
                self.seen.look(|seen| seen.terminated = true);
                if self.mischief == Mischief::IgnoresTerminate {
                    return Ok(());
                }
                self.close(socket, "").await
            }
            other => {
                self.seen
                    .fault(format!("a client sends no payload of type {other}"));
                Ok(())
            }
        }
    }

    /// Completes the handshake and starts the command.
    async fn shake(&mut self, socket: &mut Socket) -> Result<(), Error> {
        if self.mischief == Mischief::SilentAfterHandshake {
            return Ok(());
        }
        self.start();
        let complete = json!({
            "HandshakeTimeToComplete": 1_000_000,
            "CustomerMessage": "This session is recorded.",
        });
        let complete = complete.to_string();
        self.emit(
            socket,
            payload_type::HANDSHAKE_COMPLETE,
            complete.as_bytes(),
        )
        .await?;
        match self.mischief {
            Mischief::Garbage => send(socket, b"no frame".to_vec()).await,
            Mischief::HugeMessage => send(socket, vec![0; 1024 * 1024]).await,
            _ => Ok(()),
        }
    }
}
