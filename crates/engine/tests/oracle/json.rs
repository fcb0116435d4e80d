//! Prints a world as the AWS CLI would.

use std::net::Ipv4Addr;

use serde_json::{Map, Value, json};

use crate::json_rules::filters;
use crate::world::{Cidr, Route, RouteDestination, Target, TransitRoute, World};

pub(crate) fn text(address: u32) -> String {
    Ipv4Addr::from(address).to_string()
}

pub(crate) fn block(cidr: Cidr) -> String {
    format!("{}/{}", text(cidr.base), cidr.length)
}

fn zone(zone: usize) -> &'static str {
    ["eu-west-1a", "eu-west-1b"][zone]
}

pub(crate) const ACCOUNT: &str = "111111111111";

pub(crate) fn id(prefix: &str, position: usize) -> String {
    format!("{prefix}-{position}")
}

pub(crate) fn list<T>(items: &[T], print: impl Fn(usize, &T) -> Value) -> Value {
    let items = items.iter().enumerate();
    Value::Array(
        items
            .map(|(position, item)| print(position, item))
            .collect(),
    )
}

/// The whole world in one output. Every kind of fact is there, if only as an empty list.
pub(crate) fn snapshot(world: &World) -> Value {
    let mut all = Map::new();
    for none in [
        "VpcAttributes",
        "EgressOnlyInternetGateways",
        "VpcEndpoints",
        "DhcpOptions",
        "FlowLogs",
        "VpnConnections",
        "tasks",
        "services",
    ] {
        all.insert(none.to_owned(), json!([]));
    }
    let printed = [
        vpcs(world),
        filters(world),
        interfaces(world),
        between(world),
    ];
    for part in printed {
        let Value::Object(part) = part else {
            panic!("a part is not an object")
        };
        all.extend(part);
    }
    Value::Object(all)
}

fn vpcs(world: &World) -> Value {
    json!({
        "Vpcs": list(&world.vpcs, |vpc, own| json!({
            "VpcId": id("vpc", vpc), "CidrBlock": block(own.cidr), "OwnerId": ACCOUNT,
            "CidrBlockAssociationSet": [
                {"CidrBlock": block(own.cidr), "CidrBlockState": {"State": "associated"}},
            ],
        })),
        "InternetGateways": list(&world.vpcs, |vpc, own| {
            let attachments = if own.is_gateway_attached {
                json!([{"VpcId": id("vpc", vpc), "State": "available"}])
            } else {
                json!([])
            };
            json!({"InternetGatewayId": id("igw", vpc), "Attachments": attachments})
        }),
        "Subnets": list(&world.subnets, |subnet, own| json!({
            "SubnetId": id("subnet", subnet), "VpcId": id("vpc", own.vpc),
            "CidrBlock": block(own.cidr), "AvailabilityZone": zone(own.zone),
            "OwnerId": ACCOUNT, "AvailableIpAddressCount": 200,
        })),
        "RouteTables": list(&world.tables, |table, own| {
            let mut associations = Vec::new();
            if own.is_main {
                associations.push(json!({
                    "Main": true, "AssociationState": {"State": "associated"},
                }));
            } else {
                for (subnet, _) in world.subnets.iter().enumerate().filter(|(_, s)| s.table == table) {
                    associations.push(json!({
                        "Main": false, "SubnetId": id("subnet", subnet),
                        "AssociationState": {"State": "associated"},
                    }));
                }
            }
            json!({
                "RouteTableId": id("rtb", table), "VpcId": id("vpc", own.vpc),
                "Associations": associations,
                "Routes": list(&own.routes, |_, own_route| route(own.vpc, own_route)),
            })
        }),
    })
}

fn route(vpc: usize, route: &Route) -> Value {
    let (key, destination, origin) = match &route.destination {
        RouteDestination::Static(cidr) => ("DestinationCidrBlock", block(*cidr), "CreateRoute"),
        RouteDestination::PrefixList => ("DestinationPrefixListId", id("pl", 1), "CreateRoute"),
        RouteDestination::Propagated(cidr) => (
            "DestinationCidrBlock",
            block(*cidr),
            "EnableVgwRoutePropagation",
        ),
    };
    let (target_key, target) = match route.target {
        Target::Local => ("GatewayId", "local".to_owned()),
        Target::InternetGateway => ("GatewayId", id("igw", vpc)),
        Target::Nat(nat) => ("NatGatewayId", id("nat", nat)),
        Target::Peering => ("VpcPeeringConnectionId", id("pcx", 0)),
        Target::TransitGateway => ("TransitGatewayId", id("tgw", 0)),
        Target::VpnGateway => ("GatewayId", id("vgw", vpc)),
    };
    let origin = if route.target == Target::Local {
        "CreateRouteTable"
    } else {
        origin
    };
    let state = if route.is_blackhole {
        "blackhole"
    } else {
        "active"
    };
    json!({key: destination, target_key: target, "Origin": origin, "State": state})
}

pub(crate) fn status(is_active: bool) -> &'static str {
    if is_active { "active" } else { "deleted" }
}

