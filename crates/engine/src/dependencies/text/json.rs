use serde_json::{Map, Value};

use super::mention::Mentions;
use super::named::{self, Named, Origin};

/// Objects within objects that are looked into.
const DEEPEST: u8 = 12;

/// No name of a setting is longer.
const LONGEST_NAME: usize = 64;

/// Reads a JSON object or array, such as a secret of Secrets Manager's. `false` if it isn't one.
pub(super) fn read(text: &str, name: &str, depth: u8, mentions: &mut Mentions) -> bool {
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        return false;
    };
    match json {
        Value::Object(object) => read_object(&object, name, depth, 0, mentions),
        Value::Array(_) => {
            let object = Map::from_iter([(String::new(), json)]);
            read_object(&object, name, depth, 0, mentions);
        }
        _ => return false,
    }
    true
}

fn read_object(
    object: &Map<String, Value>,
    parent: &str,
    depth: u8,
    level: u8,
    mentions: &mut Mentions,
) {
    if level > DEEPEST {
        return;
    }
    let mut named = Vec::new();
    for (key, value) in object {
        let name = match (parent, key.as_str()) {
            (name, "") | ("", name) => name.to_owned(),
            (parent, key) if parent.len() + key.len() < LONGEST_NAME => format!("{parent}.{key}"),
            (_, key) => key.to_owned(),
        };
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            match value {
                Value::String(text) => named.push(Named::new(name.clone(), text.as_str())),
                Value::Number(number) => named.push(Named::new(name.clone(), number.to_string())),
                Value::Object(object) => read_object(object, &name, depth, level + 1, mentions),
                Value::Null | Value::Bool(_) | Value::Array(_) => {}
            }
        }
    }
    named::read(&named, Origin::Elsewhere, depth + 1, mentions);
}
