use std::fs::{self, File};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::MetadataExt;

use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};
use tokio::net::TcpStream;

/// What a connection still has to send. The calls that ask the socket itself, `SIOCOUTQ` and `TCP_INFO`,
/// take unsafe code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Queue {
    /// Whether something isn't acknowledged.
    pub(super) unacknowledged: bool,
    /// How often in a row it was sent again.
    pub(super) sent_again: u32,
}

impl Queue {
    /// Asks the kernel by its `sock_diag`(7), or where that isn't built in, by its table of all connections,
    /// which takes some milliseconds to read on a large machine.
    pub(super) fn of(stream: &TcpStream) -> io::Result<Self> {
        match from_diag(stream) {
            Ok(queue) => Ok(queue),
            Err(_) => from_table(stream),
        }
    }
}

/// `SOCK_DIAG_BY_FAMILY` of `linux/sock_diag.h`.
const BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST` of `linux/netlink.h`.
const REQUEST: u16 = 1;
/// The length of a netlink message's header, `struct nlmsghdr`.
const HEADER: usize = 16;
/// The length of `struct inet_diag_req_v2`.
const QUESTION: usize = 56;

fn from_diag(stream: &TcpStream) -> io::Result<Queue> {
    let question = question(stream.local_addr()?, stream.peer_addr()?);
    let diag = socket(
        AddressFamily::Netlink,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkSockDiag,
    )?;
    let kernel = NetlinkAddr::new(0, 0);
    sendto(diag.as_raw_fd(), &question, &kernel, MsgFlags::empty())?;
    let mut answer = [0; 1 << 10];
    // The kernel has answered before the call for sending returns.
    let length = recv(diag.as_raw_fd(), &mut answer, MsgFlags::MSG_DONTWAIT)?;
    answer
        .get(..length)
        .and_then(read_answer)
        .ok_or_else(|| io::Error::other("the kernel doesn't know the connection"))
}

/// A netlink header, and what `linux/inet_diag.h` has for one connection.
fn question(local: SocketAddr, peer: SocketAddr) -> Vec<u8> {
    let family = match local {
        SocketAddr::V4(_) => AddressFamily::Inet,
        SocketAddr::V6(_) => AddressFamily::Inet6,
    };
    let mut bytes = Vec::with_capacity(HEADER + QUESTION);
    let length = u32::try_from(HEADER + QUESTION).unwrap_or_default();
    bytes.extend(length.to_ne_bytes());
    bytes.extend(BY_FAMILY.to_ne_bytes());
    bytes.extend(REQUEST.to_ne_bytes());
    // Sequence number and sender.
    bytes.extend([0; 8]);
    // Family, TCP, no extensions, padding, all states.
    bytes.extend([family as u8, 6, 0, 0]);
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(local.port().to_be_bytes());
    bytes.extend(peer.port().to_be_bytes());
    for address in [local.ip(), peer.ip()] {
        match address {
            IpAddr::V4(v4) => bytes.extend([&v4.octets()[..], &[0; 12]].concat()),
            IpAddr::V6(v6) => bytes.extend(v6.octets()),
        }
    }
    // Any interface, any cookie.
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend([0xff; 8]);
    bytes
}

/// `struct inet_diag_msg` behind a netlink header.
fn read_answer(bytes: &[u8]) -> Option<Queue> {
    let is_answer = bytes.get(4..6)? == BY_FAMILY.to_ne_bytes();
    let message = bytes.get(HEADER..).filter(|_| is_answer)?;
    let unacknowledged = message.get(60..64)?.try_into().ok()?;
    Some(Queue {
        unacknowledged: u32::from_ne_bytes(unacknowledged) > 0,
        sent_again: (*message.get(3)?).into(),
    })
}

fn from_table(stream: &TcpStream) -> io::Result<Queue> {
    let inode = File::from(stream.as_fd().try_clone_to_owned()?)
        .metadata()?
        .ino();
    let version = if stream.local_addr()?.is_ipv4() {
        "tcp"
    } else {
        "tcp6"
    };
    let table = fs::read_to_string(format!("/proc/thread-self/net/{version}"))?;
    let queue = table.lines().find_map(|line| in_line(line, inode));
    // The kernel has just closed it: the next look finds out why.
    Ok(queue.unwrap_or(Queue {
        unacknowledged: true,
        sent_again: 0,
    }))
}

/// Columns: number, local address, remote address, state, queues, timer, times sent again, user, timeout,
/// inode.
fn in_line(line: &str, inode: u64) -> Option<Queue> {
    let columns: Vec<_> = line.split_whitespace().collect();
    let is_own = columns.get(9)?.parse::<u64>().ok()? == inode;
    let (unacknowledged, _) = columns.get(4)?.split_once(':')?;
    is_own.then_some(Queue {
        unacknowledged: u64::from_str_radix(unacknowledged, 16).ok()? > 0,
        sent_again: u32::from_str_radix(columns.get(6)?, 16).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    use super::*;

    /// Both ways of asking agree, about a connection with nothing to send and one that is stuck.
    #[tokio::test]
    async fn the_kernel_tells_what_is_not_acknowledged() {
        for local in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(local).unwrap();
            let stream = TcpStream::connect(listener.local_addr().unwrap())
                .await
                .unwrap();
            let (_peer, _) = listener.accept().unwrap();
            let idle = Queue {
                unacknowledged: false,
                sent_again: 0,
            };
            assert_eq!(from_diag(&stream).unwrap(), idle);
            assert_eq!(from_table(&stream).unwrap(), idle);

            // Nobody reads, so that the other end's window closes.
            let stream = stream.into_std().unwrap();
            let until = Instant::now() + Duration::from_secs(10);
            while (&stream).write(&[0; 1 << 12]).is_ok() && Instant::now() < until {}
            let stream = TcpStream::from_std(stream).unwrap();
            assert!(from_diag(&stream).unwrap().unacknowledged);
            assert!(from_table(&stream).unwrap().unacknowledged);
        }
    }
}
