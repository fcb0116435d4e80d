use aws_sdk_ec2::types::{
    Filter, NetworkInterface, NetworkInterfaceAssociation, NetworkInterfacePrivateIpAddress,
};

use super::{Ec2, PAGE, describe};
use crate::document::Document;
use crate::findings::Answer;

impl Ec2<'_> {
    /// Interfaces that match a filter. ECS Managed Instances hide theirs from a plain question.
    pub(crate) async fn network_interfaces(&self, filter: Filter) -> Answer {
        let request = self
            .client
            .describe_network_interfaces()
            .include_managed_resources(true)
            .filters(filter);
        describe!(
            self,
            "ec2:DescribeNetworkInterfaces",
            request,
            PAGE,
            network_interfaces,
            document
        )
    }
}

fn document(interface: &NetworkInterface) -> Document {
    let attachment = interface.attachment().map(|attachment| {
        Document::new()
            .with("AttachmentId", attachment.attachment_id())
            .with("InstanceId", attachment.instance_id())
            .with("InstanceOwnerId", attachment.instance_owner_id())
            .with("DeviceIndex", attachment.device_index())
            .with("Status", attachment.status().map(|value| value.as_str()))
    });
    Document::new()
        .with("NetworkInterfaceId", interface.network_interface_id())
        .with("SubnetId", interface.subnet_id())
        .with("VpcId", interface.vpc_id())
        .with("AvailabilityZone", interface.availability_zone())
        .with("PrivateIpAddress", interface.private_ip_address())
        .list(
            "PrivateIpAddresses",
            interface.private_ip_addresses(),
            private_address,
        )
        .list("Ipv6Addresses", interface.ipv6_addresses(), |address| {
            Document::new().with("Ipv6Address", address.ipv6_address())
        })
        .list("Ipv4Prefixes", interface.ipv4_prefixes(), |prefix| {
            Document::new().with("Ipv4Prefix", prefix.ipv4_prefix())
        })
        .list("Ipv6Prefixes", interface.ipv6_prefixes(), |prefix| {
            Document::new().with("Ipv6Prefix", prefix.ipv6_prefix())
        })
        .part("Association", interface.association().map(association))
        .list("Groups", interface.groups(), |group| {
            Document::new().with("GroupId", group.group_id())
        })
        .with(
            "InterfaceType",
            interface.interface_type().map(|value| value.as_str()),
        )
        .part("Attachment", attachment)
        .with("Status", interface.status().map(|value| value.as_str()))
        .with("SourceDestCheck", interface.source_dest_check())
        .with("DenyAllIgwTraffic", interface.deny_all_igw_traffic())
        .with("PrivateDnsName", interface.private_dns_name())
        .with("OwnerId", interface.owner_id())
        .with("RequesterManaged", interface.requester_managed())
        .with("Description", interface.description())
}

/// An interface without its addresses and groups: there are tens of thousands in a large region, and
/// who counts them needs no more.
pub(crate) fn without_addresses(interface: &NetworkInterface) -> Document {
    let attachment = interface.attachment().map(|attachment| {
        Document::new()
            .with("InstanceId", attachment.instance_id())
            .with("DeviceIndex", attachment.device_index())
            .with("Status", attachment.status().map(|value| value.as_str()))
    });
    Document::new()
        .with("NetworkInterfaceId", interface.network_interface_id())
        .with("SubnetId", interface.subnet_id())
        .with("VpcId", interface.vpc_id())
        .with("AvailabilityZone", interface.availability_zone())
        .with(
            "InterfaceType",
            interface.interface_type().map(|value| value.as_str()),
        )
        .part("Attachment", attachment)
        .with("Status", interface.status().map(|value| value.as_str()))
        .with("OwnerId", interface.owner_id())
        .with("RequesterManaged", interface.requester_managed())
        .with("Description", interface.description())
}

fn private_address(address: &NetworkInterfacePrivateIpAddress) -> Document {
    Document::new()
        .with("PrivateIpAddress", address.private_ip_address())
        .with("Primary", address.primary())
        .part("Association", address.association().map(association))
}

fn association(association: &NetworkInterfaceAssociation) -> Document {
    Document::new()
        .with("PublicIp", association.public_ip())
        .with("PublicDnsName", association.public_dns_name())
}
