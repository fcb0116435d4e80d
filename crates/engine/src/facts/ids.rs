//! Resource ids as types, so that a subnet can't be passed for a VPC.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Text, Texts};

/// An id given by a person that doesn't look like one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {kind}: expected it to start with `{prefix}`")]
pub struct InvalidId {
    text: String,
    kind: &'static str,
    prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Text);

        impl $name {
            /// What such an id starts with.
            pub const PREFIX: &'static str = $prefix;

            /// An id as AWS gave it; facts are taken as they are.
            pub fn new(id: impl Into<String>) -> Self {
                Self(Text::from(id.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Keeps the same id of several resources once.
            #[allow(dead_code, reason = "few kinds of id are in so many resources that it counts")]
            pub(super) fn share(&mut self, texts: &mut Texts) {
                texts.share(&mut self.0);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if text.len() > $prefix.len() && text.starts_with($prefix) {
                    return Ok(Self(text.into()));
                }
                Err(InvalidId { text: text.to_owned(), kind: $kind, prefix: $prefix })
            }
        }
    )*};
}

ids! {
    /// A VPC.
    VpcId, "a VPC id", "vpc-";
    /// A subnet.
    SubnetId, "a subnet id", "subnet-";
    /// A route table.
    RouteTableId, "a route table id", "rtb-";
    /// A network ACL.
    NetworkAclId, "a network ACL id", "acl-";
    /// A security group.
    SecurityGroupId, "a security group id", "sg-";
    /// A network interface.
    NetworkInterfaceId, "a network interface id", "eni-";
    /// An EC2 instance.
    InstanceId, "an instance id", "i-";
    /// An internet gateway.
    InternetGatewayId, "an internet gateway id", "igw-";
    /// An egress-only internet gateway.
    EgressOnlyInternetGatewayId, "an egress-only internet gateway id", "eigw-";
    /// A NAT gateway.
    NatGatewayId, "a NAT gateway id", "nat-";
    /// A VPC endpoint of any type.
    VpcEndpointId, "a VPC endpoint id", "vpce-";
    /// A VPC peering connection.
    VpcPeeringConnectionId, "a VPC peering connection id", "pcx-";
    /// A transit gateway.
    TransitGatewayId, "a transit gateway id", "tgw-";
    /// A transit gateway attachment.
    TransitGatewayAttachmentId, "a transit gateway attachment id", "tgw-attach-";
    /// A transit gateway route table.
    TransitGatewayRouteTableId, "a transit gateway route table id", "tgw-rtb-";
    /// A virtual private gateway.
    VpnGatewayId, "a virtual private gateway id", "vgw-";
    /// A VPN connection.
    VpnConnectionId, "a VPN connection id", "vpn-";
    /// A prefix list, managed by AWS or by a customer.
    PrefixListId, "a prefix list id", "pl-";
    /// A DHCP option set.
    DhcpOptionsId, "a DHCP option set id", "dopt-";
    /// A VPC flow log.
    FlowLogId, "a flow log id", "fl-";
    /// An EFS file system.
    FileSystemId, "a file system id", "fs-";
    /// A mount target of an EFS file system.
    MountTargetId, "a mount target id", "fsmt-";
    /// A resource of a service that names its resources, or that gives them an ARN, as a whole.
    ResourceName, "a resource's name or ARN", "";
    /// An ECS resource by its ARN: a task, a service, a cluster, a task definition.
    EcsArn, "an ECS ARN", "arn:";
}

impl EcsArn {
    /// What comes after the last slash: the task's id, the service's or cluster's name, the task
    /// definition's family and revision.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Whether this is its name, or all of it: people write either.
    pub fn is_called(&self, name: &str) -> bool {
        self.as_str() == name || self.name() == name
    }

    /// Whether what it names is in this cluster. Old ARNs don't say: they may be.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html>
    pub(crate) fn may_be_in(&self, cluster: &Self) -> bool {
        let mut parts = self.0.split('/').skip(1);
        match (parts.next(), parts.next()) {
            (Some(own), Some(_)) => own == cluster.name(),
            _ => true,
        }
    }
}
