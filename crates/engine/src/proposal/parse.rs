use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::ProposalError;
use super::edit::{Edit, has_peers};
use super::options::{Options, invalid};
use super::shorthand::{structure, with_numbers};
use crate::facts::{IpPermission, NetworkAclEntry, Route, RouteDestination};
use crate::fix::{Attribute, Change};
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
            rules(&mut options, Direction::Ingress, true)
        }
        ("ec2", "authorize-security-group-egress") => rules(&mut options, Direction::Egress, true),
        ("ec2", "revoke-security-group-ingress") => rules(&mut options, Direction::Ingress, false),
        ("ec2", "revoke-security-group-egress") => rules(&mut options, Direction::Egress, false),
        ("ec2", "create-route") => set_route(&mut options, false),
        ("ec2", "replace-route") => set_route(&mut options, true),
        ("ec2", "delete-route") => delete_route(&mut options),
        ("ec2", "create-network-acl-entry") => acl_entry(&mut options, false),
        ("ec2", "replace-network-acl-entry") => acl_entry(&mut options, true),
        ("ec2", "delete-network-acl-entry") => delete_acl_entry(&mut options),
        ("ec2", "attach-internet-gateway") => attach(&mut options),
        ("ec2", "modify-vpc-attribute") => vpc_attribute(&mut options),
        ("ec2", "modify-vpc-endpoint") => endpoint(&mut options),
        ("ecs", "update-service") => service_of(&mut options),
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

/// Rules by `--ip-permissions`, or by the options for a single one.
fn rules(options: &mut Options<'_>, direction: Direction, is_added: bool) -> Parsed {
    let group = id(options, "--group-id")?;
    let permissions = match options.words("--ip-permissions") {
        Some(words) => {
            let mut all = Vec::new();
            for word in words {
                match structure(word).map_err(|why| invalid("--ip-permissions", why))? {
                    Value::Array(several) => all.extend(several),
                    one => all.push(one),
                }
            }
            all
        }
        None => vec![permission(options)?],
    };
    if permissions.is_empty() {
        return Err(invalid("--ip-permissions", "has no value"));
    }
    let permissions = permissions.into_iter().map(|permission| {
        let permission: IpPermission = described("--ip-permissions", permission)?;
        if !has_peers(&permission) {
            return Err(invalid(
                "--ip-permissions",
                "names nobody whom the rule is about",
            ));
        }
        let group = crate::facts::SecurityGroupId::clone(&group);
        Ok(if is_added {
            Edit::AddRule {
                group,
                direction,
                permission,
            }
        } else {
            Edit::TakeRule {
                group,
                direction,
                permission,
            }
        })
    });
    permissions.collect()
}

fn permission(options: &mut Options<'_>) -> Result<Value, ProposalError> {
    let mut permission = Map::new();
    let protocol = options.needed("--protocol")?;
    permission.insert("IpProtocol".to_owned(), protocol.into());
    if let Some(port) = options.value("--port")? {
        let (from, to) = match port.trim_start_matches('-').split_once('-') {
            Some((from, to)) if !port.starts_with('-') => (from, to),
            _ if port == "all" => ("-1", "-1"),
            _ => (port, port),
        };
        let number = |text: &str| {
            let number = text.parse::<i64>();
            number.map_err(|_| invalid("--port", format!("`{port}` is no port or range")))
        };
        permission.insert("FromPort".to_owned(), number(from)?.into());
        permission.insert("ToPort".to_owned(), number(to)?.into());
    }
    let cidr = options.value("--cidr")?;
    let source = options.value("--source-group")?;
    match (cidr, source) {
        (Some(cidr), None) => {
            permission.insert("IpRanges".to_owned(), json!([{ "CidrIp": cidr }]));
        }
        (None, Some(group)) => {
            let pairs = json!([{ "GroupId": group }]);
            permission.insert("UserIdGroupPairs".to_owned(), pairs);
        }
        _ => {
            return Err(ProposalError::Missing(
                "--cidr or --source-group".to_owned(),
            ));
        }
    }
    Ok(Value::Object(permission))
}

const DESTINATIONS: [(&str, &str); 3] = [
    ("--destination-cidr-block", "DestinationCidrBlock"),
    ("--destination-ipv6-cidr-block", "DestinationIpv6CidrBlock"),
    ("--destination-prefix-list-id", "DestinationPrefixListId"),
];

