use serde::Deserialize;

use super::Task;

/// An "ECS Task State Change" event, as EventBridge delivers it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
#[derive(Debug, Clone, Deserialize)]
pub struct TaskStateChange {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// When it happened.
    pub time: String,
    /// The task as it was then.
    pub detail: Task,
}

/// Why an event can't be audited.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// It isn't JSON, or a field is absent or of the wrong type.
    #[error("line {line}, column {column}: `{path}`: {message}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The field.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// It is an event of another kind.
    #[error(
        "this is a `{found}` event: expected `detail-type` to be `{}`",
        TaskStateChange::DETAIL_TYPE
    )]
    OtherKind {
        /// The kind it is of.
        found: String,
    },
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
}

impl TaskStateChange {
    /// The `detail-type` of these events.
    pub const DETAIL_TYPE: &'static str = "ECS Task State Change";

    /// Reads an event. The error names the field and the place.
    pub fn parse(text: &str) -> Result<Self, EventError> {
        let envelope: Envelope = read(text)?;
        match envelope.detail_type {
            Some(kind) if kind == Self::DETAIL_TYPE => read(text),
            Some(found) => Err(EventError::OtherKind { found }),
            None => Err(EventError::Malformed {
                line: 1,
                column: 1,
                path: "detail-type".to_owned(),
                message: "missing: this isn't an EventBridge event".to_owned(),
            }),
        }
    }
}

fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, EventError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        malformed(path, error.inner())
    })?;
    deserializer
        .end()
        .map_err(|error| malformed(".".to_owned(), &error))?;
    Ok(value)
}

fn malformed(path: String, error: &serde_json::Error) -> EventError {
    EventError::Malformed {
        line: error.line(),
        column: error.column(),
        path,
        message: super::load::without_place(error),
    }
}
