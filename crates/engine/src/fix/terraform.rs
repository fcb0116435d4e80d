//! Changes as Terraform resources of the AWS provider. What Terraform can only say where the resource
//! itself is declared is said as the argument to set there.

use std::fmt::Write;

use super::change::{Attribute, Change, GroupRule, Peer, ServicePlacement};
use super::command::protocol_word;
use crate::facts::{AssignPublicIp, RouteDestination, RouteTarget};
use crate::net::{PortRange, Protocol};
use crate::reach::Direction;

impl Change {
    /// The Terraform that makes the change.
    /// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>
    pub fn terraform(&self) -> String {
        match self {
            Self::AuthorizeGroupRule(rule) => group_rule(rule),
            Self::AllowInNetworkAcl {
                acl,
                number,
                direction,
                protocol,
                ports,
                cidr,
            } => {
                let block = match cidr {
                    ipnet::IpNet::V4(_) => "cidr_block",
                    ipnet::IpNet::V6(_) => "ipv6_cidr_block",
                };
                let mut arguments = vec![
                    ("network_acl_id", text(acl.as_str())),
                    ("rule_number", number.to_string()),
                    ("egress", (*direction == Direction::Egress).to_string()),
                    ("protocol", text(&protocol.number().to_string())),
                    ("rule_action", text("allow")),
                    (block, text(&cidr.to_string())),
                ];
                arguments.extend(acl_ports(*protocol, *ports));
                resource("aws_network_acl_rule", &arguments)
            }
            Self::SetRoute {
                table,
                destination,
                target,
                replaces,
            } => route(table.as_str(), destination, target, *replaces),
            Self::AttachInternetGateway { gateway, vpc } => resource(
                "aws_internet_gateway_attachment",
                &[
                    ("internet_gateway_id", text(gateway.as_str())),
                    ("vpc_id", text(vpc.as_str())),
                ],
            ),
            Self::EnableVpcAttribute { vpc, attribute } => {
                let name = match attribute {
                    Attribute::DnsSupport => "enable_dns_support",
                    Attribute::DnsHostnames => "enable_dns_hostnames",
                };
                argument("aws_vpc", vpc.as_str(), name, "true")
            }
            Self::EnablePrivateDns { endpoint } => argument(
                "aws_vpc_endpoint",
                endpoint.as_str(),
                "private_dns_enabled",
                "true",
            ),
            Self::AddEndpointRoutes { endpoint, table } => resource(
                "aws_vpc_endpoint_route_table_association",
                &[
                    ("vpc_endpoint_id", text(endpoint.as_str())),
                    ("route_table_id", text(table.as_str())),
                ],
            ),
            Self::SetEndpointPolicy { endpoint, policy } => argument(
                "aws_vpc_endpoint",
                endpoint.as_str(),
                "policy",
                &format!(
                    "jsonencode({})",
                    policy.as_str().replace("${", "$${").replace("%{", "%%{")
                ),
            ),
            Self::PlaceService(placement) => place_service(placement),
            Self::EnableExec { service, .. } => argument(
                "aws_ecs_service",
                service.name(),
                "enable_execute_command",
                "true",
            ),
        }
    }
}

fn text(value: &str) -> String {
    format!("\"{value}\"")
}

fn resource(kind: &str, arguments: &[(&str, String)]) -> String {
    let width = arguments.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    let mut text = format!("resource \"{kind}\" \"fix\" {{\n");
    for (name, value) in arguments {
        let _ = writeln!(text, "  {name:width$} = {value}");
    }
    text.push_str("}\n");
    text
}

/// An argument of a resource that some configuration declares already.
fn argument(kind: &str, id: &str, name: &str, value: &str) -> String {
    format!("# in the {kind} that declares {id}\n{name} = {value}\n")
}

