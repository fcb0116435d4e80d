//! Changes as CloudFormation resources, for those who keep their network in templates. What a
//! template can only say where the resource itself is declared is said as the property to set there.

use std::fmt::Write;

use super::change::{Attribute, Change, GroupRule, Peer, ServicePlacement};
use super::command::protocol_word;
use crate::facts::{AssignPublicIp, RouteDestination, RouteTarget};
use crate::net::{PortRange, Protocol};
use crate::reach::Direction;

impl Change {
    /// The CloudFormation YAML that makes the change.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html>
    pub fn cloudformation(&self) -> String {
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
                    ipnet::IpNet::V4(_) => "CidrBlock",
                    ipnet::IpNet::V6(_) => "Ipv6CidrBlock",
                };
                let egress = *direction == Direction::Egress;
                let number = number.to_string();
                let egress = egress.to_string();
                let protocol_number = protocol.number().to_string();
                let cidr = cidr.to_string();
                let mut text = resource(
                    "AWS::EC2::NetworkAclEntry",
                    &[
                        ("NetworkAclId", acl.as_str()),
                        ("RuleNumber", &number),
                        ("Egress", &egress),
                        ("Protocol", &protocol_number),
                        ("RuleAction", "allow"),
                        (block, &cidr),
                    ],
                );
                text.push_str(&acl_ports(*protocol, *ports));
                text
            }
            Self::SetRoute {
                table,
                destination,
                target,
                replaces,
            } => route(table.as_str(), destination, target, *replaces),
            Self::AttachInternetGateway { gateway, vpc } => resource(
                "AWS::EC2::VPCGatewayAttachment",
                &[
                    ("InternetGatewayId", gateway.as_str()),
                    ("VpcId", vpc.as_str()),
                ],
            ),
            Self::EnableVpcAttribute { vpc, attribute } => {
                let name = match attribute {
                    Attribute::DnsSupport => "EnableDnsSupport",
                    Attribute::DnsHostnames => "EnableDnsHostnames",
                };
                property("AWS::EC2::VPC", vpc.as_str(), name, "true")
            }
            Self::EnablePrivateDns { endpoint } => property(
                "AWS::EC2::VPCEndpoint",
                endpoint.as_str(),
                "PrivateDnsEnabled",
                "true",
            ),
            Self::AddEndpointRoutes { endpoint, table } => property(
                "AWS::EC2::VPCEndpoint",
                endpoint.as_str(),
                "RouteTableIds",
                &format!("[…, {table}]"),
            ),
            Self::SetEndpointPolicy { endpoint, policy } => property(
                "AWS::EC2::VPCEndpoint",
                endpoint.as_str(),
                "PolicyDocument",
                policy.as_str(),
            ),
            Self::PlaceService(placement) => place_service(placement),
            Self::EnableExec { service, .. } => property(
                "AWS::ECS::Service",
                service.name(),
                "EnableExecuteCommand",
                "true",
            ),
        }
    }
}

fn resource(kind: &str, properties: &[(&str, &str)]) -> String {
    let mut text = format!("Fix:\n  Type: {kind}\n  Properties:\n");
    for (name, value) in properties {
        let _ = writeln!(text, "    {name}: {}", scalar(value));
    }
    text
}

/// A property of a resource that some template declares already.
fn property(kind: &str, id: &str, name: &str, value: &str) -> String {
    format!("# where {id} is declared\nType: {kind}\nProperties:\n  {name}: {value}\n")
}

/// A text that YAML could take for something else is quoted.
fn scalar(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    // YAML takes digits behind a zero for an octal number.
    let is_octal = value.len() > 1 && value.starts_with('0');
    if value.chars().all(is_plain) && !value.is_empty() && !is_octal {
        value.to_owned()
    } else {
        format!("\"{value}\"")
    }
}

