use aws_sdk_ec2::types::{DiskInfo, EbsInfo, InstanceTypeInfo, NetworkCardInfo, NetworkInfo};

use crate::document::Document;

/// What an instance type has room for.
pub(crate) fn document(kind: &InstanceTypeInfo) -> Document {
    let disks = kind
        .instance_storage_info()
        .map(|storage| Document::new().list("Disks", storage.disks(), disk));
    Document::new()
        .with(
            "InstanceType",
            kind.instance_type().map(|value| value.as_str()),
        )
        .part("NetworkInfo", kind.network_info().map(network))
        .part("EbsInfo", kind.ebs_info().map(volumes))
        .part("InstanceStorageInfo", disks)
}

fn network(network: &NetworkInfo) -> Document {
    // A card of which EC2 doesn't say how many interfaces it takes tells nothing.
    let cards: Vec<NetworkCardInfo> = network
        .network_cards()
        .iter()
        .filter(|card| card.maximum_network_interfaces().is_some())
        .cloned()
        .collect();
    Document::new()
        .with(
            "MaximumNetworkInterfaces",
            network.maximum_network_interfaces(),
        )
        .with(
            "DefaultNetworkCardIndex",
            network.default_network_card_index(),
        )
        .list("NetworkCards", &cards, |card| {
            Document::new()
                .with("NetworkCardIndex", card.network_card_index())
                .with(
                    "MaximumNetworkInterfaces",
                    card.maximum_network_interfaces(),
                )
        })
}

fn volumes(volumes: &EbsInfo) -> Document {
    Document::new()
        .with(
            "AttachmentLimitType",
            volumes.attachment_limit_type().map(|value| value.as_str()),
        )
        .with("MaximumEbsAttachments", volumes.maximum_ebs_attachments())
}

fn disk(disk: &DiskInfo) -> Document {
    Document::new().with("Count", Some(disk.count().unwrap_or_default()))
}
