//! Databases and caches.

use crate::{facts, name};

#[test]
fn a_database_instance_has_an_endpoint_groups_and_subnets() {
    let snapshot = facts("db-instances.json");
    let shop = snapshot.db_instances.get(&name("shop-db")).unwrap();
    let endpoint = shop.endpoint.as_ref().unwrap();
    assert_eq!(
        endpoint.address.as_deref(),
        Some("shop-db.cfgx1a2b3c4d.eu-central-1.rds.amazonaws.com")
    );
    assert_eq!(endpoint.port, Some(5432));
    assert_eq!(shop.engine.as_deref(), Some("postgres"));
    let group = &shop.vpc_security_groups[0];
    assert_eq!(group.vpc_security_group_id.as_str(), "sg-0db0000000000000a");
    assert_eq!(group.status.as_deref(), Some("active"));
    let subnets = shop.db_subnet_group.as_ref().unwrap();
    assert_eq!(subnets.db_subnet_group_name, Some(name("data")));
    let vpc = subnets.vpc_id.as_ref().unwrap();
    assert_eq!(vpc.as_str(), "vpc-0a1000000000000a1");
    let second = &subnets.subnets[1];
    assert_eq!(
        second.subnet_identifier.as_str(),
        "subnet-0db0000000000000b"
    );
    let zone = second.subnet_availability_zone.as_ref().unwrap();
    assert_eq!(zone.name.as_deref(), Some("eu-central-1b"));
    assert_eq!(shop.availability_zone.as_deref(), Some("eu-central-1a"));
    assert_eq!(
        shop.secondary_availability_zone.as_deref(),
        Some("eu-central-1b")
    );
    assert!(shop.multi_az && !shop.publicly_accessible);
    assert_eq!(shop.db_instance_status.as_deref(), Some("available"));
}

#[test]
fn a_database_instance_that_is_being_created_has_no_endpoint() {
    let snapshot = facts("db-instances.json");
    let orders = snapshot.db_instances.get(&name("orders-1")).unwrap();
    assert_eq!(orders.endpoint, None);
    assert!(orders.db_subnet_group.is_none());
    assert_eq!(orders.db_cluster_identifier, Some(name("orders")));
    assert!(orders.publicly_accessible && !orders.multi_az);
}

#[test]
fn a_database_cluster_has_several_endpoints_and_members() {
    let snapshot = facts("db-clusters.json");
    let orders = snapshot.db_clusters.get(&name("orders")).unwrap();
    assert!(orders.endpoint.as_ref().unwrap().starts_with("orders."));
    let reader = orders.reader_endpoint.as_ref().unwrap();
    assert!(reader.contains(".cluster-ro-"));
    assert!(orders.custom_endpoints[0].starts_with("reports."));
    assert_eq!(orders.port, Some(3306));
    assert_eq!(orders.db_subnet_group, Some(name("data")));
    let group = &orders.vpc_security_groups[0].vpc_security_group_id;
    assert_eq!(group.as_str(), "sg-0db0000000000000a");
    assert_eq!(orders.availability_zones.len(), 3);
    let members: Vec<_> = orders
        .db_cluster_members
        .iter()
        .map(|m| (m.db_instance_identifier.as_str(), m.is_cluster_writer))
        .collect();
    assert_eq!(members, [("orders-1", true), ("orders-2", false)]);
    let new = snapshot.db_clusters.get(&name("new")).unwrap();
    assert_eq!((&new.endpoint, new.port), (&None, None));
}

#[test]
fn a_database_proxy_has_an_interface_in_each_subnet() {
    let snapshot = facts("db-proxies.json");
    let proxy = snapshot.db_proxies.get(&name("shop-proxy")).unwrap();
    assert!(proxy.endpoint.as_ref().unwrap().contains(".proxy-"));
    assert_eq!(proxy.engine_family.as_deref(), Some("POSTGRESQL"));
    assert_eq!(proxy.vpc_subnet_ids.len(), 2);
    assert_eq!(
        proxy.vpc_security_group_ids[0].as_str(),
        "sg-0dbb0000000000001"
    );
}

#[test]
fn a_replication_group_has_shards_of_nodes() {
    let snapshot = facts("caches.json");
    let sessions = snapshot.replication_groups.get(&name("sessions")).unwrap();
    assert_eq!(sessions.member_clusters, ["sessions-001", "sessions-002"]);
    assert_eq!(sessions.configuration_endpoint, None);
    let shard = &sessions.node_groups[0];
    let primary = shard.primary_endpoint.as_ref().unwrap();
    assert_eq!(primary.port, Some(6379));
    assert!(shard.reader_endpoint.is_some());
    let [first, second] = &shard.node_group_members[..] else {
        panic!("{shard:?}");
    };
    assert_eq!(first.cache_cluster_id, Some(name("sessions-001")));
    assert!(first.read_endpoint.is_some() && second.read_endpoint.is_none());
    assert_eq!(
        second.preferred_availability_zone.as_deref(),
        Some("eu-central-1b")
    );
    let sharded = snapshot.replication_groups.get(&name("sharded")).unwrap();
    assert!(sharded.configuration_endpoint.is_some());
    assert!(sharded.node_groups[0].primary_endpoint.is_none());
}

#[test]
fn a_cache_cluster_has_nodes_and_a_subnet_group() {
    let snapshot = facts("caches.json");
    let node = snapshot.cache_clusters.get(&name("sessions-001")).unwrap();
    assert_eq!(node.replication_group_id, Some(name("sessions")));
    assert_eq!(
        node.security_groups[0].security_group_id.as_str(),
        "sg-0ca0000000000000c"
    );
    assert!(node.cache_nodes.is_empty());
    let pages = snapshot.cache_clusters.get(&name("pages")).unwrap();
    let zones: Vec<_> = pages
        .cache_nodes
        .iter()
        .map(|node| node.customer_availability_zone.as_deref())
        .collect();
    assert_eq!(zones, [Some("eu-central-1a"), None]);
    assert!(pages.configuration_endpoint.is_some() && pages.cache_nodes[1].endpoint.is_none());
    let group = node.cache_subnet_group_name.as_ref().unwrap();
    let group = snapshot.cache_subnet_groups.get(group).unwrap();
    assert!(group.vpc_id.is_some());
    assert_eq!(
        group.subnets[0].subnet_identifier.as_str(),
        "subnet-0da0000000000000a"
    );
}

#[test]
fn a_serverless_cache_has_subnets_and_groups_of_its_own() {
    let snapshot = facts("caches.json");
    let basket = snapshot.serverless_caches.get(&name("basket")).unwrap();
    assert_eq!(basket.endpoint.as_ref().unwrap().port, Some(6379));
    assert_eq!(basket.reader_endpoint.as_ref().unwrap().port, Some(6380));
    assert_eq!(basket.subnet_ids.len(), 2);
    assert_eq!(basket.security_group_ids.len(), 1);
}
