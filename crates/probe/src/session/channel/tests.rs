use proptest::prelude::*;
use serde_json::json;

use super::*;

fn channel(input: &[u8]) -> Channel<'_> {
    let wanted = Wanted {
        ready: None,
        end: "END".to_owned(),
    };
    Channel::new(input, &wanted)
}

fn message(message_type: MessageType, sequence: i64, code: u32, payload: &[u8]) -> Vec<u8> {
    let frame = Frame {
        message_type,
        created: 1,
        sequence,
        flags: 0,
        id: Uuid::nil(),
        payload_type: code.into(),
        payload: payload.to_vec(),
    };
    frame.encode()
}

fn output(sequence: i64, code: u32, payload: &[u8]) -> Vec<u8> {
    message(MessageType::OutputStreamData, sequence, code, payload)
}

/// The types and payloads of the stream's frames that are due.
fn sent(channel: &mut Channel<'_>) -> Vec<(PayloadType, Vec<u8>)> {
    let due = channel.due(Instant::now());
    let frames = due.iter().map(|bytes| Frame::decode(bytes).unwrap());
    frames
        .filter(|frame| frame.message_type == MessageType::InputStreamData)
        .map(|frame| (frame.payload_type, frame.payload))
        .collect()
}

#[test]
fn the_end_gets_out_though_no_input_is_acknowledged() {
    let input = vec![b'x'; 100 * 1024];
    let mut channel = channel(&input);
    channel.receive(&output(0, 7, b"{}")).unwrap();
    assert_eq!(sent(&mut channel).len(), 32);
    channel.terminate();
    assert_eq!(sent(&mut channel), [(PayloadType::Flag, vec![0, 0, 0, 2])]);
    assert!(!channel.is_terminated());
}

#[test]
fn a_second_handshake_is_answered_and_gives_no_second_input() {
    let request = json!({ "RequestedClientActions": [
        { "ActionType": "SessionType", "ActionParameters": { "SessionType": "Standard_Stream" } },
    ] });
    let request = request.to_string();
    let mut channel = channel(b"input\n");
    let mut types = Vec::new();
    for sequence in [0, 2] {
        channel
            .receive(&output(sequence, 5, request.as_bytes()))
            .unwrap();
        channel.receive(&output(sequence + 1, 7, b"{}")).unwrap();
        types.extend(sent(&mut channel).into_iter().map(|(kind, _)| kind));
    }
    assert_eq!(
        types,
        [
            PayloadType::HandshakeResponse,
            PayloadType::Size,
            PayloadType::Output,
            PayloadType::HandshakeResponse,
        ]
    );
}

#[test]
fn other_kinds_of_sessions_are_declined() {
    let cases = [
        (
            json!([{ "ActionType": "SessionType", "ActionParameters": { "SessionType": "Port" } }]),
            3,
        ),
        (json!([{ "ActionType": "Dance" }]), 3),
    ];
    for (actions, status) in cases {
        let request = json!({ "RequestedClientActions": actions }).to_string();
        let mut channel = channel(b"");
        let trouble = channel
            .receive(&output(0, 5, request.as_bytes()))
            .unwrap_err();
        assert!(matches!(trouble, Trouble::Protocol(_)), "{trouble:?}");
        let (_, answer) = sent(&mut channel).remove(0);
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["ProcessedClientActions"][0]["ActionStatus"], status);
    }
}

#[test]
fn a_session_without_a_terminal_tells_its_exit_code_and_its_errors() {
    let mut channel = channel(b"");
    channel.receive(&output(0, 1, b"out\n")).unwrap();
    channel.receive(&output(1, 11, b"err\n")).unwrap();
    channel.receive(&output(2, 12, b"EXIT_CODE: 127")).unwrap();
    let transcript = channel.into_transcript();
    assert_eq!(transcript.text(), "out\nerr\n");
    assert_eq!(transcript.exit_code, Some(127));
}

proptest! {
    #[test]
    fn any_frames_in_any_order_end_in_an_outcome_or_an_error(
        frames in proptest::collection::vec(
            (
                0..6_usize,
                -2..12_i64,
                0..14_u32,
                prop_oneof![
                    proptest::collection::vec(any::<u8>(), 0..40),
                    Just(b"{}".to_vec()),
                    Just(br#"{"Output":null,"RequestedClientActions":[]}"#.to_vec()),
                    Just(br#"{"AcknowledgedMessageSequenceNumber":-9}"#.to_vec()),
                ],
            ),
            0..30,
        )
    ) {
        const TYPES: [MessageType; 6] = [
            MessageType::InputStreamData,
            MessageType::OutputStreamData,
            MessageType::Acknowledge,
            MessageType::ChannelClosed,
            MessageType::StartPublication,
            MessageType::PausePublication,
        ];
        let mut channel = channel(b"input");
        for (kind, sequence, code, payload) in frames {
            let _ = channel.receive(&message(TYPES[kind], sequence, code, &payload));
            let _ = channel.outcome();
            sent(&mut channel);
        }
        channel.terminate();
        let end = (PayloadType::Flag, vec![0, 0, 0, 2]);
        prop_assert!(sent(&mut channel).contains(&end));
    }
}
