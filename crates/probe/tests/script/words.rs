//! The words of tools, as their versions say them.

use awsvpc_auditor_engine::probe::{Connected, Handshake, Probed, Resolved, Standing};

use crate::read;
use crate::transcripts::{said, script};

/// What is known of `refused.example.com:443/tls` from these lines.
pub(crate) fn probed(lines: &[&str]) -> Probed {
    probed_of("refused.example.com:443/tls", lines)
}

fn probed_of(target: &str, lines: &[&str]) -> Probed {
    let script = script(&[target]);
    let tools = "0 has sleep getent nslookup dig host bash nc curl wget python3 perl openssl ping";
    let lines = [&[tools, "0 if eth0 9001"], lines].concat();
    let transcript = format!("{}{}", said(&script, &lines), script.end_marker());
    read(&script, &transcript).unwrap().targets.remove(0)
}

/// The name of a variant, with the text that it holds.
fn short(answer: impl std::fmt::Debug) -> String {
    let text = format!("{answer:?}");
    let (name, rest) = text.split_once(' ').unwrap_or((&text, ""));
    let said = rest.split('"').nth(1);
    said.map_or(name.to_owned(), |said| format!("{name}: {said}"))
}

/// What another tool says where `getent` finds nothing.
const NAMES: [(&str, &str); 19] = [
    (
        "dig 9 0 ;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1",
        "NoSuchName",
    ),
    (
        "dig 9 0 ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1",
        "NoSuchName",
    ),
    (
        "dig 9 0 ;; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 1",
        "ServerFails: SERVFAIL",
    ),
    (
        "dig 9 0 ;; ->>HEADER<<- opcode: QUERY, status: REFUSED, id: 1",
        "ServerFails: REFUSED",
    ),
    (
        "dig 4000 9 ;; connection timed out; no servers could be reached",
        "Silent",
    ),
    (
        "dig 9 9 ;; communications error to 10.0.0.2#53: connection refused|;; no servers could be reached",
        "ServerFails: nothing listens on its port",
    ),
    (
        "nslookup 9 1 Server: 10.0.0.2|Address: 10.0.0.2#53|** server can't find refused.example.com: NXDOMAIN",
        "NoSuchName",
    ),
    (
        "nslookup 9 1 Server: 10.0.0.2|** server can't find refused.example.com: REFUSED",
        "ServerFails: REFUSED",
    ),
    (
        "nslookup 9 0 Server: 10.0.0.2|Address: 10.0.0.2:53",
        "NoSuchName",
    ),
    (
        "nslookup 9 1 *** Can't find refused.example.com: No answer",
        "NoSuchName",
    ),
    (
        "nslookup 9 1 nslookup: can't resolve 'refused.example.com': Name does not resolve",
        "NoSuchName",
    ),
    (
        "nslookup 4000 1 ;; connection timed out; no servers could be reached",
        "Silent",
    ),
    (
        "host 9 1 Host refused.example.com not found: 3(NXDOMAIN)",
        "NoSuchName",
    ),
    (
        "host 9 1 Host refused.example.com not found: 2(SERVFAIL)",
        "ServerFails: SERVFAIL",
    ),
    ("host 9 0 refused.example.com has no A record", "NoSuchName"),
    (
        "python3 9 1 socket.gaierror: [Errno -2] Name or service not known",
        "NoSuchName",
    ),
    (
        "python3 9 1 socket.gaierror: [Errno -3] Temporary failure in name resolution",
        "Fails: socket.gaierror: [Errno -3] Temporary failure in name resolution",
    ),
    ("perl 9 2 Name or service not known", "NoSuchName"),
    (
        "nslookup 9 127 sh: nslookup: not found",
        "Fails: the system's look-up finds no address",
    ),
];

#[test]
fn names() {
    for (line, expected) in NAMES {
        let resolved = probed(&["1 dns getent 20 2 []", &format!("1 dns {line}")]).resolved;
        assert_eq!(short(resolved), expected, "{line}");
    }
    for (lines, expected) in [
        (
            [
                "1 dns getent 20 1 Unknown database: ahosts",
                "1 dns nslookup 9 139 Segmentation fault",
            ],
            "CantTell: no tool of the image could ask it",
        ),
        (["1 dns getent 4000 137", "1 dns getent 4000 137"], "Silent"),
    ] {
        assert_eq!(short(probed(&lines).resolved), expected, "{lines:?}");
    }
}

