//! What Session Manager does between client and agent: it lets a client in that has the token.

use futures_util::StreamExt;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::conversation::{Conversation, End};
use super::mischief::Mischief;

/// Lets clients in until one had its session.
pub(super) async fn run(listener: TcpListener, mut conversation: Conversation) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let connections = conversation.seen.look(|seen| {
            seen.connections += 1;
            seen.connections
        });
        let Some(mut socket) = upgrade(stream, &conversation, connections).await else {
            continue;
        };
        if !is_token_right(&mut socket, &conversation).await {
            return;
        }
        if conversation.mischief == Mischief::RefusedToken {
            let frame = CloseFrame {
                code: CloseCode::Policy,
                reason: format!("invalid token {}", conversation.token).into(),
            };
            let _ = socket.close(Some(frame)).await;
            while let Some(Ok(_)) = socket.next().await {}
            return;
        }
        if conversation.serve(socket).await == End::Over {
            return;
        }
    }
}

async fn upgrade(
    stream: TcpStream,
    conversation: &Conversation,
    connections: usize,
) -> Option<WebSocketStream<TcpStream>> {
    let refused = match conversation.mischief {
        Mischief::RefusedUpgrade => true,
        Mischief::DroppedSocket { accepts_again, .. } => connections > 1 && !accepts_again,
        _ => false,
    };
    #[allow(clippy::result_large_err, reason = "the library wants it so")]
    let decide = |_: &Request, response: Response| -> Result<Response, ErrorResponse> {
        if refused {
            let mut refusal = ErrorResponse::new(None);
            *refusal.status_mut() = StatusCode::FORBIDDEN;
            return Err(refusal);
        }
        Ok(response)
    };
    accept_hdr_async(stream, decide).await.ok()
}

/// The first message opens the channel: text, with the token.
async fn is_token_right(
    socket: &mut WebSocketStream<TcpStream>,
    conversation: &Conversation,
) -> bool {
    let Some(Ok(Message::Text(text))) = socket.next().await else {
        conversation.seen.fault("the first message is no text");
        return false;
    };
    let open: Value = serde_json::from_str(&text).unwrap_or_default();
    let wanted = [
        open["MessageSchemaVersion"] == "1.0",
        open["TokenValue"] == conversation.token.as_str(),
        open["RequestId"].is_string(),
        open["ClientId"].is_string(),
        open["ClientVersion"].is_string(),
    ];
    let right = wanted.iter().all(|one| *one);
    if !right {
        conversation
            .seen
            .fault("the first message doesn't open the channel");
    }
    right
}
