//! How sessions end that don't come to their end.

use std::time::{Duration, Instant};

use awsvpc_auditor_lab::agent::Mischief;
use awsvpc_auditor_probe::session::{Trouble, WaitingFor};

use super::*;

const SHORT: Duration = Duration::from_secs(3);

/// The trouble that a session ends with, once it was ended.
async fn trouble(command: &str, mischief: Mischief, deadline: Duration) -> (Failure, Seen) {
    let (outcome, mut agent) = session(command, mischief, "hello\n", deadline).await;
    let failure = *outcome.expect_err("a session that fails");
    (failure, ended(&mut agent).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_isnt_said_in_time_is_named_and_the_session_is_ended() {
    let cases = [
        ("true", Mischief::SilentFromTheStart, WaitingFor::Agent, 0),
        ("true", Mischief::SilentAfterHandshake, WaitingFor::Start, 0),
        ("sleep 1000", Mischief::None, WaitingFor::Ready, 0),
        (
            "stty -echo; printf 'READY\\n'; sleep 1000 & wait",
            Mischief::None,
            WaitingFor::End,
            7,
        ),
        (
            "stty -echo; printf 'READY\\n'; cat",
            Mischief::PausedForEver,
            WaitingFor::Publication,
            7,
        ),
    ];
    for (command, mischief, waiting_for, received) in cases {
        let before = Instant::now();
        let agent = &mut Agent::start(command, mischief).await;
        let outcome = converse(&access(agent), b"hello\n", &wanted(), SHORT).await;
        // Much more than the 1.5 seconds that the end takes, for busy machines.
        assert!(before.elapsed() < SHORT * 3, "{mischief:?} {command}");
        let failure = outcome.expect_err("nothing comes to its end");
        assert_eq!(
            failure.trouble,
            Trouble::Deadline {
                waiting_for,
                received
            },
            "{command}"
        );
        assert_eq!(failure.transcript.output().len(), received);
        let seen = agent.ended().await;
        assert!(seen.closed, "{mischief:?} {command}");
        // While it is told to pause, the agent takes no word of the end; its service ends the session.
        assert!(
            seen.terminated || mischief == Mischief::PausedForEver,
            "{mischief:?} {command}"
        );
        assert_eq!(agent.processes(), Vec::<u32>::new(), "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_shell_is_named() {
    let (failure, _) = trouble("true", Mischief::NoShell, PATIENT).await;
    let Trouble::NoShell(reason) = &failure.trouble else {
        panic!("{failure:?}");
    };
    assert!(reason.contains("exec: \"/bin/sh\": stat /bin/sh: no such file or directory"));
    assert!(
        failure
            .to_string()
            .contains("probe another container of the task")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_that_says_itself_that_it_cant_start_is_named() {
    let command = "echo 'exec /bin/sh: no such file or directory'";
    let (failure, _) = trouble(command, Mischief::None, PATIENT).await;
    let reason = "exec /bin/sh: no such file or directory".to_owned();
    assert_eq!(failure.trouble, Trouble::NoShell(reason));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_ends_early_leaves_what_it_printed() {
    let command = "stty -echo; printf 'READY\\nhalf a line'; exit 3";
    let (failure, seen) = trouble(command, Mischief::None, PATIENT).await;
    assert_eq!(failure.trouble, Trouble::Closed { reason: None });
    assert_eq!(failure.transcript.text(), "READY\r\nhalf a line");
    assert!(seen.channel_closed && !seen.terminated);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_marker_without_a_line_end_counts_once_the_channel_is_closed() {
    let (outcome, mut agent) = session("printf 'END 0'", Mischief::None, "", PATIENT).await;
    assert_eq!(outcome.unwrap().text(), "END 0");
    ended(&mut agent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_session_is_declined() {
    let (failure, seen) = trouble("true", Mischief::Encrypted, PATIENT).await;
    assert_eq!(failure.trouble, Trouble::Encrypted);
    assert!(
        failure
            .to_string()
            .starts_with("the session is encrypted by a KMS key; ")
    );
    assert!(seen.terminated);
    let actions = seen.handshake_response.unwrap()["ProcessedClientActions"].take();
    let statuses: Vec<_> = actions
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["ActionStatus"])
        .collect();
    assert_eq!(statuses, [3, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_output_is_cut_off() {
    let (failure, seen) = trouble("yes", Mischief::None, PATIENT).await;
    assert_eq!(failure.trouble, Trouble::TooMuch { limit: 1024 * 1024 });
    assert_eq!(failure.transcript.output().len(), 1024 * 1024);
    assert!(seen.terminated);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_protocol_is_an_error() {
    for (mischief, words) in [
        (Mischief::CorruptedAlways, "digest"),
        (
            Mischief::Garbage,
            "a frame of 8 bytes is shorter than its header",
        ),
        (Mischief::HugeMessage, "a message of more than 131072 bytes"),
    ] {
        let (outcome, mut agent) = session("yes", mischief, "", PATIENT).await;
        let failure = outcome.expect_err("it fails");
        let Trouble::Protocol(what) = &failure.trouble else {
            panic!("{mischief:?}: {failure:?}");
        };
        assert!(what.contains(words), "{what}");
        let seen = agent.ended().await;
        assert!(seen.terminated, "{mischief:?}");
        assert_eq!(agent.processes(), Vec::<u32>::new(), "{mischief:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_doesnt_hear_of_the_end_is_left() {
    let command = "printf 'READY\\nEND 0\\n'; sleep 1000";
    let (outcome, mut agent) = session(command, Mischief::IgnoresTerminate, "", PATIENT).await;
    assert_eq!(outcome.unwrap().text(), "READY\r\nEND 0\r\n");
    assert!(ended(&mut agent).await.terminated);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ignores_its_hangup_is_gone_too() {
    let command = "trap '' HUP TERM INT; (trap '' HUP; sleep 1000) & printf 'READY\\nEND 0\\n'; \
                   setsid sleep 1000";
    let (outcome, mut agent) = session(command, Mischief::None, "", PATIENT).await;
    assert!(outcome.is_ok());
    ended(&mut agent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_stays_broken_says_so_and_how_much_had_come() {
    let mischief = Mischief::DroppedSocket {
        after: 2,
        accepts_again: false,
    };
    let command = "printf 'READY\\n'; sleep 0.2; echo two; sleep 0.2; echo three; sleep 1000";
    let (outcome, agent) = session(command, mischief, "", PATIENT).await;
    let failure = outcome.expect_err("it stays broken");
    let Trouble::Dropped {
        how,
        received,
        session_id,
    } = &failure.trouble
    else {
        panic!("{failure:?}");
    };
    assert!(
        how.contains("the token isn't taken a second time: HTTP 403"),
        "{how}"
    );
    assert_eq!(session_id, "ecs-execute-command-0123456789abcdef0");
    assert_eq!(*received, failure.transcript.output().len());
    assert_eq!(failure.transcript.text(), "READY\r\ntwo\r\n");
    assert_eq!(agent.seen().connections, 2);
}