const TARGETS: [(&str, &str); 8] = [
    ("--gateway-id", "GatewayId"),
    ("--nat-gateway-id", "NatGatewayId"),
    ("--transit-gateway-id", "TransitGatewayId"),
    ("--vpc-peering-connection-id", "VpcPeeringConnectionId"),
    ("--network-interface-id", "NetworkInterfaceId"),
    ("--instance-id", "InstanceId"),
    ("--vpc-endpoint-id", "GatewayId"),
    (
        "--egress-only-internet-gateway-id",
        "EgressOnlyInternetGatewayId",
    ),
];

fn one_of(
    options: &mut Options<'_>,
    names: &[(&str, &str)],
    what: &str,
) -> Result<(String, Value), ProposalError> {
    let mut found = None;
    for (option, key) in names {
        if let Some(value) = options.value(option)? {
            if found.is_some() {
                return Err(invalid(option, "is one too many"));
            }
            found = Some(((*key).to_owned(), Value::from(value)));
        }
    }
    found.ok_or_else(|| ProposalError::Missing(what.to_owned()))
}

fn set_route(options: &mut Options<'_>, replaces: bool) -> Parsed {
    let table = id(options, "--route-table-id")?;
    let destination = one_of(options, &DESTINATIONS, "--destination-cidr-block")?;
    let target = one_of(options, &TARGETS, "the target, such as --nat-gateway-id,")?;
    let route = Value::from_iter([destination, target]);
    let route: Route = described("the route", route)?;
    Ok(vec![Edit::SetRoute {
        table,
        route,
        replaces,
    }])
}

fn delete_route(options: &mut Options<'_>) -> Parsed {
    let table = id(options, "--route-table-id")?;
    let destination = one_of(options, &DESTINATIONS, "--destination-cidr-block")?;
    // Where it leads doesn't matter.
    let anywhere = ("GatewayId".to_owned(), Value::from("local"));
    let route: Route = described("the destination", Value::from_iter([destination, anywhere]))?;
    let destination: RouteDestination = route.destination;
    Ok(vec![Edit::DeleteRoute { table, destination }])
}

fn is_egress(options: &mut Options<'_>) -> Result<bool, ProposalError> {
    match (options.has("--egress")?, options.has("--ingress")?) {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        _ => Err(ProposalError::Missing("--ingress or --egress".to_owned())),
    }
}

fn number(options: &mut Options<'_>) -> Result<i32, ProposalError> {
    let text = options.needed("--rule-number")?;
    text.parse()
        .map_err(|_| invalid("--rule-number", format!("`{text}` is no number")))
}

fn acl_entry(options: &mut Options<'_>, replaces: bool) -> Parsed {
    let acl = id(options, "--network-acl-id")?;
    let number = number(options)?;
    let mut entry = Map::new();
    let mut put = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    put("RuleNumber", number.into());
    put("Egress", is_egress(options)?.into());
    let protocol = match options.needed("--protocol")? {
        "tcp" => "6",
        "udp" => "17",
        "icmp" => "1",
        "all" => "-1",
        other => other,
    };
    put("Protocol", protocol.into());
    put("RuleAction", options.needed("--rule-action")?.into());
    for (option, key) in [
        ("--cidr-block", "CidrBlock"),
        ("--ipv6-cidr-block", "Ipv6CidrBlock"),
    ] {
        if let Some(block) = options.value(option)? {
            put(key, block.into());
        }
    }
    for (option, key) in [
        ("--port-range", "PortRange"),
        ("--icmp-type-code", "IcmpTypeCode"),
    ] {
        if let Some(text) = options.value(option)? {
            put(key, structure(text).map_err(|why| invalid(option, why))?);
        }
    }
    let entry: NetworkAclEntry = described("the entry", Value::Object(entry))?;
    let mut edits = Vec::new();
    if replaces {
        edits.push(Edit::DeleteAclEntry {
            acl: crate::facts::NetworkAclId::clone(&acl),
            number,
            egress: entry.egress,
        });
    }
    edits.push(Edit::AddAclEntry { acl, entry });
    Ok(edits)
}

