//! Changes as AWS CLI commands.

use super::change::{Attribute, Change, GroupRule, Peer, ServicePlacement};
use crate::facts::{AssignPublicIp, RouteDestination, RouteTarget};
use crate::net::{PortRange, Protocol};
use crate::reach::Direction;

/// A word of a command, quoted where a shell would take it apart.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

impl Change {
    /// The AWS CLI command that makes the change.
    pub fn command(&self) -> String {
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
                let direction = match direction {
                    Direction::Egress => "--egress",
                    Direction::Ingress => "--ingress",
                };
                let block = match cidr {
                    ipnet::IpNet::V4(_) => "--cidr-block",
                    ipnet::IpNet::V6(_) => "--ipv6-cidr-block",
                };
                format!(
                    "aws ec2 create-network-acl-entry --network-acl-id {acl} --rule-number {number} \
                     {direction} --protocol {}{} {block} {cidr} --rule-action allow",
                    protocol.number(),
                    acl_ports(*protocol, *ports)
                )
            }
            Self::SetRoute {
                table,
                destination,
                target,
                replaces,
            } => {
                let verb = if *replaces {
                    "replace-route"
                } else {
                    "create-route"
                };
                format!(
                    "aws ec2 {verb} --route-table-id {table} {} {}",
                    destination_words(destination),
                    target_words(target)
                )
            }
            Self::AttachInternetGateway { gateway, vpc } => format!(
                "aws ec2 attach-internet-gateway --internet-gateway-id {gateway} --vpc-id {vpc}"
            ),
            Self::EnableVpcAttribute { vpc, attribute } => {
                let name = match attribute {
                    Attribute::DnsSupport => "--enable-dns-support",
                    Attribute::DnsHostnames => "--enable-dns-hostnames",
                };
                format!("aws ec2 modify-vpc-attribute --vpc-id {vpc} {name} '{{\"Value\":true}}'")
            }
            Self::EnablePrivateDns { endpoint } => format!(
                "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --private-dns-enabled"
            ),
            Self::AddEndpointRoutes { endpoint, table } => format!(
                "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --add-route-table-ids {table}"
            ),
            Self::SetEndpointPolicy { endpoint, policy } => format!(
                "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --policy-document {}",
                word(policy.as_str())
            ),
            Self::PlaceService(placement) => place_service(placement),
            Self::EnableExec { service, cluster } => format!(
                "aws ecs update-service --cluster {} --service {} --enable-execute-command \
                 --force-new-deployment",
                word(cluster.name()),
                word(service.name())
            ),
        }
    }
}

/// A rule that `--protocol --port --cidr` can say is said so; the rest needs `--ip-permissions`.
fn group_rule(rule: &GroupRule) -> String {
    let verb = match rule.direction {
        Direction::Ingress => "authorize-security-group-ingress",
        Direction::Egress => "authorize-security-group-egress",
    };
    let group = &rule.group;
    let protocol = protocol_word(rule.protocol);
    let ports = rule.ports.map(|ports| format!(" --port {ports}"));
    let ports = ports.unwrap_or_default();
    match (&rule.peer, rule.direction) {
        (Peer::Cidr(cidr @ ipnet::IpNet::V4(_)), _) if rule.ports.is_some() => {
            format!("aws ec2 {verb} --group-id {group} --protocol {protocol}{ports} --cidr {cidr}")
        }
        (Peer::Group { id, account: None }, Direction::Ingress) if rule.ports.is_some() => {
            format!(
                "aws ec2 {verb} --group-id {group} --protocol {protocol}{ports} --source-group {id}"
            )
        }
        _ => format!(
            "aws ec2 {verb} --group-id {group} --ip-permissions {}",
            word(&ip_permission(rule))
        ),
    }
}

