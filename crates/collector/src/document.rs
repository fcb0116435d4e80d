//! Builds JSON in the shape that the AWS CLI prints, so that what is collected and what is saved by
//! hand are the same thing.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value};

/// A resource as the AWS CLI prints it. What AWS didn't say is left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document(Map<String, Value>);

impl Document {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A document that was made elsewhere; `None` when it is no structure.
    pub(crate) fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self(members)),
            _ => None,
        }
    }

    /// A text, number or truth value.
    pub(crate) fn with(mut self, key: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value.into());
        }
        self
    }

    /// A structure.
    pub(crate) fn part(self, key: &str, part: Option<Self>) -> Self {
        self.with(key, part.map(Value::from))
    }

    /// A list of structures; the CLI prints empty lists too.
    pub(crate) fn list<T>(self, key: &str, items: &[T], document: impl Fn(&T) -> Self) -> Self {
        let items: Vec<Value> = items.iter().map(|item| document(item).into()).collect();
        self.with(key, Some(items))
    }

    /// A member that is a text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    /// A list of texts.
    pub(crate) fn texts(self, key: &str, items: &[String]) -> Self {
        self.with(key, Some(items.to_vec()))
    }
}

impl From<Document> for Value {
    fn from(document: Document) -> Self {
        Self::Object(document.0)
    }
}

/// A time in RFC 3339, as version 2 of the CLI prints it.
pub(crate) fn moment(time: Option<&DateTime>) -> Option<String> {
    time?.fmt(Format::DateTime).ok()
}
