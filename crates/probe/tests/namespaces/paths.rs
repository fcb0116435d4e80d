use std::net::IpAddr;

use awsvpc_auditor_engine::probe::{Handshake, PathSize, Standing, Target};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Reply};

use super::{at, ten_times};

const V4: IpAddr = Lab::SERVER;
const V6: IpAddr = Lab::SERVER_V6;

/// What must be told of a path.
#[derive(Debug, Clone, Copy)]
enum Truth {
    Carries(u32),
    Narrows(u32),
    /// Of the sizes that are tried, this is the largest that gets through.
    BlackHole(u32),
}

impl Truth {
    fn is_told(self, size: &PathSize) -> bool {
        match (self, size) {
            (Self::Carries(truth), PathSize::Carries { bytes })
            | (Self::Narrows(truth), PathSize::Narrows { bytes }) => truth == *bytes,
            (Self::BlackHole(truth), PathSize::BlackHole { carries, swallows }) => {
                *carries == Some(truth) && (truth + 1..=Lab::MTU).contains(swallows)
            }
            _ => false,
        }
    }
}

/// Asks for the path's size on ports of every kind.
fn every_port_tells(lab: &Lab, address: IpAddr, replies: &[Reply], truth: Truth) {
    for (reply, number) in replies.iter().zip(9000..) {
        let _port = lab.port(number, *reply).unwrap();
        let target = Target {
            tls: *reply == Reply::Tls,
            ..at(address, number)
        };
        ten_times(lab, &target, |probed| {
            let told = &probed.path;
            assert!(
                truth.is_told(told),
                "{reply:?} at {address}: {told:?}, not {truth:?}"
            );
        });
    }
}

#[test]
fn what_a_link_carries_is_told() {
    let cases = [
        (Link::Jumbo, V4, Truth::Carries(9001)),
        (Link::Jumbo, V6, Truth::Carries(9001)),
        (Link::Narrow(1500), V4, Truth::Narrows(1500)),
        (Link::Narrow(1500), V6, Truth::Narrows(1500)),
        (Link::BlackHole(1500), V4, Truth::BlackHole(1500)),
        (Link::BlackHole(1500), V6, Truth::BlackHole(1500)),
        (Link::BlackHole(8500), V4, Truth::BlackHole(8500)),
        (Link::BlackHole(1300), V4, Truth::BlackHole(1280)),
    ];
    let replies = [Reply::Nothing, Reply::Deaf, Reply::Close, Reply::Tls];
    std::thread::scope(|scope| {
        for (link, address, truth) in cases {
            scope.spawn(move || {
                let lab = Lab::new(link).unwrap();
                every_port_tells(&lab, address, &replies, truth);
            });
        }
    });
}

/// A server behind an ordinary interface says so, and nobody sends it more.
#[test]
fn a_path_is_no_larger_than_both_ends_agree() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let smaller = lab
        .server()
        .command("ip")
        .args(["link", "set", "eth0", "mtu", "1500"])
        .status();
    assert!(smaller.unwrap().success());
    for address in [V4, V6] {
        every_port_tells(&lab, address, &[Reply::Nothing], Truth::Carries(1500));
    }
}

/// With `tcp_mtu_probing` the client's kernel finds its way around a black hole after a while; it is
/// one all the same.
#[test]
fn a_black_hole_that_the_kernel_works_around_is_one() {
    let lab = Lab::new(Link::BlackHole(1500)).unwrap();
    lab.client()
        .write("/proc/sys/net/ipv4/tcp_mtu_probing", "1")
        .unwrap();
    let _port = lab.port(5432, Reply::Nothing).unwrap();
    ten_times(&lab, &at(V4, 5432), |probed| {
        let is_one = matches!(
            probed.path,
            PathSize::BlackHole {
                carries: Some(576..=1500),
                swallows: 8500..=9001
            }
        );
        assert!(is_one, "{:?}", probed.path);
        assert!(matches!(probed.standing(), Standing::Fails(_)));
    });
}

/// Only what the server sends is swallowed: its certificates never arrive.
#[test]
fn a_black_hole_on_the_way_back_is_one() {
    let lab = Lab::new(Link::BlackHoleBack(1500)).unwrap();
    let _tls = lab.port(443, Reply::LongTls).unwrap();
    let _deaf = lab.port(8443, Reply::Deaf).unwrap();
    for address in [V4, V6] {
        ten_times(&lab, &at(address, 443), |probed| {
            let hole = PathSize::BlackHole {
                carries: Some(1280),
                swallows: 9001,
            };
            assert_eq!(probed.path, hole);
            let told =
                matches!(probed.standing(), Standing::Fails(how) if how.contains("black hole"));
            assert!(told, "{:?}", probed.standing());
        });
    }
    // A server that never answers isn't behind one.
    ten_times(&lab, &at(V4, 8443), |probed| {
        assert_eq!(probed.path, PathSize::Carries { bytes: 9001 });
        assert!(matches!(probed.handshake, Handshake::Silent { .. }));
    });
}
