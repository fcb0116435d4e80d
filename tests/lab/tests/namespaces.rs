//! The networks are what they say: seen by the machine's own tools.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use awsvpc_auditor_lab::namespaces::{Lab, LabError, Link, Names, Reply};

const SOON: Duration = Duration::from_secs(10);

fn connect(lab: &Lab, address: SocketAddr, within: Duration) -> io::Result<TcpStream> {
    lab.client()
        .run(|| TcpStream::connect_timeout(&address, within))
        .map_err(io::Error::other)?
}

/// What the client's kernel has learned about the way to an address.
fn route(lab: &Lab, address: IpAddr) -> io::Result<String> {
    let mut ip = lab.client().command("ip");
    let output = ip.args(["route", "get", &address.to_string()]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_command_runs_within_the_client() -> Result<(), LabError> {
    let lab = Lab::new(Link::Jumbo)?;
    lab.resolv_conf("nameserver 10.0.2.53\n")?;
    let shows = "cat /sys/class/net/eth0/mtu /etc/resolv.conf; ls /sys/class/net";
    let output = lab.client().command("sh").args(["-c", shows]).output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    let lines: Vec<_> = output.split_whitespace().collect();
    assert_eq!(lines, ["9001", "nameserver", "10.0.2.53", "eth0", "lo"]);
    Ok(())
}

#[test]
fn ports_answer_by_both_protocols_and_close_with_the_lab() -> Result<(), LabError> {
    let lab = Lab::new(Link::Jumbo)?;
    let port = lab.port(5432, Reply::Greeting("hello\n"))?;
    for host in [Lab::SERVER, Lab::SERVER_V6] {
        let mut stream = connect(&lab, (host, 5432).into(), SOON).unwrap();
        let mut greeting = [0; 6];
        stream.read_exact(&mut greeting).unwrap();
        assert_eq!(&greeting, b"hello\n");
    }
    assert_eq!(port.seen().connections, 2);
    drop(port);
    let refused = connect(&lab, (Lab::SERVER, 5432).into(), SOON).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    Ok(())
}

#[test]
fn addresses_without_a_way_say_why() -> Result<(), LabError> {
    use std::io::ErrorKind::{HostUnreachable, NetworkUnreachable, TimedOut};
    let lab = Lab::new(Link::Jumbo)?;
    for (host, within, kind) in [
        (Lab::UNREACHABLE, SOON, HostUnreachable),
        (Lab::PROHIBITED, SOON, HostUnreachable),
        (Lab::NO_ROUTE, SOON, NetworkUnreachable),
        (Lab::swallowed(7), Duration::from_millis(300), TimedOut),
    ] {
        let error = connect(&lab, (host, 80).into(), within).unwrap_err();
        assert_eq!(error.kind(), kind, "{host}: {error}");
    }
    Ok(())
}

/// What a link does to 9 kB that are written at once.
#[test]
fn links_carry_what_they_say() -> Result<(), LabError> {
    for (link, arrives) in [
        (Link::Jumbo, true),
        (Link::Narrow(1500), true),
        (Link::BlackHole(1500), false),
        (Link::BlackHoleBack(1500), true),
    ] {
        let lab = Lab::new(link)?;
        let port = lab.port(80, Reply::Nothing)?;
        for host in [Lab::SERVER, Lab::SERVER_V6] {
            let before = port.seen().bytes;
            let mut stream = connect(&lab, (host, 80).into(), SOON).unwrap();
            stream.write_all(&[0; 9_000]).unwrap();
            let until = Instant::now()
                + if arrives {
                    SOON
                } else {
                    Duration::from_millis(700)
                };
            while Instant::now() < until && port.seen().bytes < before + 9_000 {
                std::thread::sleep(Duration::from_millis(10));
            }
            let has_arrived = port.seen().bytes == before + 9_000;
            assert_eq!(has_arrived, arrives, "{link:?} to {host}");
            let learns = link == Link::Narrow(1500);
            let route = route(&lab, host).unwrap();
            assert_eq!(route.contains("mtu 1500"), learns, "{link:?}: {route}");
        }
    }
    Ok(())
}

#[test]
fn a_name_server_answers_as_it_was_told() -> Result<(), LabError> {
    let known = Names::known([("db.lab", vec![Lab::SERVER])]);
    // A question for the address of db.lab, and the codes that RFC 1035 gives to answers.
    let question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x02db\x03lab\0\0\x01\0\x01";
    for (names, code) in [
        (known, Some(0)),
        (Names::known([]), Some(3)),
        (Names::Fails, Some(2)),
        (Names::Refuses, Some(5)),
        (Names::Silent, None),
    ] {
        let lab = Lab::new(Link::Jumbo)?;
        let server = lab.name_server(names.clone())?;
        let ask = || {
            let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
            socket
                .set_read_timeout(Some(if code.is_some() { SOON } else { SOON / 20 }))
                .unwrap();
            socket.send_to(question, (Lab::NAME_SERVER, 53)).unwrap();
            let mut answer = [0; 512];
            let length = socket.recv(&mut answer).ok()?;
            Some(answer[..length].to_vec())
        };
        let answer = lab.client().run(ask)?;
        assert_eq!(
            answer.as_ref().map(|bytes| bytes[3] & 15),
            code,
            "{names:?}"
        );
        if code == Some(0) {
            assert!(answer.unwrap().ends_with(&[0, 4, 10, 0, 2, 2]));
        }
        assert_eq!(server.asked(), 1);
    }
    Ok(())
}
