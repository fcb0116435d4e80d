//! One file of saved output: its members, and errors that are placed in it.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{LoadError, keys};

/// A file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: String,
}

/// Where a resource stands, or what it was turned into.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) file: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rebuilt: Option<Value>,
}

impl File {
    /// Reads a part of the file that starts at byte `start`; errors are placed in the whole file.
    pub(super) fn parse<'a, T: Deserialize<'a>>(
        &self,
        start: usize,
        part: &'a str,
    ) -> Result<T, LoadError> {
        let mut deserializer = serde_json::Deserializer::from_str(part);
        let result = serde_path_to_error::deserialize(&mut deserializer);
        let value = result.map_err(|error| {
            let path = error.path().to_string();
            let message = without_place(error.inner());
            let message = if path == "." {
                message
            } else {
                format!("`{path}`: {message}")
            };
            self.malformed(start, error.inner(), message)
        })?;
        deserializer.end().map_err(|error| {
            let message = without_place(&error);
            self.malformed(start, &error, message)
        })?;
        Ok(value)
    }

    /// Reads a member of the top-level object; the error names it.
    pub(super) fn parse_member<'a, T: Deserialize<'a>>(
        &self,
        key: &str,
        value: &'a RawValue,
    ) -> Result<T, LoadError> {
        self.parse(self.offset(value), value.get())
            .map_err(|error| match error {
                LoadError::Malformed {
                    file,
                    line,
                    column,
                    message,
                } => LoadError::Malformed {
                    file,
                    line,
                    column,
                    message: format!("`{key}`: {message}"),
                },
                other => other,
            })
    }

    fn malformed(&self, start: usize, error: &serde_json::Error, message: String) -> LoadError {
        let before = self.text.get(..start).unwrap_or_default();
        let lines = before.matches('\n').count();
        let columns = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
        LoadError::Malformed {
            file: self.name.clone(),
            line: lines + error.line().max(1),
            column: error.column() + if error.line() <= 1 { columns } else { 0 },
            message,
        }
    }

    pub(super) fn offset(&self, part: &RawValue) -> usize {
        (part.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    pub(super) fn item(&self, file: usize, part: &RawValue) -> Item {
        let start = self.offset(part);
        Item {
            file,
            start,
            end: start + part.get().len(),
            rebuilt: None,
        }
    }

    /// The id of an element, which these members make together.
    pub(super) fn id(
        &self,
        element: &RawValue,
        keys: &[&'static str],
    ) -> Result<String, LoadError> {
        let start = self.offset(element);
        let fields: TopLevel<'_> = self.parse(start, element.get())?;
        let part = |key: &&'static str| match fields.0.iter().find(|(name, _)| name == key) {
            Some((_, value)) => self.parse(self.offset(value), value.get()),
            None => {
                let absent: serde_json::Error = serde::de::Error::missing_field(key);
                Err(self.malformed(start, &absent, absent.to_string()))
            }
        };
        let parts: Vec<String> = keys.iter().map(part).collect::<Result<_, _>>()?;
        Ok(keys::joined(&parts))
    }
}

/// An error's text without its place, which stands in front.
pub(super) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((message, _)) => message.to_owned(),
        None => text,
    }
}

/// The members of an object, unread.
pub(super) struct TopLevel<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for TopLevel<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, as the AWS CLI prints it (was it saved with --query?)")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Members).map(TopLevel)
    }
}

/// An error's text without the value that it quotes: tasks and their definitions hold secrets.
pub(super) fn without_value(message: String) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            let (before, after) = (message.get(..first), message.get(last + 1..));
            format!(
                "{}\"…\"{}",
                before.unwrap_or_default(),
                after.unwrap_or_default()
            )
        }
        _ => message,
    }
}
