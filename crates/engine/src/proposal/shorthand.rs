//! The AWS CLI's shorthand: `Key=value,List=[{Key=value}],Other={Key=value}`.
//! <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html>

use serde_json::{Map, Value};

/// A structure in JSON or in shorthand; an error says at which character it can't be read.
pub(super) fn structure(text: &str) -> Result<Value, String> {
    let text = text.trim();
    if text.starts_with(['{', '[']) {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    let mut reader = Reader { rest: text, text };
    let value = reader.pairs(None)?;
    if reader.rest.is_empty() {
        Ok(value)
    } else {
        Err(reader.wrong())
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn wrong(&self) -> String {
        let place = self.text.len() - self.rest.len() + 1;
        format!("can't be read from character {place} on: expected Key=value,Key=value")
    }

    fn takes(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Pairs with commas between, up to what closes them.
    fn pairs(&mut self, end: Option<char>) -> Result<Value, String> {
        let mut map = Map::new();
        loop {
            let key = self.word("=,{}[]");
            if key.is_empty() || !self.takes('=') {
                return Err(self.wrong());
            }
            let value = self.value()?;
            map.insert(key.to_owned(), value);
            let is_over = match end {
                None => self.rest.is_empty(),
                Some(end) => self.takes(end),
            };
            if is_over {
                return Ok(Value::Object(map));
            }
            if !self.takes(',') {
                return Err(self.wrong());
            }
        }
    }

    fn value(&mut self) -> Result<Value, String> {
        if self.takes('[') {
            return self.list();
        }
        if self.takes('{') {
            return self.pairs(Some('}'));
        }
        Ok(scalar(self.word(",{}[]")))
    }

    fn list(&mut self) -> Result<Value, String> {
        let mut all = Vec::new();
        loop {
            let one = if self.takes('{') {
                self.pairs(Some('}'))?
            } else {
                scalar(self.word(",{}[]"))
            };
            all.push(one);
            if self.takes(']') {
                return Ok(Value::Array(all));
            }
            if !self.takes(',') {
                return Err(self.wrong());
            }
        }
    }

    fn word(&mut self, ends: &str) -> &'t str {
        let end = self.rest.find(|c| ends.contains(c));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word.trim()
    }
}

/// Shorthand doesn't tell a number from a text. Numbers are small; ids of accounts have twelve digits,
/// and protocols are texts wherever they stand.
fn scalar(word: &str) -> Value {
    match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => Value::String(word.to_owned()),
    }
}

/// The members that AWS has as numbers, made numbers.
pub(super) fn with_numbers(value: &mut Value) {
    const NUMBERS: [&str; 6] = ["FromPort", "ToPort", "From", "To", "Type", "Code"];
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let number = value.as_str().and_then(|text| text.parse::<i64>().ok());
                match number {
                    Some(number) if NUMBERS.contains(&key.as_str()) => *value = number.into(),
                    _ => with_numbers(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(with_numbers),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{structure, with_numbers};

    #[test]
    fn shorthand_and_json_are_the_same() {
        let short = "IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=10.0.0.0/8},{CidrIp=0.0.0.0/0}]";
        let mut value = structure(short).unwrap();
        with_numbers(&mut value);
        assert_eq!(
            value,
            json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
                "IpRanges": [{ "CidrIp": "10.0.0.0/8" }, { "CidrIp": "0.0.0.0/0" }] })
        );
        assert_eq!(structure(&value.to_string()).unwrap(), value);
        let nested =
            structure("awsvpcConfiguration={subnets=[subnet-1,subnet-2],assignPublicIp=ENABLED}");
        assert_eq!(
            nested.unwrap(),
            json!({ "awsvpcConfiguration":
                { "subnets": ["subnet-1", "subnet-2"], "assignPublicIp": "ENABLED" } })
        );
    }

    #[test]
    fn what_can_t_be_read_is_said_with_its_place() {
        for (text, place) in [
            ("IpProtocol", "11"),
            ("A=[{B=1", "8"),
            ("A={B=1}x", "8"),
            ("=1", "1"),
        ] {
            let error = structure(text).unwrap_err();
            assert!(
                error.contains(&format!("character {place} ")),
                "{text}: {error}"
            );
        }
    }
}
