use serde::Deserialize;

use super::{FactKind, Resource, ResourceName, SecurityGroupId, SubnetId};

/// An MSK cluster, as `aws kafka list-clusters-v2` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KafkaCluster {
    /// Its ARN.
    pub cluster_arn: ResourceName,
    /// Its name.
    pub cluster_name: Option<String>,
    /// What a cluster with brokers of its own has.
    pub provisioned: Option<KafkaProvisioned>,
    /// What a serverless cluster has.
    pub serverless: Option<KafkaServerless>,
}

/// A cluster with brokers of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KafkaProvisioned {
    /// Where its brokers are.
    pub broker_node_group_info: Option<BrokerNodeGroupInfo>,
}

/// Where the brokers of a cluster are.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BrokerNodeGroupInfo {
    /// The subnets that brokers' interfaces are in.
    #[serde(default)]
    pub client_subnets: Vec<SubnetId>,
    /// The brokers' security groups; none means the VPC's default group.
    #[serde(default)]
    pub security_groups: Vec<SecurityGroupId>,
}

/// A serverless cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KafkaServerless {
    /// The VPCs that it is reached from.
    #[serde(default)]
    pub vpc_configs: Vec<KafkaVpcConfig>,
}

/// A VPC that a serverless cluster is reached from.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KafkaVpcConfig {
    /// The subnets of its interfaces.
    #[serde(default)]
    pub subnet_ids: Vec<SubnetId>,
    /// Their security groups; none means the VPC's default group.
    #[serde(default)]
    pub security_group_ids: Vec<SecurityGroupId>,
}

impl Resource for KafkaCluster {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::KafkaClusters;
    fn id(&self) -> &ResourceName {
        &self.cluster_arn
    }
}
