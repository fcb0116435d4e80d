//! Everything about VPCs that does not depend on who is audited in them.
//!
//! Two rounds of calls that run together: what is asked by the VPC, and what its routes, endpoints
//! and DHCP options then name. More follow only where the VPC has name servers of its own or uses a
//! transit gateway. Several VPCs share their calls.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use aws_sdk_ec2::types::VpcAttributeName;
use awsvpc_auditor_engine::facts::FactKind;
use serde_json::Value;

use crate::ec2::{Ec2, FILTER_VALUES, filter};
use crate::findings::Findings;
use crate::kept::{Kept, shared};
use crate::round::Round;
use crate::transit;

/// What is the same for every VPC of a region: all DHCP options, and AWS's own prefix lists.
pub(crate) type Regional = Kept<String>;

/// The facts of VPCs, and of those through which their transit gateways lead on.
pub(crate) async fn collect(ec2: Ec2<'_>, regional: &Regional, vpcs: &[String]) -> Findings {
    let mut findings = of_vpcs(ec2, regional, vpcs).await;
    let groups = groups_of_name_servers(ec2, &findings);
    let beyond = transit::beyond(ec2, regional, vpcs, &findings);
    let (groups, beyond) = tokio::join!(groups, beyond);
    findings.absorb(&groups);
    findings.absorb(&beyond);
    findings
}

/// The two rounds about the VPCs themselves.
pub(crate) async fn of_vpcs(ec2: Ec2<'_>, regional: &Regional, vpcs: &[String]) -> Findings {
    let mut findings = Findings::default();
    for vpcs in vpcs.chunks(FILTER_VALUES) {
        findings.absorb(&by_vpc(ec2, regional, vpcs).await);
    }
    let (named, lists) = tokio::join!(
        by_name(ec2, vpcs, &findings),
        own_prefix_lists(ec2, regional, &findings)
    );
    findings.absorb(&named);
    findings.absorb(&lists);
    findings
}

async fn by_vpc(ec2: Ec2<'_>, regional: &Regional, vpcs: &[String]) -> Findings {
    let whole = || vpcs.to_vec();
    let mut round = Round::default();
    round.ask(
        FactKind::Vpcs,
        Vec::new(),
        async move { ec2.vpcs(vpcs).await },
    );
    for attribute in [
        VpcAttributeName::EnableDnsSupport,
        VpcAttributeName::EnableDnsHostnames,
    ] {
        for vpc in vpcs {
            let attribute = attribute.clone();
            round.ask(FactKind::VpcAttributes, Vec::new(), async move {
                ec2.vpc_attribute(vpc, attribute).await
            });
        }
    }
    round.ask(FactKind::Subnets, whole(), async move {
        ec2.subnets(filter("vpc-id", vpcs)).await
    });
    round.ask(FactKind::RouteTables, whole(), async move {
        ec2.route_tables(vpcs).await
    });
    round.ask(FactKind::NetworkAcls, whole(), async move {
        ec2.network_acls(vpcs).await
    });
    round.ask(FactKind::InternetGateways, whole(), async move {
        ec2.internet_gateways(vpcs).await
    });
    round.ask(FactKind::NatGateways, whole(), async move {
        ec2.nat_gateways(vpcs).await
    });
    round.ask(FactKind::VpcEndpoints, whole(), async move {
        ec2.vpc_endpoints(vpcs).await
    });
    let options = shared(regional, "DhcpOptions", async {
        let mut round = Round::default();
        round.ask(FactKind::DhcpOptions, Vec::new(), ec2.dhcp_options());
        round.run().await
    });
    let (mut findings, options) = tokio::join!(round.run(), options);
    findings.absorb(&options);
    let used: BTreeSet<String> = findings
        .of(FactKind::Vpcs)
        .filter_map(|vpc| text(vpc, "DhcpOptionsId"))
        .collect();
    findings.keep_only(FactKind::DhcpOptions, |id| used.contains(id));
    findings
}

/// What the first round's answers name.
async fn by_name(ec2: Ec2<'_>, vpcs: &[String], known: &Findings) -> Findings {
    let mut round = Round::default();
    let routed = |prefix: &str| route_targets(known, prefix);
    let endpoints = || known.of(FactKind::VpcEndpoints);
    let mut interfaces: Vec<String> = endpoints()
        .flat_map(|e| texts(e, "NetworkInterfaceIds"))
        .collect();
    interfaces.extend(routed("eni-"));
    for ids in chunks(&interfaces) {
        round.ask(FactKind::NetworkInterfaces, Vec::new(), async move {
            ec2.network_interfaces(filter("network-interface-id", ids))
                .await
        });
    }
    let servers = name_servers(known);
    for (is_ipv4, name) in [
        (true, "addresses.private-ip-address"),
        (false, "ipv6-addresses.ipv6-address"),
    ] {
        let addresses: Vec<String> = servers
            .iter()
            .filter(|address| address.is_ipv4() == is_ipv4)
            .map(ToString::to_string)
            .collect();
        if !addresses.is_empty() {
            round.ask(FactKind::NetworkInterfaces, addresses.clone(), async move {
                ec2.network_interfaces(filter(name, addresses)).await
            });
        }
    }
    let groups: Vec<String> = endpoints().flat_map(group_ids).collect();
    for ids in chunks(&groups) {
        round.ask(FactKind::SecurityGroups, Vec::new(), async move {
            ec2.security_groups(vec![filter("group-id", ids)]).await
        });
    }
    let mut logged = subnets(known);
    logged.extend_from_slice(vpcs);
    for resources in chunks(&logged) {
        round.ask(FactKind::FlowLogs, resources.clone(), async move {
            ec2.flow_logs(&resources).await
        });
    }
    ask_about_prefix_lists(&mut round, ec2, known);
    let peerings = routed("pcx-");
    if !peerings.is_empty() {
        round.ask(FactKind::VpcPeeringConnections, Vec::new(), async move {
            ec2.vpc_peering_connections(&peerings).await
        });
    }
    if !routed("eigw-").is_empty() {
        round.ask(
            FactKind::EgressOnlyInternetGateways,
            Vec::new(),
            async move { ec2.egress_only_internet_gateways().await },
        );
    }
    let gateways = routed("vgw-");
    if !gateways.is_empty() {
        round.ask(FactKind::VpnConnections, gateways.clone(), async move {
            ec2.vpn_connections(&gateways).await
        });
    }
    transit::ask_about_gateways(&mut round, ec2, &routed("tgw-"));
    round.run().await
}

