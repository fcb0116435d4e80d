use std::net::SocketAddr;

use awsvpc_auditor_engine::dependencies::text::Host;
use awsvpc_auditor_engine::probe::PathSize;

use super::clock::{Clock, Ended};
use super::handshake;
use super::interfaces;
use super::large::{self, Delivered, Fate, Patience};
use super::trust::Trust;

/// Packets that may get through where larger ones don't, in bytes: what a transit gateway, Ethernet, a
/// VPN and IPv6's links carry at least, and what every host takes.
/// See <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html>.
const SMALLER: [u32; 5] = [8500, 1500, 1400, 1280, 576];

/// A packet that every link carries: the least MTU of IPv6, in bytes.
const SMALL: u32 = 1280;

/// Finds out whether packets as large as both ends allow get through to an open port.
///
/// A connection's first packets are small: that it opened says that small ones get through. One large
/// packet that the kernel sends again and again without an acknowledgement has been swallowed, if a
/// smaller one with the same beginning is acknowledged on a connection of its own. If none is, it isn't
/// its size that stops it.
///
/// Each of the two rounds takes as long as a step at most.
pub(super) async fn measure(
    address: SocketAddr,
    server_name: Option<&str>,
    clock: &Clock,
) -> PathSize {
    match look(address, server_name, clock).await {
        Ok(size) => size,
        Err(Ended::Step(waited)) => PathSize::CantTell {
            why: format!("the connection for large packets didn't open within {waited}"),
        },
        Err(Ended::Whole) => PathSize::CantTell {
            why: clock.not_asked(),
        },
    }
}

async fn look(
    address: SocketAddr,
    server_name: Option<&str>,
    clock: &Clock,
) -> Result<PathSize, Ended> {
    let most = clock.step() * 9 / 10;
    // The kernel sends four times within the first time, by the default, and three times in the second.
    let first = Patience {
        least: clock.step() * 2 / 5,
        most,
    };
    let second = Patience {
        least: clock.step() / 5,
        most,
    };
    let bytes = match clock
        .wait(large::send(address, None, server_name, first))
        .await?
    {
        Fate::Unknown(why) => return Ok(PathSize::CantTell { why }),
        Fate::Delivered(delivered) => return Ok(carried(&delivered)),
        Fate::Swallowed { bytes } => bytes,
    };
    let smaller = SMALLER.into_iter().filter(|size| *size < bytes);
    let smaller = smaller.filter(|size| address.is_ipv4() || *size >= SMALL);
    let sends = smaller.map(|size| async move {
        let sent = clock.wait(large::send(address, Some(size), server_name, second));
        // One of them that doesn't even connect doesn't hide what the others say.
        sent.await
            .unwrap_or_else(|_| Fate::Unknown("no connection".to_owned()))
    });
    let smaller = futures_util::future::join_all(sends).await;
    Ok(swallowed(bytes, &smaller))
}

/// Finds out whether it is the size of its answers that keeps a port silent in a handshake: with small
/// ones, it answers. A server's certificates make its answer large; a client's part of it is small, and
/// gets through.
pub(super) async fn measure_answers(
    address: SocketAddr,
    host: &Host,
    trust: &Trust,
    clock: &Clock,
) -> Option<PathSize> {
    let stream = clock
        .wait(large::open(address, Some(SMALL)))
        .await
        .ok()?
        .ok()?;
    let local = stream.local_addr().ok()?;
    let answered = handshake::bytes_answered(stream, host, trust, clock).await;
    let answer = answered.ok().flatten()?;
    // A server that hangs now and then does so whatever the size: a large answer must fail once more.
    let stream = clock.wait(large::open(address, None)).await.ok()?.ok()?;
    let again = handshake::bytes_answered(stream, host, trust, clock).await;
    if !matches!(again, Err(Ended::Step(_))) {
        return None;
    }
    // What was swallowed is the first packet that holds no less than all of it, or as much as fits.
    let packet = u32::try_from(answer)
        .ok()?
        .saturating_add(large::headers(address));
    let swallows = packet.min(interfaces::mtu_at(local.ip())?);
    (swallows > SMALL).then_some(PathSize::BlackHole {
        carries: Some(SMALL),
        swallows,
    })
}

fn carried(delivered: &Delivered) -> PathSize {
    let interface = interfaces::mtu_at(delivered.local.ip());
    if interface.is_some_and(|mtu| delivered.path_mtu < mtu) {
        return PathSize::Narrows {
            bytes: delivered.path_mtu,
        };
    }
    // With `net.ipv4.tcp_mtu_probing` the kernel itself takes silence for a black hole, and sends less.
    if delivered.bytes < delivered.first {
        return PathSize::BlackHole {
            carries: Some(delivered.bytes),
            swallows: delivered.first,
        };
    }
    PathSize::Carries {
        bytes: delivered.bytes,
    }
}

fn swallowed(bytes: u32, smaller: &[Fate]) -> PathSize {
    let delivered = smaller.iter().filter_map(|fate| match fate {
        Fate::Delivered(delivered) => Some(delivered.bytes),
        _ => None,
    });
    let Some(carries) = delivered.max() else {
        return PathSize::CantTell {
            why: format!(
                "neither a packet of {bytes} bytes nor a smaller one with data was acknowledged: \
                 it isn't their size"
            ),
        };
    };
    let swallows = smaller.iter().filter_map(|fate| match fate {
        Fate::Swallowed { bytes } => Some(*bytes).filter(|bytes| *bytes > carries),
        _ => None,
    });
    PathSize::BlackHole {
        carries: Some(carries),
        swallows: swallows.min().unwrap_or(bytes),
    }
}
