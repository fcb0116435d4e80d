//! What pings say of a path, and what TCP says beside them.

use awsvpc_auditor_engine::probe::PathSize;

use crate::words::probed;

/// Echo requests of this size got lost.
fn lost(size: u32) -> String {
    format!("1 path {size} 1600 1 3 packets transmitted, 0 received, 100% packet loss, time 600ms")
}

/// They were answered.
fn got(size: u32) -> String {
    format!("1 path {size} 20 0 1 received, 0% packet loss")
}

/// Something was said of them.
fn said_of(size: u32, words: &str) -> String {
    format!("1 path {size} 20 1 {words}")
}

fn cant_tell(why: &str) -> PathSize {
    PathSize::CantTell {
        why: why.to_owned(),
    }
}

/// What pings come to where TCP's large messages are swallowed, too.
fn by_pings(lines: &[String]) -> PathSize {
    let before = [
        "1 dns getent 9 0 [10.0.0.7] 10.0.0.7 STREAM",
        "1 tcp bash 9 0",
    ];
    let lines = before.into_iter().chain(lines.iter().map(String::as_str));
    let lines = lines.chain([
        "1 small openssl 3000 137",
        "1 large openssl 3000 137",
        "1 untaken 1 9200",
    ]);
    probed(&lines.collect::<Vec<_>>()).path
}

#[test]
fn paths() {
    let hole = |carries, swallows| PathSize::BlackHole { carries, swallows };
    let unsure = cant_tell("the answers to ping contradict each other");
    let unreachable =
        "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable|+3 errors, 100% packet loss";
    let no_socket = "ping: socktype: SOCK_RAW|ping: socket: Operation not permitted";
    for (lines, expected) in [
        (
            vec![got(1400), got(9001)],
            PathSize::Carries { bytes: 9001 },
        ),
        (
            vec![got(1400), lost(9001), got(8500), got(1400)],
            hole(Some(8500), 9001),
        ),
        (
            vec![got(1400), lost(9001), lost(8500), got(1500), got(1400)],
            hole(Some(1500), 8500),
        ),
        (
            vec![got(1400), lost(9001), lost(8500), lost(1500), got(1400)],
            hole(Some(1400), 1500),
        ),
        (
            vec![got(1400), lost(9001), lost(8500), lost(1500), lost(1400)],
            unsure.clone(),
        ),
        (
            vec![got(1400), said_of(9001, unreachable), got(1400)],
            unsure,
        ),
        (
            vec![lost(1400)],
            cant_tell("the target doesn't answer ping"),
        ),
        (
            vec![said_of(1400, "ping: invalid option -- 'M'")],
            cant_tell("the image's ping can't keep packets whole"),
        ),
        (
            vec![said_of(1400, no_socket)],
            cant_tell("ping: socket: Operation not permitted"),
        ),
        (vec![], cant_tell("the answer is missing from the output")),
    ] {
        assert_eq!(by_pings(&lines), expected, "{lines:?}");
    }
}

#[test]
fn paths_that_tell_their_size() {
    let needed =
        |mtu: u32| format!("From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = {mtu})");
    for after in [
        vec![said_of(
            9001,
            &format!("{}|+3 errors, 100% packet loss", needed(1500)),
        )],
        vec![said_of(
            9001,
            "ping: local error: message too long, mtu=1500",
        )],
        vec![said_of(
            9001,
            "From fd00::1 icmp_seq=1 Packet too big: mtu=1500",
        )],
        vec![said_of(9001, &needed(1500)), got(1500)],
        vec![
            said_of(9001, &needed(8500)),
            said_of(8500, &needed(1500)),
            got(1500),
        ],
    ] {
        let lines = [vec![got(1400)], after].concat();
        assert_eq!(
            by_pings(&lines),
            PathSize::Narrows { bytes: 1500 },
            "{lines:?}"
        );
    }
    // Behind the link that tells lies one that doesn't.
    let lines = [
        got(1400),
        said_of(9001, &needed(8500)),
        lost(8500),
        lost(1500),
        got(1400),
    ];
    let hole = PathSize::BlackHole {
        carries: Some(1400),
        swallows: 1500,
    };
    assert_eq!(by_pings(&lines), hole);
}

