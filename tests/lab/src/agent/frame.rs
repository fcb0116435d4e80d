//! The frames of a data channel as the agent writes and reads them. Nothing here is shared with the client,
//! so that a mistake on one side can't cancel out on the other.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// One frame, as its fields stand in it.
#[derive(Debug, Clone)]
pub(super) struct AgentFrame {
    pub(super) message_type: String,
    pub(super) sequence: i64,
    pub(super) flags: u64,
    pub(super) message_id: Uuid,
    pub(super) payload_type: u32,
    pub(super) payload: Vec<u8>,
}

pub(super) mod payload_type {
    pub(in super::super) const OUTPUT: u32 = 1;
    pub(in super::super) const SIZE: u32 = 3;
    pub(in super::super) const HANDSHAKE_REQUEST: u32 = 5;
    pub(in super::super) const HANDSHAKE_RESPONSE: u32 = 6;
    pub(in super::super) const HANDSHAKE_COMPLETE: u32 = 7;
    pub(in super::super) const FLAG: u32 = 10;
}

impl AgentFrame {
    pub(super) fn new(
        message_type: &str,
        sequence: i64,
        payload_type: u32,
        payload: &[u8],
    ) -> Self {
        Self {
            message_type: message_type.to_owned(),
            sequence,
            // Agents mark the first frame of a stream.
            flags: u64::from(message_type == "output_stream_data" && sequence == 0),
            message_id: Uuid::new_v4(),
            payload_type,
            payload: payload.to_vec(),
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut buffer = vec![0_u8; 120 + self.payload.len()];
        let mut put = |offset: usize, field: &[u8]| {
            buffer[offset..offset + field.len()].copy_from_slice(field);
        };
        put(0, &116_u32.to_be_bytes());
        put(4, format!("{:<32}", self.message_type).as_bytes());
        put(36, &1_u32.to_be_bytes());
        put(40, &1_700_000_000_000_u64.to_be_bytes());
        put(48, &self.sequence.to_be_bytes());
        put(56, &self.flags.to_be_bytes());
        put(64, &self.message_id.as_bytes()[8..]);
        put(72, &self.message_id.as_bytes()[..8]);
        put(80, &Sha256::digest(&self.payload));
        put(112, &self.payload_type.to_be_bytes());
        put(
            116,
            &u32::try_from(self.payload.len())
                .expect("a small payload")
                .to_be_bytes(),
        );
        put(120, &self.payload);
        buffer
    }

    /// The same bytes with a digest of something else.
    pub(super) fn write_corrupted(&self) -> Vec<u8> {
        let mut buffer = self.write();
        buffer[80] ^= 0xff;
        buffer
    }

    /// Reads what a client sent, as strictly as the format allows.
    pub(super) fn read(buffer: &[u8]) -> Result<Self, String> {
        if buffer.len() < 120 {
            return Err(format!("{} bytes are too few", buffer.len()));
        }
        let number = |offset: usize| {
            u32::from_be_bytes(buffer[offset..offset + 4].try_into().expect("four bytes"))
        };
        let long = |offset: usize| {
            u64::from_be_bytes(buffer[offset..offset + 8].try_into().expect("eight bytes"))
        };
        let payload = &buffer[120..];
        let wrong = [
            (number(0) != 116, "header length"),
            (number(36) != 1, "schema version"),
            (long(40) < 1_600_000_000_000, "created date"),
            (number(116) as usize != payload.len(), "payload length"),
            (
                Sha256::digest(payload)[..] != buffer[80..112],
                "payload digest",
            ),
        ];
        if let Some((_, field)) = wrong.iter().find(|(is_wrong, _)| *is_wrong) {
            return Err(format!("a frame's {field} is wrong"));
        }
        let name = std::str::from_utf8(&buffer[4..36]).map_err(|error| error.to_string())?;
        let mut message_id = [0; 16];
        message_id[..8].copy_from_slice(&buffer[72..80]);
        message_id[8..].copy_from_slice(&buffer[64..72]);
        Ok(Self {
            message_type: name.trim_end_matches(' ').to_owned(),
            sequence: long(48).cast_signed(),
            flags: long(56),
            message_id: Uuid::from_bytes(message_id),
            payload_type: number(112),
            payload: payload.to_vec(),
        })
    }
}
