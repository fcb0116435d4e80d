//! A task definition in a file of its own: what somebody is about to register.

use serde_json::Value;
use serde_json::value::RawValue;

use super::saved_file::{File, TopLevel};
use super::{FactKind, LoadError, TaskDefinition};

impl TaskDefinition {
    /// Reads what `describe-task-definition` prints, its `taskDefinition` alone, or the input of
    /// `register-task-definition`, which has no ARN yet and gets one of its family. `name` is for
    /// messages; none quotes a value.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
    pub fn read(name: &str, text: &str) -> Result<Self, LoadError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = File {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        read(&file).map_err(|error| error.discreet(FactKind::TaskDefinitions))
    }

    /// Its family, from its ARN.
    pub fn family(&self) -> &str {
        let name = self.task_definition_arn.name();
        name.split_once(':').map_or(name, |(family, _)| family)
    }
}

fn read(file: &File) -> Result<TaskDefinition, LoadError> {
    let top: TopLevel<'_> = file.parse(0, &file.text)?;
    let mut value: Value = match member(&top, "taskDefinition") {
        Some(inner) => file.parse_member("taskDefinition", inner)?,
        None => file.parse(0, &file.text)?,
    };
    let none = |problem| LoadError::NoTaskDefinition {
        file: file.name.clone(),
        problem,
    };
    let Some(definition) = value.as_object_mut() else {
        return Err(none("`taskDefinition` is no object"));
    };
    // `describe-task-definition` prints tags beside it.
    if let (Some(tags), false) = (member(&top, "tags"), definition.contains_key("tags")) {
        definition.insert("tags".to_owned(), file.parse_member("tags", tags)?);
    }
    match definition.get("containerDefinitions").map(Value::as_array) {
        None => return Err(none("`containerDefinitions` is missing")),
        Some(Some(all)) if all.is_empty() => return Err(none("it has no container")),
        Some(_) => {}
    }
    if !definition.contains_key("taskDefinitionArn") {
        let family = definition.get("family").and_then(Value::as_str);
        let family = family.ok_or_else(|| none("`family` is missing"))?;
        let arn = format!("arn:aws:ecs:::task-definition/{family}");
        definition.insert("taskDefinitionArn".to_owned(), arn.into());
    }
    serde_path_to_error::deserialize(value).map_err(|error| LoadError::Malformed {
        file: file.name.clone(),
        line: 1,
        column: 1,
        message: format!("task definition: `{}`: {}", error.path(), error.inner()),
    })
}

fn member<'t>(top: &TopLevel<'t>, key: &str) -> Option<&'t RawValue> {
    let mut members = top.0.iter();
    members
        .find(|(name, _)| name == key)
        .map(|(_, value)| *value)
}
