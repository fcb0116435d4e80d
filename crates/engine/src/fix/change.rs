use ipnet::IpNet;
use serde_json::Value;

use crate::facts::{
    AssignPublicIp, EcsArn, InternetGatewayId, NetworkAclId, PrefixListId, RouteDestination,
    RouteTableId, RouteTarget, SecurityGroupId, SubnetId, VpcEndpointId, VpcId,
};
use crate::net::{PortRange, Protocol};
use crate::reach::Direction;

/// One change to an account, as one call to AWS makes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Adds a rule to a security group.
    AuthorizeGroupRule(GroupRule),
    /// Adds an allowing rule to a network ACL.
    AllowInNetworkAcl {
        /// The network ACL.
        acl: NetworkAclId,
        /// The number that puts it in front of what denies.
        number: i32,
        /// Out of the subnet or into it.
        direction: Direction,
        /// The protocol.
        protocol: Protocol,
        /// The ports, for protocols that have some.
        ports: Option<PortRange>,
        /// The addresses on the other side.
        cidr: IpNet,
    },
    /// Adds a route, or lets an existing one lead somewhere else.
    SetRoute {
        /// The route table.
        table: RouteTableId,
        /// The destination.
        destination: RouteDestination,
        /// The target.
        target: RouteTarget,
        /// Whether the table has a route for the destination already.
        replaces: bool,
    },
    /// Attaches an internet gateway to a VPC.
    AttachInternetGateway {
        /// The gateway.
        gateway: InternetGatewayId,
        /// The VPC.
        vpc: VpcId,
    },
    /// Switches a DNS attribute of a VPC on.
    EnableVpcAttribute {
        /// The VPC.
        vpc: VpcId,
        /// Which one.
        attribute: Attribute,
    },
    /// Lets the service's own name lead to an interface endpoint.
    EnablePrivateDns {
        /// The endpoint.
        endpoint: VpcEndpointId,
    },
    /// Puts a gateway endpoint's routes into a route table.
    AddEndpointRoutes {
        /// The endpoint.
        endpoint: VpcEndpointId,
        /// The route table.
        table: RouteTableId,
    },
    /// Replaces an endpoint's policy.
    SetEndpointPolicy {
        /// The endpoint.
        endpoint: VpcEndpointId,
        /// The policy.
        policy: Policy,
    },
    /// Places a service's tasks elsewhere; ECS starts new ones.
    PlaceService(ServicePlacement),
    /// Lets ECS Exec into a service's next tasks.
    EnableExec {
        /// The service.
        service: EcsArn,
        /// Its cluster.
        cluster: EcsArn,
    },
}

/// A rule of a security group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupRule {
    /// The group.
    pub group: SecurityGroupId,
    /// Out of whoever has the group, or into it.
    pub direction: Direction,
    /// The protocol.
    pub protocol: Protocol,
    /// The ports, for protocols that have some.
    pub ports: Option<PortRange>,
    /// The other side.
    pub peer: Peer,
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Whoever has this group.
    Group {
        /// The group.
        id: SecurityGroupId,
        /// Its account, where it is another one.
        account: Option<String>,
    },
    /// These addresses.
    Cidr(IpNet),
    /// The addresses of a prefix list.
    PrefixList(PrefixListId),
}

/// The DNS attributes of a VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// `enableDnsSupport`.
    DnsSupport,
    /// `enableDnsHostnames`.
    DnsHostnames,
}

/// A policy document, in a form that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Policy(String);

impl From<&Value> for Policy {
    fn from(document: &Value) -> Self {
        Self(document.to_string())
    }
}

impl Policy {
    /// The document as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a service's tasks are placed: all of it, because ECS replaces the whole configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServicePlacement {
    /// The service.
    pub service: EcsArn,
    /// Its cluster.
    pub cluster: EcsArn,
    /// The subnets.
    pub subnets: Vec<SubnetId>,
    /// The groups.
    pub groups: Vec<SecurityGroupId>,
    /// Whether Fargate tasks get a public address.
    pub assign_public_ip: AssignPublicIp,
}

impl Change {
    /// Whether only tasks that start afterwards have it.
    pub fn takes_new_tasks(&self) -> bool {
        matches!(self, Self::PlaceService(_) | Self::EnableExec { .. })
    }

    /// Whether it gives a subnet another way.
    pub fn is_about_routes(&self) -> bool {
        matches!(
            self,
            Self::SetRoute { .. }
                | Self::AttachInternetGateway { .. }
                | Self::AddEndpointRoutes { .. }
        )
    }

    /// What it changes, by id.
    pub fn component(&self) -> &str {
        match self {
            Self::AuthorizeGroupRule(rule) => rule.group.as_str(),
            Self::AllowInNetworkAcl { acl, .. } => acl.as_str(),
            Self::SetRoute { table, .. } => table.as_str(),
            Self::AttachInternetGateway { gateway, .. } => gateway.as_str(),
            Self::EnableVpcAttribute { vpc, .. } => vpc.as_str(),
            Self::EnablePrivateDns { endpoint }
            | Self::AddEndpointRoutes { endpoint, .. }
            | Self::SetEndpointPolicy { endpoint, .. } => endpoint.as_str(),
            Self::PlaceService(placement) => placement.service.as_str(),
            Self::EnableExec { service, .. } => service.as_str(),
        }
    }
}
