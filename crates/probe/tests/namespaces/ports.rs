use std::net::IpAddr;

use awsvpc_auditor_engine::probe::{Connected, Handshake, Standing, Target};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Reply};
use awsvpc_auditor_probe::Limits;

use super::{ask, at, named, ten_times};

/// What is asked, and how a true answer is recognised.
type Case<Q, A> = (Q, fn(&A) -> bool);

#[test]
fn what_becomes_of_a_connection_is_told() {
    let cases: [Case<IpAddr, Connected>; 6] = [
        (
            Lab::SERVER,
            |c| matches!(c, Connected::Open { address: Some(a), .. } if *a == Lab::SERVER),
        ),
        (
            Lab::SERVER_V6,
            |c| matches!(c, Connected::Open { address: Some(a), .. } if *a == Lab::SERVER_V6),
        ),
        // The name server's address is another of the same host, where all is the same.
        (Lab::NAME_SERVER, |c| matches!(c, Connected::Open { .. })),
        (
            Lab::swallowed(1),
            |c| matches!(c, Connected::Silent { waited_ms } if waited_ms.0 >= 3_000),
        ),
        (
            Lab::UNREACHABLE,
            |c| matches!(c, Connected::NoWay { how } if how.contains("host unreachable")),
        ),
        (
            Lab::NO_ROUTE,
            |c| matches!(c, Connected::NoWay { how } if how.contains("network unreachable")),
        ),
    ];
    let lab = Lab::new(Link::Jumbo).unwrap();
    let _port = lab.port(5432, Reply::Nothing).unwrap();
    std::thread::scope(|scope| {
        let lab = &lab;
        for (address, is_told) in cases {
            scope.spawn(move || {
                ten_times(lab, &at(address, 5432), |probed| {
                    assert!(
                        is_told(&probed.connected),
                        "{address}: {:?}",
                        probed.connected
                    );
                });
            });
        }
        scope.spawn(|| {
            ten_times(lab, &at(Lab::SERVER, 5433), |probed| {
                let refused = matches!(probed.connected, Connected::Refused { .. });
                assert!(refused, "{:?}", probed.connected);
            });
        });
    });
}

/// Each in a network of its own: a router says so only so often.
#[test]
fn what_a_router_prohibits_is_told() {
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                let lab = Lab::new(Link::Jumbo).unwrap();
                let probe = ask(&lab, &[at(Lab::PROHIBITED, 443)], Limits::default());
                let told = &probe.targets[0].connected;
                let is_told =
                    matches!(told, Connected::NoWay { how } if how.contains("host unreachable"));
                assert!(is_told, "{told:?}");
            });
        }
    });
}

#[test]
fn what_the_client_itself_prohibits_is_told() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let prohibit = "ip route add prohibit 10.9.0.0/24";
    let done = lab.client().command("sh").args(["-c", prohibit]).status();
    assert!(done.unwrap().success());
    ten_times(&lab, &at(Lab::NO_ROUTE, 443), |probed| {
        let told =
            matches!(&probed.connected, Connected::NoWay { how } if how.contains("prohibit"));
        assert!(told, "{:?}", probed.connected);
    });
}

fn tls(address: IpAddr, port: u16) -> Target {
    Target {
        tls: true,
        ..at(address, port)
    }
}

#[test]
fn what_becomes_of_a_handshake_is_told() {
    let cases: [Case<Reply, Handshake>; 7] = [
        (Reply::Tls, |h| {
            matches!(
                h,
                Handshake::Done {
                    distrusted: Some(_),
                    ..
                }
            )
        }),
        (Reply::LongTls, |h| {
            matches!(
                h,
                Handshake::Done {
                    distrusted: Some(_),
                    ..
                }
            )
        }),
        (
            Reply::Nothing,
            |h| matches!(h, Handshake::Silent { waited_ms } if waited_ms.0 >= 3_000),
        ),
        (Reply::Deaf, |h| matches!(h, Handshake::Silent { .. })),
        (
            Reply::Close,
            |h| matches!(h, Handshake::Fails { how } if how.contains("the connection during")),
        ),
        (
            Reply::Greeting("220 mail.lab ESMTP\r\n"),
            |h| matches!(h, Handshake::Fails { how } if how.contains("isn't TLS")),
        ),
        (
            Reply::TlsAlert,
            |h| matches!(h, Handshake::Fails { how } if how.contains("alert")),
        ),
    ];
    let lab = Lab::new(Link::Jumbo).unwrap();
    std::thread::scope(|scope| {
        let lab = &lab;
        for ((reply, is_told), number) in cases.into_iter().zip(9000..) {
            scope.spawn(move || {
                let port = lab.port(number, reply).unwrap();
                for address in [Lab::SERVER, Lab::SERVER_V6] {
                    ten_times(lab, &tls(address, number), |probed| {
                        assert!(
                            is_told(&probed.handshake),
                            "{reply:?}: {:?}",
                            probed.handshake
                        );
                    });
                }
                let seen = port.seen();
                // One for the handshake and one for the path, and for silence one with small answers.
                let each = if matches!(reply, Reply::Nothing | Reply::Deaf) {
                    3
                } else {
                    2
                };
                assert_eq!(seen.connections, 20 * each, "{reply:?}");
                if matches!(reply, Reply::Tls | Reply::LongTls) {
                    assert_eq!(seen.bytes, 0, "nothing is sent within TLS");
                }
            });
        }
    });
}

#[test]
fn a_certificate_for_another_name_is_no_fault_of_the_network() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    lab.client()
        .write("/etc/hosts", "10.0.2.2 db.other\n")
        .unwrap();
    let _port = lab.port(443, Reply::Tls).unwrap();
    ten_times(&lab, &named("db.other", 443), |probed| {
        assert_eq!(probed.standing(), Standing::Works, "{probed:?}");
    });
}
