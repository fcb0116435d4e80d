//! Elastic Load Balancing: load balancers and target groups. One that isn't there makes the whole
//! call fail.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{AvailabilityZone, LoadBalancer, TargetGroup};
use tokio::time::Instant;

use crate::by_name::by_name;
use crate::document::Document;
use crate::findings::Answer;
use crate::pages;

/// As many names or ARNs as a call takes.
pub(crate) const NAMES: usize = 20;

/// Elastic Load Balancing, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ElasticLoadBalancing<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

/// What a load balancer is asked for by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By {
    /// Its name.
    Name,
    /// Its ARN.
    Arn,
}

impl ElasticLoadBalancing<'_> {
    /// Load balancers, at most [`NAMES`].
    pub(crate) async fn load_balancers(self, by: By, names: Vec<String>) -> Answer {
        by_name(names, |names| async move {
            let request = self.client.describe_load_balancers();
            let request = match by {
                By::Name => request.set_names(Some(names)),
                By::Arn => request.set_load_balancer_arns(Some(names)),
            };
            pages::read!(
                self.deadline,
                "elasticloadbalancing:DescribeLoadBalancers",
                request.into_paginator().send(),
                load_balancers,
                load_balancer
            )
        })
        .await
    }

    /// Target groups, at most [`NAMES`].
    pub(crate) async fn target_groups(self, arns: Vec<String>) -> Answer {
        by_name(arns, |arns| async move {
            let request = self
                .client
                .describe_target_groups()
                .set_target_group_arns(Some(arns));
            pages::read!(
                self.deadline,
                "elasticloadbalancing:DescribeTargetGroups",
                request.into_paginator().send(),
                target_groups,
                target_group
            )
        })
        .await
    }
}

fn load_balancer(balancer: &LoadBalancer) -> Document {
    let state = balancer
        .state()
        .map(|state| Document::new().with("Code", state.code().map(|value| value.as_str())));
    Document::new()
        .with("LoadBalancerArn", balancer.load_balancer_arn())
        .with("DNSName", balancer.dns_name())
        .with("LoadBalancerName", balancer.load_balancer_name())
        .with("Scheme", balancer.scheme().map(|value| value.as_str()))
        .with("VpcId", balancer.vpc_id())
        .part("State", state)
        .with("Type", balancer.r#type().map(|value| value.as_str()))
        .list("AvailabilityZones", balancer.availability_zones(), zone)
        .texts("SecurityGroups", balancer.security_groups())
        .with(
            "IpAddressType",
            balancer.ip_address_type().map(|value| value.as_str()),
        )
}

fn zone(zone: &AvailabilityZone) -> Document {
    Document::new()
        .with("ZoneName", zone.zone_name())
        .with("SubnetId", zone.subnet_id())
        .list(
            "LoadBalancerAddresses",
            zone.load_balancer_addresses(),
            |address| {
                Document::new()
                    .with("IpAddress", address.ip_address())
                    .with("PrivateIPv4Address", address.private_ipv4_address())
                    .with("IPv6Address", address.ipv6_address())
            },
        )
}

fn target_group(group: &TargetGroup) -> Document {
    Document::new()
        .with("TargetGroupArn", group.target_group_arn())
        .with("TargetGroupName", group.target_group_name())
        .with("Protocol", group.protocol().map(|value| value.as_str()))
        .with("Port", group.port())
        .with("VpcId", group.vpc_id())
        .with(
            "HealthCheckProtocol",
            group.health_check_protocol().map(|value| value.as_str()),
        )
        .with("HealthCheckPort", group.health_check_port())
        .with("HealthCheckEnabled", group.health_check_enabled())
        .texts("LoadBalancerArns", group.load_balancer_arns())
        .with(
            "TargetType",
            group.target_type().map(|value| value.as_str()),
        )
}