fn group_rule(rule: &GroupRule) -> String {
    let kind = match rule.direction {
        Direction::Ingress => "aws_vpc_security_group_ingress_rule",
        Direction::Egress => "aws_vpc_security_group_egress_rule",
    };
    let peer_key = "referenced_security_group_id";
    let mut arguments = vec![
        ("security_group_id", text(rule.group.as_str())),
        ("ip_protocol", text(&protocol_word(rule.protocol))),
    ];
    if let Some(ports) = rule.ports {
        arguments.push(("from_port", ports.first().to_string()));
        arguments.push(("to_port", ports.last().to_string()));
    }
    arguments.push(match &rule.peer {
        Peer::Cidr(cidr @ ipnet::IpNet::V4(_)) => ("cidr_ipv4", text(&cidr.to_string())),
        Peer::Cidr(cidr @ ipnet::IpNet::V6(_)) => ("cidr_ipv6", text(&cidr.to_string())),
        Peer::PrefixList(list) => ("prefix_list_id", text(list.as_str())),
        Peer::Group { id, account: None } => (peer_key, text(id.as_str())),
        Peer::Group {
            id,
            account: Some(account),
        } => (peer_key, text(&format!("{account}/{id}"))),
    });
    resource(kind, &arguments)
}

fn acl_ports(protocol: Protocol, ports: Option<PortRange>) -> Vec<(&'static str, String)> {
    match ports {
        Some(ports) => vec![
            ("from_port", ports.first().to_string()),
            ("to_port", ports.last().to_string()),
        ],
        None if matches!(protocol, Protocol::ICMP | Protocol::ICMPV6) => {
            vec![
                ("icmp_type", "-1".to_owned()),
                ("icmp_code", "-1".to_owned()),
            ]
        }
        None => Vec::new(),
    }
}

fn route(
    table: &str,
    destination: &RouteDestination,
    target: &RouteTarget,
    replaces: bool,
) -> String {
    let place = format!("the route of {table} to {destination}");
    let destination = match destination {
        RouteDestination::Cidr(cidr @ ipnet::IpNet::V4(_)) => {
            ("destination_cidr_block", text(&cidr.to_string()))
        }
        RouteDestination::Cidr(cidr @ ipnet::IpNet::V6(_)) => {
            ("destination_ipv6_cidr_block", text(&cidr.to_string()))
        }
        RouteDestination::PrefixList(list) => ("destination_prefix_list_id", text(list.as_str())),
    };
    let target_key = match target {
        RouteTarget::NatGateway(_) => "nat_gateway_id",
        RouteTarget::EgressOnlyInternetGateway(_) => "egress_only_gateway_id",
        RouteTarget::VpcPeeringConnection(_) => "vpc_peering_connection_id",
        RouteTarget::TransitGateway(_) => "transit_gateway_id",
        RouteTarget::NetworkInterface(_) | RouteTarget::Instance(_) => "network_interface_id",
        RouteTarget::VpcEndpoint(_) => "vpc_endpoint_id",
        RouteTarget::InternetGateway(_)
        | RouteTarget::VpnGateway(_)
        | RouteTarget::Local
        | RouteTarget::Other(_) => "gateway_id",
    };
    if replaces {
        return argument("aws_route", &place, target_key, &text(target.id()));
    }
    resource(
        "aws_route",
        &[
            ("route_table_id", text(table)),
            destination,
            (target_key, text(target.id())),
        ],
    )
}

fn place_service(placement: &ServicePlacement) -> String {
    let list = |ids: Vec<&str>| {
        let quoted: Vec<_> = ids.into_iter().map(text).collect();
        format!("[{}]", quoted.join(", "))
    };
    let subnets = list(placement.subnets.iter().map(|id| id.as_str()).collect());
    let groups = list(placement.groups.iter().map(|id| id.as_str()).collect());
    let public = placement.assign_public_ip == AssignPublicIp::Enabled;
    format!(
        "# in the aws_ecs_service that declares {}\nnetwork_configuration {{\n  subnets          = \
         {subnets}\n  security_groups  = {groups}\n  assign_public_ip = {public}\n}}\n",
        placement.service.name()
    )
}
