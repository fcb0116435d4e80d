//! EFS: mount targets.

use aws_sdk_efs::Client;
use aws_sdk_efs::types::MountTargetDescription;
use tokio::time::Instant;

use crate::document::Document;
use crate::findings::Answer;
use crate::pages;

/// A file system has a mount target in each zone.
const PAGE: i32 = 100;

/// EFS, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Efs<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

impl Efs<'_> {
    /// The mount targets of a file system.
    pub(crate) async fn mount_targets(self, file_system: String) -> Answer {
        let request = self
            .client
            .describe_mount_targets()
            .file_system_id(file_system);
        let pages = request.into_paginator().page_size(PAGE).send();
        pages::read!(
            self.deadline,
            "elasticfilesystem:DescribeMountTargets",
            pages,
            mount_targets,
            document
        )
        .or_absent()
    }
}

fn document(target: &MountTargetDescription) -> Document {
    Document::new()
        .with("MountTargetId", Some(target.mount_target_id()))
        .with("FileSystemId", Some(target.file_system_id()))
        .with("SubnetId", Some(target.subnet_id()))
        .with("LifeCycleState", Some(target.life_cycle_state().as_str()))
        .with("IpAddress", target.ip_address())
        .with("Ipv6Address", target.ipv6_address())
        .with("NetworkInterfaceId", target.network_interface_id())
        .with("AvailabilityZoneName", target.availability_zone_name())
        .with("VpcId", target.vpc_id())
}
