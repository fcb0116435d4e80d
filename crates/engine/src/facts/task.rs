use std::net::IpAddr;

use serde::{Deserialize, Deserializer};

use super::{EcsArn, FactKind, NetworkInterfaceId, Resource, SubnetId, TaskOverrides, Timestamp};

/// An ECS task, as `describe-tasks` prints it and as a "ECS Task State Change" event carries it.
///
/// Of `overrides`, which can hold secrets in plain text, only the endpoints that they talk about are
/// kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Its ARN.
    pub task_arn: EcsArn,
    /// Its cluster's ARN.
    pub cluster_arn: EcsArn,
    /// Its task definition's ARN.
    pub task_definition_arn: Option<EcsArn>,
    /// Where it is in its life.
    pub last_status: TaskStatus,
    /// Where ECS wants it to be.
    pub desired_status: Option<String>,
    /// What it runs on.
    pub launch_type: Option<LaunchType>,
    /// The capacity provider that launched it, if one did.
    pub capacity_provider_name: Option<String>,
    /// The Fargate platform version.
    pub platform_version: Option<String>,
    /// `service:<name>` or `family:<name>`.
    pub group: Option<String>,
    /// Its container instance's ARN; absent on Fargate.
    pub container_instance_arn: Option<EcsArn>,
    /// The zone that it runs in.
    pub availability_zone: Option<String>,
    /// The CPU that it takes, in 1024ths of a vCPU; absent where only its containers say.
    pub cpu: Option<String>,
    /// The memory that it takes, in MiB; absent where only its containers say.
    pub memory: Option<String>,
    /// When ECS made it.
    pub created_at: Option<Timestamp>,
    /// When it stopped.
    pub stopped_at: Option<Timestamp>,
    /// Its network interface and other attachments.
    #[serde(default)]
    pub attachments: Vec<TaskAttachment>,
    /// Whether ECS Exec was asked for when it started.
    pub enable_execute_command: Option<bool>,
    /// Why it stopped, in short.
    pub stop_code: Option<String>,
    /// Why it stopped, in words.
    #[serde(default, deserialize_with = "without_commands")]
    pub stopped_reason: Option<String>,
    /// What it changes about its definition, without the values.
    #[serde(default)]
    pub overrides: TaskOverrides,
    /// Counts the task's changes; equal is a duplicate, lower is stale.
    pub version: Option<u64>,
}

/// The life of a task, in order.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TaskStatus {
    /// Its interface is being made.
    Provisioning,
    /// It waits for its container instance.
    Pending,
    /// It is being registered with load balancers.
    Activating,
    /// It runs.
    Running,
    /// It is being deregistered from load balancers.
    Deactivating,
    /// Its containers are being stopped.
    Stopping,
    /// Its interface is being removed.
    Deprovisioning,
    /// It has stopped.
    Stopped,
    /// It is being forgotten.
    Deleted,
    /// A status this version doesn't know.
    #[serde(other)]
    Unrecognized,
}

impl TaskStatus {
    /// The status as ECS writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unrecognized => "UNRECOGNIZED",
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Activating => "ACTIVATING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopping => "STOPPING",
            Self::Deprovisioning => "DEPROVISIONING",
            Self::Stopped => "STOPPED",
            Self::Deleted => "DELETED",
        }
    }

    /// Whether the task is on its way out or gone, and its interface with it.
    pub fn is_ending(self) -> bool {
        self > Self::Running && self != Self::Unrecognized
    }

    /// Whether the task may still be waiting for its interface.
    pub fn is_starting(self) -> bool {
        self < Self::Running || self == Self::Unrecognized
    }
}

/// What a task runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LaunchType {
    /// A container instance of the account.
    Ec2,
    /// Fargate.
    Fargate,
    /// A machine outside AWS.
    External,
    /// An instance that ECS manages.
    ManagedInstances,
    /// A launch type this version doesn't know.
    #[serde(other)]
    Unrecognized,
}

/// Something attached to a task.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskAttachment {
    /// Its id.
    pub id: Option<String>,
    /// `eni` in events, `ElasticNetworkInterface` in `describe-tasks`; or something else.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is in its life.
    pub status: Option<String>,
    /// What it is, by name: of the details, those that are read.
    #[serde(default, deserialize_with = "of_interest")]
    pub details: Vec<Detail>,
}

/// The details that are read. A large account has hundreds of thousands.
const DETAILS: [&str; 3] = ["networkInterfaceId", "subnetId", "privateIPv4Address"];

fn of_interest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Detail>, D::Error> {
    let mut details: Vec<Detail> = Deserialize::deserialize(deserializer)?;
    details.retain(|detail| DETAILS.contains(&detail.name.as_str()));
    details.shrink_to_fit();
    Ok(details)
}

/// A named detail of an attachment.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Option<String>,
}

impl TaskAttachment {
    /// Whether it is the task's network interface.
    pub fn is_network_interface(&self) -> bool {
        self.kind == "eni" || self.kind == "ElasticNetworkInterface"
    }

    /// Whether it still takes a slot of the task's container instance.
    pub fn is_held(&self) -> bool {
        !matches!(self.status.as_deref(), Some("DETACHED" | "DELETED"))
    }

    fn detail(&self, name: &str) -> Option<&str> {
        let detail = self.details.iter().find(|detail| detail.name == name)?;
        detail.value.as_deref()
    }

    /// The interface, once there is one.
    pub fn network_interface_id(&self) -> Option<NetworkInterfaceId> {
        self.detail("networkInterfaceId")
            .map(NetworkInterfaceId::new)
    }

    /// The subnet.
    pub fn subnet_id(&self) -> Option<SubnetId> {
        self.detail("subnetId").map(SubnetId::new)
    }

    /// The private IPv4 address.
    pub fn private_address(&self) -> Option<IpAddr> {
        self.detail("privateIPv4Address")?.parse().ok()
    }
}

impl Task {
    /// The attachment of the task's own interface; `None` when the task isn't in awsvpc mode.
    pub fn network_interface(&self) -> Option<&TaskAttachment> {
        self.attachments.iter().find(|a| a.is_network_interface())
    }

    /// The service it belongs to.
    pub fn service_name(&self) -> Option<&str> {
        self.group.as_deref()?.strip_prefix("service:")
    }

    /// What it runs on; the capacity provider and the platform version tell when the launch type
    /// is absent.
    pub fn effective_launch_type(&self) -> Option<LaunchType> {
        self.launch_type.or_else(|| {
            let provider = self.capacity_provider_name.as_deref();
            let is_fargate = provider.is_some_and(|name| name.starts_with("FARGATE"))
                || self.platform_version.is_some();
            if is_fargate {
                Some(LaunchType::Fargate)
            } else {
                self.container_instance_arn
                    .as_ref()
                    .map(|_| LaunchType::Ec2)
            }
        })
    }
}

impl Resource for Task {
    type Id = EcsArn;
    const KIND: FactKind = FactKind::Tasks;
    fn id(&self) -> &EcsArn {
        &self.task_arn
    }
}

/// A reason without the command lines that the container runtime quotes, which may hold secrets.
fn without_commands<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let reason: Option<String> = Deserialize::deserialize(deserializer)?;
    let reason = reason.map(|reason| {
        let parts = reason.split('"').enumerate().map(|(number, part)| {
            let is_quoted = number % 2 == 1;
            let is_command = part.contains(|c: char| c.is_whitespace() || c == '=');
            if is_quoted && is_command { "…" } else { part }
        });
        parts.collect::<Vec<_>>().join("\"")
    });
    Ok(reason)
}
