use aws_sdk_ec2::types::{Instance, InstanceNetworkInterface};

use crate::document::{Document, moment};

/// An instance in a reservation of its own.
pub(crate) fn document(instance: &Instance) -> Document {
    let zone = instance
        .placement()
        .map(|placement| Document::new().with("AvailabilityZone", placement.availability_zone()));
    let naming = instance.private_dns_name_options().map(|options| {
        Document::new().with(
            "EnableResourceNameDnsARecord",
            options.enable_resource_name_dns_a_record(),
        )
    });
    let document = Document::new()
        .with("InstanceId", instance.instance_id())
        .with(
            "InstanceType",
            instance.instance_type().map(|value| value.as_str()),
        )
        .with("LaunchTime", moment(instance.launch_time()))
        .with("SubnetId", instance.subnet_id())
        .part("Placement", zone)
        .list(
            "NetworkInterfaces",
            instance.network_interfaces(),
            interface,
        )
        .list(
            "BlockDeviceMappings",
            instance.block_device_mappings(),
            |device| Document::new().with("DeviceName", device.device_name()),
        )
        .part("PrivateDnsNameOptions", naming);
    Document::new().list("Instances", &[document], Clone::clone)
}

fn interface(interface: &InstanceNetworkInterface) -> Document {
    let attachment = interface.attachment().map(|attachment| {
        Document::new()
            .with("DeviceIndex", attachment.device_index())
            .with("Status", attachment.status().map(|value| value.as_str()))
    });
    Document::new()
        .with("NetworkInterfaceId", interface.network_interface_id())
        .with("InterfaceType", interface.interface_type())
        .with("Description", interface.description())
        .part("Attachment", attachment)
}
