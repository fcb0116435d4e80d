//! The binary frame of a data channel: a header of 120 bytes, then the payload.
//!
//! Its layout is that of the official client,
//! <https://github.com/aws/session-manager-plugin/blob/mainline/src/message/clientmessage.go>.

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Where the length of the payload stands, which is what the header's length says.
const HEADER_LENGTH: u32 = 116;
/// The bytes before the payload.
const PREFIX: usize = 120;
const TYPE_LENGTH: usize = 32;
const SCHEMA_VERSION: u32 = 1;

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageType {
    InputStreamData,
    OutputStreamData,
    Acknowledge,
    ChannelClosed,
    StartPublication,
    PausePublication,
}

impl MessageType {
    const ALL: [Self; 6] = [
        Self::InputStreamData,
        Self::OutputStreamData,
        Self::Acknowledge,
        Self::ChannelClosed,
        Self::StartPublication,
        Self::PausePublication,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::InputStreamData => "input_stream_data",
            Self::OutputStreamData => "output_stream_data",
            Self::Acknowledge => "acknowledge",
            Self::ChannelClosed => "channel_closed",
            Self::StartPublication => "start_publication",
            Self::PausePublication => "pause_publication",
        }
    }

    fn read(field: &[u8; TYPE_LENGTH]) -> Option<Self> {
        let text = str::from_utf8(field).ok()?;
        let text = text.trim_matches(|c: char| c == '\0' || c.is_ascii_whitespace());
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

/// What a frame's payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PayloadType {
    Output,
    Error,
    Size,
    HandshakeRequest,
    HandshakeResponse,
    HandshakeComplete,
    EncryptionChallengeRequest,
    Flag,
    StdErr,
    ExitCode,
    /// One that has no meaning here. Acknowledgements have 0.
    Other(u32),
}

impl PayloadType {
    fn code(self) -> u32 {
        match self {
            Self::Output => 1,
            Self::Error => 2,
            Self::Size => 3,
            Self::HandshakeRequest => 5,
            Self::HandshakeResponse => 6,
            Self::HandshakeComplete => 7,
            Self::EncryptionChallengeRequest => 8,
            Self::Flag => 10,
            Self::StdErr => 11,
            Self::ExitCode => 12,
            Self::Other(code) => code,
        }
    }
}

impl From<u32> for PayloadType {
    fn from(code: u32) -> Self {
        match code {
            1 => Self::Output,
            2 => Self::Error,
            3 => Self::Size,
            5 => Self::HandshakeRequest,
            6 => Self::HandshakeResponse,
            7 => Self::HandshakeComplete,
            8 => Self::EncryptionChallengeRequest,
            10 => Self::Flag,
            11 => Self::StdErr,
            12 => Self::ExitCode,
            other => Self::Other(other),
        }
    }
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) message_type: MessageType,
    /// Milliseconds since 1970.
    pub(super) created: u64,
    pub(super) sequence: i64,
    /// Bit 0 SYN, bit 1 FIN. Acknowledgements are sent with both.
    pub(super) flags: u64,
    pub(super) id: Uuid,
    pub(super) payload_type: PayloadType,
    pub(super) payload: Vec<u8>,
}

/// Why bytes are no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("a frame of {0} bytes is shorter than its header")]
    Short(usize),
    #[error("a frame has a type that is none of the documented ones")]
    UnknownType,
    #[error("a frame's header claims a length of {0} bytes instead of {HEADER_LENGTH}")]
    HeaderLength(u32),
    #[error("a frame claims {claimed} bytes of payload and has {present}")]
    PayloadLength { claimed: u32, present: usize },
    #[error("a frame's payload doesn't have the digest that the frame claims")]
    Digest,
}

impl Frame {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PREFIX + self.payload.len());
        bytes.extend(HEADER_LENGTH.to_be_bytes());
        let name = self.message_type.as_str().bytes();
        bytes.extend(name.chain(std::iter::repeat(b' ')).take(TYPE_LENGTH));
        bytes.extend(SCHEMA_VERSION.to_be_bytes());
        bytes.extend(self.created.to_be_bytes());
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.flags.to_be_bytes());
        let (most, least) = self.id.as_u64_pair();
        bytes.extend(least.to_be_bytes());
        bytes.extend(most.to_be_bytes());
        bytes.extend(Sha256::digest(&self.payload));
        bytes.extend(self.payload_type.code().to_be_bytes());
        // A payload of 4 GiB can't come up: what is sent is cut into 1,024 bytes.
        let length = u32::try_from(self.payload.len()).unwrap_or(u32::MAX);
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.payload);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let short = || Malformed::Short(bytes.len());
        let mut fields = Fields(bytes);
        let header_length = u32::from_be_bytes(fields.take().ok_or_else(short)?);
        let name = fields.take().ok_or_else(short)?;
        let _schema_version: [u8; 4] = fields.take().ok_or_else(short)?;
        let created = u64::from_be_bytes(fields.take().ok_or_else(short)?);
        let sequence = i64::from_be_bytes(fields.take().ok_or_else(short)?);
        let flags = u64::from_be_bytes(fields.take().ok_or_else(short)?);
        let least = u64::from_be_bytes(fields.take().ok_or_else(short)?);
        let most = u64::from_be_bytes(fields.take().ok_or_else(short)?);
        let digest: [u8; 32] = fields.take().ok_or_else(short)?;
        let payload_type = u32::from_be_bytes(fields.take().ok_or_else(short)?);
        let claimed = u32::from_be_bytes(fields.take().ok_or_else(short)?);
        let Fields(payload) = fields;

        let mut frame = Self {
            message_type: MessageType::read(&name).ok_or(Malformed::UnknownType)?,
            created,
            sequence,
            flags,
            id: Uuid::from_u64_pair(most, least),
            payload_type: payload_type.into(),
            payload: Vec::new(),
        };
        // The official client takes these two as they come, without looking at the rest.
        if matches!(
            frame.message_type,
            MessageType::StartPublication | MessageType::PausePublication
        ) {
            return Ok(frame);
        }
        if header_length != HEADER_LENGTH {
            return Err(Malformed::HeaderLength(header_length));
        }
        if u32::try_from(payload.len()) != Ok(claimed) {
            return Err(Malformed::PayloadLength {
                claimed,
                present: payload.len(),
            });
        }
        if !payload.is_empty() && Sha256::digest(payload).as_slice() != digest {
            return Err(Malformed::Digest);
        }
        payload.clone_into(&mut frame.payload);
        Ok(frame)
    }
}

/// The header's bytes that weren't read yet.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }
}
