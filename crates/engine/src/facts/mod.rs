//! What was observed: one file for each AWS resource, read as the AWS CLI prints it, with its
//! coverage. No behaviour beyond look-ups.

mod coverage;
mod dhcp_options;
mod event;
mod flow_log;
mod gateway;
mod ids;
mod keys;
mod kind;
mod load;
mod merge;
mod network_acl;
mod network_interface;
mod prefix_list;
mod route_table;
mod saved_file;
mod security_group;
mod service;
mod snapshot;
mod subnet;
mod task;
mod transit_gateway;
mod vpc;
mod vpc_endpoint;
mod vpc_peering_connection;
mod vpn_connection;

pub use coverage::{Coverage, Facts, Missing, Reason, Resource, Scope};
pub use dhcp_options::{DhcpConfiguration, DhcpOptions, DhcpValue};
pub use event::{EventError, TaskStateChange};
pub use flow_log::FlowLog;
pub use gateway::{
    AvailabilityMode, ConnectivityType, EgressOnlyInternetGateway, InternetGateway,
    InternetGatewayAttachment, NatGateway, NatGatewayAddress,
};
pub use ids::*;
pub use kind::FactKind;
pub use load::{LoadError, SnapshotReader};
pub use network_acl::{NetworkAcl, NetworkAclAssociation, NetworkAclEntry, RuleAction};
pub use network_interface::{
    Association, Attachment, GroupIdentifier, InterfaceType, Ipv4Prefix, Ipv6Address, Ipv6Prefix,
    NetworkInterface, PrivateIpAddress,
};
pub use prefix_list::{PrefixList, PrefixListEntry};
pub use route_table::{
    AssociationState, Route, RouteDestination, RouteOrigin, RouteState, RouteTable,
    RouteTableAssociation, RouteTarget,
};
pub use security_group::{GroupReference, IpPermission, SecurityGroup};
pub use service::{
    AssignPublicIp, AwsvpcConfiguration, CapacityProviderStrategyItem, NetworkConfiguration,
    Service,
};
pub use snapshot::{Observations, Snapshot};
pub use subnet::{BlockPublicAccessStates, InternetGatewayBlockMode, Subnet};
pub use task::{Detail, LaunchType, Task, TaskAttachment, TaskStatus};
pub use transit_gateway::{
    Switch, TransitGateway, TransitGatewayAttachment, TransitGatewayAttachmentAssociation,
    TransitGatewayOptions, TransitGatewayRoute, TransitGatewayRouteAttachment,
    TransitGatewayRoutes, TransitGatewayVpcAttachment,
};
pub use vpc::{
    AttributeBooleanValue, CidrBlockAssociation, CidrBlockState, Ipv6CidrBlockAssociation, Vpc,
    VpcAttributes,
};
pub use vpc_endpoint::{DnsEntry, DnsOptions, VpcEndpoint, VpcEndpointType};
pub use vpc_peering_connection::{
    PeeringBlock, PeeringIpv6Block, PeeringStatus, PeeringVpc, VpcPeeringConnection,
};
pub use vpn_connection::VpnConnection;
