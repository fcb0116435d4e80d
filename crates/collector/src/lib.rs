//! Asks AWS for the facts of an audit, with as few calls as will do, and says what it could not
//! learn. A call that is denied, throttled or fails costs the facts that it would have given, never
//! the audit.

mod account;
mod alone;
mod answers;
mod by_name;
mod calls;
mod clients;
mod cloudtrail;
mod collector;
mod connect;
mod dns;
mod document;
mod ec2;
mod ecs;
mod efs;
mod elasticache;
mod elasticloadbalancing;
mod exec;
mod findings;
mod flow_logs;
mod headroom;
mod kafka;
mod kept;
mod named;
mod opensearch;
mod pace;
mod pages;
mod probing;
mod rds;
mod region;
mod request;
mod round;
mod servicediscovery;
mod subject;
mod task_definition;
mod transit;
mod trouble;
mod vpc_facts;
mod wanted;

pub use calls::{CallCount, Calls};
pub use cloudtrail::{ChangeLog, NotTold};
pub use collector::{Collected, Collector};
pub use connect::{ConnectError, connect, http_client, retries};
pub use exec::{Container, Exec, NotExecuted};
pub use flow_logs::{FlowLogReader, NotRead};
pub use headroom::{CollectedRegion, HEADROOM_ACTIONS, HeadroomCollector, HeadroomRequest};
pub use kept::FRESH;
pub use probing::{Insider, NotProbed, longest, probe};
pub use region::{DefinitionMemory, Listing, RegionServices};
pub use request::Request;
pub use trouble::Refused;

/// What it takes besides [`ACTIONS`] to look at a region's services, whichever there are.
pub const REGION_ACTIONS: &[&str] = &["ecs:ListClusters", "ecs:ListServices"];

/// What it takes to tell what a single service talks to.
pub const ALONE_ACTIONS: &[&str] = &["ecs:DescribeServices", "ecs:DescribeTaskDefinition"];

/// What it takes to tell who changed what.
pub const CHANGE_ACTIONS: &[&str] = &["cloudtrail:LookupEvents"];

/// What it takes to probe from inside a task.
pub const EXEC_ACTIONS: &[&str] = &["ecs:ExecuteCommand"];

/// What it takes to ask flow logs what was refused.
pub const FLOW_LOG_ACTIONS: &[&str] =
    &["logs:GetQueryResults", "logs:StartQuery", "logs:StopQuery"];

/// Every IAM action that the collector can need for a task. The template grants these and no others; a test
/// compares both with the calls that the end-to-end runs record.
pub const ACTIONS: &[&str] = &[
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeEgressOnlyInternetGateways",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTransitGatewayAttachments",
    "ec2:DescribeTransitGatewayVpcAttachments",
    "ec2:DescribeTransitGateways",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:DescribeVpcs",
    "ec2:DescribeVpnConnections",
    "ec2:GetManagedPrefixListEntries",
    "ec2:SearchTransitGatewayRoutes",
    "ecs:DescribeContainerInstances",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:ListTasks",
    "elasticache:DescribeCacheClusters",
    "elasticache:DescribeCacheSubnetGroups",
    "elasticache:DescribeReplicationGroups",
    "elasticache:DescribeServerlessCaches",
    "elasticfilesystem:DescribeMountTargets",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "es:DescribeDomains",
    "kafka:ListClustersV2",
    "kafka:ListNodes",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    "rds:DescribeDBProxies",
    "servicediscovery:DiscoverInstances",
];
