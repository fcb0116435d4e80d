use serde::Deserialize;

use super::EcsArn;
use super::event::{EventError, parse};
use super::task::without_commands;

/// What happened to a service: an "ECS Service Action" or "ECS Deployment State Change" event, as
/// EventBridge delivers it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html>
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html>
#[derive(Debug, Clone)]
pub struct ServiceEvent {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// When it happened.
    pub time: String,
    /// What happened.
    pub name: ServiceEventName,
    /// The service's ARN.
    pub service_arn: EcsArn,
    /// The ARN of its cluster.
    pub cluster_arn: EcsArn,
    /// Why, in ECS's words, where it says so. A service whose tasks don't start is told of without.
    pub reason: Option<String>,
    /// The deployment, where the event is about one.
    pub deployment_id: Option<String>,
    /// The container instances on which a task found no place. None on Fargate, and none where a capacity
    /// provider was asked.
    pub container_instance_arns: Vec<EcsArn>,
    /// The capacity providers that were asked for a place.
    pub capacity_provider_arns: Vec<EcsArn>,
}

/// What happened to a service, of that what tells that its tasks don't start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum ServiceEventName {
    /// ECS found no place for a task; the reason says what was short.
    #[serde(rename = "SERVICE_TASK_PLACEMENT_FAILURE")]
    TaskPlacementFailure,
    /// Tasks start and stop again and again. No reason comes with it.
    #[serde(rename = "SERVICE_TASK_START_IMPAIRED")]
    TaskStartImpaired,
    /// ECS could not place a task because of what is configured, a role for example.
    #[serde(rename = "SERVICE_TASK_CONFIGURATION_FAILURE")]
    TaskConfigurationFailure,
    /// A deployment was given up: by the circuit breaker, or because of an alarm.
    #[serde(rename = "SERVICE_DEPLOYMENT_FAILED")]
    DeploymentFailed,
    /// Anything else, `SERVICE_STEADY_STATE` for example: it doesn't tell that tasks don't start.
    #[serde(other)]
    Other,
}

impl ServiceEventName {
    /// Those that tell that tasks don't start.
    pub const FAILURES: [Self; 4] = [
        Self::TaskPlacementFailure,
        Self::TaskStartImpaired,
        Self::TaskConfigurationFailure,
        Self::DeploymentFailed,
    ];

    /// The name as ECS writes it; nothing for one that isn't told apart.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TaskPlacementFailure => "SERVICE_TASK_PLACEMENT_FAILURE",
            Self::TaskStartImpaired => "SERVICE_TASK_START_IMPAIRED",
            Self::TaskConfigurationFailure => "SERVICE_TASK_CONFIGURATION_FAILURE",
            Self::DeploymentFailed => "SERVICE_DEPLOYMENT_FAILED",
            Self::Other => "",
        }
    }

    /// Whether it tells that tasks don't start.
    pub fn is_failure(self) -> bool {
        self != Self::Other
    }
}

#[derive(Deserialize)]
struct RawEvent {
    account: String,
    region: String,
    time: String,
    #[serde(default)]
    resources: Vec<EcsArn>,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_name: ServiceEventName,
    /// Deployments are told of without.
    cluster_arn: Option<EcsArn>,
    #[serde(default, deserialize_with = "without_commands")]
    reason: Option<String>,
    deployment_id: Option<String>,
    container_instance_arns: Option<Vec<EcsArn>>,
    capacity_provider_arns: Option<Vec<EcsArn>>,
}

impl ServiceEvent {
    /// The `detail-type` of these events.
    pub const DETAIL_TYPES: [&'static str; 2] =
        ["ECS Service Action", "ECS Deployment State Change"];

    /// Reads an event. The error names the field and the place.
    pub fn parse(text: &str) -> Result<Self, EventError> {
        let raw: RawEvent = parse(text, &Self::DETAIL_TYPES)?;
        let service_arn = raw.resources.into_iter().find(is_service);
        let service_arn = service_arn.ok_or(EventError::NoService)?;
        let detail = raw.detail;
        let told = detail.cluster_arn.or_else(|| cluster_of(&service_arn));
        let cluster_arn = told.ok_or(EventError::NoCluster)?;
        Ok(Self {
            account: raw.account,
            region: raw.region,
            time: raw.time,
            name: detail.event_name,
            service_arn,
            cluster_arn,
            reason: detail.reason,
            deployment_id: detail.deployment_id,
            container_instance_arns: detail.container_instance_arns.unwrap_or_default(),
            capacity_provider_arns: detail.capacity_provider_arns.unwrap_or_default(),
        })
    }

    /// What happened, in ECS's words: `SERVICE_TASK_PLACEMENT_FAILURE: RESOURCE:ENI`.
    pub fn words(&self) -> String {
        let name = match self.name.as_str() {
            "" => "nothing about tasks that don't start",
            name => name,
        };
        match &self.reason {
            Some(reason) => format!("{name}: {reason}"),
            None => name.to_owned(),
        }
    }

    /// The service's name.
    pub fn service_name(&self) -> &str {
        self.service_arn.name()
    }
}

fn is_service(arn: &EcsArn) -> bool {
    arn.as_str().contains(":service/") && !arn.name().is_empty()
}

/// The cluster that a service's ARN names. Old ones name none.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html>
fn cluster_of(service: &EcsArn) -> Option<EcsArn> {
    let (account, path) = service.as_str().split_once(":service/")?;
    let (cluster, _) = path.split_once('/')?;
    Some(EcsArn::new(format!("{account}:cluster/{cluster}")))
}
