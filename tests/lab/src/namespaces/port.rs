use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::certificate;
use super::error::LabError;
use super::namespace::Namespace;
use super::server::Server;

/// How a port answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It reads all that comes and says nothing, like a server that waits for a whole request.
    Nothing,
    /// It never reads: its kernel takes what fits.
    Deaf,
    /// It closes every connection.
    Close,
    /// It greets in another protocol than TLS, and reads on.
    Greeting(&'static str),
    /// It speaks TLS, with a certificate for `*.lab` that no authority has signed.
    Tls,
    /// It speaks TLS, and sends a certificate chain of some 20 kB.
    LongTls,
    /// It answers TLS with an alert: it has no protocol in common.
    TlsAlert,
}

/// What a port has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Connections that it accepted.
    pub connections: usize,
    /// Those of them that are still open.
    pub open: usize,
    /// Bytes that it has read, over TLS those within it.
    pub bytes: usize,
}

/// A TCP port of a server. Dropping it closes it.
#[derive(Debug)]
pub struct Port {
    seen: Arc<Mutex<Seen>>,
    _server: Server,
}

impl Port {
    pub(super) fn listen(
        namespace: &Namespace,
        number: u16,
        reply: Reply,
    ) -> Result<Self, LabError> {
        let tls = match reply {
            Reply::Tls => Some(certificate::server(false)?),
            Reply::LongTls => Some(certificate::server(true)?),
            Reply::TlsAlert => Some(certificate::choosy_server()?),
            _ => None,
        };
        let listeners = namespace.run(|| -> io::Result<_> {
            let any: [SocketAddr; 2] = [
                (Ipv4Addr::UNSPECIFIED, number).into(),
                (Ipv6Addr::UNSPECIFIED, number).into(),
            ];
            any.into_iter().map(listener).collect::<Result<Vec<_>, _>>()
        })?;
        let listeners = listeners
            .map_err(|error| LabError::system(format!("listening on port {number}"), error))?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let recorded = Arc::clone(&seen);
        let server = Server::start(move || async move {
            let accept = |listener| accept_all(listener, reply, tls.clone(), &recorded);
            futures_util::future::join_all(listeners.into_iter().map(accept)).await
        })?;
        Ok(Self {
            seen,
            _server: server,
        })
    }

    /// What it has seen until now.
    pub fn seen(&self) -> Seen {
        *lock(&self.seen)
    }
}

/// Counts a connection for as long as it is open.
struct Open(Arc<Mutex<Seen>>);

impl Open {
    fn new(seen: &Arc<Mutex<Seen>>) -> Self {
        let mut now = lock(seen);
        now.connections += 1;
        now.open += 1;
        Self(Arc::clone(seen))
    }

    async fn read_all(&self, mut stream: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            lock(&self.0).bytes += read;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        lock(&self.0).open -= 1;
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listener(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}

async fn accept_all(
    listener: std::net::TcpListener,
    reply: Reply,
    tls: Option<Arc<ServerConfig>>,
    seen: &Arc<Mutex<Seen>>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let open = Open::new(seen);
        match tls.clone() {
            Some(tls) => drop(tokio::spawn(serve_tls(stream, tls, open))),
            None => drop(tokio::spawn(serve(stream, reply, open))),
        }
    }
}

async fn serve(mut stream: TcpStream, reply: Reply, open: Open) {
    match reply {
        Reply::Close => return,
        Reply::Deaf => return std::future::pending().await,
        Reply::Greeting(greeting) => {
            if stream.write_all(greeting.as_bytes()).await.is_err() {
                return;
            }
        }
        Reply::Nothing | Reply::Tls | Reply::LongTls | Reply::TlsAlert => {}
    }
    open.read_all(&mut stream).await;
}

async fn serve_tls(stream: TcpStream, tls: Arc<ServerConfig>, open: Open) {
    if let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await {
        open.read_all(stream).await;
    }
}
