use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use awsvpc_auditor_engine::dependencies::text::Host;
use awsvpc_auditor_engine::probe::Handshake;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, SignatureScheme};
use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::clock::{Clock, Ended};
use super::counted::Counted;
use super::trust::{Recording, Trust};

/// How long a connection is given to take its goodbye.
const GOODBYE: Duration = Duration::from_millis(200);

/// Does a TLS handshake on a connection, and closes it without sending anything within it.
pub(super) async fn handshake(
    stream: TcpStream,
    host: &Host,
    trust: &Trust,
    clock: &Clock,
) -> Handshake {
    // A connection that fails is reset: what is left in its queues helps nobody.
    drop(SockRef::from(&stream).set_linger(Some(Duration::ZERO)));
    let began = Instant::now();
    let attempt = match Attempt::new(host, trust) {
        Ok(attempt) => attempt,
        Err(why) => return Handshake::CantTell { why },
    };
    let connected = attempt.connector.connect(attempt.name, stream);
    match clock.wait(connected).await {
        Ok(Ok(mut stream)) => {
            let took_ms = began.elapsed().into();
            drop(SockRef::from(stream.get_ref().0).set_linger(None));
            // Whether it arrives doesn't matter any more.
            drop(timeout(GOODBYE, stream.shutdown()).await);
            Handshake::Done {
                took_ms,
                distrusted: attempt.verifier.reason(),
            }
        }
        // It speaks TLS, and wants a client's certificate, which a probe doesn't have.
        Ok(Err(error)) if attempt.asks.was_asked() && is_alert(&error) => Handshake::Done {
            took_ms: began.elapsed().into(),
            distrusted: attempt.verifier.reason(),
        },
        Ok(Err(error)) => Handshake::Fails { how: how(&error) },
        Err(Ended::Step(waited_ms)) => Handshake::Silent { waited_ms },
        Err(Ended::Whole) => Handshake::CantTell {
            why: clock.not_asked(),
        },
    }
}

/// Does a handshake on a connection to whoever was silent in one before. The bytes that it has got by the
/// handshake's end; `None` if it failed.
pub(super) async fn bytes_answered(
    stream: TcpStream,
    host: &Host,
    trust: &Trust,
    clock: &Clock,
) -> Result<Option<u64>, Ended> {
    let Ok(Attempt {
        name, connector, ..
    }) = Attempt::new(host, trust)
    else {
        return Ok(None);
    };
    let connected = connector.connect(name, Counted { stream, read: 0 });
    let stream = clock.wait(connected).await?;
    Ok(stream.ok().map(|stream| stream.get_ref().0.read))
}

/// What one handshake takes, and what it tells on the way.
struct Attempt {
    name: ServerName<'static>,
    connector: TlsConnector,
    verifier: Arc<Recording>,
    asks: Arc<AsksForCertificate>,
}

impl Attempt {
    fn new(host: &Host, trust: &Trust) -> Result<Self, String> {
        let verifier = Arc::new(trust.recording());
        let asks = Arc::new(AsksForCertificate::default());
        let config = config(trust, &verifier, &asks)
            .map_err(|error| format!("TLS can't be set up: {error}"))?;
        Ok(Self {
            name: server_name(host)?,
            connector: TlsConnector::from(Arc::new(config)),
            verifier,
            asks,
        })
    }
}

fn config(
    trust: &Trust,
    verifier: &Arc<Recording>,
    asks: &Arc<AsksForCertificate>,
) -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(trust.provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(verifier) as _)
        .with_client_cert_resolver(Arc::clone(asks) as _))
}

fn server_name(host: &Host) -> Result<ServerName<'static>, String> {
    match host {
        Host::Address(address) => Ok(ServerName::from(*address)),
        Host::Name(name) => ServerName::try_from(name.clone())
            .map_err(|_| format!("`{name}` can't be asked for in TLS: it is no host name")),
    }
}

/// Tells whether a server asked for a certificate, and has none.
#[derive(Debug, Default)]
struct AsksForCertificate(Mutex<bool>);

impl AsksForCertificate {
    fn was_asked(&self) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesClientCert for AsksForCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn is_alert(error: &io::Error) -> bool {
    matches!(tls_error(error), Some(rustls::Error::AlertReceived(_)))
}

fn how(error: &io::Error) -> String {
    match (tls_error(error), error.kind()) {
        (Some(rustls::Error::AlertReceived(alert)), _) => {
            format!("it answered with the alert {alert:?}")
        }
        (Some(rustls::Error::InvalidMessage(_)), _) => {
            "what it answered isn't TLS: another protocol is spoken there".to_owned()
        }
        (Some(rustls::Error::PeerIncompatible(why)), _) => {
            format!("it has no version or cipher of TLS in common: {why:?}")
        }
        (_, io::ErrorKind::UnexpectedEof) => {
            "it closed the connection during the handshake".to_owned()
        }
        (_, io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => {
            "it reset the connection during the handshake".to_owned()
        }
        _ => error.to_string(),
    }
}

/// The name that a hand-made hello shows: none for an address.
pub(super) fn shown_name(host: &Host) -> Option<&str> {
    match host {
        Host::Name(name) => Some(name),
        Host::Address(IpAddr::V4(_) | IpAddr::V6(_)) => None,
    }
}
