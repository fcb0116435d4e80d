use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

use super::{FactKind, Resource, ResourceName, SecurityGroupId, SubnetId, VpcId};

/// An Application, Network or Gateway Load Balancer, as `aws elbv2 describe-load-balancers` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoadBalancer {
    /// Its ARN.
    pub load_balancer_arn: ResourceName,
    /// Its name.
    pub load_balancer_name: Option<String>,
    /// Its host name.
    #[serde(rename = "DNSName")]
    pub dns_name: Option<String>,
    /// What kind of load balancer it is.
    #[serde(default, rename = "Type")]
    pub kind: LoadBalancerType,
    /// Whom it is for.
    pub scheme: Option<LoadBalancerScheme>,
    /// Its VPC.
    pub vpc_id: Option<VpcId>,
    /// The zones that it is in.
    #[serde(default)]
    pub availability_zones: Vec<LoadBalancerZone>,
    /// Its security groups; a Network Load Balancer may have none, and then lets everybody in.
    #[serde(default)]
    pub security_groups: Vec<SecurityGroupId>,
    /// Where it is in its life.
    pub state: Option<LoadBalancerState>,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    pub ip_address_type: Option<String>,
}

/// The kinds of load balancer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadBalancerType {
    /// It speaks HTTP.
    Application,
    /// It passes connections on.
    Network,
    /// It passes packets through appliances.
    Gateway,
    /// A kind this version doesn't know.
    #[default]
    #[serde(other)]
    Unrecognized,
}

/// Whom a load balancer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadBalancerScheme {
    /// Its name resolves to public addresses.
    InternetFacing,
    /// Its name resolves to private addresses.
    Internal,
    /// A scheme this version doesn't know.
    #[serde(other)]
    Unrecognized,
}

/// A zone that a load balancer is in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoadBalancerZone {
    /// The zone's name.
    pub zone_name: Option<String>,
    /// The subnet in it.
    pub subnet_id: Option<SubnetId>,
    /// The addresses that were given to a Network Load Balancer.
    #[serde(default)]
    pub load_balancer_addresses: Vec<LoadBalancerAddress>,
}

/// An address that was given to a Network Load Balancer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoadBalancerAddress {
    /// The public IPv4 address.
    pub ip_address: Option<Ipv4Addr>,
    /// The private IPv4 address of an internal one.
    #[serde(rename = "PrivateIPv4Address")]
    pub private_ipv4_address: Option<Ipv4Addr>,
    /// The IPv6 address.
    #[serde(rename = "IPv6Address")]
    pub ipv6_address: Option<Ipv6Addr>,
}

/// Where a load balancer is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoadBalancerState {
    /// `active` when it works.
    pub code: Option<String>,
}

impl LoadBalancer {
    /// The description that EC2 gives the load balancer's interfaces: `ELB app/NAME/ID`, as its ARN
    /// ends.
    /// <https://repost.aws/knowledge-center/elb-find-load-balancer-IP>
    pub fn interface_description(&self) -> Option<String> {
        let (_, name) = self
            .load_balancer_arn
            .as_str()
            .split_once(":loadbalancer/")?;
        Some(format!("ELB {name}"))
    }
}

impl Resource for LoadBalancer {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::LoadBalancers;
    fn id(&self) -> &ResourceName {
        &self.load_balancer_arn
    }
}
