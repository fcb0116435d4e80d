use std::net::IpAddr;

use serde::{Deserialize, Deserializer};

use super::{
    EcsArn, FactKind, NetworkInterfaceId, Resource, SubnetId, TaskOverrides, Text, Texts, Timestamp,
};

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
    pub desired_status: Option<Text>,
    /// What it runs on.
    pub launch_type: Option<LaunchType>,
    /// The capacity provider that launched it, if one did.
    pub capacity_provider_name: Option<Text>,
    /// The Fargate platform version.
    pub platform_version: Option<Text>,
    /// `service:<name>` or `family:<name>`.
    pub group: Option<Text>,
    /// Its container instance's ARN; absent on Fargate.
    pub container_instance_arn: Option<EcsArn>,
    /// The zone that it runs in.
    pub availability_zone: Option<Text>,
    /// The CPU that it takes, in 1024ths of a vCPU; absent where only its containers say.
    pub cpu: Option<Text>,
    /// The memory that it takes, in MiB; absent where only its containers say.
    pub memory: Option<Text>,
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
    pub stop_code: Option<Text>,
    /// Why it stopped, in words.
    #[serde(default, deserialize_with = "without_commands")]
    pub stopped_reason: Option<String>,
    /// Why its containers stopped, in words, where ECS says it of them.
    #[serde(
        default,
        rename = "containers",
        deserialize_with = "reasons_of_containers"
    )]
    pub container_reasons: Vec<String>,
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

/// Something attached to a task: of its details, those that are read.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "RawAttachment")]
pub struct TaskAttachment {
    /// Its id.
    pub id: Option<String>,
    /// `eni` in events, `ElasticNetworkInterface` in `describe-tasks`; or something else.
    pub kind: Text,
    /// Where it is in its life.
    pub status: Option<Text>,
    interface: Option<NetworkInterfaceId>,
    subnet: Option<SubnetId>,
    address: Option<IpAddr>,
}

#[derive(Deserialize)]
struct RawAttachment {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Text,
    status: Option<Text>,
    #[serde(default)]
    details: Vec<Detail>,
}

/// A named detail of an attachment.
#[derive(Deserialize)]
struct Detail {
    name: String,
    value: Option<String>,
}

impl From<RawAttachment> for TaskAttachment {
    fn from(raw: RawAttachment) -> Self {
        let detail = |name: &str| {
            let detail = raw.details.iter().find(|detail| detail.name == name)?;
            detail.value.as_deref()
        };
        Self {
            interface: detail("networkInterfaceId").map(NetworkInterfaceId::new),
            subnet: detail("subnetId").map(SubnetId::new),
            address: detail("privateIPv4Address").and_then(|address| address.parse().ok()),
            id: raw.id,
            kind: raw.kind,
            status: raw.status,
        }
    }
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

    /// The interface, once there is one.
    pub(crate) fn interface(&self) -> Option<&NetworkInterfaceId> {
        self.interface.as_ref()
    }

    /// The same, as an id of its own.
    pub fn network_interface_id(&self) -> Option<NetworkInterfaceId> {
        self.interface.clone()
    }

    /// The subnet.
    pub fn subnet_id(&self) -> Option<SubnetId> {
        self.subnet.clone()
    }

    /// The private IPv4 address.
    pub fn private_address(&self) -> Option<IpAddr> {
        self.address
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

    fn share(&mut self, texts: &mut Texts) {
        self.cluster_arn.share(texts);
        let arns = [
            &mut self.task_definition_arn,
            &mut self.container_instance_arn,
        ];
        for arn in arns.into_iter().flatten() {
            arn.share(texts);
        }
        texts.share_all([
            &mut self.desired_status,
            &mut self.capacity_provider_name,
            &mut self.platform_version,
            &mut self.group,
            &mut self.availability_zone,
            &mut self.cpu,
            &mut self.memory,
            &mut self.stop_code,
        ]);
        for attachment in &mut self.attachments {
            texts.share(&mut attachment.kind);
            texts.share_all([&mut attachment.status]);
            if let Some(subnet) = &mut attachment.subnet {
                subnet.share(texts);
            }
        }
        self.attachments.shrink_to_fit();
    }
}

/// A reason without the command lines that the container runtime quotes, which may hold secrets.
pub(super) fn without_commands<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let reason: Option<String> = Deserialize::deserialize(deserializer)?;
    Ok(reason.map(|reason| quoting_no_commands(&reason)))
}

fn quoting_no_commands(reason: &str) -> String {
    let parts = reason.split('"').enumerate().map(|(number, part)| {
        let is_quoted = number % 2 == 1;
        let is_command = part.contains(|c: char| c.is_whitespace() || c == '=');
        if is_quoted && is_command { "…" } else { part }
    });
    parts.collect::<Vec<_>>().join("\"")
}

fn reasons_of_containers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    struct Container {
        reason: Option<String>,
    }
    let containers: Option<Vec<Container>> = Deserialize::deserialize(deserializer)?;
    let reasons = containers
        .into_iter()
        .flatten()
        .filter_map(|one| one.reason);
    Ok(reasons.map(|reason| quoting_no_commands(&reason)).collect())
}
