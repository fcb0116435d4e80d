//! Commands, word by word: one file for each thing that they change.

mod network_acl;
mod route;
mod security_group;
mod service;
mod vpc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ProposalError;
use super::edit::Edit;
use super::options::{Options, invalid};
use super::shorthand::with_numbers;
use crate::reach::Direction;

/// What can be proposed.
pub(super) const KNOWN: [&str; 14] = [
    "aws ec2 authorize-security-group-ingress",
    "aws ec2 authorize-security-group-egress",
    "aws ec2 revoke-security-group-ingress",
    "aws ec2 revoke-security-group-egress",
    "aws ec2 create-route",
    "aws ec2 replace-route",
    "aws ec2 delete-route",
    "aws ec2 create-network-acl-entry",
    "aws ec2 replace-network-acl-entry",
    "aws ec2 delete-network-acl-entry",
    "aws ec2 attach-internet-gateway",
    "aws ec2 modify-vpc-attribute",
    "aws ec2 modify-vpc-endpoint",
    "aws ecs update-service",
];

type Parsed = Result<Vec<Edit>, ProposalError>;

/// What a command changes.
pub(super) fn edits(words: &[String]) -> Parsed {
    let [program, service, action, rest @ ..] = words else {
        return Err(ProposalError::Unknown);
    };
    if program != "aws" {
        return Err(ProposalError::Unknown);
    }
    let mut options = Options::read(action, rest)?;
    let edits = match (service.as_str(), action.as_str()) {
        ("ec2", "authorize-security-group-ingress") => {
            security_group::rules(&mut options, Direction::Ingress, true)
        }
        ("ec2", "authorize-security-group-egress") => {
            security_group::rules(&mut options, Direction::Egress, true)
        }
        ("ec2", "revoke-security-group-ingress") => {
            security_group::rules(&mut options, Direction::Ingress, false)
        }
        ("ec2", "revoke-security-group-egress") => {
            security_group::rules(&mut options, Direction::Egress, false)
        }
        ("ec2", "create-route") => route::set_route(&mut options, false),
        ("ec2", "replace-route") => route::set_route(&mut options, true),
        ("ec2", "delete-route") => route::delete_route(&mut options),
        ("ec2", "create-network-acl-entry") => network_acl::acl_entry(&mut options, false),
        ("ec2", "replace-network-acl-entry") => network_acl::acl_entry(&mut options, true),
        ("ec2", "delete-network-acl-entry") => network_acl::delete_acl_entry(&mut options),
        ("ec2", "attach-internet-gateway") => vpc::attach(&mut options),
        ("ec2", "modify-vpc-attribute") => vpc::vpc_attribute(&mut options),
        ("ec2", "modify-vpc-endpoint") => vpc::endpoint(&mut options),
        ("ecs", "update-service") => service::update(&mut options),
        _ => return Err(ProposalError::Unknown),
    }?;
    options.finish()?;
    Ok(edits)
}

fn id<T: std::str::FromStr<Err: ToString>>(
    options: &mut Options<'_>,
    name: &str,
) -> Result<T, ProposalError> {
    parsed(name, options.needed(name)?)
}

fn parsed<T: std::str::FromStr<Err: ToString>>(name: &str, text: &str) -> Result<T, ProposalError> {
    text.parse()
        .map_err(|error: T::Err| invalid(name, error.to_string()))
}

/// As AWS describes it, from JSON.
fn described<T: DeserializeOwned>(option: &str, mut value: Value) -> Result<T, ProposalError> {
    if let Some(stranger) = stranger(&value) {
        return Err(invalid(option, format!("`{stranger}` isn't known here")));
    }
    with_numbers(&mut value);
    serde_json::from_value(value).map_err(|error| invalid(option, error.to_string()))
}

/// A member that nobody would read: what is misspelt must not be left out in silence.
fn stranger(value: &Value) -> Option<&str> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, value)| {
            let is_known = MEMBERS.contains(&key.as_str());
            if is_known { stranger(value) } else { Some(key) }
        }),
        Value::Array(values) => values.iter().find_map(stranger),
        _ => None,
    }
}

/// What the structures of these commands consist of.
const MEMBERS: &[&str] = &[
    "IpProtocol",
    "FromPort",
    "ToPort",
    "IpRanges",
    "CidrIp",
    "Ipv6Ranges",
    "CidrIpv6",
    "PrefixListIds",
    "PrefixListId",
    "UserIdGroupPairs",
    "GroupId",
    "UserId",
    "VpcId",
    "Description",
    "DestinationCidrBlock",
    "DestinationIpv6CidrBlock",
    "DestinationPrefixListId",
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "EgressOnlyInternetGatewayId",
    "RuleNumber",
    "Egress",
    "Protocol",
    "RuleAction",
    "CidrBlock",
    "Ipv6CidrBlock",
    "PortRange",
    "From",
    "To",
    "IcmpTypeCode",
    "Type",
    "Code",
    "awsvpcConfiguration",
    "subnets",
    "securityGroups",
    "assignPublicIp",
];
