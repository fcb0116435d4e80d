use std::collections::BTreeMap;

use super::frame::Frame;

/// Frames that came too early are kept up to here. One more is not acknowledged, so that the agent sends
/// it again.
const KEPT_FRAMES: usize = 1024;
const KEPT_BYTES: usize = 1024 * 1024;

/// Whether a frame is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receipt {
    Acknowledge,
    Withhold,
}

/// Puts what the agent sends in order: each frame once.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    expected: i64,
    kept: BTreeMap<i64, Frame>,
    kept_bytes: usize,
}

impl Incoming {
    pub(super) fn accept(&mut self, frame: Frame) -> Receipt {
        // The agent didn't hear of the acknowledgement, or sends everything twice.
        if frame.sequence < self.expected || self.kept.contains_key(&frame.sequence) {
            return Receipt::Acknowledge;
        }
        // The one that is expected always has room: it makes some.
        let full = self.kept.len() >= KEPT_FRAMES
            || self.kept_bytes.saturating_add(frame.payload.len()) > KEPT_BYTES;
        if full && frame.sequence != self.expected {
            return Receipt::Withhold;
        }
        self.kept_bytes = self.kept_bytes.saturating_add(frame.payload.len());
        self.kept.insert(frame.sequence, frame);
        Receipt::Acknowledge
    }

    /// The next frame in order, if it is there.
    pub(super) fn next(&mut self) -> Option<Frame> {
        let frame = self.kept.remove(&self.expected)?;
        self.kept_bytes = self.kept_bytes.saturating_sub(frame.payload.len());
        self.expected = self.expected.saturating_add(1);
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::super::frame::{MessageType, PayloadType};
    use super::*;

    fn frame(sequence: i64, bytes: usize) -> Frame {
        Frame {
            message_type: MessageType::OutputStreamData,
            created: 1,
            sequence,
            flags: 0,
            id: Uuid::nil(),
            payload_type: PayloadType::Output,
            payload: vec![b'x'; bytes],
        }
    }

    #[test]
    fn frames_that_came_too_early_are_bounded_and_the_expected_one_always_fits() {
        let mut incoming = Incoming::default();
        for sequence in 1..=1024 {
            assert_eq!(incoming.accept(frame(sequence, 1)), Receipt::Acknowledge);
        }
        assert_eq!(incoming.accept(frame(1025, 1)), Receipt::Withhold);
        assert_eq!(incoming.accept(frame(0, 1)), Receipt::Acknowledge);
        assert_eq!(std::iter::from_fn(|| incoming.next()).count(), 1025);

        let mut incoming = Incoming::default();
        assert_eq!(incoming.accept(frame(5, KEPT_BYTES)), Receipt::Acknowledge);
        assert_eq!(incoming.accept(frame(6, 1)), Receipt::Withhold);
    }

    proptest! {
        #[test]
        fn any_order_with_any_duplicates_gives_each_frame_once_and_in_order(
            order in Just((0..40_i64).chain(0..40).collect::<Vec<_>>()).prop_shuffle()
        ) {
            let mut incoming = Incoming::default();
            let mut got = Vec::new();
            for sequence in order {
                prop_assert_eq!(incoming.accept(frame(sequence, 3)), Receipt::Acknowledge);
                got.extend(std::iter::from_fn(|| incoming.next()).map(|frame| frame.sequence));
            }
            prop_assert_eq!(got, (0..40).collect::<Vec<_>>());
            prop_assert_eq!(incoming.kept_bytes, 0);
        }
    }
}
