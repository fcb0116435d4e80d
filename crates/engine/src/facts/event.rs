use serde::Deserialize;

use super::Task;
use super::saved_file::{without_place, without_value};

/// An "ECS Task State Change" event, as EventBridge delivers it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
#[derive(Debug, Clone, Deserialize)]
pub struct TaskStateChange {
    /// Who sent it. EventBridge lets nobody but AWS say `aws.`.
    /// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>
    #[serde(default)]
    pub source: String,
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
    #[error("line {line}, column {column}: {message}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// Which field, and what is wrong with it.
        message: String,
    },
    /// It isn't an object at all.
    #[error("expected one event, an object in braces, as EventBridge delivers it")]
    NoObject,
    /// It is an event of another kind.
    #[error(
        "this is a `{found}` event: expected `detail-type` to be `{}`",
        expected.join("` or `")
    )]
    OtherKind {
        /// The kind it is of.
        found: String,
        /// The kinds that can be read here.
        expected: &'static [&'static str],
    },
    /// It names no service.
    #[error(
        "the event names no service: expected the first of `resources` to be a service's ARN, as EventBridge \
         delivers it"
    )]
    NoService,
    /// Nothing in it tells the service's cluster.
    #[error(
        "the event doesn't tell the service's cluster: expected `detail.clusterArn`, or a service's ARN that \
         holds its cluster's name"
    )]
    NoCluster,
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
        parse(text, &[Self::DETAIL_TYPE])
    }

    /// Whether ECS itself sent it.
    pub fn is_of_ecs(&self) -> bool {
        self.source == "aws.ecs"
    }
}

/// Reads an event of one of these kinds. The error names the field and the place.
pub(super) fn parse<'de, T: Deserialize<'de>>(
    text: &'de str,
    kinds: &'static [&'static str],
) -> Result<T, EventError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.trim_start().chars().next();
    if first.is_some_and(|first| first != '{') {
        return Err(EventError::NoObject);
    }
    let envelope: Envelope = read(text)?;
    match envelope.detail_type {
        Some(kind) if kinds.contains(&kind.as_str()) => read(text),
        Some(found) => Err(EventError::OtherKind {
            found,
            expected: kinds,
        }),
        None => Err(EventError::Malformed {
            line: 1,
            column: 1,
            message: "`detail-type` is missing: this isn't an EventBridge event".to_owned(),
        }),
    }
}

fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, EventError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| malformed(&error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| malformed(".", &error))?;
    Ok(value)
}

fn malformed(path: &str, error: &serde_json::Error) -> EventError {
    let message = without_value(without_place(error));
    EventError::Malformed {
        line: error.line(),
        column: error.column(),
        message: if path == "." {
            message
        } else {
            format!("`{path}`: {message}")
        },
    }
}