fn group_rule(rule: &GroupRule) -> String {
    let (kind, peer_key) = match rule.direction {
        Direction::Ingress => ("AWS::EC2::SecurityGroupIngress", "Source"),
        Direction::Egress => ("AWS::EC2::SecurityGroupEgress", "Destination"),
    };
    let protocol = protocol_word(rule.protocol);
    let mut properties = vec![
        ("GroupId".to_owned(), rule.group.to_string()),
        ("IpProtocol".to_owned(), protocol),
    ];
    if let Some(ports) = rule.ports {
        properties.push(("FromPort".to_owned(), ports.first().to_string()));
        properties.push(("ToPort".to_owned(), ports.last().to_string()));
    }
    match &rule.peer {
        Peer::Cidr(cidr @ ipnet::IpNet::V4(_)) => {
            properties.push(("CidrIp".to_owned(), cidr.to_string()));
        }
        Peer::Cidr(cidr @ ipnet::IpNet::V6(_)) => {
            properties.push(("CidrIpv6".to_owned(), cidr.to_string()));
        }
        Peer::PrefixList(list) => {
            properties.push((format!("{peer_key}PrefixListId"), list.to_string()));
        }
        Peer::Group { id, account } => {
            properties.push((format!("{peer_key}SecurityGroupId"), id.to_string()));
            if let (Direction::Ingress, Some(account)) = (rule.direction, account) {
                properties.push(("SourceSecurityGroupOwnerId".to_owned(), account.clone()));
            }
        }
    }
    let properties: Vec<_> = properties
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    resource(kind, &properties)
}

fn acl_ports(protocol: Protocol, ports: Option<PortRange>) -> String {
    match ports {
        Some(ports) => format!(
            "    PortRange:\n      From: {}\n      To: {}\n",
            ports.first(),
            ports.last()
        ),
        None if matches!(protocol, Protocol::ICMP | Protocol::ICMPV6) => {
            "    Icmp:\n      Type: -1\n      Code: -1\n".to_owned()
        }
        None => String::new(),
    }
}

fn route(
    table: &str,
    destination: &RouteDestination,
    target: &RouteTarget,
    replaces: bool,
) -> String {
    let place = format!("the route of {table} to {destination}");
    let (destination_key, destination) = match destination {
        RouteDestination::Cidr(cidr @ ipnet::IpNet::V4(_)) => {
            ("DestinationCidrBlock", cidr.to_string())
        }
        RouteDestination::Cidr(cidr @ ipnet::IpNet::V6(_)) => {
            ("DestinationIpv6CidrBlock", cidr.to_string())
        }
        RouteDestination::PrefixList(list) => ("DestinationPrefixListId", list.to_string()),
    };
    let target_key = match target {
        RouteTarget::NatGateway(_) => "NatGatewayId",
        RouteTarget::EgressOnlyInternetGateway(_) => "EgressOnlyInternetGatewayId",
        RouteTarget::VpcPeeringConnection(_) => "VpcPeeringConnectionId",
        RouteTarget::TransitGateway(_) => "TransitGatewayId",
        RouteTarget::NetworkInterface(_) => "NetworkInterfaceId",
        RouteTarget::Instance(_) => "InstanceId",
        RouteTarget::VpcEndpoint(_) => "VpcEndpointId",
        RouteTarget::InternetGateway(_)
        | RouteTarget::VpnGateway(_)
        | RouteTarget::Local
        | RouteTarget::Other(_) => "GatewayId",
    };
    if replaces {
        return property("AWS::EC2::Route", &place, target_key, target.id());
    }
    resource(
        "AWS::EC2::Route",
        &[
            ("RouteTableId", table),
            (destination_key, &destination),
            (target_key, target.id()),
        ],
    )
}

fn place_service(placement: &ServicePlacement) -> String {
    let list = |ids: Vec<&str>| format!("[{}]", ids.join(", "));
    let subnets = list(placement.subnets.iter().map(|id| id.as_str()).collect());
    let groups = list(placement.groups.iter().map(|id| id.as_str()).collect());
    let public = match placement.assign_public_ip {
        AssignPublicIp::Enabled => "ENABLED",
        AssignPublicIp::Disabled => "DISABLED",
    };
    property(
        "AWS::ECS::Service",
        placement.service.name(),
        "NetworkConfiguration",
        &format!(
            "\n    AwsvpcConfiguration:\n      Subnets: {subnets}\n      SecurityGroups: {groups}\n      \
             AssignPublicIp: {public}"
        ),
    )
}
