//! Writes JSON as CBOR, as far as answers of CloudWatch need it.
//! <https://www.rfc-editor.org/rfc/rfc8949>

use serde_json::Value;

/// The member whose whole numbers are times, which JSON doesn't tell from other numbers.
const TIMES: &str = "Timestamps";

const UNSIGNED: u8 = 0;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
/// That the length or number follows in eight bytes.
const EIGHT_BYTES: u8 = 0x1b;
/// Tag 1: seconds since 1970.
const TIME: u8 = 0xc1;
const FLOAT: u8 = 0xfb;
const NULL: u8 = 0xf6;

/// A value in CBOR.
pub(super) fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, value, false);
    bytes
}

fn write(bytes: &mut Vec<u8>, value: &Value, are_times: bool) {
    match value {
        Value::Null => bytes.push(NULL),
        Value::Bool(value) => bytes.push(0xf4 + u8::from(*value)),
        Value::Number(number) => match number.as_u64() {
            Some(whole) => {
                if are_times {
                    bytes.push(TIME);
                }
                head(bytes, UNSIGNED, whole);
            }
            None => {
                bytes.push(FLOAT);
                let number = number.as_f64().expect("a number of JSON");
                bytes.extend(number.to_be_bytes());
            }
        },
        Value::String(text) => write_text(bytes, text),
        Value::Array(items) => {
            head(bytes, ARRAY, length(items.len()));
            for item in items {
                write(bytes, item, are_times);
            }
        }
        Value::Object(members) => {
            head(bytes, MAP, length(members.len()));
            for (key, value) in members {
                write_text(bytes, key);
                write(bytes, value, key == TIMES);
            }
        }
    }
}

fn write_text(bytes: &mut Vec<u8>, text: &str) {
    head(bytes, TEXT, length(text.len()));
    bytes.extend(text.as_bytes());
}

/// The type, and the eight-byte form of how much follows, which is never wrong.
fn head(bytes: &mut Vec<u8>, kind: u8, number: u64) {
    bytes.push(kind << 5 | EIGHT_BYTES);
    bytes.extend(number.to_be_bytes());
}

fn length(length: usize) -> u64 {
    u64::try_from(length).expect("a length fits")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{EIGHT_BYTES, encoded};

    #[test]
    fn numbers_texts_and_times() {
        let eight =
            |kind: u8, number: u8| [kind << 5 | EIGHT_BYTES, 0, 0, 0, 0, 0, 0, 0, number].to_vec();
        let expected = [
            eight(5, 2),
            eight(3, 10),
            b"Timestamps".to_vec(),
            eight(4, 1),
            vec![0xc1],
            eight(0, 7),
            eight(3, 1),
            b"v".to_vec(),
            vec![0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
        ];
        let value = json!({ "Timestamps": [7], "v": 1.5 });
        assert_eq!(encoded(&value), expected.concat());
    }
}
