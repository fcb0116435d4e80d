//! Which top-level key holds which kind of fact.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::FactKind;

/// A top-level key and what it holds.
pub(super) struct Spec {
    pub(super) key: &'static str,
    pub(super) kind: FactKind,
    /// The member that identifies an element.
    pub(super) id_key: &'static str,
    /// How ids of the owner look, for output that belongs to one.
    pub(super) id_prefix: &'static str,
    pub(super) shape: Shape,
}

/// How a key holds its facts.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A list of resources.
    List,
    /// A part of one resource, which the output itself may not name.
    Attached {
        /// The key that names the resource, if the output does.
        id_key: &'static str,
        /// What the resource is.
        what: &'static str,
    },
}

const fn list(key: &'static str, kind: FactKind, id_key: &'static str) -> Spec {
    Spec {
        key,
        kind,
        id_key,
        id_prefix: "",
        shape: Shape::List,
    }
}

const fn part(
    key: &'static str,
    kind: FactKind,
    id_key: &'static str,
    id_prefix: &'static str,
    what: &'static str,
) -> Spec {
    Spec {
        key,
        kind,
        id_key,
        id_prefix,
        shape: Shape::Attached { id_key, what },
    }
}

const SPECS: &[Spec] = &[
    list("Vpcs", FactKind::Vpcs, "VpcId"),
    part(
        "EnableDnsSupport",
        FactKind::VpcAttributes,
        "VpcId",
        "vpc-",
        "VPC",
    ),
    part(
        "EnableDnsHostnames",
        FactKind::VpcAttributes,
        "VpcId",
        "vpc-",
        "VPC",
    ),
    list("VpcAttributes", FactKind::VpcAttributes, "VpcId"),
    list("Subnets", FactKind::Subnets, "SubnetId"),
    list("RouteTables", FactKind::RouteTables, "RouteTableId"),
    list("NetworkAcls", FactKind::NetworkAcls, "NetworkAclId"),
    list("SecurityGroups", FactKind::SecurityGroups, "GroupId"),
    list(
        "NetworkInterfaces",
        FactKind::NetworkInterfaces,
        "NetworkInterfaceId",
    ),
    list(
        "InternetGateways",
        FactKind::InternetGateways,
        "InternetGatewayId",
    ),
    list(
        "EgressOnlyInternetGateways",
        FactKind::EgressOnlyInternetGateways,
        "EgressOnlyInternetGatewayId",
    ),
    list("NatGateways", FactKind::NatGateways, "NatGatewayId"),
    list("VpcEndpoints", FactKind::VpcEndpoints, "VpcEndpointId"),
    list(
        "VpcPeeringConnections",
        FactKind::VpcPeeringConnections,
        "VpcPeeringConnectionId",
    ),
    list(
        "TransitGateways",
        FactKind::TransitGateways,
        "TransitGatewayId",
    ),
    list(
        "TransitGatewayVpcAttachments",
        FactKind::TransitGatewayVpcAttachments,
        "TransitGatewayAttachmentId",
    ),
    list(
        "TransitGatewayAttachments",
        FactKind::TransitGatewayAttachments,
        "TransitGatewayAttachmentId",
    ),
    list(
        "TransitGatewayRoutes",
        FactKind::TransitGatewayRoutes,
        "TransitGatewayRouteTableId",
    ),
    part(
        "Routes",
        FactKind::TransitGatewayRoutes,
        "TransitGatewayRouteTableId",
        "tgw-rtb-",
        "transit gateway route table",
    ),
    list("PrefixLists", FactKind::PrefixLists, "PrefixListId"),
    list("ManagedPrefixLists", FactKind::PrefixLists, "PrefixListId"),
    part(
        "Entries",
        FactKind::PrefixLists,
        "PrefixListId",
        "pl-",
        "prefix list",
    ),
    list("DhcpOptions", FactKind::DhcpOptions, "DhcpOptionsId"),
    list("FlowLogs", FactKind::FlowLogs, "FlowLogId"),
    list(
        "VpnConnections",
        FactKind::VpnConnections,
        "VpnConnectionId",
    ),
    list("tasks", FactKind::Tasks, "taskArn"),
    list("services", FactKind::Services, "serviceArn"),
];

/// Keys of output that no rule reads yet, or never will: a snapshot of nothing else is still one.
const UNREAD: &[&str] = &[
    "Addresses",
    "AvailabilityZones",
    "CacheClusters",
    "clusters",
    "containerInstances",
    "CustomerGateways",
    "DBClusters",
    "DBInstances",
    "InstanceTypes",
    "LoadBalancers",
    "ReplicationGroups",
    "Reservations",
    "TargetGroups",
    "taskDefinition",
    "taskDefinitions",
    "TransitGatewayRouteTables",
    "VpnGateways",
];

/// The member that identifies an element of a kind's list.
pub(super) fn id_key(kind: FactKind) -> Option<&'static str> {
    let mut lists = SPECS
        .iter()
        .filter(|spec| matches!(spec.shape, Shape::List));
    lists.find(|spec| spec.kind == kind).map(|spec| spec.id_key)
}

/// Whether a key is known, if only to be left alone.
pub(super) fn is_known(key: &str) -> bool {
    UNREAD.contains(&key)
}

/// What a key holds; `None` for keys of no interest. Several AWS services print `Routes` and
/// `Entries`: theirs are told apart by what stands in them or next to them.
pub(super) fn find<'a>(
    key: &str,
    value: &str,
    siblings: impl Iterator<Item = &'a str>,
) -> Option<&'static Spec> {
    let spec = SPECS.iter().find(|spec| spec.key == key)?;
    let ours = match key {
        "Routes" => {
            value.contains("\"TransitGatewayAttachments\"")
                || siblings.into_iter().any(|sibling| {
                    sibling == "AdditionalRoutesAvailable"
                        || sibling == "TransitGatewayRouteTableId"
                })
        }
        "Entries" => {
            value.contains("\"Cidr\"")
                || siblings
                    .into_iter()
                    .any(|sibling| sibling == "PrefixListId")
        }
        _ => true,
    };
    ours.then_some(spec)
}

/// The resource that a part belongs to: named next to it, or in the file's name.
pub(super) fn owner(
    file: &str,
    members: &[(String, &RawValue)],
    id_key: &str,
    prefix: &str,
) -> Option<String> {
    let named = members.iter().find(|(key, _)| key == id_key);
    if let Some((_, value)) = named {
        return serde_json::from_str(value.get()).ok();
    }
    let name = file.rsplit('/').next().unwrap_or(file);
    let (_, rest) = name.rsplit_once(prefix)?;
    let suffix: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    (!suffix.is_empty()).then(|| format!("{prefix}{suffix}"))
}

/// The part as a resource of its own: the owner's id, the part, and what else belongs to it.
pub(super) fn attach(output: &Value, id_key: &str, owner: &str, key: &str) -> Value {
    let mut resource = Map::new();
    resource.insert(id_key.to_owned(), Value::from(owner));
    for name in [key, "AdditionalRoutesAvailable"] {
        if let Some(value) = output.get(name) {
            resource.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(resource)
}
