use std::net::{IpAddr, Ipv6Addr};

use awsvpc_auditor_engine::probe::{Connected, Resolved};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Names, Reply};
use awsvpc_auditor_probe::Limits;

use super::{ask, named, ten_times};

/// A name server's behaviour, and how an answer is recognised.
type Case = (Names, fn(&Resolved) -> bool);

#[test]
fn what_a_name_server_says_is_told() {
    let cases: [Case; 6] = [
        (
            Names::known([("db.lab", vec![Lab::SERVER])]),
            |resolved| matches!(resolved, Resolved::Addresses { addresses, .. } if addresses == &[Lab::SERVER]),
        ),
        // Neither the name, nor an address of it.
        (Names::known([]), |resolved| {
            matches!(resolved, Resolved::NoSuchName { .. })
        }),
        (Names::known([("db.lab", vec![])]), |resolved| {
            matches!(resolved, Resolved::NoSuchName { .. })
        }),
        (Names::Fails, |resolved| {
            *resolved
                == Resolved::ServerFails {
                    how: "SERVFAIL".to_owned(),
                }
        }),
        (Names::Refuses, |resolved| {
            *resolved
                == Resolved::ServerFails {
                    how: "REFUSED".to_owned(),
                }
        }),
        (
            Names::Silent,
            |resolved| matches!(resolved, Resolved::Silent { waited_ms } if waited_ms.0 >= 3_000),
        ),
    ];
    std::thread::scope(|scope| {
        for (names, is_told) in cases {
            scope.spawn(move || {
                let lab = Lab::new(Link::Jumbo).unwrap();
                let _server = lab.name_server(names.clone()).unwrap();
                ten_times(&lab, &named("db.lab", 5432), |probed| {
                    assert!(
                        is_told(&probed.resolved),
                        "{names:?}: {:?}",
                        probed.resolved
                    );
                });
            });
        }
    });
}

#[test]
fn without_a_name_server_that_is_told() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let how = "no name server is configured: /etc/resolv.conf names none".to_owned();
    ten_times(&lab, &named("db.lab", 5432), |probed| {
        assert_eq!(probed.resolved, Resolved::Fails { how: how.clone() });
        assert_eq!(probed.connected, Connected::NotTried);
    });
}

#[test]
fn a_name_server_that_swallows_is_silent() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let swallowed = format!("nameserver {}\n", Lab::swallowed(53));
    lab.resolv_conf(&swallowed).unwrap();
    ten_times(&lab, &named("db.lab", 5432), |probed| {
        assert!(
            matches!(probed.resolved, Resolved::Silent { .. }),
            "{:?}",
            probed.resolved
        );
    });
    // The second one is asked as well.
    let _server = lab
        .name_server(Names::known([("db.lab", vec![Lab::SERVER])]))
        .unwrap();
    let both = format!("{swallowed}nameserver {}\n", Lab::NAME_SERVER);
    lab.resolv_conf(&both).unwrap();
    ten_times(&lab, &named("db.lab", 5432), |probed| {
        assert!(
            matches!(probed.resolved, Resolved::Addresses { .. }),
            "{:?}",
            probed.resolved
        );
    });
    let probe = ask(&lab, &[], Limits::default());
    assert_eq!(probe.name_servers, [Lab::swallowed(53), Lab::NAME_SERVER]);
}

/// The addresses of one target, which must resolve.
fn addresses(lab: &Lab, name: &str) -> Vec<IpAddr> {
    let probe = ask(lab, &[named(name, 5432)], Limits::default());
    match &probe.targets[0].resolved {
        Resolved::Addresses { addresses, .. } => addresses.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn names_are_looked_up_as_programs_do() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let global = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
    let server = lab
        .name_server(Names::known([
            ("both.lab", vec![Lab::SERVER_V6, Lab::SERVER]),
            ("no-way.lab", vec![global, Lab::SERVER]),
            ("short.corp.lab", vec![Lab::SERVER]),
        ]))
        .unwrap();
    lab.client()
        .write("/etc/hosts", "10.0.2.2 hosts.lab alias\n")
        .unwrap();
    assert_eq!(addresses(&lab, "hosts.lab"), [Lab::SERVER]);
    assert_eq!(addresses(&lab, "alias"), [Lab::SERVER]);
    assert_eq!(server.asked(), 0, "the hosts file is enough");

    // What RFC 6724 prefers: IPv4 to unique local addresses, and what there is a way to.
    assert_eq!(addresses(&lab, "both.lab"), [Lab::SERVER, Lab::SERVER_V6]);
    assert_eq!(addresses(&lab, "no-way.lab"), [Lab::SERVER, global]);

    let conf = format!(
        "nameserver {}\nsearch nowhere.lab corp.lab\n",
        Lab::NAME_SERVER
    );
    lab.resolv_conf(&conf).unwrap();
    assert_eq!(addresses(&lab, "short"), [Lab::SERVER]);
}

#[test]
fn the_first_address_that_opens_wins() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let addresses = vec![
        Lab::swallowed(1),
        Lab::UNREACHABLE,
        Lab::SERVER,
        Lab::SERVER_V6,
    ];
    let _server = lab
        .name_server(Names::known([("db.lab", addresses)]))
        .unwrap();
    let _port = lab.port(5432, Reply::Nothing).unwrap();
    ten_times(&lab, &named("db.lab", 5432), |probed| {
        let opened = matches!(probed.connected, Connected::Open { address: Some(a), .. } if a == Lab::SERVER);
        assert!(opened, "{:?}", probed.connected);
    });
}