/// In the CLI's shorthand.
fn ip_permission(rule: &GroupRule) -> String {
    let ports = match rule.ports {
        Some(ports) => format!(",FromPort={},ToPort={}", ports.first(), ports.last()),
        None if matches!(rule.protocol, Protocol::ICMP | Protocol::ICMPV6) => {
            ",FromPort=-1,ToPort=-1".to_owned()
        }
        None => String::new(),
    };
    let peer = match &rule.peer {
        Peer::Cidr(cidr @ ipnet::IpNet::V4(_)) => format!("IpRanges=[{{CidrIp={cidr}}}]"),
        Peer::Cidr(cidr @ ipnet::IpNet::V6(_)) => format!("Ipv6Ranges=[{{CidrIpv6={cidr}}}]"),
        Peer::PrefixList(list) => format!("PrefixListIds=[{{PrefixListId={list}}}]"),
        Peer::Group { id, account } => {
            let account = account.as_ref().map(|account| format!(",UserId={account}"));
            format!(
                "UserIdGroupPairs=[{{GroupId={id}{}}}]",
                account.unwrap_or_default()
            )
        }
    };
    let protocol = protocol_word(rule.protocol);
    format!("IpProtocol={protocol}{ports},{peer}")
}

/// The four protocols that EC2 names, or the number.
pub(super) fn protocol_word(protocol: Protocol) -> String {
    match protocol {
        Protocol::TCP => "tcp".to_owned(),
        Protocol::UDP => "udp".to_owned(),
        Protocol::ICMP => "icmp".to_owned(),
        Protocol::ICMPV6 => "icmpv6".to_owned(),
        other => other.number().to_string(),
    }
}

fn acl_ports(protocol: Protocol, ports: Option<PortRange>) -> String {
    match ports {
        Some(ports) => format!(" --port-range From={},To={}", ports.first(), ports.last()),
        None if matches!(protocol, Protocol::ICMP | Protocol::ICMPV6) => {
            " --icmp-type-code Type=-1,Code=-1".to_owned()
        }
        None => String::new(),
    }
}

fn destination_words(destination: &RouteDestination) -> String {
    match destination {
        RouteDestination::Cidr(cidr @ ipnet::IpNet::V4(_)) => {
            format!("--destination-cidr-block {cidr}")
        }
        RouteDestination::Cidr(cidr @ ipnet::IpNet::V6(_)) => {
            format!("--destination-ipv6-cidr-block {cidr}")
        }
        RouteDestination::PrefixList(list) => format!("--destination-prefix-list-id {list}"),
    }
}

fn target_words(target: &RouteTarget) -> String {
    let option = match target {
        RouteTarget::NatGateway(_) => "--nat-gateway-id",
        RouteTarget::EgressOnlyInternetGateway(_) => "--egress-only-internet-gateway-id",
        RouteTarget::VpcPeeringConnection(_) => "--vpc-peering-connection-id",
        RouteTarget::TransitGateway(_) => "--transit-gateway-id",
        RouteTarget::NetworkInterface(_) => "--network-interface-id",
        RouteTarget::Instance(_) => "--instance-id",
        RouteTarget::VpcEndpoint(_) => "--vpc-endpoint-id",
        RouteTarget::InternetGateway(_)
        | RouteTarget::VpnGateway(_)
        | RouteTarget::Local
        | RouteTarget::Other(_) => "--gateway-id",
    };
    format!("{option} {}", target.id())
}

fn place_service(placement: &ServicePlacement) -> String {
    let subnets: Vec<_> = placement.subnets.iter().map(|id| id.as_str()).collect();
    let groups: Vec<_> = placement.groups.iter().map(|id| id.as_str()).collect();
    let public = match placement.assign_public_ip {
        AssignPublicIp::Enabled => ",assignPublicIp=ENABLED",
        AssignPublicIp::Disabled => "",
    };
    format!(
        "aws ecs update-service --cluster {} --service {} --network-configuration \
         'awsvpcConfiguration={{subnets=[{}],securityGroups=[{}]{public}}}'",
        word(placement.cluster.name()),
        word(placement.service.name()),
        subnets.join(","),
        groups.join(",")
    )
}
