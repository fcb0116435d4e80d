//! What was observed: one file for each AWS resource, read as the AWS CLI prints it, with its
//! coverage. No behaviour beyond look-ups.

mod account_setting;
mod auto_scaling_group;
mod cache_cluster;
mod cache_subnet_group;
mod capacity_provider;
mod cluster;
mod container_instance;
mod coverage;
mod db_cluster;
mod db_instance;
mod db_proxy;
mod definition_file;
mod deployed;
mod dhcp_options;
mod discovered_instance;
mod event;
mod flow_log;
mod gateway;
mod ids;
mod instance;
mod instance_type;
mod kafka_cluster;
mod kafka_node;
mod keys;
mod kind;
mod load;
mod load_balancer;
mod merge;
mod metric_data;
mod mount_target;
mod network_acl;
mod network_interface;
mod opensearch_domain;
mod prefix_list;
mod replication_group;
mod resolved_name;
mod route_table;
mod saved_file;
mod security_group;
mod serverless_cache;
mod service;
mod service_event;
mod service_quota;
mod snapshot;
mod subnet;
mod target_group;
mod task;
mod task_definition;
mod text;
mod timestamp;
mod transit_gateway;
mod vpc;
mod vpc_endpoint;
mod vpc_peering_connection;
mod vpn_connection;

pub use account_setting::AccountSetting;
pub use auto_scaling_group::AutoScalingGroup;
pub use cache_cluster::{CacheCluster, CacheEndpoint, CacheNode, CacheSecurityGroup};
pub use cache_subnet_group::{CacheSubnet, CacheSubnetGroup};
pub use capacity_provider::{AutoScalingGroupProvider, CapacityProvider, ManagedScaling};
pub use cluster::Cluster;
pub use container_instance::{Attribute, ContainerInstance, InstanceResource, VersionInfo};
pub use coverage::{Coverage, Facts, Missing, Reason, Resource, Scope};
pub use db_cluster::{DbCluster, DbClusterMember};
pub use db_instance::{
    AvailabilityZoneName, DbEndpoint, DbInstance, DbSecurityGroup, DbSubnet, DbSubnetGroup,
};
pub use db_proxy::DbProxy;
pub use dhcp_options::{DhcpConfiguration, DhcpOptions, DhcpValue};
pub use discovered_instance::{DiscoveredInstance, InstanceAttributes};
pub use event::{EventError, TaskStateChange};
pub use flow_log::FlowLog;
pub use gateway::{
    AvailabilityMode, ConnectivityType, EgressOnlyInternetGateway, InternetGateway,
    InternetGatewayAttachment, NatGateway, NatGatewayAddress,
};
pub use ids::*;
pub use instance::{
    BlockDevice, Instance, InstanceInterface, InterfaceAttachment, Placement, PrivateDnsNameOptions,
};
pub use instance_type::{
    Disk, EbsInfo, InstanceStorageInfo, InstanceType, NetworkCard, NetworkInfo,
};
pub use kafka_cluster::{
    BrokerNodeGroupInfo, KafkaCluster, KafkaProvisioned, KafkaServerless, KafkaVpcConfig,
};
pub use kafka_node::{BrokerNodeInfo, KafkaNode};
pub use kind::FactKind;
pub use load::{LoadError, SnapshotReader};
pub use load_balancer::{
    LoadBalancer, LoadBalancerAddress, LoadBalancerScheme, LoadBalancerState, LoadBalancerType,
    LoadBalancerZone,
};
pub use metric_data::MetricData;
pub use mount_target::MountTarget;
pub use network_acl::{NetworkAcl, NetworkAclAssociation, NetworkAclEntry, RuleAction};
pub use network_interface::{
    Association, Attachment, GroupIdentifier, InterfaceType, Ipv4Prefix, Ipv6Address, Ipv6Prefix,
    NetworkInterface, PrivateIpAddress,
};
pub use opensearch_domain::{OpenSearchDomain, OpenSearchVpcOptions};
pub use prefix_list::{PrefixList, PrefixListEntry};
pub use replication_group::{NodeGroup, NodeGroupMember, ReplicationGroup};
pub use resolved_name::ResolvedName;
pub use route_table::{
    AssociationState, Route, RouteDestination, RouteOrigin, RouteState, RouteTable,
    RouteTableAssociation, RouteTarget,
};
pub use security_group::{GroupReference, IpPermission, SecurityGroup};
pub use serverless_cache::ServerlessCache;
pub use service::{
    AssignPublicIp, AwsvpcConfiguration, CapacityProviderStrategyItem, ClientAlias, Deployment,
    DeploymentConfiguration, NetworkConfiguration, PlacementConstraint, PlacementStrategy,
    SchedulingStrategy, Service, ServiceConnectConfiguration, ServiceConnectService,
    ServiceLoadBalancer, ServiceRegistry, Tag,
};
pub use service_event::{ServiceEvent, ServiceEventName};
pub use service_quota::ServiceQuota;
pub use snapshot::{Observations, Snapshot};
pub use subnet::{BlockPublicAccessStates, InternetGatewayBlockMode, Subnet};
pub use target_group::{HealthCheckPort, TargetGroup, TargetType};
pub use task::{LaunchType, Task, TaskAttachment, TaskStatus};
pub use task_definition::{
    ContainerDefinition, ContainerOverride, ContainerResources, EnvironmentFile, FileSystemVolume,
    LogConfiguration, PortMapping, RepositoryCredentials, ResourceRequirement, Secret,
    TaskDefinition, TaskOverrides, Volume,
};
pub use text::{Text, Texts};
pub use timestamp::Timestamp;
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
