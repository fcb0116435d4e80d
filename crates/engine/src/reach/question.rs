//! Reachability questions, also as people write them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::Place;
use crate::facts::{EcsArn, InstanceId, NetworkInterfaceId, SecurityGroupId, SubnetId};
use crate::net::{AddressFamily, PortRange, Protocol, Traffic};

/// Who opens the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A network interface.
    Interface(NetworkInterfaceId),
    /// An instance, by its primary interface.
    Instance(InstanceId),
    /// A task, by its own interface.
    Task(EcsArn),
    /// A task that would be started in this subnet with these groups.
    Placement {
        /// The subnet.
        subnet: SubnetId,
        /// The groups.
        groups: Vec<SecurityGroupId>,
        /// Whether it would get a public address, as Fargate tasks can.
        assign_public_ip: bool,
    },
    /// The interface with this address, or somebody on the internet who has it.
    Address(IpAddr),
    /// Somebody on the internet.
    Internet,
}

/// What the connection is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Where it goes.
    pub target: Target,
    /// Which traffic is asked about.
    pub traffic: Traffic,
}

/// Where a connection goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A network interface.
    Interface(NetworkInterfaceId),
    /// An instance, by its primary interface.
    Instance(InstanceId),
    /// A task, by its own interface.
    Task(EcsArn),
    /// Whatever is, or will be, in a subnet.
    Subnet(SubnetId),
    /// An address.
    Address(IpAddr),
    /// An arbitrary public address.
    Internet(AddressFamily),
    /// One public address, which nobody knows: that of a registry, say.
    PublicAddress(AddressFamily),
    /// A host name.
    Host(String),
    /// Something of the account whose place is known.
    Place(Box<Place>),
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who opens the connection.
    pub from: Origin,
    /// Where to, and with which traffic.
    pub to: Destination,
}

/// Why a question can't be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {problem}: expected {expected}")]
pub struct InvalidQuestion {
    text: String,
    problem: String,
    expected: &'static str,
}

const ORIGINS: &str = "eni-…, i-…, a task ARN, subnet-… (with --security-group), internet, or an \
                       address";
const TARGETS: &str = "eni-…, i-…, a task ARN, subnet-…, an address, ADDRESS:PORT[/tcp|udp], \
                       ADDRESS/PROTOCOL, internet[:PORT] or a host name; an IPv6 address with a \
                       port goes in brackets";

fn invalid(text: &str, problem: impl fmt::Display, expected: &'static str) -> InvalidQuestion {
    InvalidQuestion {
        text: text.to_owned(),
        problem: problem.to_string(),
        expected,
    }
}

impl FromStr for Origin {
    type Err = InvalidQuestion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Interface(id));
        }
        if let Ok(id) = text.parse() {
            return Ok(Self::Instance(id));
        }
        if let Ok(subnet) = text.parse() {
            return Ok(Self::Placement {
                subnet,
                groups: Vec::new(),
                assign_public_ip: false,
            });
        }
        if let Some(arn) = task_arn(text) {
            return Ok(Self::Task(arn));
        }
        if text == "internet" {
            return Ok(Self::Internet);
        }
        match text.parse() {
            Ok(address) => Ok(Self::Address(address)),
            Err(_) => Err(invalid(
                text,
                "is nothing a connection can start from",
                ORIGINS,
            )),
        }
    }
}

/// A task's ARN, with or without `:PORT` behind it.
fn task_destination(text: &str) -> Result<Destination, InvalidQuestion> {
    let wrong = |what: &str| invalid(text, what, TARGETS);
    let (arn, ports) = match text.rsplit_once(':') {
        Some((arn, ports)) if arn.contains(":task/") => (arn, Some(ports)),
        _ => (text, None),
    };
    let arn = task_arn(arn).ok_or_else(|| wrong("is no task ARN"))?;
    let traffic = match ports {
        None => Traffic::all(),
        Some(ports) => {
            let (ports, protocol) = ports.split_once('/').unwrap_or((ports, "tcp"));
            let protocol: Protocol = protocol
                .parse()
                .map_err(|_| wrong("has a wrong protocol"))?;
            let ports: PortRange = ports.parse().map_err(|_| wrong("has a wrong port"))?;
            if !protocol.has_ports() {
                return Err(wrong("has a port, but its protocol has none"));
            }
            Traffic::ports(protocol, ports)
        }
    };
    Ok(Destination {
        target: Target::Task(arn),
        traffic,
    })
}

/// Whether `ADDRESS/NUMBER` is meant as a prefix rather than as a protocol: nothing behind the prefix.
fn is_network(address: &str, length: &str) -> bool {
    let net = format!("{address}/{length}").parse::<ipnet::Ipv4Net>();
    net.is_ok_and(|net| net.prefix_len() < 32 && net.network() == net.addr())
}

fn task_arn(text: &str) -> Option<EcsArn> {
    let arn: EcsArn = text.parse().ok()?;
    text.contains(":task/").then_some(arn)
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface(id) => write!(f, "{id}"),
            Self::Instance(id) => write!(f, "{id}"),
            Self::Task(arn) => write!(f, "{arn}"),
            Self::Placement { subnet, .. } => write!(f, "{subnet}"),
            Self::Internet => f.write_str("internet"),
            Self::Address(address) => write!(f, "{address}"),
        }
    }
}