#[test]
fn connections() {
    for (line, expected) in [
        ("bash 30 0", "Open"),
        (
            "bash 30 1 bash: connect: Connection refused|bash: line 1: /dev/tcp/10.0.0.7/443: Connection refused",
            "Refused",
        ),
        (
            "bash 30 1 bash: connect: No route to host|bash: line 1: /dev/tcp/10.0.0.7/443: No route to host",
            "NoWay: bash: line 1: /dev/tcp/10.0.0.7/443: No route to host",
        ),
        ("bash 4000 137", "Silent"),
        (
            "bash 9 1 bash: line 1: /dev/tcp/10.0.0.7/443: No such file or directory",
            "CantTell: no tool of the image could ask it",
        ),
        (
            "nc 30 0 Connection to 10.0.0.7 443 port [tcp/*] succeeded!",
            "Open",
        ),
        (
            "nc 30 1 nc: connect to 10.0.0.7 port 443 (tcp) failed: Connection refused",
            "Refused",
        ),
        (
            "nc 4000 1 nc: connect to 10.0.0.7 port 443 (tcp) timed out: Operation now in progress",
            "Silent",
        ),
        ("nc 4000 1 nc: timed out", "Silent"),
        (
            "nc 30 1 nc: can't connect to remote host (10.0.0.7): Connection refused",
            "Refused",
        ),
        (
            "nc 30 1 nc: can't connect to remote host (10.0.0.7): Host is unreachable",
            "NoWay: nc: can't connect to remote host (10.0.0.7): Host is unreachable",
        ),
        (
            "nc 9 1 nc: invalid option -- 'z'",
            "CantTell: no tool of the image could ask it",
        ),
        ("nc 9 1 Ncat: Connection refused.", "Refused"),
        (
            "curl 4000 28 * Trying 10.0.0.7:443...|* Connected to 10.0.0.7 (10.0.0.7) port 443 (#0)|* Time-out|connect 0.012345",
            "Open",
        ),
        (
            "curl 4000 28 * Trying 10.0.0.7:443...|* Connection timed out after 4000 milliseconds|connect 0.000000",
            "Silent",
        ),
        (
            "curl 30 7 * connect to 10.0.0.7 port 443 failed: Connection refused|curl: (7) Failed to connect to 10.0.0.7 port 443 after 0 ms: Couldn't connect to server",
            "Refused",
        ),
        (
            "curl 30 7 * Immediate connect fail for 10.0.0.7: Network is unreachable",
            "NoWay: * Immediate connect fail for 10.0.0.7: Network is unreachable",
        ),
        (
            "wget 30 4 Connecting to 10.0.0.7:443... failed: Connection refused.",
            "Refused",
        ),
        (
            "wget 30 4 Connecting to 10.0.0.7:443... connected.|HTTP request sent, awaiting response... No data received.",
            "Open",
        ),
        (
            "python3 30 1 ConnectionRefusedError: [Errno 111] Connection refused",
            "Refused",
        ),
        ("python3 4000 1 TimeoutError: timed out", "Silent"),
        ("perl 30 111 Connection refused", "Refused"),
        (
            "perl 30 1 Operation not permitted",
            "NoWay: Operation not permitted",
        ),
        (
            "perl 30 1 Too many open files",
            "Fails: Too many open files",
        ),
    ] {
        let connected = probed(&[
            "1 dns getent 9 0 [10.0.0.7] 10.0.0.7 STREAM",
            &format!("1 tcp {line}"),
        ])
        .connected;
        assert_eq!(short(connected), expected, "{line}");
    }
}

#[test]
fn a_name_that_only_the_connecting_tool_looks_up() {
    for (line, resolved) in [
        (
            "bash 9 1 bash: line 1: refused.example.com: Name or service not known",
            "NoSuchName",
        ),
        (
            "nc 9 1 nc: bad address 'refused.example.com'",
            "Fails: nc: bad address 'refused.example.com'",
        ),
        (
            "curl 9 6 curl: (6) Could not resolve host: refused.example.com",
            "Fails: curl: (6) Could not resolve host: refused.example.com",
        ),
    ] {
        let probed = probed(&[&format!("1 tcp {line}")]);
        assert_eq!(short(&probed.resolved), resolved, "{line}");
        assert_eq!(probed.connected, Connected::NotTried);
        assert!(matches!(
            probed.resolved,
            Resolved::NoSuchName { .. } | Resolved::Fails { .. }
        ));
    }
}

