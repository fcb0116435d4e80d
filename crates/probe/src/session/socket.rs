use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::http::{StatusCode, Uri};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, WebSocketConfig};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use super::Access;
use super::payload;
use super::trouble::{Trouble, quoted};

/// The largest message that is taken. Agents send at most 1,024 bytes of output in one.
const LARGEST_MESSAGE: usize = 128 * 1024;

/// A connection to Session Manager on which the data channel was opened.
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Why a socket gives nothing more.
#[derive(Debug)]
pub(super) enum Lost {
    /// Closed by the other end, with words that speak of the token.
    Refused(String),
    /// Closed or broken otherwise.
    Broken(String),
    /// The other end doesn't speak WebSocket as it should.
    Protocol(String),
}

impl Socket {
    /// Connects and opens the data channel.
    ///
    /// The token authenticates the channel. Newer official clients also sign the upgrade by Signature Version 4 unless
    /// its URL is presigned; that the token is enough for what `ExecuteCommand` gives, as it was for every
    /// client before, is an assumption. HTTP proxies aren't used.
    pub(super) async fn open(access: &Access) -> Result<Self, Trouble> {
        let uri: Uri = access.stream_url.parse().map_err(|_| Trouble::NotAUrl)?;
        let (host, port) = place(&uri).ok_or(Trouble::NotAUrl)?;
        let unreachable = |how: String| Trouble::Unreachable {
            host: host.clone(),
            how,
        };
        let request = uri.into_client_request().map_err(|_| Trouble::NotAUrl)?;
        let connector = Connector::Rustls(tls().map_err(unreachable)?);
        let stream = TcpStream::connect(format!("{host}:{port}"))
            .await
            .map_err(|error| unreachable(quoted(&error.to_string())))?;
        // Frames are small and wait for each other's acknowledgement.
        let _ = stream.set_nodelay(true);
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST_MESSAGE))
            .max_frame_size(Some(LARGEST_MESSAGE));
        let (stream, _) =
            client_async_tls_with_config(request, stream, Some(config), Some(connector))
                .await
                .map_err(|error| match error {
                    Error::Http(response) if is_refusal(response.status()) => {
                        Trouble::TokenRefused(format!("HTTP {}", response.status().as_u16()))
                    }
                    error => unreachable(told(&error)),
                })?;
        let mut socket = Self(stream);
        let open = Message::text(payload::open_data_channel(&access.token));
        socket
            .0
            .send(open)
            .await
            .map_err(|error| unreachable(told(&error)))?;
        Ok(socket)
    }

    pub(super) async fn send(&mut self, messages: Vec<Bytes>) -> Result<(), Lost> {
        for message in messages {
            self.0.feed(Message::Binary(message)).await.map_err(lost)?;
        }
        self.0.flush().await.map_err(lost)
    }

    /// The next message. Nothing is lost when the future is dropped before it comes.
    pub(super) async fn receive(&mut self) -> Result<Bytes, Lost> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes),
                // The official client doesn't tell these two apart.
                Some(Ok(Message::Text(text))) => return Ok(text.into()),
                Some(Ok(Message::Close(frame))) => return Err(closed(frame)),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return Err(lost(error)),
                None => return Err(closed(None)),
            }
        }
    }

    /// Closes the connection, once the other end did or when the future is dropped.
    pub(super) async fn close(mut self) {
        let _ = self.0.close(None).await;
        while let Some(Ok(_)) = self.0.next().await {}
        // TCP resets a connection that is closed with bytes unread, and the other end then loses what was
        // sent to it last: the session's end.
        let _ = tokio::io::copy(self.0.get_mut(), &mut tokio::io::sink()).await;
    }
}

/// Host and port of a URL that a token may be sent to: in clear only within this host.
fn place(uri: &Uri) -> Option<(String, u16)> {
    let host = uri.host().filter(|host| !host.is_empty())?;
    let standard = match uri.scheme_str()? {
        "wss" => 443,
        "ws" if ["127.0.0.1", "[::1]", "localhost"].contains(&host) => 80,
        _ => return None,
    };
    Some((host.to_owned(), uri.port_u16().unwrap_or(standard)))
}

/// A configuration of its own, so that nobody has to install a provider for the whole process.
fn tls() -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("no trusted root certificates are installed here".to_owned());
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(Arc::new(
        builder.with_root_certificates(roots).with_no_client_auth(),
    ))
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

/// An error in words that don't hold the URL, which some of the library's own do.
fn told(error: &Error) -> String {
    match error {
        Error::Io(error) => {
            let tls = error
                .get_ref()
                .is_some_and(|inner| inner.is::<rustls::Error>());
            let text = quoted(&error.to_string());
            if tls {
                format!("TLS failed: {text}")
            } else {
                text
            }
        }
        Error::Http(response) => {
            format!(
                "it answers HTTP {} instead of opening a channel",
                response.status().as_u16()
            )
        }
        Error::ConnectionClosed | Error::AlreadyClosed => "it closed the connection".to_owned(),
        Error::Protocol(error) => quoted(&error.to_string()),
        Error::Capacity(_) => format!("it sent a message of more than {LARGEST_MESSAGE} bytes"),
        Error::Tls(_) => "TLS failed".to_owned(),
        _ => "it doesn't speak WebSocket".to_owned(),
    }
}

fn lost(error: Error) -> Lost {
    use tokio_tungstenite::tungstenite::error::ProtocolError;
    match error {
        Error::Io(_)
        | Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(
            ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing,
        ) => Lost::Broken(told(&error)),
        error => Lost::Protocol(told(&error)),
    }
}

/// No page says how Session Manager refuses a token after the upgrade; these are the usual ways of
/// WebSocket servers, an assumption. The words themselves are left out: they might repeat the token.
fn closed(frame: Option<CloseFrame>) -> Lost {
    let Some(frame) = frame else {
        return Lost::Broken("it closed the connection without a reason".to_owned());
    };
    let words = frame.reason.to_lowercase();
    let how = format!(
        "it closed the connection with code {}",
        u16::from(frame.code)
    );
    if frame.code == CloseCode::Policy || words.contains("token") || words.contains("unauthorized")
    {
        Lost::Refused(how)
    } else {
        Lost::Broken(how)
    }
}
