use proptest::prelude::*;

use super::*;

fn message_types() -> impl Strategy<Value = MessageType> {
    proptest::sample::select(MessageType::ALL.to_vec())
}

prop_compose! {
    fn frames()(
        message_type in message_types(),
        created: u64,
        sequence: i64,
        flags: u64,
        id: u128,
        code in prop_oneof![0..16_u32, any::<u32>()],
        payload in proptest::collection::vec(any::<u8>(), 0..1100),
    ) -> Frame {
        let publication = [MessageType::StartPublication, MessageType::PausePublication];
        Frame {
            message_type,
            created,
            sequence,
            flags,
            id: Uuid::from_u128(id),
            payload_type: code.into(),
            payload: if publication.contains(&message_type) { Vec::new() } else { payload },
        }
    }
}

/// The frame below, byte by byte.
fn golden() -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 116];
    bytes.extend(b"input_stream_data               ");
    bytes.extend([0, 0, 0, 1]);
    bytes.extend([0x00, 0x00, 0x01, 0x93, 0x74, 0x5a, 0x3b, 0x2c]);
    bytes.extend([0, 0, 0, 0, 0, 0, 0, 7]);
    bytes.extend([0, 0, 0, 0, 0, 0, 0, 3]);
    // 00112233-4455-6677-8899-aabbccddeeff with its halves swapped.
    bytes.extend([0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]);
    bytes.extend([0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]);
    // SHA-256 of "abc", from FIPS 180-2.
    bytes.extend([
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22,
        0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00,
        0x15, 0xad,
    ]);
    bytes.extend([0, 0, 0, 1]);
    bytes.extend([0, 0, 0, 3]);
    bytes.extend(b"abc");
    bytes
}

#[test]
fn a_frame_has_the_documented_bytes() {
    let frame = Frame {
        message_type: MessageType::InputStreamData,
        created: 0x0193_745a_3b2c,
        sequence: 7,
        flags: 3,
        id: Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff),
        payload_type: PayloadType::Output,
        payload: b"abc".to_vec(),
    };
    assert_eq!(frame.encode(), golden());
    assert_eq!(Frame::decode(&golden()), Ok(frame));
}

#[test]
fn what_is_wrong_with_a_frame_is_told() {
    type Change = fn(&mut Vec<u8>);
    let cases: [(&str, Change, Malformed); 6] = [
        (
            "cut within the header",
            |b| b.truncate(119),
            Malformed::Short(119),
        ),
        (
            "another header length",
            |b| b[3] = 0,
            Malformed::HeaderLength(0),
        ),
        ("an unknown type", |b| b[4] = b'x', Malformed::UnknownType),
        (
            "a payload cut short",
            |b| b.truncate(122),
            Malformed::PayloadLength {
                claimed: 3,
                present: 2,
            },
        ),
        (
            "a huge payload claimed",
            |b| b[116] = 0xff,
            Malformed::PayloadLength {
                claimed: 0xff00_0003,
                present: 3,
            },
        ),
        ("another payload", |b| b[121] = b'x', Malformed::Digest),
    ];
    for (name, change, malformed) in cases {
        let mut bytes = golden();
        change(&mut bytes);
        assert_eq!(Frame::decode(&bytes), Err(malformed), "{name}");
    }
}

#[test]
fn types_padded_with_nul_are_read_and_publication_frames_need_only_their_type() {
    let mut bytes = golden();
    bytes[21..36].fill(0);
    assert_eq!(
        Frame::decode(&bytes).map(|frame| frame.message_type),
        Ok(MessageType::InputStreamData)
    );
    let mut bytes = vec![0; 120];
    bytes[4..21].copy_from_slice(b"pause_publication");
    assert_eq!(
        Frame::decode(&bytes).map(|frame| frame.message_type),
        Ok(MessageType::PausePublication)
    );
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(frame in frames()) {
        prop_assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Frame::decode(&bytes);
    }

    #[test]
    fn any_change_of_one_byte_is_a_frame_or_an_error(
        frame in frames(),
        place: proptest::sample::Index,
        byte: u8,
    ) {
        let mut bytes = frame.encode();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(changed) = Frame::decode(&bytes) {
            prop_assert!(changed.payload.len() <= bytes.len());
        }
    }
}