impl FromStr for Destination {
    type Err = InvalidQuestion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains(":task/") {
            return task_destination(text);
        }
        if let Some((address, length)) = text.split_once('/')
            && is_network(address, length)
        {
            return Err(invalid(
                text,
                "is a range of addresses, and one address is asked about",
                TARGETS,
            ));
        }
        let (rest, protocol) = match text.split_once('/') {
            Some((rest, protocol)) => {
                let parsed = protocol.parse::<Protocol>();
                (
                    rest,
                    Some(parsed.map_err(|e| {
                        invalid(text, format!("has a wrong protocol ({e})"), TARGETS)
                    })?),
                )
            }
            None => (text, None),
        };
        let (name, ports) = split_ports(rest).map_err(|problem| invalid(text, problem, TARGETS))?;
        let family = if protocol == Some(Protocol::ICMPV6) {
            AddressFamily::V6
        } else {
            AddressFamily::V4
        };
        let target = target(name, family)
            .ok_or_else(|| invalid(text, "is nothing a connection can go to", TARGETS))?;
        let traffic = match (ports, protocol) {
            (Some(_), Some(protocol)) if !protocol.has_ports() => {
                return Err(invalid(
                    text,
                    format!("has a port, but {protocol} has none"),
                    TARGETS,
                ));
            }
            (Some(ports), protocol) => Traffic::ports(protocol.unwrap_or(Protocol::TCP), ports),
            (None, Some(protocol)) => Traffic::protocol(protocol),
            (None, None) if matches!(target, Target::Host(_)) => {
                Traffic::ports(Protocol::TCP, PortRange::single(443))
            }
            (None, None) => Traffic::all(),
        };
        Ok(Self { target, traffic })
    }
}

/// The name and the ports of `NAME:PORTS`, `[ADDRESS]:PORTS` or a bare name.
fn split_ports(text: &str) -> Result<(&str, Option<PortRange>), String> {
    let ports = |ports: &str| {
        ports
            .parse()
            .map_err(|error| format!("has a wrong port ({error})"))
            .map(Some)
    };
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, rest) = bracketed.split_once(']').ok_or("has an open bracket")?;
        return match rest.strip_prefix(':') {
            Some(rest) => Ok((address, ports(rest)?)),
            None if rest.is_empty() => Ok((address, None)),
            None => Err("goes on behind the bracket".to_owned()),
        };
    }
    if text.parse::<IpAddr>().is_ok() {
        return Ok((text, None));
    }
    match text.rsplit_once(':') {
        Some((name, _)) if name.contains(':') => {
            Err("has more than one colon and isn't an IPv6 address".to_owned())
        }
        Some((name, rest)) => Ok((name, ports(rest)?)),
        None => Ok((text, None)),
    }
}

fn target(name: &str, family: AddressFamily) -> Option<Target> {
    if let Ok(address) = name.parse() {
        return Some(Target::Address(address));
    }
    if name == "internet" {
        return Some(Target::Internet(family));
    }
    if let Ok(id) = name.parse() {
        return Some(Target::Interface(id));
    }
    if let Ok(id) = name.parse() {
        return Some(Target::Subnet(id));
    }
    let is_host = name.contains('.')
        && name.split('.').all(|label| {
            !label.is_empty()
                && label
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
        && !name.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_host {
        return Some(Target::Host(name.to_ascii_lowercase()));
    }
    name.parse().ok().map(Target::Instance)
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface(id) => write!(f, "{id}"),
            Self::Instance(id) => write!(f, "{id}"),
            Self::Task(arn) => write!(f, "{arn}"),
            Self::Subnet(id) => write!(f, "{id}"),
            Self::Address(address) => write!(f, "{address}"),
            Self::Internet(_) => f.write_str("internet"),
            Self::PublicAddress(_) => f.write_str("a public address"),
            Self::Host(name) => f.write_str(name),
            Self::Place(place) => f.write_str(&place.label),
        }
    }
}

/// The shortest way to write the question so that it reads back the same.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        for protocol in [Protocol::TCP, Protocol::UDP] {
            let ranges: Vec<_> = self.traffic.of(protocol).ranges().collect();
            if let [(first, last)] = ranges.as_slice()
                && let Some(ports) = PortRange::new(*first, *last)
                && ports != PortRange::ALL
                && self.traffic == Traffic::ports(protocol, ports)
            {
                return match target {
                    Target::Address(IpAddr::V6(address)) => {
                        write!(f, "[{address}]:{ports}/{protocol}")
                    }
                    _ => write!(f, "{target}:{ports}/{protocol}"),
                };
            }
        }
        let whole = (0..=u8::MAX)
            .map(Protocol::new)
            .find(|p| self.traffic == Traffic::protocol(*p));
        match whole {
            Some(protocol) => {
                let text = protocol.to_string();
                write!(
                    f,
                    "{target}/{}",
                    text.strip_prefix("protocol ").unwrap_or(&text)
                )
            }
            None => write!(f, "{target}"),
        }
    }
}
