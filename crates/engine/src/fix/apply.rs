use super::change::{Attribute, Change, GroupRule, Peer};
use crate::facts::{
    AttributeBooleanValue, AwsvpcConfiguration, EcsArn, GroupReference, InternetGatewayAttachment,
    InternetGatewayId, IpPermission, Missing, NetworkAclEntry, NetworkConfiguration, Observations,
    Route, RouteDestination, RouteOrigin, RouteState, RouteTableId, RouteTarget, RuleAction,
    SecurityGroup, Service, Snapshot, VpcAttributes, VpcEndpointId, VpcId,
};
use crate::net::Traffic;
use crate::reach::Direction;

/// The snapshot that AWS would describe after these changes; `None` when one of them is about
/// something that was not observed, so that nobody can tell what it would do.
pub fn apply(snapshot: &Snapshot, changes: &[Change]) -> Option<Snapshot> {
    let mut is_possible = true;
    let after = snapshot.changed(|observations| {
        for change in changes {
            is_possible &= make(observations, change);
        }
    });
    is_possible.then_some(after)
}

/// Makes one change; whether what it is about is there.
fn make(observations: &mut Observations, change: &Change) -> bool {
    match change {
        Change::AuthorizeGroupRule(rule) => observations
            .security_groups
            .change(&rule.group, |group| authorize(group, rule)),
        Change::AllowInNetworkAcl { acl, .. } => {
            let Some(entry) = entry(change) else {
                return false;
            };
            observations.network_acls.change(acl, |acl| {
                acl.entries.push(entry);
                acl.entries
                    .sort_by_key(|entry| (entry.egress, entry.number));
            })
        }
        Change::SetRoute {
            table,
            destination,
            target,
            ..
        } => observations.route_tables.change(table, |table| {
            set_route(&mut table.routes, destination.clone(), target.clone());
        }),
        Change::AttachInternetGateway { gateway, vpc } => attach(observations, gateway, vpc),
        Change::EnableVpcAttribute { vpc, attribute } => {
            if *attribute == Attribute::DnsHostnames
                && is_off(observations, vpc, |a| a.dns_support())
            {
                return false;
            }
            let on = Some(AttributeBooleanValue { value: true });
            observations
                .vpc_attributes
                .change(vpc, |attributes| match attribute {
                    Attribute::DnsSupport => attributes.enable_dns_support = on,
                    Attribute::DnsHostnames => attributes.enable_dns_hostnames = on,
                })
        }
        Change::EnablePrivateDns { endpoint } => {
            let known = observations.vpc_endpoints.get(endpoint);
            let vpc = known.ok().map(|endpoint| endpoint.vpc_id.clone());
            if vpc.is_some_and(|vpc| {
                is_off(observations, &vpc, |a| a.dns_support())
                    || is_off(observations, &vpc, |a| a.dns_hostnames())
            }) {
                return false;
            }
            observations.vpc_endpoints.change(endpoint, |endpoint| {
                endpoint.private_dns_enabled = true;
                endpoint.dns_options = None;
            })
        }
        Change::AddEndpointRoutes { endpoint, table } => {
            add_endpoint_routes(observations, endpoint, table)
        }
        Change::SetEndpointPolicy { endpoint, policy } => {
            observations.vpc_endpoints.change(endpoint, |endpoint| {
                endpoint.policy_document = Some(policy.as_str().to_owned());
            })
        }
        Change::PlaceService(placement) => {
            change_service(observations, &placement.service, |service| {
                let awsvpc = AwsvpcConfiguration {
                    subnets: placement.subnets.clone(),
                    security_groups: placement.groups.clone(),
                    assign_public_ip: placement.assign_public_ip,
                };
                service.network_configuration = Some(NetworkConfiguration {
                    awsvpc_configuration: Some(awsvpc),
                });
            })
        }
        Change::EnableExec { service, .. } => change_service(observations, service, |service| {
            service.enable_execute_command = Some(true);
        }),
    }
}

/// Whether an attribute that AWS wants on is known to be off.
fn is_off(
    observations: &Observations,
    vpc: &VpcId,
    attribute: impl Fn(&VpcAttributes) -> Result<bool, Missing>,
) -> bool {
    let attributes = observations.vpc_attributes.get(vpc);
    attributes.is_ok_and(|attributes| attribute(attributes) == Ok(false))
}

/// Changes a service, if ECS itself deploys it: AWS refuses others, which their own tools deploy.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
fn change_service(
    observations: &mut Observations,
    service: &EcsArn,
    change: impl FnOnce(&mut Service),
) -> bool {
    let mut is_own = true;
    let is_there = observations.services.change(service, |service| {
        is_own = service.is_deployed_by_ecs();
        if is_own {
            change(service);
        }
    });
    is_there && is_own
}

