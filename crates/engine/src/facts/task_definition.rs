use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Attribute, EcsArn, FactKind, PlacementConstraint, Resource, Tag};
use crate::dependencies::learned::{self, Learned, Source};

/// A revision of a task definition, as `describe-task-definition` prints it, without what could hold
/// a secret: of environment values, arguments and log options only the endpoints that they talk about
/// are kept, from the moment they are read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskDefinition {
    /// Its ARN.
    pub task_definition_arn: EcsArn,
    /// `awsvpc`, or another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_mode: Option<String>,
    /// The CPU that a task takes, in 1024ths of a vCPU; absent where only its containers say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// The memory that a task takes, in MiB; absent where only its containers say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// Where its tasks may be.
    #[serde(default)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// The attributes that an instance needs to run it, as ECS derived them.
    #[serde(default)]
    pub requires_attributes: Vec<Attribute>,
    /// Its containers: AWS always prints some.
    pub container_definitions: Vec<ContainerDefinition>,
    /// Its volumes.
    #[serde(default)]
    pub volumes: Vec<Volume>,
    /// Its tags, which `describe-task-definition` prints beside it.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// A container of a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "RawContainerDefinition")]
pub struct ContainerDefinition {
    /// Its name.
    pub name: String,
    /// Its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// What it takes of an instance.
    #[serde(flatten)]
    pub resources: ContainerResources,
    /// The endpoints that its configuration talks about.
    pub learned: Vec<Learned>,
    /// The names of its environment variables.
    pub variables: BTreeSet<String>,
    /// What ECS fetches for its environment.
    pub secrets: Vec<Secret>,
    /// How ECS signs in to the image's registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_credentials: Option<RepositoryCredentials>,
    /// Where its output goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_configuration: Option<LogConfiguration>,
    /// The files of environment variables, which ECS fetches from S3.
    pub environment_files: Vec<EnvironmentFile>,
}

/// What a container takes of an instance.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerResources {
    /// CPU, in 1024ths of a vCPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<i64>,
    /// The memory at which it is killed, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<i64>,
    /// The memory that is kept for it, in MiB; where it is said, it is what placement counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_reservation: Option<i64>,
    /// Its ports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub port_mappings: Vec<PortMapping>,
    /// Its GPUs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_requirements: Vec<ResourceRequirement>,
}

/// A port of a container.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortMapping {
    /// The container's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_port: Option<u16>,
    /// The instance's, outside awsvpc mode; absent or 0 for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_port: Option<u16>,
    /// `tcp` or `udp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
}

/// Something that only some instances have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResourceRequirement {
    /// `GPU` or `InferenceAccelerator`.
    pub r#type: Option<String>,
    /// How much of it.
    pub value: Option<String>,
}

/// A secret that ECS fetches.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// The ARN of a secret or parameter, or a parameter's name.
    pub value_from: String,
}

/// How ECS signs in to a registry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryCredentials {
    /// The ARN of the secret.
    pub credentials_parameter: String,
}

/// A file of environment variables.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentFile {
    /// The ARN of the object in S3.
    pub value: String,
}

/// Where a container's output goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "RawLogConfiguration")]
pub struct LogConfiguration {
    /// The driver: `awslogs`, `awsfirelens`, or another.
    pub log_driver: String,
    /// The options that say where to; others may be secrets.
    pub options: BTreeMap<String, String>,
    /// The secrets that ECS fetches for the driver.
    pub secret_options: Vec<Secret>,
    /// The endpoints that its options talk about.
    pub learned: Vec<Learned>,
}

/// A volume.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    /// Its name.
    pub name: Option<String>,
    /// An EFS file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub efs_volume_configuration: Option<FileSystemVolume>,
    /// An Amazon `FSx` for Windows File Server file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fsx_windows_file_server_volume_configuration: Option<FileSystemVolume>,
}

/// A file system that is mounted as a volume.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileSystemVolume {
    /// The file system's id.
    pub file_system_id: String,
}

