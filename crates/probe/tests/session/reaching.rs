//! How a data channel can't be opened.

use std::time::Duration;

use awsvpc_auditor_lab::agent::Mischief;
use awsvpc_auditor_probe::session::{Trouble, WaitingFor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

async fn trouble_of(stream_url: &str, deadline: Duration) -> Trouble {
    let access = Access {
        session_id: "ecs-execute-command-0".to_owned(),
        stream_url: stream_url.to_owned(),
        token: "token".to_owned(),
    };
    let outcome = converse(&access, b"", &wanted(), deadline).await;
    outcome.expect_err("it can't be opened").trouble
}

/// A server on 127.0.0.1 that answers every connection the same.
async fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn a_token_is_sent_to_no_url_that_isnt_encrypted() {
    for url in [
        "",
        "nonsense",
        "https://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x",
        "ws://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x",
        "ws://127.0.0.1.example.com/",
        "wss://",
        "wss://:443/",
    ] {
        assert_eq!(trouble_of(url, PATIENT).await, Trouble::NotAUrl, "{url}");
    }
}

#[tokio::test]
async fn what_cant_be_reached_is_told_with_the_host_only() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let plain = server("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let proxy = server("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n").await;
    let closing = server("").await;
    let too_long = format!("{}.invalid", "x".repeat(64));
    for (url, host, words) in [
        (
            format!("wss://{too_long}/v1?token=secret"),
            too_long.as_str(),
            "lookup",
        ),
        (
            format!("wss://{nobody}/v1?token=secret"),
            "127.0.0.1",
            "refused",
        ),
        (
            format!("wss://{plain}/v1?token=secret"),
            "127.0.0.1",
            "TLS failed",
        ),
        (
            format!("ws://{proxy}/v1?token=secret"),
            "127.0.0.1",
            "it answers HTTP 502",
        ),
        (format!("ws://{closing}/v1?token=secret"), "127.0.0.1", ""),
    ] {
        let trouble = trouble_of(&url, PATIENT).await;
        assert!(!trouble.to_string().contains("secret"), "{trouble}");
        let Trouble::Unreachable { host: told, how } = trouble else {
            panic!("{trouble:?}");
        };
        assert_eq!(told, host);
        assert!(how.contains(words), "{how}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for scheme in ["ws", "wss"] {
        let url = format!("{scheme}://{}/v1", listener.local_addr().unwrap());
        let waiting_for = WaitingFor::Connection;
        assert_eq!(
            trouble_of(&url, Duration::from_secs(1)).await,
            Trouble::Deadline {
                waiting_for,
                received: 0
            },
            "{scheme}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_told_apart() {
    for (mischief, words) in [
        (Mischief::RefusedUpgrade, "HTTP 403"),
        (
            Mischief::RefusedToken,
            "it closed the connection with code 1008",
        ),
    ] {
        let (outcome, agent) = session("true", mischief, "", PATIENT).await;
        let failure = outcome.expect_err("it is refused");
        assert_eq!(failure.trouble, Trouble::TokenRefused(words.to_owned()));
        assert_eq!(agent.seen().connections, 1, "{mischief:?}");
    }
}
