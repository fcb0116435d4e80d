//! Links that are narrower than the interfaces.

use awsvpc_auditor_engine::probe::{Handshake, PathSize, Standing};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Reply};
use awsvpc_auditor_probe::script::Script;

use crate::network::{ask, ten_runs};
use crate::{limits, targets};

/// What swallows large packets without a word.
const BLACK_HOLE: PathSize = PathSize::BlackHole {
    carries: Some(1500),
    swallows: 8500,
};

#[test]
fn black_holes_are_told_from_narrow_links_by_every_shell() {
    std::thread::scope(|scope| {
        for (link, expected) in [
            (Link::Jumbo, PathSize::Carries { bytes: 9001 }),
            (Link::Narrow(1500), PathSize::Narrows { bytes: 1500 }),
            (Link::BlackHole(1500), BLACK_HOLE),
            // The answers to ping come in fragments, so that only the way there is measured.
            (Link::BlackHoleBack(1500), PathSize::Carries { bytes: 9001 }),
        ] {
            scope.spawn(move || told_in_ten_runs(link, &expected));
        }
    });
}

fn told_in_ten_runs(link: Link, expected: &PathSize) {
    let lab = Lab::new(link).unwrap();
    let _ports = [
        lab.port(5432, Reply::Nothing).unwrap(),
        lab.port(443, Reply::LongTls).unwrap(),
    ];
    let targets = targets(&["10.0.2.2:5432", "10.0.2.2:443/tls", "[fd00:2::2]:5432"]);
    // Routers don't make fragments of IPv6; what is sent gets there all the same.
    let expected_v6 = match link {
        Link::BlackHoleBack(_) => &PathSize::CantTell {
            why: "large pings are swallowed, and large messages of TCP get through: its segments may be \
                  clamped"
                .to_owned(),
        },
        _ => expected,
    };
    // BusyBox can't ask that, and prefers itself.
    let runs = ten_runs().chain(ten_runs());
    let runs = runs.filter(|(shell, _)| shell[0] != "busybox").take(10);
    for (shell, line) in runs {
        let script = Script::new(&targets, &limits(3, 20));
        let probe = ask(&lab, &script, shell, line);
        for (probed, expected) in probe.targets.iter().zip([expected, expected, expected_v6]) {
            assert_eq!(probed.path, *expected, "{shell:?} {line:?} {link:?}");
            if matches!(expected, PathSize::BlackHole { .. }) {
                assert!(matches!(probed.standing(), Standing::Fails(_)));
            }
        }
        let handshake = &probe.targets[1].handshake;
        match link {
            // The certificates don't come through.
            Link::BlackHoleBack(_) => assert!(
                matches!(handshake, Handshake::Silent { .. }),
                "{handshake:?}"
            ),
            _ => assert!(matches!(handshake, Handshake::Done { .. }), "{handshake:?}"),
        }
    }
}

#[test]
fn what_answers_no_ping_is_not_a_black_hole() {
    let lab = Lab::new(Link::BlackHole(1500)).unwrap();
    let _port = lab.port(5432, Reply::Nothing).unwrap();
    lab.server()
        .write("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1")
        .unwrap();
    let cant_tell = PathSize::CantTell {
        why: "the target doesn't answer ping".to_owned(),
    };
    for (_, line) in ten_runs() {
        let script = Script::new(&targets(&["10.0.2.2:5432"]), &limits(3, 20));
        let probe = ask(&lab, &script, &["dash"], line);
        assert_eq!(probe.targets[0].path, cant_tell);
        assert_eq!(probe.targets[0].standing(), Standing::Works);
    }
}
