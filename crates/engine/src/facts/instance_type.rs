use serde::Deserialize;

use super::{FactKind, Resource, ResourceName};

/// An instance type, as `aws ec2 describe-instance-types` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceType {
    /// Its name, such as `m5.large`.
    pub instance_type: ResourceName,
    /// How many interfaces it takes.
    pub network_info: Option<NetworkInfo>,
    /// How many volumes it takes.
    pub ebs_info: Option<EbsInfo>,
    /// The disks that it brings.
    pub instance_storage_info: Option<InstanceStorageInfo>,
}

/// How many interfaces an instance type takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NetworkInfo {
    /// On all network cards together, the primary one included.
    pub maximum_network_interfaces: Option<u32>,
    /// The card that the primary interface is on.
    #[serde(default)]
    pub default_network_card_index: u32,
    /// The network cards.
    #[serde(default)]
    pub network_cards: Vec<NetworkCard>,
}

/// A network card of an instance type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NetworkCard {
    /// Its number.
    #[serde(default)]
    pub network_card_index: u32,
    /// How many interfaces it takes.
    pub maximum_network_interfaces: u32,
}

/// How many volumes an instance type takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EbsInfo {
    /// Whether interfaces, volumes and disks draw on one budget (`shared`) or not (`dedicated`).
    pub attachment_limit_type: Option<String>,
    /// The most volumes.
    pub maximum_ebs_attachments: Option<u32>,
}

/// The disks that an instance type brings.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceStorageInfo {
    /// By kind.
    #[serde(default)]
    pub disks: Vec<Disk>,
}

/// Disks of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Disk {
    /// How many.
    pub count: u32,
}

impl Resource for InstanceType {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::InstanceTypes;
    fn id(&self) -> &ResourceName {
        &self.instance_type
    }
}