/// Large pings are swallowed, and TCP may fare otherwise.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn paths_beside_handshakes() {
    let hole = PathSize::BlackHole {
        carries: Some(8500),
        swallows: 9001,
    };
    let cant_tell = |why: &str| PathSize::CantTell {
        why: format!("large pings are swallowed, and {why}"),
    };
    let passes = cant_tell("large messages of TCP get through: its segments may be clamped");
    let unsure = cant_tell(
        "nobody could ask whether large messages of TCP are: its segments may be clamped",
    );
    let done = "1 tls openssl 90 0 New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384";
    let silent = "1 tls openssl 3000 137";
    let not_asked = "1 late tls";
    let ended = "3000 137";
    let closed = "9 1 139:error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading";
    let shaken = "90 0 New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384";
    let alert = "90 1 139:error:0A000460:SSL routines:ssl3_read_bytes:tlsv1 alert no application \
                 protocol:rec_layer_s3.c:1584:SSL alert number 120|New, (NONE), Cipher is (NONE)";
    for (handshake, small, large, untaken, expected) in [
        (done, None, None, None, &unsure),
        (not_asked, None, None, None, &unsure),
        (silent, None, None, None, &unsure),
        // Nobody took the large one, and somebody the small one.
        (done, Some(shaken), Some(ended), Some("9200"), &hole),
        (not_asked, Some(ended), Some(ended), Some("1 9200"), &hole),
        (not_asked, Some(ended), Some(ended), Some("9200 0"), &hole),
        (not_asked, Some(closed), Some(ended), Some("9200"), &hole),
        (silent, Some(ended), Some(ended), Some("0 9200"), &hole),
        // Nobody took either: it isn't the size.
        (
            not_asked,
            Some(ended),
            Some(ended),
            Some("320 9200"),
            &unsure,
        ),
        (silent, Some(ended), Some(ended), Some("320 9200"), &unsure),
        // Somebody took both, and takes his time.
        (not_asked, Some(ended), Some(ended), Some("1 1"), &passes),
        (silent, Some(ended), Some(ended), Some("0 0"), &passes),
        (done, Some(shaken), Some(ended), Some("1"), &passes),
        (not_asked, Some(closed), Some(ended), Some("0"), &passes),
        // One of them never opened, or nobody could look.
        (not_asked, Some(ended), Some(ended), Some("1"), &unsure),
        (not_asked, Some(ended), Some(ended), Some(""), &unsure),
        (done, Some(shaken), Some(ended), None, &unsure),
        // Another's connection, which began meanwhile.
        (
            not_asked,
            Some(ended),
            Some(ended),
            Some("2802448 1 1"),
            &passes,
        ),
        (done, Some(shaken), Some(shaken), Some(""), &passes),
        // Kept open until it was ended.
        (
            done,
            Some(shaken),
            Some("3000 137 New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384"),
            Some("1"),
            &passes,
        ),
        (done, Some(shaken), Some(alert), Some(""), &passes),
        (
            done,
            Some(shaken),
            Some("9 1 s_client: Option unknown option -alpn"),
            Some(""),
            &unsure,
        ),
        (
            done,
            Some(shaken),
            Some("9 1 connect:errno=111|139:error:Connection refused"),
            Some(""),
            &unsure,
        ),
        (
            not_asked,
            Some("9 1 connect:errno=111"),
            Some(ended),
            Some("9200"),
            &unsure,
        ),
        (
            done,
            Some(shaken),
            Some("9 139 Segmentation fault"),
            Some(""),
            &unsure,
        ),
    ] {
        let small = small.map(|line| format!("1 small openssl {line}"));
        let large = large.map(|line| format!("1 large openssl {line}"));
        let untaken = untaken.map(|counts| format!("1 untaken {counts}"));
        let lines = [
            "1 dns getent 9 0 [10.0.0.7] 10.0.0.7 STREAM",
            "1 tcp bash 9 0",
            handshake,
            "1 path 1400 20 0 2 received, 0% packet loss",
            "1 path 9001 1600 1 3 packets transmitted, 0 received, 100% packet loss, time 600ms",
            "1 path 8500 20 0 3 received, 0% packet loss",
            "1 path 1400 20 0 2 received, 0% packet loss",
        ];
        let more = [&small, &large, &untaken];
        let more = more.into_iter().filter_map(|line| line.as_deref());
        let lines: Vec<&str> = lines.into_iter().chain(more).collect();
        assert_eq!(&probed(&lines).path, expected, "{lines:?}");
    }
}
