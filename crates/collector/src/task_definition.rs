//! Task definitions and overrides, in which secrets stand in plain text. They are put into the CLI's
//! shape, read by the engine, which keeps only endpoints, and what it kept is all that leaves here.

use aws_sdk_ecs::types::{
    ContainerDefinition, KeyValuePair, LogConfiguration, PortMapping, Secret, Tag, TaskDefinition,
    TaskDefinitionField, TaskOverride,
};
use awsvpc_auditor_engine::facts::{TaskDefinition as Facts, TaskOverrides};
use serde::Deserialize;
use serde_json::Value;

use crate::document::Document;
use crate::ecs::{Ecs, attribute};
use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

impl Ecs<'_> {
    /// A revision of a task definition. One that was deleted gives nothing.
    pub(crate) async fn task_definition(self, arn: &str) -> Answer {
        let request = self
            .client
            .describe_task_definition()
            .task_definition(arn)
            .include(TaskDefinitionField::Tags);
        let mut answer = Answer::new("ecs:DescribeTaskDefinition");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                let definition = output.task_definition();
                let kept = definition.map(|definition| without_values(definition, output.tags()));
                match kept {
                    Some(Some(document)) => answer.documents.push(document),
                    Some(None) => {
                        let what = "the task definition could not be read";
                        answer.trouble = Some(Trouble::Failed(what.to_owned()));
                    }
                    None => {}
                }
            }
            // ECS says this of definitions that don't exist (any more).
            Ok(Err(error)) => match Trouble::of(&error) {
                Trouble::Failed(code) if code == "ClientException" => {}
                trouble => answer.trouble = Some(trouble),
            },
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }
}

/// What the engine keeps of a definition.
fn without_values(definition: &TaskDefinition, tags: &[Tag]) -> Option<Document> {
    let volumes = |volume: &aws_sdk_ecs::types::Volume| {
        let efs = volume.efs_volume_configuration();
        let fsx = volume.fsx_windows_file_server_volume_configuration();
        Document::new()
            .with("name", volume.name())
            .part(
                "efsVolumeConfiguration",
                efs.map(|efs| file_system(efs.file_system_id())),
            )
            .part(
                "fsxWindowsFileServerVolumeConfiguration",
                fsx.map(|fsx| file_system(fsx.file_system_id())),
            )
    };
    let printed = Document::new()
        .with("taskDefinitionArn", definition.task_definition_arn())
        .with(
            "networkMode",
            definition.network_mode().map(|mode| mode.as_str()),
        )
        .with("cpu", definition.cpu())
        .with("memory", definition.memory())
        .list(
            "placementConstraints",
            definition.placement_constraints(),
            |constraint| {
                Document::new()
                    .with("type", constraint.r#type().map(|value| value.as_str()))
                    .with("expression", constraint.expression())
            },
        )
        .list(
            "requiresAttributes",
            definition.requires_attributes(),
            attribute,
        )
        .list(
            "containerDefinitions",
            definition.container_definitions(),
            container,
        )
        .list("volumes", definition.volumes(), volumes)
        .list("tags", tags, |tag| {
            Document::new()
                .with("key", tag.key())
                .with("value", tag.value())
        });
    let facts = Facts::deserialize(Value::from(printed)).ok()?;
    Document::from_value(serde_json::to_value(facts).ok()?)
}

fn file_system(id: &str) -> Document {
    Document::new().with("fileSystemId", Some(id))
}

fn container(container: &ContainerDefinition) -> Document {
    let health = container
        .health_check()
        .map(|check| Document::new().texts("command", check.command()));
    let credentials = container.repository_credentials().map(|credentials| {
        let parameter = credentials.credentials_parameter();
        Document::new().with("credentialsParameter", Some(parameter))
    });
    Document::new()
        .with("name", container.name())
        .with("image", container.image())
        .with("cpu", Some(container.cpu()))
        .with("memory", container.memory())
        .with("memoryReservation", container.memory_reservation())
        .list("portMappings", container.port_mappings(), port)
        .list(
            "resourceRequirements",
            container.resource_requirements(),
            |requirement| {
                Document::new()
                    .with("type", Some(requirement.r#type().as_str()))
                    .with("value", Some(requirement.value()))
            },
        )
        .list("environment", container.environment(), variable)
        .texts("command", container.command())
        .texts("entryPoint", container.entry_point())
        .part("healthCheck", health)
        .list("secrets", container.secrets(), secret)
        .part("repositoryCredentials", credentials)
        .part("logConfiguration", container.log_configuration().map(logs))
        .list("environmentFiles", container.environment_files(), |file| {
            Document::new().with("value", Some(file.value()))
        })
}

fn port(mapping: &PortMapping) -> Document {
    Document::new()
        .with("containerPort", mapping.container_port())
        .with("hostPort", mapping.host_port())
        .with("protocol", mapping.protocol().map(|value| value.as_str()))
}

fn variable(variable: &KeyValuePair) -> Document {
    Document::new()
        .with("name", variable.name())
        .with("value", variable.value())
}

fn secret(secret: &Secret) -> Document {
    Document::new().with("valueFrom", Some(secret.value_from()))
}

fn logs(logs: &LogConfiguration) -> Document {
    let mut options = Document::new();
    for (name, value) in logs.options().into_iter().flatten() {
        options = options.with(name, Some(value.as_str()));
    }
    Document::new()
        .with("logDriver", Some(logs.log_driver().as_str()))
        .part("options", Some(options))
        .list("secretOptions", logs.secret_options(), secret)
}

/// What the engine keeps of a task's overrides.
pub(crate) fn overrides(overrides: &TaskOverride) -> Option<Document> {
    let printed = Document::new().list(
        "containerOverrides",
        overrides.container_overrides(),
        |own| {
            Document::new()
                .with("name", own.name())
                .list("environment", own.environment(), variable)
                .texts("command", own.command())
        },
    );
    let facts = TaskOverrides::deserialize(Value::from(printed)).ok()?;
    Document::from_value(serde_json::to_value(facts).ok()?)
}
