use std::fs;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::IpMtu;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

use super::hello;
use super::queue::Queue;

/// How soon a connection is looked at again, at first.
const LOOK: Duration = Duration::from_millis(10);
/// So many times in a row the kernel must have sent a packet again before it counts as swallowed.
const ENOUGH: u32 = 2;
/// How long a port is given to close by itself before anything is sent, at most, and how seldom a
/// connection is looked at.
const MANNERS: Duration = Duration::from_millis(100);
/// Bytes of a TCP header without options.
const TCP_HEADER: u32 = 20;
/// Bytes that the timestamps of RFC 7323 take in every segment.
const TIMESTAMPS: u32 = 12;

/// What became of one large packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was acknowledged.
    Delivered(Delivered),
    /// It never was, however often the kernel sent it.
    Swallowed {
        /// Its size in bytes.
        bytes: u32,
    },
    /// That can't be told.
    Unknown(String),
}

/// A packet that was acknowledged.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Delivered {
    /// Its size in bytes.
    pub(super) bytes: u32,
    /// The size with which it was first sent: larger, if the kernel made it smaller without being told.
    pub(super) first: u32,
    /// The largest packet that the kernel now sends there.
    pub(super) path_mtu: u32,
    /// This end of the connection.
    pub(super) local: SocketAddr,
}

/// How long an acknowledgement is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// At least so long, even if the packet was sent often enough.
    pub(super) least: Duration,
    /// At most so long, even if it was not: on a path that lost packets before, the kernel takes its time.
    pub(super) most: Duration,
}

/// Bytes of an IP header without options.
fn ip_header(address: SocketAddr) -> u32 {
    if address.is_ipv4() { 20 } else { 40 }
}

/// Connects, sends one segment as large as both ends allow, and sees whether it is acknowledged within
/// the patience. `limit` bounds the packet's size, in bytes.
///
/// It is a single full segment, so that nothing smaller arrives in its stead. It carries a padded
/// `ClientHello`; the connection is reset afterwards, and nothing is left of it.
pub(super) async fn send(
    address: SocketAddr,
    limit: Option<u32>,
    server_name: Option<&str>,
    patience: Patience,
) -> Fate {
    match try_send(address, limit, server_name, patience).await {
        Ok(fate) => fate,
        Err(error) => Fate::Unknown(format!("the connection for it failed: {error}")),
    }
}

async fn try_send(
    address: SocketAddr,
    limit: Option<u32>,
    server_name: Option<&str>,
    patience: Patience,
) -> io::Result<Fate> {
    let began = Instant::now();
    let stream = open(address, limit).await?;
    let took = began.elapsed();
    sleep((took * 2).clamp(LOOK, MANNERS)).await;

    let sizes = Sizes::of(&stream)?;
    let payload = hello::of_size(sizes.segment as usize, server_name);
    let sent = sizes.packet(u32::try_from(payload.len()).unwrap_or(u32::MAX));
    match stream.try_write(&payload) {
        Ok(written) if written == payload.len() => {}
        Ok(_) => {
            return Ok(Fate::Unknown(
                "the kernel took only a part of it".to_owned(),
            ));
        }
        Err(error) => {
            let how = format!("the port closes connections at once: {error}");
            return Ok(Fate::Unknown(how));
        }
    }
    match ending(&stream, patience).await? {
        Ending::Acknowledged => {
            let now = Sizes::of(&stream).unwrap_or(sizes);
            Ok(Fate::Delivered(Delivered {
                bytes: sent.min(now.packet(now.segment)),
                first: sent,
                path_mtu: now.mtu,
                local: stream.local_addr()?,
            }))
        }
        Ending::GivenUp => Ok(Fate::Swallowed { bytes: sent }),
        Ending::TooSoon { sent_again } => Ok(Fate::Unknown(format!(
            "it wasn't acknowledged, but the kernel has sent it again only {sent_again} times"
        ))),
    }
}

/// Connects with segments that make packets of `limit` bytes at most, in both directions: what a host
/// takes is what it tells the other end at the start. Closing resets the connection.
pub(super) async fn open(address: SocketAddr, limit: Option<u32>) -> io::Result<TcpStream> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(
        domain,
        Type::STREAM.nonblocking().cloexec(),
        Some(Protocol::TCP),
    )?;
    // Linux forbids routers to fragment TCP's packets unless `net.ipv4.ip_no_pmtu_disc` says otherwise,
    // which is what IP_MTU_DISCOVER would ask for.
    socket.set_tcp_nodelay(true)?;
    // Closing resets the connection instead of sending on in the background.
    socket.set_linger(Some(Duration::ZERO))?;
    if let Some(limit) = limit {
        socket.set_tcp_mss(limit.saturating_sub(ip_header(address) + TCP_HEADER))?;
    }
    TcpSocket::from_std_stream(socket.into())
        .connect(address)
        .await
}

/// What a connection sends at most.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    /// Bytes of data in a segment.
    segment: u32,
    /// Bytes of a packet, as far as the kernel knows the path.
    mtu: u32,
    /// Bytes of headers in front of the data.
    headers: u32,
}

impl Sizes {
    fn of(stream: &TcpStream) -> io::Result<Self> {
        Ok(Self {
            segment: SockRef::from(stream).tcp_mss()?,
            // It is the same for IPv6, where the option is asked of IPv4's level as well.
            mtu: u32::try_from(getsockopt(stream, IpMtu)?).unwrap_or(0),
            headers: headers(stream.peer_addr()?),
        })
    }

    /// The size of a packet with so many bytes of data.
    fn packet(&self, data: u32) -> u32 {
        (data + self.headers).min(self.mtu)
    }
}

/// Bytes of the headers of a packet with data. The kernel tells nobody whether the other end took the
/// timestamps that it was offered; all current systems do.
pub(super) fn headers(peer: SocketAddr) -> u32 {
    let timestamps = if offers_timestamps() { TIMESTAMPS } else { 0 };
    ip_header(peer) + TCP_HEADER + timestamps
}

fn offers_timestamps() -> bool {
    fs::read_to_string("/proc/sys/net/ipv4/tcp_timestamps").map_or(true, |text| text.trim() != "0")
}

enum Ending {
    Acknowledged,
    GivenUp,
    TooSoon { sent_again: u32 },
}

/// Waits until what was sent is acknowledged, or has been sent again for long enough.
async fn ending(stream: &TcpStream, patience: Patience) -> io::Result<Ending> {
    let began = Instant::now();
    let mut buffer = [0; 1 << 12];
    let mut pause = LOOK;
    loop {
        // That the other end spoke or closed says nothing: it may have done so before.
        let error = match stream.try_read(&mut buffer) {
            // Whoever talks on and on must not keep this from its end.
            Ok(1..) => None,
            Ok(0) => stream.take_error()?,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => Some(error),
        };
        if let Some(error) = error {
            return match error.kind() {
                io::ErrorKind::TimedOut => Ok(Ending::GivenUp),
                // Whoever resets a connection because of what it got has got it.
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                    Ok(Ending::Acknowledged)
                }
                _ => Err(error),
            };
        }
        let queue = Queue::of(stream)?;
        let waited = began.elapsed();
        if !queue.unacknowledged {
            return Ok(Ending::Acknowledged);
        }
        if waited >= patience.least && queue.sent_again >= ENOUGH {
            return Ok(Ending::GivenUp);
        }
        if waited >= patience.most {
            let sent_again = queue.sent_again;
            return Ok(Ending::TooSoon { sent_again });
        }
        sleep(pause).await;
        pause = (pause * 2).min(MANNERS);
    }
}
