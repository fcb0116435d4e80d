use serde::Deserialize;

use super::{
    FactKind, InstanceId, InterfaceType, NetworkInterfaceId, Resource, SubnetId, Text, Texts,
    Timestamp,
};

/// An EC2 instance, as `aws ec2 describe-instances` prints it in a reservation.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Instance {
    /// Its id.
    pub instance_id: InstanceId,
    /// Its type, such as `m5.large`.
    pub instance_type: Option<Text>,
    /// When it was started last.
    pub launch_time: Option<Timestamp>,
    /// The subnet of its primary interface.
    pub subnet_id: Option<SubnetId>,
    /// Where it is.
    pub placement: Option<Placement>,
    /// What is attached to it. Branch interfaces of a trunk may not be among them.
    #[serde(default)]
    pub network_interfaces: Vec<InstanceInterface>,
    /// Its EBS volumes.
    #[serde(default)]
    pub block_device_mappings: Vec<BlockDevice>,
    /// How it is named in DNS.
    pub private_dns_name_options: Option<PrivateDnsNameOptions>,
}

/// Where an instance is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Placement {
    /// The zone's name.
    pub availability_zone: Option<Text>,
}

/// An interface as its instance lists it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceInterface {
    /// The interface.
    pub network_interface_id: NetworkInterfaceId,
    /// What kind it is.
    #[serde(default)]
    pub interface_type: InterfaceType,
    /// What its maker says of it; ECS puts the attachment's ARN here.
    pub description: Option<String>,
    /// How it is attached.
    pub attachment: Option<InterfaceAttachment>,
}

/// How an interface is attached to its instance.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InterfaceAttachment {
    /// The position; 0 is the primary interface.
    #[serde(default)]
    pub device_index: u32,
    /// The network card that it is on.
    #[serde(default)]
    pub network_card_index: u32,
    /// `attaching`, `attached`, `detaching` or `detached`.
    pub status: Option<Text>,
}

/// A volume that is attached to an instance: only that it is there counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BlockDevice {
    /// The name that the operating system sees.
    pub device_name: Option<Text>,
}

/// How an instance is named in DNS.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PrivateDnsNameOptions {
    /// Whether a name made of its id leads to its address; keeps it from getting a trunk.
    #[serde(default, rename = "EnableResourceNameDnsARecord")]
    pub enable_resource_name_dns_a_record: bool,
}

impl Instance {
    /// The interfaces that take a slot beside the primary one; the trunk, which carries the others,
    /// isn't among them.
    pub fn further_interfaces(&self) -> impl Iterator<Item = &InstanceInterface> {
        self.network_interfaces.iter().filter(|interface| {
            let attachment = interface.attachment.as_ref();
            let is_primary = attachment.is_some_and(|attachment| attachment.device_index == 0);
            !is_primary && interface.interface_type != InterfaceType::Trunk
        })
    }

    /// The zone's name.
    pub fn zone(&self) -> Option<&str> {
        self.placement.as_ref()?.availability_zone.as_deref()
    }
}

impl Resource for Instance {
    type Id = InstanceId;
    const KIND: FactKind = FactKind::Instances;
    fn id(&self) -> &InstanceId {
        &self.instance_id
    }

    fn share(&mut self, texts: &mut Texts) {
        texts.share_all([&mut self.instance_type]);
        if let Some(subnet) = &mut self.subnet_id {
            subnet.share(texts);
        }
        texts.share_all(self.placement.iter_mut().map(|p| &mut p.availability_zone));
        for interface in &mut self.network_interfaces {
            texts.share_all(interface.attachment.iter_mut().map(|a| &mut a.status));
        }
        for volume in &mut self.block_device_mappings {
            texts.share_all([&mut volume.device_name]);
        }
        self.network_interfaces.shrink_to_fit();
        self.block_device_mappings.shrink_to_fit();
    }
}