fn delete_acl_entry(options: &mut Options<'_>) -> Parsed {
    Ok(vec![Edit::DeleteAclEntry {
        acl: id(options, "--network-acl-id")?,
        number: number(options)?,
        egress: is_egress(options)?,
    }])
}

fn attach(options: &mut Options<'_>) -> Parsed {
    Ok(vec![Edit::Make(Change::AttachInternetGateway {
        gateway: id(options, "--internet-gateway-id")?,
        vpc: id(options, "--vpc-id")?,
    })])
}

fn vpc_attribute(options: &mut Options<'_>) -> Parsed {
    let vpc = id(options, "--vpc-id")?;
    let attributes = [
        (Attribute::DnsSupport, "enable-dns-support"),
        (Attribute::DnsHostnames, "enable-dns-hostnames"),
    ];
    let mut edits = Vec::new();
    for (attribute, name) in attributes {
        let (on, off) = (format!("--{name}"), format!("--no-{name}"));
        let mut add = |is_on| {
            let vpc = crate::facts::VpcId::clone(&vpc);
            edits.push(if is_on {
                Edit::Make(Change::EnableVpcAttribute { vpc, attribute })
            } else {
                Edit::VpcAttributeOff { vpc, attribute }
            });
        };
        if options.has(&off)? {
            add(false);
        }
        if let Some(words) = options.words(&on) {
            let is_on = match words.as_slice() {
                [] => true,
                [one] => {
                    let value = structure(one).map_err(|why| invalid(&on, why))?;
                    let value = value.get("Value").and_then(Value::as_bool);
                    value.ok_or_else(|| invalid(&on, "expected Value=true or Value=false"))?
                }
                _ => return Err(invalid(&on, "has more than one value")),
            };
            add(is_on);
        }
    }
    if edits.is_empty() {
        let what = "--enable-dns-support or --enable-dns-hostnames";
        return Err(ProposalError::Missing(what.to_owned()));
    }
    Ok(edits)
}

fn endpoint(options: &mut Options<'_>) -> Parsed {
    let endpoint: crate::facts::VpcEndpointId = id(options, "--vpc-endpoint-id")?;
    let mut edits = Vec::new();
    for (option, is_on) in [
        ("--private-dns-enabled", true),
        ("--no-private-dns-enabled", false),
    ] {
        if options.has(option)? {
            let endpoint = endpoint.clone();
            edits.push(if is_on {
                Edit::Make(Change::EnablePrivateDns { endpoint })
            } else {
                Edit::PrivateDnsOff { endpoint }
            });
        }
    }
    for (option, is_added) in [
        ("--add-route-table-ids", true),
        ("--remove-route-table-ids", false),
    ] {
        for table in options.words(option).unwrap_or_default() {
            let table = parsed(option, table)?;
            let endpoint = endpoint.clone();
            edits.push(if is_added {
                Edit::Make(Change::AddEndpointRoutes { endpoint, table })
            } else {
                Edit::TakeEndpointRoutes { endpoint, table }
            });
        }
    }
    if let Some(policy) = options.value("--policy-document")? {
        let policy: Value = serde_json::from_str(policy)
            .map_err(|error| invalid("--policy-document", error.to_string()))?;
        edits.push(Edit::SetPolicy {
            endpoint: endpoint.clone(),
            policy: policy.to_string(),
        });
    }
    if edits.is_empty() {
        return Err(ProposalError::Missing("what to change".to_owned()));
    }
    Ok(edits)
}

fn service_of(options: &mut Options<'_>) -> Parsed {
    let cluster = options.needed("--cluster")?.to_owned();
    let service = options.needed("--service")?.to_owned();
    // What only starts tasks changes nothing that is judged.
    for started in ["--force-new-deployment", "--no-force-new-deployment"] {
        options.has(started)?;
    }
    options.value("--desired-count")?;
    let network = match options.value("--network-configuration")? {
        None => None,
        Some(text) => {
            let option = "--network-configuration";
            let value = structure(text).map_err(|why| invalid(option, why))?;
            Some(described(option, value)?)
        }
    };
    let mut exec = None;
    for (option, is_on) in [
        ("--enable-execute-command", true),
        ("--disable-execute-command", false),
    ] {
        if options.has(option)? {
            exec = Some(is_on);
        }
    }
    Ok(vec![Edit::ChangeService {
        cluster,
        service,
        network,
        exec,
    }])
}
