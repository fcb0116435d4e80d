use std::net::IpAddr;

use serde::{Deserialize, Deserializer};

use super::{FactKind, NetworkInterfaceId, Resource, ResourceName, SubnetId};

/// A broker of an MSK cluster, as `aws kafka list-nodes` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KafkaNode {
    /// Its ARN, in which the cluster's name and id stand.
    #[serde(rename = "NodeARN")]
    pub node_arn: ResourceName,
    /// What makes it a broker.
    pub broker_node_info: Option<BrokerNodeInfo>,
}

/// What a broker has.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BrokerNodeInfo {
    /// Its interface.
    #[serde(rename = "AttachedENIId")]
    pub attached_eni_id: Option<NetworkInterfaceId>,
    /// Its number within the cluster.
    #[serde(default, deserialize_with = "number_or_text")]
    pub broker_id: Option<f64>,
    /// Its subnet.
    pub client_subnet: Option<SubnetId>,
    /// Its address.
    pub client_vpc_ip_address: Option<IpAddr>,
    /// Its host names.
    #[serde(default)]
    pub endpoints: Vec<String>,
}

/// The API says a number; older versions of the CLI printed a text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Printed {
        Number(f64),
        Text(String),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(Printed::Number(number)) => Some(number),
        Some(Printed::Text(text)) => text.parse().ok(),
        None => None,
    })
}

impl Resource for KafkaNode {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::KafkaNodes;
    fn id(&self) -> &ResourceName {
        &self.node_arn
    }
}