#[test]
fn a_host_of_any_name_leaves_the_words_as_they_are() {
    for host in ["e", "on", "c", "refused-2", "timed.out"] {
        let lines = [
            format!("1 dns getent 9 0 [10.0.0.7] 10.0.0.7 STREAM {host}"),
            format!("1 tcp nc 9 1 nc: connect to {host} port 443 (tcp) failed: Connection refused"),
        ];
        let probed = probed_of(&format!("{host}:443"), &[&lines[0], &lines[1]]);
        assert_eq!(short(probed.connected), "Refused", "{host}");
    }
}

#[test]
fn what_is_connected_works_whoever_looked_its_name_up() {
    let probed = probed_of("db.lab:5432", &["1 tcp bash 9 0"]);
    assert!(matches!(probed.resolved, Resolved::CantTell { .. }));
    assert_eq!(probed.standing(), Standing::Works);
}

#[test]
fn handshakes() {
    for (line, expected) in [
        (
            "openssl 90 0 Verification: OK|New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384|Verify return code: 0 (ok)",
            "Done",
        ),
        (
            "openssl 90 0 New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384|Verify return code: 18 (self-signed certificate)",
            "Done: self-signed certificate",
        ),
        (
            "openssl 90 1 4087:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record.c:350:|New, (NONE), Cipher is (NONE)|Verify return code: 0 (ok)",
            "Fails: wrong version number",
        ),
        (
            "openssl 90 1 write:errno=104|New, (NONE), Cipher is (NONE)",
            "Fails: the connection was closed during the handshake",
        ),
        ("openssl 4000 137", "Silent"),
        (
            "curl 90 52 curl: (52) Empty reply from server|appconnect 0.011052",
            "Done",
        ),
        (
            "curl 90 60 curl: (60) SSL certificate problem: self-signed certificate|More details here: https://curl.se/docs/sslcerts.html|appconnect 0.000000",
            "Done: curl: (60) SSL certificate problem: self-signed certificate",
        ),
        (
            "curl 90 35 curl: (35) OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number|appconnect 0.000000",
            "Fails: wrong version number",
        ),
        (
            "curl 4000 28 curl: (28) Connection timed out after 4000 milliseconds|appconnect 0.000000",
            "Silent",
        ),
        (
            "python3 90 1 ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1000)",
            "Done: ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1000)",
        ),
        (
            "python3 90 1 ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)",
            "Fails: ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)",
        ),
        (
            "wget 90 5 ERROR: The certificate of ‘10.0.0.7’ is not trusted.",
            "Done: ERROR: The certificate of ‘10.0.0.7’ is not trusted.",
        ),
        (
            "wget 3000 137 wget: note: TLS certificate validation not implemented",
            "Silent",
        ),
        (
            "wget 90 1 wget: note: TLS certificate validation not implemented|wget: TLS error from peer \
             (alert code 40): handshake failure",
            "Fails: wget: TLS error from peer (alert code 40): handshake failure",
        ),
        (
            "wget 90 1 wget: note: TLS certificate validation not implemented|wget: server returned error: \
             HTTP/1.1 403 Forbidden",
            "Done",
        ),
        (
            "wget 90 4 GnuTLS: An unexpected TLS packet was received.|Unable to establish SSL connection.",
            "Fails: Unable to establish SSL connection.",
        ),
        (
            "wget 9 139 Segmentation fault",
            "CantTell: no tool of the image could ask it",
        ),
    ] {
        let handshake = probed(&[
            "1 dns getent 9 0 [10.0.0.7] 10.0.0.7 STREAM",
            "1 tcp bash 9 0",
            &format!("1 tls {line}"),
        ])
        .handshake;
        assert_eq!(short(&handshake), expected, "{line}");
        assert!(!matches!(handshake, Handshake::NotTried));
    }
}