/// What a task changes about a container of its definition, without the values.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "RawContainerOverride")]
pub struct ContainerOverride {
    /// The container.
    pub name: String,
    /// The variables that it sets: what the definition says in them doesn't hold.
    pub variables: BTreeSet<String>,
    /// Whether it sets the command.
    pub sets_command: bool,
    /// The endpoints that its values talk about.
    pub learned: Vec<Learned>,
}

/// What a task changes about its definition.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskOverrides {
    /// By container.
    pub container_overrides: Vec<ContainerOverride>,
}

/// The options that say where a log driver writes to and can't be secrets.
const LOG_OPTIONS: [&str; 4] = ["awslogs-group", "awslogs-region", "Name", "region"];

/// `environment`, `command` and the like are read as they come, so that no error can quote them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct RawContainerDefinition {
    name: String,
    image: Option<String>,
    #[serde(flatten)]
    resources: ContainerResources,
    environment: Value,
    command: Value,
    entry_point: Value,
    health_check: Value,
    learned: Vec<Learned>,
    variables: BTreeSet<String>,
    secrets: Vec<Secret>,
    repository_credentials: Option<RepositoryCredentials>,
    log_configuration: Option<LogConfiguration>,
    environment_files: Vec<EnvironmentFile>,
}

impl From<RawContainerDefinition> for ContainerDefinition {
    fn from(raw: RawContainerDefinition) -> Self {
        let mut learned = raw.learned;
        learned.extend(learned::from_environment(&raw.environment));
        learned.extend(learned::from_arguments(&raw.command, &Source::Command));
        learned.extend(learned::from_arguments(
            &raw.entry_point,
            &Source::EntryPoint,
        ));
        if let Some(command) = raw.health_check.get("command") {
            learned.extend(learned::from_arguments(command, &Source::HealthCheck));
        }
        learned.sort();
        learned.dedup();
        let mut variables = raw.variables;
        variables.extend(learned::names(&raw.environment).map(str::to_owned));
        Self {
            name: raw.name,
            image: raw.image,
            resources: raw.resources,
            learned,
            variables,
            secrets: raw.secrets,
            repository_credentials: raw.repository_credentials,
            log_configuration: raw.log_configuration,
            environment_files: raw.environment_files,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawLogConfiguration {
    log_driver: String,
    #[serde(default)]
    options: Value,
    #[serde(default)]
    secret_options: Vec<Secret>,
    #[serde(default)]
    learned: Vec<Learned>,
}

impl From<RawLogConfiguration> for LogConfiguration {
    fn from(raw: RawLogConfiguration) -> Self {
        let mut learned = raw.learned;
        learned.extend(learned::from_log_options(&raw.options));
        let option = |name: &&str| {
            let value = raw.options.get(name)?.as_str()?;
            Some(((*name).to_owned(), value.to_owned()))
        };
        Self {
            log_driver: raw.log_driver,
            options: LOG_OPTIONS.iter().filter_map(option).collect(),
            secret_options: raw.secret_options,
            learned,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawContainerOverride {
    name: String,
    environment: Value,
    command: Value,
    variables: BTreeSet<String>,
    sets_command: bool,
    learned: Vec<Learned>,
}

impl From<RawContainerOverride> for ContainerOverride {
    fn from(raw: RawContainerOverride) -> Self {
        let mut learned = raw.learned;
        learned.extend(learned::from_environment(&raw.environment));
        learned.extend(learned::from_arguments(&raw.command, &Source::Command));
        let mut variables = raw.variables;
        variables.extend(learned::names(&raw.environment).map(str::to_owned));
        let is_set = raw.command.as_array().is_some_and(|all| !all.is_empty());
        Self {
            name: raw.name,
            variables,
            sets_command: raw.sets_command || is_set,
            learned,
        }
    }
}

impl Resource for TaskDefinition {
    type Id = EcsArn;
    const KIND: FactKind = FactKind::TaskDefinitions;
    fn id(&self) -> &EcsArn {
        &self.task_definition_arn
    }
}