/// The VPC's subnets. Network ACLs name them too, should subnets themselves be denied.
fn subnets(known: &Findings) -> Vec<String> {
    let acls = known.of(FactKind::NetworkAcls);
    let named = acls.flat_map(|acl| items(acl, "Associations"));
    let all = known.of(FactKind::Subnets).chain(named);
    all.filter_map(|it| text(it, "SubnetId")).collect()
}

/// AWS's own lists are behind gateway endpoints.
async fn own_prefix_lists(ec2: Ec2<'_>, regional: &Regional, known: &Findings) -> Arc<Findings> {
    let has_gateway_endpoint = known
        .of(FactKind::VpcEndpoints)
        .any(|endpoint| text(endpoint, "VpcEndpointType").as_deref() == Some("Gateway"));
    if !has_gateway_endpoint {
        return Arc::default();
    }
    shared(regional, "PrefixLists", async {
        let mut round = Round::default();
        round.ask(FactKind::PrefixLists, Vec::new(), ec2.prefix_lists());
        round.run().await
    })
    .await
}

/// Any other list that a route names.
fn ask_about_prefix_lists<'a>(round: &mut Round<'a>, ec2: Ec2<'a>, known: &Findings) {
    let routes = known
        .of(FactKind::RouteTables)
        .flat_map(|table| items(table, "Routes"));
    let lists: BTreeSet<String> = routes
        .filter(|route| !text(route, "GatewayId").is_some_and(|id| id.starts_with("vpce-")))
        .filter_map(|route| text(route, "DestinationPrefixListId"))
        .collect();
    for list in lists {
        round.ask(FactKind::PrefixLists, Vec::new(), async move {
            ec2.prefix_list_entries(&list).await
        });
    }
}

/// The groups of name servers that run in the VPC.
async fn groups_of_name_servers(ec2: Ec2<'_>, known: &Findings) -> Findings {
    let servers = name_servers(known);
    let is_server = |interface: &&Value| {
        let own =
            items(interface, "PrivateIpAddresses").filter_map(|a| text(a, "PrivateIpAddress"));
        own.filter_map(|address| address.parse().ok())
            .any(|address: IpAddr| servers.contains(&address))
    };
    let interfaces = known.of(FactKind::NetworkInterfaces).filter(is_server);
    let groups: Vec<String> = interfaces
        .flat_map(group_ids)
        .filter(|id| known.get(FactKind::SecurityGroups, id).is_none())
        .collect();
    let mut round = Round::default();
    for ids in chunks(&groups) {
        round.ask(FactKind::SecurityGroups, Vec::new(), async move {
            ec2.security_groups(vec![filter("group-id", ids)]).await
        });
    }
    round.run().await
}

/// The custom name servers that the DHCP options hand out.
fn name_servers(known: &Findings) -> BTreeSet<IpAddr> {
    let options = known.of(FactKind::DhcpOptions);
    options
        .flat_map(|options| items(options, "DhcpConfigurations"))
        .filter(|option| text(option, "Key").as_deref() == Some("domain-name-servers"))
        .flat_map(|option| items(option, "Values"))
        .filter_map(|value| text(value, "Value"))
        .flat_map(|value| {
            let addresses: Vec<_> = value
                .split(',')
                .filter_map(|a| a.trim().parse().ok())
                .collect();
            addresses
        })
        .collect()
}

/// The targets of routes whose id starts like this.
fn route_targets(known: &Findings, prefix: &str) -> Vec<String> {
    const TARGETS: [&str; 5] = [
        "GatewayId",
        "TransitGatewayId",
        "VpcPeeringConnectionId",
        "NetworkInterfaceId",
        "EgressOnlyInternetGatewayId",
    ];
    let routes = known
        .of(FactKind::RouteTables)
        .flat_map(|table| items(table, "Routes"));
    let targets = routes.flat_map(|route| TARGETS.iter().filter_map(|key| text(route, key)));
    let ids: BTreeSet<String> = targets.filter(|id| id.starts_with(prefix)).collect();
    ids.into_iter().collect()
}

/// A member that is a text.
pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The elements of a member that is a list.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The texts of a member that is a list of them.
pub(crate) fn texts(value: &Value, key: &str) -> Vec<String> {
    let texts = items(value, key).filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// The security groups of an interface or endpoint.
pub(crate) fn group_ids(value: &Value) -> Vec<String> {
    items(value, "Groups")
        .filter_map(|group| text(group, "GroupId"))
        .collect()
}

/// Ids without repetition, as many together as one filter takes.
pub(crate) fn chunks(ids: &[String]) -> Vec<Vec<String>> {
    let ids: BTreeSet<&String> = ids.iter().collect();
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    ids.chunks(FILTER_VALUES).map(<[String]>::to_vec).collect()
}
