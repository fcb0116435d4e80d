//! The JSON that frames carry, as the official client has it:
//! <https://github.com/aws/session-manager-plugin/tree/mainline/src/message>.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::frame::Frame;

/// What the open message and the handshake call this program's version. Agents ask nothing of it that is
/// known, so it is this program's own: an assumption.
const CLIENT_VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OpenDataChannelInput<'a> {
    message_schema_version: &'a str,
    request_id: String,
    token_value: &'a str,
    client_id: String,
    client_version: &'a str,
}

/// The first message, the only one that is text.
pub(super) fn open_data_channel(token: &str) -> String {
    text(&OpenDataChannelInput {
        message_schema_version: "1.0",
        request_id: Uuid::new_v4().to_string(),
        token_value: token,
        client_id: Uuid::new_v4().to_string(),
        client_version: CLIENT_VERSION,
    })
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Acknowledge {
    acknowledged_message_type: String,
    acknowledged_message_id: String,
    #[serde(rename = "AcknowledgedMessageSequenceNumber")]
    sequence: i64,
    is_sequential_message: bool,
}

impl Acknowledge {
    pub(super) fn of(frame: &Frame) -> Vec<u8> {
        text(&Self {
            acknowledged_message_type: frame.message_type.as_str().to_owned(),
            acknowledged_message_id: frame.id.to_string(),
            sequence: frame.sequence,
            is_sequential_message: true,
        })
        .into_bytes()
    }

    /// The sequence number that is acknowledged.
    pub(super) fn read(payload: &[u8]) -> Option<i64> {
        let read: Self = serde_json::from_slice(payload).ok()?;
        Some(read.sequence)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HandshakeRequest {
    #[serde(default)]
    requested_client_actions: Vec<RequestedClientAction>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RequestedClientAction {
    action_type: String,
    #[serde(default)]
    action_parameters: serde_json::Value,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HandshakeResponse {
    client_version: &'static str,
    processed_client_actions: Vec<ProcessedClientAction>,
    errors: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProcessedClientAction {
    action_type: String,
    action_status: u8,
    action_result: Option<()>,
    error: String,
}

/// What the agent wants to hear before it starts, and what comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// A session with a command.
    Command,
    /// A session that is encrypted by a KMS key.
    Encryption,
    /// Something else than a session with a command.
    Other,
}

/// The answer to a handshake request, and what was wished; `None` when it isn't one.
pub(super) fn answer_handshake(payload: &[u8]) -> Option<(Vec<u8>, Wish)> {
    const SUCCESS: u8 = 1;
    const UNSUPPORTED: u8 = 3;
    let request: HandshakeRequest = serde_json::from_slice(payload).ok()?;
    let mut whole = Wish::Command;
    let mut processed = Vec::new();
    for action in request.requested_client_actions {
        let wish = action.wish();
        if wish != Wish::Command && whole != Wish::Encryption {
            whole = wish;
        }
        let supported = wish == Wish::Command;
        processed.push(ProcessedClientAction {
            action_status: if supported { SUCCESS } else { UNSUPPORTED },
            action_result: None,
            error: if supported {
                String::new()
            } else {
                format!("Unsupported action {}", action.action_type)
            },
            action_type: action.action_type,
        });
    }
    let errors = processed.iter().map(|action| action.error.clone());
    let response = HandshakeResponse {
        client_version: CLIENT_VERSION,
        errors: errors.filter(|error| !error.is_empty()).collect(),
        processed_client_actions: processed,
    };
    Some((text(&response).into_bytes(), whole))
}

impl RequestedClientAction {
    fn wish(&self) -> Wish {
        let session_type = self.action_parameters.get("SessionType");
        match (
            self.action_type.as_str(),
            session_type.and_then(|name| name.as_str()),
        ) {
            ("KMSEncryption", _) => Wish::Encryption,
            (
                "SessionType",
                Some("Standard_Stream" | "InteractiveCommands" | "NonInteractiveCommands"),
            ) => Wish::Command,
            _ => Wish::Other,
        }
    }
}

/// What the account's administrators tell everybody who opens a session.
pub(super) fn customer_message(handshake_complete: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct HandshakeComplete {
        customer_message: Option<String>,
    }
    let complete: HandshakeComplete = serde_json::from_slice(handshake_complete).ok()?;
    complete
        .customer_message
        .filter(|message| !message.trim().is_empty())
}

/// Why a channel was closed, if that is told.
pub(super) fn closing_words(channel_closed: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct ChannelClosed {
        output: Option<String>,
    }
    let closed: ChannelClosed = serde_json::from_slice(channel_closed).ok()?;
    closed.output.filter(|words| !words.trim().is_empty())
}

/// The agent writes `EXIT_CODE: 0`.
pub(super) fn exit_code(payload: &[u8]) -> Option<i32> {
    let text = str::from_utf8(payload).ok()?;
    text.rsplit(':').next()?.trim().parse().ok()
}

/// The size of the terminal: so wide that nothing wraps.
pub(super) fn size() -> Vec<u8> {
    br#"{"cols":500,"rows":50}"#.to_vec()
}

/// The flag that ends the session.
pub(super) fn terminate_session() -> Vec<u8> {
    2_u32.to_be_bytes().to_vec()
}

/// Strings, numbers and lists of them always become JSON.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
