use uuid::Uuid;

/// The largest record that TLS allows, its header included: RFC 8446, section 5.1.
const MAX_RECORD: usize = 5 + (1 << 14);

/// Bytes that padding takes at least: its type and length.
const PADDING_HEADER: usize = 4;

/// A TLS `ClientHello` of a certain size, in bytes, but no larger than a record; one without padding
/// where the name leaves no room for it. The padding extension of RFC 7685 fills it, which every server skips.
///
/// It offers TLS 1.3, without a key share, and 1.2, so that whoever speaks TLS answers, with a request to
/// try again or with its own hello. It is never followed by anything.
pub(super) fn of_size(size: usize, server_name: Option<&str>) -> Vec<u8> {
    let bare = record(server_name, None).len();
    match size.min(MAX_RECORD).checked_sub(bare + PADDING_HEADER) {
        Some(padding) => record(server_name, Some(padding)),
        None => record(server_name, None),
    }
}

fn record(server_name: Option<&str>, padding: Option<usize>) -> Vec<u8> {
    let mut hello = vec![3, 3];
    hello.extend(Uuid::new_v4().into_bytes());
    hello.extend(Uuid::new_v4().into_bytes());
    // No session to resume.
    hello.push(0);
    // AES-GCM and ChaCha20 of TLS 1.3, then with ECDHE and with RSA of TLS 1.2.
    hello.extend(sized(&u16s(&[
        0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0x009c, 0x009d,
    ])));
    // No compression.
    hello.extend([1, 0]);
    hello.extend(sized(&extensions(server_name, padding)));

    let mut handshake = vec![1, 0];
    handshake.extend(sized(&hello));
    let mut record = vec![22, 3, 1];
    record.extend(sized(&handshake));
    record
}

fn extensions(server_name: Option<&str>, padding: Option<usize>) -> Vec<u8> {
    let mut all = Vec::new();
    let mut add = |kind: u16, content: &[u8]| {
        all.extend(kind.to_be_bytes());
        all.extend(sized(content));
    };
    if let Some(name) = server_name {
        let mut entry = vec![0];
        entry.extend(sized(name.as_bytes()));
        add(0, &sized(&entry));
    }
    // X25519, P-256, P-384.
    add(10, &sized(&u16s(&[0x001d, 0x0017, 0x0018])));
    // Uncompressed points.
    add(11, &[1, 0]);
    // ECDSA, RSA-PSS and RSA signatures.
    add(
        13,
        &sized(&u16s(&[
            0x0403, 0x0503, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501,
        ])),
    );
    // TLS 1.3 and 1.2.
    add(43, &[4, 3, 4, 3, 3]);
    // No key share.
    add(51, &[0, 0]);
    if let Some(padding) = padding {
        add(21, &vec![0; padding]);
    }
    all
}

/// The content behind its length in two bytes. No content here is longer than a record.
fn sized(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), content].concat()
}

fn u16s(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The server's side of rustls reads a client's hello out of the bytes.
    fn name_read_by_rustls(mut bytes: &[u8]) -> Option<String> {
        let mut acceptor = rustls::server::Acceptor::default();
        while !bytes.is_empty() {
            acceptor.read_tls(&mut bytes).unwrap();
        }
        let accepted = acceptor.accept().map_err(|(error, _)| error).unwrap();
        accepted
            .unwrap()
            .client_hello()
            .server_name()
            .map(str::to_owned)
    }

    proptest! {
        #[test]
        fn a_hello_of_any_size_is_one(size in 0_usize..20_000, name in "([a-z]{1,60}\\.){1,4}lab") {
            let bytes = of_size(size, Some(&name));
            let bare = of_size(0, Some(&name)).len();
            let has_room = size >= bare + PADDING_HEADER;
            let expected = if has_room { size.min(MAX_RECORD) } else { bare };
            prop_assert_eq!(bytes.len(), expected);
            prop_assert_eq!(name_read_by_rustls(&bytes), Some(name));
        }
    }
}
