//! Which top-level key holds which kind of fact.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::FactKind;

/// A top-level key and what it holds.
pub(super) struct Spec {
    pub(super) key: &'static str,
    pub(super) kind: FactKind,
    /// How ids of the owner look, for output that belongs to one.
    pub(super) id_prefix: &'static str,
    pub(super) shape: Shape,
}

/// How a key holds its facts.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A list of resources.
    List {
        /// The member that identifies an element; several, where one alone doesn't.
        id_keys: &'static [&'static str],
    },
    /// A list of structures that hold a list of resources each, as reservations do instances.
    Nested {
        /// The member that holds them.
        member: &'static str,
        /// The member that identifies a resource.
        id_keys: &'static [&'static str],
    },
    /// One resource, and a member of the output that belongs to it.
    One {
        /// The member that identifies the resource.
        id_key: &'static str,
        /// The member beside it.
        with: &'static str,
    },
    /// A part of one resource, which the output itself may not name.
    Attached {
        /// The key that names the resource, if the output does.
        id_key: &'static str,
        /// What the resource is.
        what: &'static str,
    },
}

const fn list(key: &'static str, kind: FactKind, id_keys: &'static [&'static str]) -> Spec {
    Spec {
        key,
        kind,
        id_prefix: "",
        shape: Shape::List { id_keys },
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
        id_prefix,
        shape: Shape::Attached { id_key, what },
    }
}

const SPECS: &[Spec] = &[
    list("Vpcs", FactKind::Vpcs, &["VpcId"]),
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
    list("VpcAttributes", FactKind::VpcAttributes, &["VpcId"]),
    list("Subnets", FactKind::Subnets, &["SubnetId"]),
    list("RouteTables", FactKind::RouteTables, &["RouteTableId"]),
    list("NetworkAcls", FactKind::NetworkAcls, &["NetworkAclId"]),
    list("SecurityGroups", FactKind::SecurityGroups, &["GroupId"]),
    list(
        "NetworkInterfaces",
        FactKind::NetworkInterfaces,
        &["NetworkInterfaceId"],
    ),
    list(
        "InternetGateways",
        FactKind::InternetGateways,
        &["InternetGatewayId"],
    ),
    list(
        "EgressOnlyInternetGateways",
        FactKind::EgressOnlyInternetGateways,
        &["EgressOnlyInternetGatewayId"],
    ),
    list("NatGateways", FactKind::NatGateways, &["NatGatewayId"]),
    list("VpcEndpoints", FactKind::VpcEndpoints, &["VpcEndpointId"]),
    list(
        "VpcPeeringConnections",
        FactKind::VpcPeeringConnections,
        &["VpcPeeringConnectionId"],
    ),
    list(
        "TransitGateways",
        FactKind::TransitGateways,
        &["TransitGatewayId"],
    ),
    list(
        "TransitGatewayVpcAttachments",
        FactKind::TransitGatewayVpcAttachments,
        &["TransitGatewayAttachmentId"],
    ),
    list(
        "TransitGatewayAttachments",
        FactKind::TransitGatewayAttachments,
        &["TransitGatewayAttachmentId"],
    ),
    list(
        "TransitGatewayRoutes",
        FactKind::TransitGatewayRoutes,
        &["TransitGatewayRouteTableId"],
    ),
    part(
        "Routes",
        FactKind::TransitGatewayRoutes,
        "TransitGatewayRouteTableId",
        "tgw-rtb-",
        "transit gateway route table",
    ),
    list("PrefixLists", FactKind::PrefixLists, &["PrefixListId"]),
    list(
        "ManagedPrefixLists",
        FactKind::PrefixLists,
        &["PrefixListId"],
    ),
    part(
        "Entries",
        FactKind::PrefixLists,
        "PrefixListId",
        "pl-",
        "prefix list",
    ),
    list("DhcpOptions", FactKind::DhcpOptions, &["DhcpOptionsId"]),
    list("FlowLogs", FactKind::FlowLogs, &["FlowLogId"]),
    list(
        "VpnConnections",
        FactKind::VpnConnections,
        &["VpnConnectionId"],
    ),
    list("tasks", FactKind::Tasks, &["taskArn"]),
    list(
        "taskDefinitions",
        FactKind::TaskDefinitions,
        &["taskDefinitionArn"],
    ),
    Spec {
        key: "taskDefinition",
        kind: FactKind::TaskDefinitions,
        id_prefix: "",
        shape: Shape::One {
            id_key: "taskDefinitionArn",
            with: "tags",
        },
    },
    list("services", FactKind::Services, &["serviceArn"]),
    list(
        "DBInstances",
        FactKind::DbInstances,
        &["DBInstanceIdentifier"],
    ),
    list("DBClusters", FactKind::DbClusters, &["DBClusterIdentifier"]),
    list("DBProxies", FactKind::DbProxies, &["DBProxyName"]),
    list(
        "ReplicationGroups",
        FactKind::ReplicationGroups,
        &["ReplicationGroupId"],
    ),
    list(
        "CacheClusters",
        FactKind::CacheClusters,
        &["CacheClusterId"],
    ),
    list(
        "CacheSubnetGroups",
        FactKind::CacheSubnetGroups,
        &["CacheSubnetGroupName"],
    ),
    list(
        "ServerlessCaches",
        FactKind::ServerlessCaches,
        &["ServerlessCacheName"],
    ),
    list(
        "LoadBalancers",
        FactKind::LoadBalancers,
        &["LoadBalancerArn"],
    ),
    list("TargetGroups", FactKind::TargetGroups, &["TargetGroupArn"]),
    list("MountTargets", FactKind::MountTargets, &["MountTargetId"]),
    list("ClusterInfoList", FactKind::KafkaClusters, &["ClusterArn"]),
    list("NodeInfoList", FactKind::KafkaNodes, &["NodeARN"]),
    list(
        "DomainStatusList",
        FactKind::OpenSearchDomains,
        &["DomainName"],
    ),
    list(
        "Instances",
        FactKind::DiscoveredInstances,
        &["NamespaceName", "ServiceName", "InstanceId"],
    ),
    list(
        "containerInstances",
        FactKind::ContainerInstances,
        &["containerInstanceArn"],
    ),
    list("clusters", FactKind::Clusters, &["clusterArn"]),
    list(
        "capacityProviders",
        FactKind::CapacityProviders,
        &["capacityProviderArn"],
    ),
    list("settings", FactKind::AccountSettings, &["name"]),
    list(
        "AutoScalingGroups",
        FactKind::AutoScalingGroups,
        &["AutoScalingGroupARN"],
    ),
    Spec {
        key: "Reservations",
        kind: FactKind::Instances,
        id_prefix: "",
        shape: Shape::Nested {
            member: "Instances",
            id_keys: &["InstanceId"],
        },
    },
    list("InstanceTypes", FactKind::InstanceTypes, &["InstanceType"]),
    list("Quotas", FactKind::ServiceQuotas, &["QuotaArn"]),
    Spec {
        key: "Quota",
        kind: FactKind::ServiceQuotas,
        id_prefix: "",
        shape: Shape::One {
            id_key: "QuotaArn",
            with: "",
        },
    },
    list("MetricDataResults", FactKind::MetricData, &["Label"]),
    list("ResolvedNames", FactKind::ResolvedNames, &["Name"]),
];

/// Keys of output that no rule reads yet, or never will: a snapshot of nothing else is still one.
const UNREAD: &[&str] = &[
    "Addresses",
    "AvailabilityZones",
    "CustomerGateways",
    "TransitGatewayRouteTables",
    "VpnGateways",
];

/// The members that identify an element of a kind's list; none for kinds that no list holds.
pub(super) fn id_keys(kind: FactKind) -> &'static [&'static str] {
    let mut lists = SPECS.iter().filter(|spec| spec.kind == kind);
    lists
        .find_map(|spec| match spec.shape {
            Shape::List { id_keys } | Shape::Nested { id_keys, .. } => Some(id_keys),
            Shape::One { .. } | Shape::Attached { .. } => None,
        })
        .unwrap_or_default()
}

