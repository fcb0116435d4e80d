//! What the things that were located name in turn: their security groups, interfaces, subnets and
//! VPCs.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use awsvpc_auditor_engine::facts::{FactKind, LoadBalancer};
use serde::Deserialize;
use serde_json::Value;

use crate::ec2::{Ec2, filter};
use crate::findings::Findings;
use crate::round::Round;
use crate::subject::by_filter;
use crate::vpc_facts::{chunks, group_ids, text, texts};

/// What can be located and may name something.
const LOCATED: &[FactKind] = &[
    FactKind::DbInstances,
    FactKind::DbClusters,
    FactKind::DbProxies,
    FactKind::CacheClusters,
    FactKind::CacheSubnetGroups,
    FactKind::ServerlessCaches,
    FactKind::LoadBalancers,
    FactKind::TargetGroups,
    FactKind::MountTargets,
    FactKind::KafkaClusters,
    FactKind::KafkaNodes,
    FactKind::OpenSearchDomains,
];

/// What says in which subnets it is but not in which VPC.
const WITHOUT_VPC: &[FactKind] = &[FactKind::ServerlessCaches, FactKind::KafkaClusters];

/// The ids of a type that located things name, wherever they name them.
fn ids(located: &Findings, kinds: &[FactKind], prefix: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for kind in kinds {
        for resource in located.of(*kind) {
            collect(resource, prefix, &mut ids);
        }
    }
    ids
}

fn collect(value: &Value, prefix: &str, ids: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_id(text, prefix) => drop(ids.insert(text.clone())),
        Value::Array(values) => {
            for value in values {
                collect(value, prefix, ids);
            }
        }
        Value::Object(fields) => {
            for value in fields.values() {
                collect(value, prefix, ids);
            }
        }
        _ => {}
    }
}

/// Whether a text is an id: a host name may start with `vpc-`, too.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html>
fn is_id(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix).unwrap_or_default();
    matches!(rest.len(), 8 | 17) && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The subnets of located things that don't say which VPC they are in.
pub(crate) fn subnets(located: &Findings) -> BTreeSet<String> {
    ids(located, WITHOUT_VPC, "subnet-")
}

/// The VPCs of located things, as far as they or what they name say it. Whatever else has an address
/// that a name resolved to may be in any VPC.
pub(crate) fn vpcs(located: &Findings) -> BTreeSet<String> {
    let mut vpcs = ids(located, LOCATED, "vpc-");
    vpcs.extend(ids(located, &[FactKind::Subnets], "vpc-"));
    let interfaces = ids(located, LOCATED, "eni-").into_iter();
    vpcs.extend(interfaces.filter_map(|interface| {
        let interface = located.get(FactKind::NetworkInterfaces, &interface)?;
        text(interface, "VpcId")
    }));
    vpcs
}

/// Asks for what located things name: security groups, interfaces, and those subnets that aren't
/// known.
pub(crate) async fn asked(ec2: Ec2<'_>, located: &Findings, subnets: Vec<String>) -> Findings {
    let mut round = Round::default();
    let groups: Vec<String> = ids(located, LOCATED, "sg-").into_iter().collect();
    for ids in chunks(&groups) {
        round.ask(FactKind::SecurityGroups, Vec::new(), async move {
            ec2.security_groups(vec![filter("group-id", ids)]).await
        });
    }
    for ids in chunks(&subnets) {
        round.ask(FactKind::Subnets, Vec::new(), async move {
            ec2.subnets(filter("subnet-id", ids)).await
        });
    }
    ask_for_interfaces(&mut round, ec2, located);
    round.run().await
}

fn ask_for_interfaces<'a>(round: &mut Round<'a>, ec2: Ec2<'a>, located: &Findings) {
    let interfaces: Vec<String> = ids(located, LOCATED, "eni-").into_iter().collect();
    for ids in chunks(&interfaces) {
        round.ask(FactKind::NetworkInterfaces, Vec::new(), async move {
            ec2.network_interfaces(filter("network-interface-id", ids))
                .await
        });
    }
    let balancers = located.of(FactKind::LoadBalancers);
    let balancers: Vec<(String, String)> = balancers
        .filter_map(|balancer| LoadBalancer::deserialize(balancer).ok())
        .filter_map(|balancer| {
            let description = balancer.interface_description()?;
            Some((balancer.load_balancer_arn.to_string(), description))
        })
        .collect();
    if !balancers.is_empty() {
        let (arns, descriptions): (Vec<_>, Vec<_>) = balancers.into_iter().unzip();
        round.ask(FactKind::NetworkInterfaces, arns, async move {
            ec2.network_interfaces(filter("description", descriptions))
                .await
        });
    }
    for (name, addresses) in by_filter(&addresses(located)) {
        round.ask(FactKind::NetworkInterfaces, addresses.clone(), async move {
            ec2.network_interfaces(filter(name, addresses)).await
        });
    }
    let instances = ids(located, &[FactKind::ContainerInstances], "i-");
    let instances: Vec<String> = instances.into_iter().collect();
    for ids in chunks(&instances) {
        round.ask(FactKind::NetworkInterfaces, ids.clone(), async move {
            ec2.network_interfaces(filter("attachment.instance-id", ids))
                .await
        });
    }
}

/// The private addresses that names and registered instances lead to.
fn addresses(located: &Findings) -> BTreeSet<IpAddr> {
    let names = located.of(FactKind::ResolvedNames);
    let mut all: Vec<String> = names.flat_map(|name| texts(name, "Addresses")).collect();
    let instances = located.of(FactKind::DiscoveredInstances);
    let attributes = instances.filter_map(|instance| instance.get("Attributes"));
    all.extend(attributes.filter_map(|attributes| text(attributes, "AWS_INSTANCE_IPV4")));
    all.iter()
        .filter_map(|address| address.parse().ok())
        .filter(Ipv4Addr::is_private)
        .map(IpAddr::from)
        .collect()
}

/// The security groups of the interfaces that were found.
pub(crate) async fn groups_of_interfaces(ec2: Ec2<'_>, located: &Findings) -> Findings {
    let groups = located
        .of(FactKind::NetworkInterfaces)
        .flat_map(group_ids)
        .filter(|id| located.get(FactKind::SecurityGroups, id).is_none());
    let groups: Vec<String> = groups.collect();
    let mut round = Round::default();
    for ids in chunks(&groups) {
        round.ask(FactKind::SecurityGroups, Vec::new(), async move {
            ec2.security_groups(vec![filter("group-id", ids)]).await
        });
    }
    round.run().await
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn a_host_name_is_no_id() {
        assert!(is_id("vpc-0a1b2c3d", "vpc-"));
        assert!(is_id("vpc-0a1b2c3d4e5f60718", "vpc-"));
        assert!(!is_id(
            "vpc-search-abc.eu-central-1.es.amazonaws.com",
            "vpc-"
        ));
        assert!(!is_id("sg-0a1b2c3d", "vpc-"));
        assert!(!is_id("vpc-", "vpc-"));
    }
}
