//! ElastiCache: AWS tells names, groups and subnets, never an address. A node is in one of the subnets
//! that its subnet group has in its zone.
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SubnetGroups.html>

use std::net::IpAddr;

use super::{Spots, Whereabouts, groups, is, private_addresses};
use crate::facts::{
    CacheCluster, CacheEndpoint, FactKind, Missing, ReplicationGroup, ResourceName,
    ServerlessCache, Snapshot, SubnetId,
};

pub(super) fn find(snapshot: &Snapshot, name: &str) -> Result<Option<Whereabouts>, Missing> {
    for group in snapshot.replication_groups.seen() {
        if let Some(endpoint) = named(endpoints_of(group), name) {
            return of_group(snapshot, group, name, endpoint.port).map(Some);
        }
    }
    for cluster in snapshot.cache_clusters.seen() {
        let nodes = cluster
            .cache_nodes
            .iter()
            .filter_map(|n| n.endpoint.as_ref());
        let all = nodes.chain(&cluster.configuration_endpoint);
        if let Some(endpoint) = named(all, name) {
            return of_cluster(snapshot, cluster, name, endpoint.port).map(Some);
        }
    }
    for cache in snapshot.serverless_caches.seen() {
        let all = cache.endpoint.iter().chain(&cache.reader_endpoint);
        if let Some(endpoint) = named(all, name) {
            return of_serverless(snapshot, cache, name, endpoint.port).map(Some);
        }
    }
    Ok(None)
}

fn endpoints_of(group: &ReplicationGroup) -> impl Iterator<Item = &CacheEndpoint> {
    let nodes = group.node_groups.iter().flat_map(|nodes| {
        let members = nodes.node_group_members.iter();
        let read = members.filter_map(|member| member.read_endpoint.as_ref());
        let own = nodes.primary_endpoint.iter().chain(&nodes.reader_endpoint);
        own.chain(read)
    });
    nodes.chain(&group.configuration_endpoint)
}

/// The endpoint with this name, if one has it.
fn named<'a>(
    mut endpoints: impl Iterator<Item = &'a CacheEndpoint>,
    name: &str,
) -> Option<&'a CacheEndpoint> {
    endpoints.find(|endpoint| is(endpoint.address.as_deref(), name))
}

/// The nodes of a group: clients are sent to any of them, now or after a failover.
fn of_group(
    snapshot: &Snapshot,
    group: &ReplicationGroup,
    name: &str,
    port: Option<u16>,
) -> Result<Whereabouts, Missing> {
    let label = format!("cache {}", group.replication_group_id);
    let mut nodes = Vec::new();
    for id in &group.member_clusters {
        nodes.push(snapshot.cache_clusters.get(&ResourceName::new(id))?);
    }
    let ids = nodes
        .first()
        .map(|node| group_ids(node))
        .unwrap_or_default();
    let own = groups(ids, &label, FactKind::CacheClusters);
    let mut spots = Spots::new(snapshot, &label, own);
    let addresses = private_addresses(snapshot, name);
    for node in nodes {
        add_node(&mut spots, node, &addresses)?;
    }
    spots.located(port)
}

fn group_ids(cluster: &CacheCluster) -> Vec<crate::facts::SecurityGroupId> {
    let ids = cluster.security_groups.iter();
    ids.map(|group| group.security_group_id.clone()).collect()
}

fn add_node(
    spots: &mut Spots<'_>,
    cluster: &CacheCluster,
    addresses: &[IpAddr],
) -> Result<(), Missing> {
    let name = cluster.cache_subnet_group_name.as_ref().ok_or_else(|| {
        let what = format!("the subnet group of {}", cluster.cache_cluster_id);
        Missing::new(
            FactKind::CacheClusters,
            crate::facts::Reason::NotInFacts(what),
        )
    })?;
    let group = spots.snapshot.cache_subnet_groups.get(name)?;
    let zones = cluster.cache_nodes.iter();
    let zones = zones.map(|node| node.customer_availability_zone.as_deref());
    let mut zones: Vec<_> = zones
        .chain([cluster.preferred_availability_zone.as_deref()])
        .collect();
    // A cluster of several zones says "Multiple".
    zones.retain(|zone| zone.is_some_and(|zone| zone != "Multiple"));
    zones.sort_unstable();
    zones.dedup();
    if zones.is_empty() {
        zones.push(None);
    }
    for zone in zones {
        let in_zone = group.subnets.iter().filter(|subnet| {
            let own = subnet.subnet_availability_zone.as_ref();
            zone.is_none() || own.and_then(|own| own.name.as_deref()) == zone
        });
        let subnets: Vec<SubnetId> = in_zone.map(|s| s.subnet_identifier.clone()).collect();
        spots.add(zone, &subnets, addresses);
    }
    Ok(())
}

fn of_cluster(
    snapshot: &Snapshot,
    cluster: &CacheCluster,
    name: &str,
    port: Option<u16>,
) -> Result<Whereabouts, Missing> {
    let label = format!("cache {}", cluster.cache_cluster_id);
    let own = groups(group_ids(cluster), &label, FactKind::CacheClusters);
    let mut spots = Spots::new(snapshot, &label, own);
    add_node(&mut spots, cluster, &private_addresses(snapshot, name))?;
    spots.located(port)
}

/// A serverless cache has an endpoint in each of its subnets. Readers use a port of their own.
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/GettingStarted.serverless-redis.html>
fn of_serverless(
    snapshot: &Snapshot,
    cache: &ServerlessCache,
    name: &str,
    port: Option<u16>,
) -> Result<Whereabouts, Missing> {
    let label = format!("cache {}", cache.serverless_cache_name);
    let ids = cache.security_group_ids.clone();
    let own = groups(ids, &label, FactKind::ServerlessCaches);
    let mut spots = Spots::new(snapshot, &label, own);
    spots.add_each(&cache.subnet_ids, &private_addresses(snapshot, name));
    spots.located(port)
}
