use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Bytes;
use uuid::Uuid;

use super::frame::{Frame, MessageType, PayloadType};

/// The most bytes of input in one frame, as the official client sends them.
const PAYLOAD: usize = 1024;
/// The most frames on their way. Agents keep far more that came too early.
const WINDOW: usize = 32;
/// How long an acknowledgement is waited for: the times of the official client.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What is sent to the agent until it says that it has it.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    next_sequence: i64,
    queued: VecDeque<(PayloadType, Vec<u8>)>,
    unacknowledged: Vec<Sent>,
    paused: bool,
}

#[derive(Debug)]
struct Sent {
    sequence: i64,
    bytes: Bytes,
    again_at: Instant,
    wait: Duration,
}

impl Outgoing {
    pub(super) fn queue(&mut self, payload_type: PayloadType, payload: Vec<u8>) {
        self.queued.push_back((payload_type, payload));
    }

    pub(super) fn queue_input(&mut self, input: &[u8]) {
        for part in input.chunks(PAYLOAD) {
            self.queue(PayloadType::Output, part.to_vec());
        }
    }

    /// Forgets the input that wasn't sent yet.
    pub(super) fn drop_input(&mut self) {
        self.queued
            .retain(|(payload_type, _)| *payload_type != PayloadType::Output);
    }

    pub(super) fn pause(&mut self) {
        self.paused = true;
    }

    pub(super) fn resume(&mut self) {
        self.paused = false;
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    pub(super) fn acknowledge(&mut self, sequence: i64) {
        self.unacknowledged.retain(|sent| sent.sequence != sequence);
    }

    /// Whether the agent has everything.
    pub(super) fn is_settled(&self) -> bool {
        self.queued.is_empty() && self.unacknowledged.is_empty()
    }

    /// Nobody knows what of it got through: the socket is another one.
    pub(super) fn send_again(&mut self, now: Instant) {
        for sent in &mut self.unacknowledged {
            sent.again_at = now;
            sent.wait = FIRST_WAIT;
        }
    }

    /// What is to be sent now: what nobody acknowledged in time, and what is new.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Bytes> {
        if self.paused {
            return Vec::new();
        }
        let mut due = Vec::new();
        for sent in &mut self.unacknowledged {
            if sent.again_at <= now {
                sent.again_at = now + sent.wait;
                sent.wait = (sent.wait * 2).min(LONGEST_WAIT);
                due.push(sent.bytes.clone());
            }
        }
        while let Some((payload_type, payload)) = self.next_queued() {
            let bytes = Bytes::from(data(self.next_sequence, payload_type, payload).encode());
            self.unacknowledged.push(Sent {
                sequence: self.next_sequence,
                bytes: bytes.clone(),
                again_at: now + FIRST_WAIT,
                wait: FIRST_WAIT * 2,
            });
            self.next_sequence = self.next_sequence.saturating_add(1);
            due.push(bytes);
        }
        due
    }

    /// What is sent next. Only input waits for room: the session's end must get out whatever is open.
    fn next_queued(&mut self) -> Option<(PayloadType, Vec<u8>)> {
        let full = self.unacknowledged.len() >= WINDOW;
        self.queued
            .pop_front_if(|(payload_type, _)| !full || *payload_type != PayloadType::Output)
    }

    /// When something is due without anything coming in.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let waiting = self.unacknowledged.iter().map(|sent| sent.again_at).min();
        waiting.filter(|_| !self.paused)
    }
}

fn data(sequence: i64, payload_type: PayloadType, payload: Vec<u8>) -> Frame {
    Frame {
        message_type: MessageType::InputStreamData,
        created: milliseconds_since_1970(),
        sequence,
        flags: 0,
        id: Uuid::new_v4(),
        payload_type,
        payload,
    }
}

pub(super) fn milliseconds_since_1970() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(1, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequences(due: &[Bytes]) -> Vec<i64> {
        due.iter()
            .map(|bytes| Frame::decode(bytes).unwrap().sequence)
            .collect()
    }

    #[test]
    fn input_is_cut_into_frames_and_at_most_a_window_is_on_its_way() {
        let now = Instant::now();
        let mut outgoing = Outgoing::default();
        outgoing.queue_input(&vec![b'x'; 40 * 1024 + 1]);
        let first = outgoing.due(now);
        assert_eq!(sequences(&first), (0..32).collect::<Vec<_>>());
        assert!(first.iter().all(|bytes| bytes.len() == 120 + 1024));
        for sequence in 0..32 {
            outgoing.acknowledge(sequence);
        }
        let rest = outgoing.due(now);
        assert_eq!(sequences(&rest), (32..41).collect::<Vec<_>>());
        assert_eq!(rest.last().map(Bytes::len), Some(121));
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again_ever_more_slowly_up_to_once_a_second() {
        let start = Instant::now();
        let mut outgoing = Outgoing::default();
        outgoing.queue_input(b"ls\n");
        assert_eq!(outgoing.due(start).len(), 1);
        let mut waits = Vec::new();
        let mut now = start;
        for _ in 0..6 {
            let next = outgoing.next_due().unwrap();
            assert!(outgoing.due(next - Duration::from_millis(1)).is_empty());
            assert_eq!(sequences(&outgoing.due(next)), [0]);
            waits.push((next - now).as_millis());
            now = next;
        }
        assert_eq!(waits, [200, 400, 800, 1000, 1000, 1000]);
        outgoing.acknowledge(0);
        assert_eq!(outgoing.next_due(), None);
        assert!(outgoing.is_settled());
    }

    #[test]
    fn nothing_is_sent_while_paused() {
        let now = Instant::now();
        let mut outgoing = Outgoing::default();
        outgoing.queue_input(b"one");
        assert_eq!(outgoing.due(now).len(), 1);
        outgoing.queue_input(b"two");
        outgoing.pause();
        assert!(outgoing.due(now + Duration::from_secs(9)).is_empty());
        assert_eq!(outgoing.next_due(), None);
        outgoing.resume();
        assert_eq!(
            sequences(&outgoing.due(now + Duration::from_secs(9))),
            [0, 1]
        );
    }
}
