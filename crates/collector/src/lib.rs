//! Asks AWS for the facts of an audit, with as few calls as will do, and says what it could not
//! learn. A call that is denied, throttled or fails costs the facts that it would have given, never
//! the audit.

mod calls;
mod collector;
mod connect;
mod document;
mod ec2;
mod ecs;
mod findings;
mod request;
mod round;
mod subject;
mod transit;
mod trouble;
mod vpc_facts;

pub use calls::{CallCount, Calls};
pub use collector::{Collected, Collector, FRESH};
pub use connect::{ConnectError, connect, http_client, retries};
pub use request::Request;
pub use trouble::Refused;

/// Every IAM action that the collector can need. The template grants these and no others; a test
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
    "ecs:DescribeServices",
    "ecs:DescribeTasks",
    "ecs:ListTasks",
];
