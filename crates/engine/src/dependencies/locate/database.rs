//! RDS, Aurora, DocumentDB and Neptune: AWS tells names, groups and subnets, never an address. An
//! instance is in one of the subnets that its subnet group has in its zone.
//! <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html>

use super::{Spots, Whereabouts, groups, is, private_addresses};
use crate::facts::{
    DbCluster, DbInstance, DbProxy, DbSecurityGroup, FactKind, Missing, Reason, SecurityGroupId,
    Snapshot, SubnetId,
};

pub(super) fn find(snapshot: &Snapshot, name: &str) -> Result<Option<Whereabouts>, Missing> {
    let named = |instance: &&DbInstance| is(address(instance), name);
    if let Some(instance) = snapshot.db_instances.seen().find(named) {
        return of_instance(snapshot, instance, name).map(Some);
    }
    if let Some(cluster) = snapshot.db_clusters.seen().find(|c| has_name(c, name)) {
        return of_cluster(snapshot, cluster, name).map(Some);
    }
    let mut proxies = snapshot.db_proxies.seen();
    if let Some(proxy) = proxies.find(|proxy| is(proxy.endpoint.as_deref(), name)) {
        return of_proxy(snapshot, proxy, name).map(Some);
    }
    Ok(None)
}

fn address(instance: &DbInstance) -> Option<&str> {
    instance.endpoint.as_ref()?.address.as_deref()
}

fn has_name(cluster: &DbCluster, name: &str) -> bool {
    is(cluster.endpoint.as_deref(), name)
        || is(cluster.reader_endpoint.as_deref(), name)
        || cluster
            .custom_endpoints
            .iter()
            .any(|own| is(Some(own), name))
}

fn ids(groups: &[DbSecurityGroup]) -> Vec<SecurityGroupId> {
    let ids = groups
        .iter()
        .map(|group| group.vpc_security_group_id.clone());
    ids.collect()
}

fn of_instance(
    snapshot: &Snapshot,
    instance: &DbInstance,
    name: &str,
) -> Result<Whereabouts, Missing> {
    let label = format!("database {}", instance.db_instance_identifier);
    let own = groups(
        ids(&instance.vpc_security_groups),
        &label,
        FactKind::DbInstances,
    );
    let mut spots = Spots::new(snapshot, &label, own);
    add_instance(&mut spots, instance, &private_addresses(snapshot, name))?;
    spots.located(
        instance
            .endpoint
            .as_ref()
            .and_then(|endpoint| endpoint.port),
    )
}

/// Where an instance is, and where a failover moves it.
fn add_instance(
    spots: &mut Spots<'_>,
    instance: &DbInstance,
    addresses: &[std::net::IpAddr],
) -> Result<(), Missing> {
    let group = instance.db_subnet_group.as_ref().ok_or_else(|| {
        let what = format!("the subnet group of {}", instance.db_instance_identifier);
        Missing::new(FactKind::DbInstances, Reason::NotInFacts(what))
    })?;
    let zone_of = |subnet: &crate::facts::DbSubnet| {
        let zone = subnet.subnet_availability_zone.as_ref();
        zone.and_then(|zone| zone.name.clone())
    };
    let in_zone = |zone: Option<&str>| -> Vec<SubnetId> {
        let all = group.subnets.iter();
        all.filter(|subnet| zone.is_none() || zone_of(subnet).as_deref() == zone)
            .map(|subnet| subnet.subnet_identifier.clone())
            .collect()
    };
    let zone = instance.availability_zone.as_deref();
    spots.add(zone, &in_zone(zone), addresses);
    if let Some(second) = instance.secondary_availability_zone.as_deref() {
        spots.add(Some(second), &in_zone(Some(second)), &[]);
    }
    Ok(())
}

/// Any of a cluster's instances can become its writer or serve its readers.
fn of_cluster(
    snapshot: &Snapshot,
    cluster: &DbCluster,
    name: &str,
) -> Result<Whereabouts, Missing> {
    let id = &cluster.db_cluster_identifier;
    let label = format!("database cluster {id}");
    let own = groups(
        ids(&cluster.vpc_security_groups),
        &label,
        FactKind::DbClusters,
    );
    let mut spots = Spots::new(snapshot, &label, own);
    let addresses = private_addresses(snapshot, name);
    for member in &cluster.db_cluster_members {
        let instance = snapshot.db_instances.get(&member.db_instance_identifier)?;
        add_instance(&mut spots, instance, &addresses)?;
    }
    if cluster.db_cluster_members.is_empty() {
        let what = format!("the instances of {id}");
        return Err(Missing::new(FactKind::DbClusters, Reason::NotInFacts(what)));
    }
    spots.located(cluster.port)
}

fn of_proxy(snapshot: &Snapshot, proxy: &DbProxy, name: &str) -> Result<Whereabouts, Missing> {
    let label = format!("database proxy {}", proxy.db_proxy_name);
    let own = groups(
        proxy.vpc_security_group_ids.clone(),
        &label,
        FactKind::DbProxies,
    );
    let mut spots = Spots::new(snapshot, &label, own);
    spots.add_each(&proxy.vpc_subnet_ids, &private_addresses(snapshot, name));
    // <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connecting.html>
    let port = match proxy.engine_family.as_deref() {
        Some("MYSQL") => Some(3306),
        Some("POSTGRESQL") => Some(5432),
        Some("SQLSERVER") => Some(1433),
        _ => None,
    };
    spots.located(port)
}
