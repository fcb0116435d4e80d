use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

use super::{FactKind, FileSystemId, MountTargetId, NetworkInterfaceId, Resource, SubnetId, VpcId};

/// Where a zone mounts an EFS file system, as `aws efs describe-mount-targets` prints it. Its
/// interface has the security groups.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MountTarget {
    /// Its id.
    pub mount_target_id: MountTargetId,
    /// The file system.
    pub file_system_id: FileSystemId,
    /// Its subnet.
    pub subnet_id: SubnetId,
    /// Its VPC.
    pub vpc_id: Option<VpcId>,
    /// The zone that it serves.
    pub availability_zone_name: Option<String>,
    /// Its IPv4 address; absent in an IPv6-only subnet.
    pub ip_address: Option<Ipv4Addr>,
    /// Its IPv6 address.
    pub ipv6_address: Option<Ipv6Addr>,
    /// Its interface.
    pub network_interface_id: Option<NetworkInterfaceId>,
    /// `available` when it works.
    pub life_cycle_state: Option<String>,
}

impl Resource for MountTarget {
    type Id = MountTargetId;
    const KIND: FactKind = FactKind::MountTargets;
    fn id(&self) -> &MountTargetId {
        &self.mount_target_id
    }
}