/// Routes to the gateway work again with it.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html>
fn attach(observations: &mut Observations, gateway: &InternetGatewayId, vpc: &VpcId) -> bool {
    let target = RouteTarget::InternetGateway(gateway.clone());
    let leads_there = |route: &Route| route.target == target;
    let tables = observations.route_tables.seen();
    let own = tables.filter(|table| table.vpc_id.as_ref().is_none_or(|own| own == vpc));
    let waiting: Vec<_> = own
        .filter(|table| table.routes.iter().any(leads_there))
        .map(|table| table.route_table_id.clone())
        .collect();
    for table in waiting {
        observations.route_tables.change(&table, |table| {
            for route in table.routes.iter_mut().filter(|route| leads_there(route)) {
                route.state = RouteState::Active;
            }
        });
    }
    observations.internet_gateways.change(gateway, |facts| {
        facts
            .attachments
            .push(InternetGatewayAttachment::working(vpc));
    })
}

fn authorize(group: &mut SecurityGroup, rule: &GroupRule) {
    let mut permission = IpPermission {
        traffic: match rule.ports {
            Some(ports) => Traffic::ports(rule.protocol, ports),
            None => Traffic::protocol(rule.protocol),
        },
        ip_ranges: Vec::new(),
        ipv6_ranges: Vec::new(),
        prefix_lists: Vec::new(),
        groups: Vec::new(),
    };
    match &rule.peer {
        Peer::Cidr(ipnet::IpNet::V4(net)) => permission.ip_ranges.push(*net),
        Peer::Cidr(ipnet::IpNet::V6(net)) => permission.ipv6_ranges.push(*net),
        Peer::PrefixList(list) => permission.prefix_lists.push(list.clone()),
        Peer::Group { id, .. } => permission.groups.push(GroupReference {
            group_id: Some(id.clone()),
            peering_status: None,
            vpc_peering_connection_id: None,
        }),
    }
    match rule.direction {
        Direction::Ingress => group.ip_permissions.push(permission),
        Direction::Egress => group.ip_permissions_egress.push(permission),
    }
}

fn entry(change: &Change) -> Option<NetworkAclEntry> {
    let Change::AllowInNetworkAcl {
        number,
        direction,
        protocol,
        ports,
        cidr,
        ..
    } = change
    else {
        return None;
    };
    Some(NetworkAclEntry {
        number: *number,
        egress: *direction == Direction::Egress,
        traffic: match ports {
            Some(ports) => Traffic::ports(*protocol, *ports),
            None => Traffic::protocol(*protocol),
        },
        cidr: *cidr,
        action: RuleAction::Allow,
    })
}

/// A table has one route for a destination at most.
fn set_route(routes: &mut Vec<Route>, destination: RouteDestination, target: RouteTarget) {
    routes.retain(|route| route.destination != destination);
    routes.push(Route {
        destination,
        target,
        state: RouteState::Active,
        origin: RouteOrigin::Static,
    });
}

/// EC2 puts a route for the service's prefix list into the table.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html>
fn add_endpoint_routes(
    observations: &mut Observations,
    endpoint: &VpcEndpointId,
    table: &RouteTableId,
) -> bool {
    let Some(list) = prefix_list_of(observations, endpoint) else {
        return false;
    };
    let is_routed = observations.route_tables.change(table, |facts| {
        let target = RouteTarget::VpcEndpoint(endpoint.clone());
        set_route(&mut facts.routes, list, target);
    });
    is_routed
        && observations.vpc_endpoints.change(endpoint, |facts| {
            facts.route_table_ids.push(table.clone());
        })
}

/// The prefix list of a gateway endpoint's service: by its name, or as another table's route names it.
fn prefix_list_of(
    observations: &Observations,
    endpoint: &VpcEndpointId,
) -> Option<RouteDestination> {
    let name = &observations.vpc_endpoints.get(endpoint).ok()?.service_name;
    let mut lists = observations.prefix_lists.seen();
    let named = lists.find(|list| list.prefix_list_name.as_ref() == Some(name));
    if let Some(list) = named {
        return Some(RouteDestination::PrefixList(list.prefix_list_id.clone()));
    }
    let tables = observations.route_tables.seen();
    let mut routes = tables.flat_map(|table| &table.routes);
    let target = RouteTarget::VpcEndpoint(endpoint.clone());
    let route = routes.find(|route| route.target == target)?;
    Some(route.destination.clone())
}
