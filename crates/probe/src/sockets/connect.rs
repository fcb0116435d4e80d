use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use awsvpc_auditor_engine::probe::{Connected, Took};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::clock::{Clock, Ended};

/// As many addresses of a name are tried: more than any AWS service answers with.
const MAX_ADDRESSES: usize = 16;
/// How long an application waits for one address before it tries the next as well: "Connection Attempt
/// Delay" of RFC 8305, section 8.
const DELAY: Duration = Duration::from_millis(250);

/// A connection, and where it leads.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) stream: TcpStream,
    pub(super) address: SocketAddr,
}

/// How an address failed, the more telling the greater.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Failure {
    CantTell(String),
    Fails(String),
    NoWay(String),
    Refused,
    Silent,
}

/// Tries the addresses in their order, each a little later than the one before. The first that opens
/// wins. One that stays silent says more than one that refuses: packets to it are swallowed.
pub(super) async fn connect(
    addresses: &[IpAddr],
    port: u16,
    clock: &Clock,
) -> (Connected, Option<Open>) {
    let began = Instant::now();
    let tried = addresses.get(..MAX_ADDRESSES).unwrap_or(addresses);
    let count = u32::try_from(tried.len()).unwrap_or(u32::MAX).max(1);
    let delay = DELAY.min(clock.step() / 2 / count);
    let mut attempts: FuturesUnordered<_> = (0..)
        .zip(tried)
        .map(|(turn, address)| attempt(SocketAddr::new(*address, port), delay * turn))
        .collect();
    let first = async {
        let mut worst = None;
        while let Some(attempt) = attempts.next().await {
            match attempt {
                Ok(open) => return Ok(open),
                Err(failure) => worst = worst.max(Some(failure)),
            }
        }
        Err(worst)
    };
    let failure = match clock.wait(first).await {
        Ok(Ok(open)) => {
            let connected = Connected::Open {
                address: Some(open.address.ip()),
                took_ms: began.elapsed().into(),
            };
            return (connected, Some(open));
        }
        Ok(Err(failure)) => {
            failure.unwrap_or(Failure::CantTell("the name has no address".to_owned()))
        }
        Err(Ended::Step(_)) => Failure::Silent,
        Err(Ended::Whole) => Failure::CantTell(clock.not_asked()),
    };
    (told(failure, began.elapsed().into()), None)
}

fn told(failure: Failure, took: Took) -> Connected {
    match failure {
        Failure::Silent => Connected::Silent { waited_ms: took },
        Failure::Refused => Connected::Refused { took_ms: took },
        Failure::NoWay(how) => Connected::NoWay { how },
        Failure::Fails(how) => Connected::Fails { how },
        Failure::CantTell(why) => Connected::CantTell { why },
    }
}

async fn attempt(address: SocketAddr, delay: Duration) -> Result<Open, Failure> {
    sleep(delay).await;
    match TcpStream::connect(address).await {
        Ok(stream) => Ok(Open { stream, address }),
        Err(error) => Err(failure(&error, address.ip())),
    }
}

fn failure(error: &io::Error, address: IpAddr) -> Failure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::Refused,
        io::ErrorKind::TimedOut => Failure::Silent,
        io::ErrorKind::NetworkUnreachable => Failure::NoWay(format!(
            "there is no route to {address} (network unreachable)"
        )),
        io::ErrorKind::HostUnreachable => Failure::NoWay(format!(
            "a router, or this host, says that {address} can't be reached (host unreachable)"
        )),
        io::ErrorKind::PermissionDenied => Failure::NoWay(format!(
            "this host's own routes or packet filter prohibit {address} (permission denied)"
        )),
        io::ErrorKind::AddrNotAvailable => Failure::NoWay(format!(
            "this host has no address from which to reach {address}"
        )),
        _ if is_exhausted(error) => Failure::CantTell(format!("no socket could be made: {error}")),
        _ => Failure::Fails(error.to_string()),
    }
}

/// Whether this process or host has no room for another socket.
fn is_exhausted(error: &io::Error) -> bool {
    use nix::errno::Errno::{EMFILE, ENFILE, ENOBUFS, ENOMEM};
    let code = error.raw_os_error();
    [EMFILE, ENFILE, ENOBUFS, ENOMEM]
        .iter()
        .any(|errno| code == Some(*errno as i32))
}