fn interfaces(world: &World) -> Value {
    json!({
        "NetworkInterfaces": list(&world.interfaces, |interface, own| {
            let subnet = &world.subnets[own.subnet];
            let association = |public: u32| json!({"PublicIp": text(public), "IpOwnerId": ACCOUNT});
            let addresses = list(&own.addresses, |position, &(private, public)| {
                let mut printed = json!({"PrivateIpAddress": text(private), "Primary": position == 0});
                if let Some(public) = public {
                    printed["Association"] = association(public);
                }
                printed
            });
            let mut printed = json!({
                "NetworkInterfaceId": id("eni", interface), "SubnetId": id("subnet", own.subnet),
                "VpcId": id("vpc", subnet.vpc), "AvailabilityZone": zone(subnet.zone),
                "PrivateIpAddress": text(own.primary()), "PrivateIpAddresses": addresses,
                "InterfaceType": if own.is_nat { "nat_gateway" } else { "interface" },
                "Groups": list(&own.groups, |_, &group| json!({"GroupId": id("sg", group)})),
                "Status": "in-use", "OwnerId": ACCOUNT, "SourceDestCheck": !own.is_nat,
            });
            if let Some(public) = own.addresses[0].1 {
                printed["Association"] = association(public);
            }
            printed
        }),
        "NatGateways": list(&world.nats, |nat, own| {
            let interface = &world.interfaces[own.interface];
            json!({
                "NatGatewayId": id("nat", nat), "SubnetId": id("subnet", interface.subnet),
                "VpcId": id("vpc", world.vpc_of(own.interface)), "ConnectivityType": "public",
                "State": if own.is_available { "available" } else { "failed" },
                "NatGatewayAddresses": [{
                    "NetworkInterfaceId": id("eni", own.interface),
                    "PrivateIp": text(interface.primary()),
                    "PublicIp": interface.addresses[0].1.map(text),
                }],
            })
        }),
    })
}

/// What connects the VPCs.
fn between(world: &World) -> Value {
    let peering = world.peering.iter().map(|peering| {
        let side = |vpc: usize, region: &str| {
            let mut side = json!({"VpcId": id("vpc", vpc), "Region": region, "OwnerId": ACCOUNT});
            if peering.is_active {
                let cidr = block(world.vpcs[vpc].cidr);
                side["CidrBlockSet"] = json!([{"CidrBlock": cidr}]);
                side["CidrBlock"] = Value::from(cidr);
            }
            side
        };
        let other = if peering.is_same_region {
            "eu-west-1"
        } else {
            "eu-central-1"
        };
        json!({
            "VpcPeeringConnectionId": id("pcx", 0), "Status": {"Code": status(peering.is_active)},
            "RequesterVpcInfo": side(0, "eu-west-1"), "AccepterVpcInfo": side(1, other),
        })
    });
    let mut printed = json!({
        "VpcPeeringConnections": peering.collect::<Vec<_>>(), "TransitGateways": [],
        "TransitGatewayVpcAttachments": [], "TransitGatewayAttachments": [],
        "TransitGatewayRoutes": [],
    });
    if let Some(gateway) = &world.transit_gateway {
        let switch = |is_on| if is_on { "enable" } else { "disable" };
        printed["TransitGateways"] = json!([{
            "TransitGatewayId": id("tgw", 0), "State": "available",
            "Options": {"SecurityGroupReferencingSupport": switch(gateway.references_groups)},
        }]);
        printed["TransitGatewayVpcAttachments"] = list(&gateway.attachments, |vpc, own| {
            json!({
                "TransitGatewayAttachmentId": id("tgw-attach", vpc),
                "TransitGatewayId": id("tgw", 0), "VpcId": id("vpc", vpc),
                "State": if own.is_available { "available" } else { "deleting" },
                "SubnetIds": list(&own.subnets, |_, &subnet| Value::from(id("subnet", subnet))),
                "Options": {
                    "SecurityGroupReferencingSupport": switch(own.references_groups),
                    "Ipv6Support": "disable",
                },
            })
        });
        printed["TransitGatewayAttachments"] = list(&gateway.attachments, |vpc, own| {
            let mut printed = json!({
                "TransitGatewayAttachmentId": id("tgw-attach", vpc), "ResourceType": "vpc",
                "ResourceId": id("vpc", vpc),
                "State": if own.is_available { "available" } else { "deleting" },
            });
            if let Some(table) = own.table {
                printed["Association"] = json!({
                    "TransitGatewayRouteTableId": id("tgw-rtb", table), "State": "associated",
                });
            }
            printed
        });
        printed["TransitGatewayRoutes"] = list(&gateway.tables, |table, routes| {
            json!({
                "TransitGatewayRouteTableId": id("tgw-rtb", table),
                "Routes": list(routes, |_, route| transit_route(route)),
            })
        });
    }
    printed
}

fn transit_route(route: &TransitRoute) -> Value {
    let attachments = match route.attachment {
        Some(vpc) => json!([{
            "TransitGatewayAttachmentId": id("tgw-attach", vpc), "ResourceType": "vpc",
            "ResourceId": id("vpc", vpc),
        }]),
        None => json!([]),
    };
    json!({
        "DestinationCidrBlock": block(route.destination),
        "TransitGatewayAttachments": attachments,
        "Type": if route.is_propagated { "propagated" } else { "static" },
        "State": if route.attachment.is_some() { "active" } else { "blackhole" },
    })
}