/// The resource in a structure that holds it, where the AWS CLI prints one around it.
pub(super) fn within(kind: FactKind, value: &Value) -> &Value {
    let mut nested = SPECS.iter().filter(|spec| spec.kind == kind);
    let inner = nested.find_map(|spec| match spec.shape {
        Shape::Nested { member, .. } => value.get(member)?.get(0),
        _ => None,
    });
    inner.unwrap_or(value)
}

/// The id that several members make together.
pub(super) fn joined(parts: &[String]) -> String {
    parts.join("/")
}

/// Whether a key is known, if only to be left alone.
pub(super) fn is_known(key: &str) -> bool {
    UNREAD.contains(&key)
}

/// Whether output goes on in another file. `describe-mount-targets` repeats in `Marker` what it was
/// asked for, and says in `NextMarker` where it goes on.
pub(super) fn is_continued(members: &[(String, &RawValue)]) -> bool {
    let repeats = members.iter().any(|(key, _)| key == "MountTargets");
    members.iter().any(|(key, value)| {
        let names_a_page =
            matches!(key.as_str(), "NextToken" | "NextMarker") || (key == "Marker" && !repeats);
        names_a_page && !matches!(value.get(), "null" | "\"\"")
    })
}

/// Whether an element of a list is of the list's kind: a Kafka cluster's list of nodes has those that
/// no client connects to, too.
pub(super) fn is_of_kind(kind: FactKind, element: &str) -> bool {
    kind != FactKind::KafkaNodes || element.contains("\"BrokerNodeInfo\"")
}

/// What a key holds; `None` for keys of no interest. Several AWS services print the same keys: the
/// ones meant here are told apart by what stands in them or next to them.
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
        // `list-instances` leaves out the names.
        "Instances" => {
            value.contains("\"NamespaceName\"")
                || siblings
                    .into_iter()
                    .any(|sibling| sibling == "InstancesRevision")
        }
        // Other services have clusters and settings too.
        "clusters" => value.contains("\"clusterArn\"") || value.trim() == "[]",
        "settings" => value.contains("\"value\"") || value.trim() == "[]",
        // CloudSearch has domains too.
        "DomainStatusList" => !value.contains("\"DocService\""),
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
