use serde::Deserialize;

use super::{FactKind, Resource, ResourceName, VpcId};

/// A target group, as `aws elbv2 describe-target-groups` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetGroup {
    /// Its ARN.
    pub target_group_arn: ResourceName,
    /// Its name.
    pub target_group_name: Option<String>,
    /// How targets are spoken to, such as `HTTP` or `TCP`; absent for Lambda functions.
    pub protocol: Option<String>,
    /// The port of targets that don't say another; a task says its own.
    pub port: Option<u16>,
    /// What its targets are.
    pub target_type: Option<TargetType>,
    /// The targets' VPC.
    pub vpc_id: Option<VpcId>,
    /// Whether targets' health is checked.
    pub health_check_enabled: Option<bool>,
    /// How it is checked.
    pub health_check_protocol: Option<String>,
    /// Where it is checked.
    pub health_check_port: Option<HealthCheckPort>,
    /// The load balancers that send to it; one at most.
    #[serde(default)]
    pub load_balancer_arns: Vec<String>,
}

/// What the targets of a group are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetType {
    /// Instances, by their ids.
    Instance,
    /// Addresses: what tasks in awsvpc mode are.
    Ip,
    /// A Lambda function.
    Lambda,
    /// An Application Load Balancer.
    Alb,
    /// A type this version doesn't know.
    #[serde(other)]
    Unrecognized,
}

/// Where a target's health is checked.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum HealthCheckPort {
    /// At the port that the target gets traffic on.
    Traffic,
    /// At a port of its own.
    Port(u16),
    /// Neither, as far as this version knows.
    Unrecognized,
}

impl From<String> for HealthCheckPort {
    fn from(text: String) -> Self {
        match text.parse() {
            Ok(port) => Self::Port(port),
            Err(_) if text == "traffic-port" => Self::Traffic,
            Err(_) => Self::Unrecognized,
        }
    }
}

impl Resource for TargetGroup {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::TargetGroups;
    fn id(&self) -> &ResourceName {
        &self.target_group_arn
    }
}
