//! What arrives, whatever gets lost, delayed, doubled or mixed up on its way.

use std::time::Duration;

use awsvpc_auditor_lab::agent::Mischief;
use serde_json::json;

use super::*;

/// `ANSWERING` that takes its time before it ends, so that acknowledgements become due.
fn slowly_answering() -> String {
    ANSWERING.replace("printf 'EN", "sleep 2; printf 'EN")
}

async fn every_line_is_answered(mischief: Mischief, bytes: usize) -> Seen {
    every_line_is_answered_by(ANSWERING, mischief, bytes).await
}

async fn every_line_is_answered_by(command: &str, mischief: Mischief, bytes: usize) -> Seen {
    let lines = lines(bytes);
    let input = format!("{}\ndone\n", lines.join("\n"));
    let (outcome, mut agent) = session(command, mischief, &input, PATIENT).await;
    let transcript = outcome.unwrap_or_else(|failure| panic!("{mischief:?}: {failure}"));
    let answers: Vec<String> = lines.iter().map(|line| format!("got {line}\r\n")).collect();
    assert_eq!(
        transcript.text(),
        format!("READY\r\n{}END 0\r\n", answers.concat()),
        "{mischief:?}"
    );
    let seen = ended(&mut agent).await;
    assert!(seen.input.starts_with(input.as_bytes()), "{mischief:?}");
    assert_eq!(seen.input.len(), input.len(), "{mischief:?}");
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_trouble() {
    let seen = every_line_is_answered(Mischief::None, 20_000).await;
    assert_eq!(seen.acknowledged, seen.sent);
    assert_eq!(seen.connections, 1);
    assert_eq!(seen.size, Some(json!({ "cols": 500, "rows": 50 })));
    let response = seen.handshake_response.unwrap();
    assert_eq!(
        response["ProcessedClientActions"][0]["ActionType"],
        "SessionType"
    );
    assert_eq!(response["ProcessedClientActions"][0]["ActionStatus"], 1);
    assert_eq!(response["Errors"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn output_out_of_order_is_put_in_order() {
    every_line_is_answered(Mischief::OutOfOrder, 20_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_output_is_taken_once_and_acknowledged() {
    let seen = every_line_is_answered(Mischief::Duplicates, 20_000).await;
    assert_eq!(seen.acknowledged, seen.sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn input_whose_acknowledgement_is_late_is_sent_again() {
    let late = Mischief::DelayedAcknowledgements(Duration::from_millis(700));
    let seen = every_line_is_answered_by(&slowly_answering(), late, 20_000).await;
    assert!(seen.repeated_input > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn input_whose_acknowledgement_got_lost_is_sent_again() {
    let seen =
        every_line_is_answered_by(&slowly_answering(), Mischief::LostAcknowledgements, 20_000)
            .await;
    assert!(seen.repeated_input > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_bytes_of_input_survive_the_loss_of_every_third_frame() {
    let seen = every_line_is_answered(Mischief::Loss, 20_000).await;
    assert!(seen.repeated_input > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn output_with_a_wrong_digest_is_taken_when_it_comes_again() {
    every_line_is_answered(Mischief::CorruptedOnce, 2_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_connection_is_taken_up_again_where_the_service_allows_it() {
    let dropped = Mischief::DroppedSocket {
        after: 3,
        accepts_again: true,
    };
    let seen = every_line_is_answered(dropped, 20_000).await;
    assert_eq!(seen.connections, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_during_a_pause_and_everything_after_it() {
    let seen = every_line_is_answered(Mischief::Paused(Duration::from_secs(2)), 20_000).await;
    assert_eq!(seen.input_while_paused, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_agent_starts_without_a_handshake() {
    let seen = every_line_is_answered(Mischief::NoHandshake, 2_000).await;
    assert_eq!(seen.handshake_response, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_thousand_bytes_of_output_arrive_as_they_are() {
    let command = "printf 'READY\\n'; i=0; while [ $i -lt 6000 ]; do i=$((i+1)); \
                   printf '%048d\\n' $i; done; printf 'END 0\\n'";
    for mischief in [Mischief::None, Mischief::OutOfOrder, Mischief::Loss] {
        let (outcome, mut agent) = session(command, mischief, "", PATIENT).await;
        let transcript = outcome.unwrap_or_else(|failure| panic!("{mischief:?}: {failure}"));
        let numbers: Vec<String> = (1..=6000)
            .map(|number| format!("{number:048}\r\n"))
            .collect();
        let expected = format!("READY\r\n{}END 0\r\n", numbers.concat());
        assert_eq!(transcript.output().len(), expected.len(), "{mischief:?}");
        assert!(
            transcript.text() == expected,
            "{mischief:?}: the output differs"
        );
        ended(&mut agent).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_ready_marker_input_is_sent_at_once_and_the_terminal_echoes_it() {
    let agent = &mut Agent::start("read -r line; printf 'EN''D 0\\n'", Mischief::None).await;
    let wanted = Wanted {
        ready: None,
        end: "END 0".to_owned(),
    };
    let transcript = converse(&access(agent), b"hello\n", &wanted, Duration::MAX)
        .await
        .unwrap();
    assert_eq!(transcript.text(), "hello\r\nEND 0\r\n");
    assert_eq!(
        transcript.customer_message.as_deref(),
        Some("This session is recorded.")
    );
    ended(agent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_heard_though_the_connection_breaks_right_after_it() {
    // The marker's line stays open, so that the channel's end must be heard as well.
    let command = "printf 'READY\n'; i=0; while [ $i -lt 900 ]; do i=$((i+1)); \
                   printf '%048d\n' $i; done; printf 'END 0'";
    let (outcome, mut agent) = session(command, Mischief::LeavesAtOnce, "", PATIENT).await;
    let transcript = outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let numbers: Vec<String> = (1..=900)
        .map(|number| format!("{number:048}\r\n"))
        .collect();
    assert!(transcript.text() == format!("READY\r\n{}END 0", numbers.concat()));
    assert!(agent.ended().await.channel_closed);
    assert_eq!(agent.processes(), Vec::<u32>::new());
}
