//! Copies of one resource: what one lacks, the other adds; what both say must agree.

use serde_json::Value;

/// Two copies that disagree.
pub(super) struct Conflict {
    /// The field in which they do.
    pub(super) field: String,
}

/// Adds what `other` says to `value`.
pub(super) fn into(value: &mut Value, other: Value) -> Result<(), Conflict> {
    merge(value, other, "")
}

fn merge(value: &mut Value, other: Value, path: &str) -> Result<(), Conflict> {
    match (value, other) {
        (value @ Value::Null, other) => *value = other,
        (_, Value::Null) => {}
        (Value::Object(fields), Value::Object(others)) => {
            for (name, other) in others {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                merge(fields.entry(name).or_insert(Value::Null), other, &path)?;
            }
        }
        (Value::Array(one), Value::Array(other)) if same_elements(one, &other) => {}
        (one, other) if *one == other => {}
        _ => {
            return Err(Conflict {
                field: path.to_owned(),
            });
        }
    }
    Ok(())
}

/// AWS doesn't promise the order of its lists.
fn same_elements(one: &[Value], other: &[Value]) -> bool {
    let sorted = |values: &[Value]| {
        let mut texts: Vec<_> = values.iter().map(Value::to_string).collect();
        texts.sort_unstable();
        texts
    };
    one.len() == other.len() && sorted(one) == sorted(other)
}
