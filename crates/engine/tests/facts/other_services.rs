//! Load balancers, file systems, Kafka, OpenSearch and names.

use std::net::IpAddr;

use awsvpc_auditor_engine::facts::{
    FactKind, HealthCheckPort, LoadBalancer, LoadBalancerScheme, LoadBalancerType, MountTargetId,
    Snapshot, TargetGroup, TargetType,
};

use crate::{facts, name};

const ELB: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";

fn load_balancer<'a>(snapshot: &'a Snapshot, rest: &str) -> &'a LoadBalancer {
    let arn = name(&format!("{ELB}:loadbalancer/{rest}"));
    snapshot.load_balancers.get(&arn).unwrap()
}

#[test]
fn a_load_balancers_interfaces_are_described_by_its_arn() {
    let snapshot = facts("load-balancers.json");
    let shop = load_balancer(&snapshot, "app/shop/50dc6c495c0c9188");
    assert_eq!(
        shop.interface_description().as_deref(),
        Some("ELB app/shop/50dc6c495c0c9188")
    );
    assert_eq!(shop.kind, LoadBalancerType::Application);
    assert_eq!(shop.scheme, Some(LoadBalancerScheme::Internal));
    assert!(shop.dns_name.as_ref().unwrap().starts_with("internal-"));
    assert_eq!(shop.security_groups.len(), 1);
    assert!(
        shop.availability_zones[0]
            .load_balancer_addresses
            .is_empty()
    );
    let state = shop.state.as_ref().unwrap();
    assert_eq!(state.code.as_deref(), Some("active"));
}

#[test]
fn a_network_load_balancer_may_have_addresses_and_no_groups() {
    let snapshot = facts("load-balancers.json");
    let edge = load_balancer(&snapshot, "net/edge/6f0c1b2a3d4e5f60");
    assert_eq!(edge.kind, LoadBalancerType::Network);
    assert_eq!(edge.scheme, Some(LoadBalancerScheme::InternetFacing));
    assert!(edge.security_groups.is_empty());
    let [public, private] = &edge.availability_zones[0].load_balancer_addresses[..] else {
        panic!("{edge:?}");
    };
    assert_eq!(public.ip_address, Some([203, 0, 113, 9].into()));
    assert_eq!(private.private_ipv4_address, Some([10, 20, 40, 9].into()));
    assert!(private.ipv6_address.is_some());
    let other = load_balancer(&snapshot, "gwy/inspect/0011223344556677");
    assert_eq!(other.kind, LoadBalancerType::Unrecognized);
    assert!(other.availability_zones.is_empty());
}

#[test]
fn a_target_group_checks_health_at_one_of_two_ports() {
    let snapshot = facts("load-balancers.json");
    let group = |rest: &str| -> &TargetGroup {
        let arn = name(&format!("{ELB}:targetgroup/{rest}"));
        snapshot.target_groups.get(&arn).unwrap()
    };
    let checkout = group("checkout/73e2d6bc24d8a067");
    assert_eq!(checkout.health_check_port, Some(HealthCheckPort::Traffic));
    assert_eq!(checkout.target_type, Some(TargetType::Ip));
    assert_eq!(checkout.port, Some(80));
    assert_eq!(checkout.health_check_enabled, Some(true));
    assert!(checkout.load_balancer_arns[0].ends_with("app/shop/50dc6c495c0c9188"));
    let admin = group("admin/0123456789abcdef");
    assert_eq!(admin.health_check_port, Some(HealthCheckPort::Port(9000)));
    assert_eq!(admin.protocol, None);
    let lambda = group("lambda/fedcba9876543210");
    assert_eq!(
        lambda.health_check_port,
        Some(HealthCheckPort::Unrecognized)
    );
    assert_eq!(lambda.target_type, Some(TargetType::Unrecognized));
}

#[test]
fn a_mount_target_has_an_interface_once_it_is_there() {
    let snapshot = facts("mount-targets.json");
    // The answer repeats what it was asked for; it doesn't go on elsewhere.
    snapshot.mount_targets.complete().unwrap();
    let get = |id: &str| snapshot.mount_targets.get(&MountTargetId::new(id)).unwrap();
    let there = get("fsmt-0f9a8b7c6d5e4f3a2");
    assert_eq!(there.file_system_id.as_str(), "fs-0a1b2c3d4e5f60718");
    assert_eq!(there.ip_address, Some([10, 20, 40, 77].into()));
    assert!(there.network_interface_id.is_some() && there.vpc_id.is_some());
    let coming = get("fsmt-0f9a8b7c6d5e4f3a3");
    assert_eq!(
        (coming.ip_address, &coming.network_interface_id),
        (None, &None)
    );
    assert_eq!(coming.life_cycle_state.as_deref(), Some("creating"));
}

#[test]
fn a_kafka_cluster_has_brokers_or_is_serverless() {
    let snapshot = facts("kafka.json");
    let mut clusters = snapshot.kafka_clusters.seen();
    let (events, metrics) = (clusters.next().unwrap(), clusters.next().unwrap());
    let brokers = events.provisioned.as_ref().unwrap();
    let brokers = brokers.broker_node_group_info.as_ref().unwrap();
    assert_eq!(
        (brokers.client_subnets.len(), brokers.security_groups.len()),
        (2, 1)
    );
    assert!(events.serverless.is_none() && metrics.provisioned.is_none());
    let vpc = &metrics.serverless.as_ref().unwrap().vpc_configs[0];
    assert_eq!((vpc.subnet_ids.len(), vpc.security_group_ids.len()), (1, 1));
}

#[test]
fn brokers_are_read_and_other_nodes_are_not() {
    let snapshot = facts("kafka.json");
    let brokers: Vec<_> = snapshot
        .kafka_nodes
        .seen()
        .map(|node| node.broker_node_info.as_ref().unwrap())
        .collect();
    let [first, second] = brokers[..] else {
        panic!("{brokers:?}");
    };
    let interface = first.attached_eni_id.as_ref().unwrap();
    assert_eq!(interface.as_str(), "eni-0cafca0000000001a");
    assert_eq!(first.client_vpc_ip_address, Some([10, 20, 40, 31].into()));
    assert!(first.endpoints[0].starts_with("b-1.events."));
    let number = |broker: Option<f64>| broker.unwrap().to_string();
    assert_eq!(
        (number(first.broker_id), number(second.broker_id)),
        ("1".into(), "2".into())
    );
    assert!(second.endpoints.is_empty());
}

#[test]
fn a_domain_is_in_a_vpc_or_public() {
    let snapshot = facts("domains.json");
    let search = snapshot.opensearch_domains.get(&name("search")).unwrap();
    let vpc = search.vpc_options.as_ref().unwrap();
    assert_eq!(
        vpc.vpc_id.as_ref().unwrap().as_str(),
        "vpc-0a1000000000000a1"
    );
    assert_eq!((vpc.subnet_ids.len(), vpc.security_group_ids.len()), (1, 1));
    assert!(search.endpoints["vpc"].starts_with("vpc-search-"));
    assert_eq!(search.endpoint, None);
    let logs = snapshot.opensearch_domains.get(&name("logs")).unwrap();
    assert!(logs.vpc_options.is_none() && logs.endpoint.is_some() && logs.endpoint_v2.is_some());
}

#[test]
fn instances_of_two_services_may_share_an_id() {
    let snapshot = facts("instances.json");
    let get = |id: &str| snapshot.discovered_instances.get(&name(id)).unwrap();
    let basket = get("shop.local/basket/3f1b9c1ea5d0");
    assert_eq!(
        (basket.namespace_name.as_str(), basket.service_name.as_str()),
        ("shop.local", "basket")
    );
    let addresses: Vec<IpAddr> = basket.attributes.addresses().collect();
    assert_eq!(addresses, [IpAddr::from([10, 20, 40, 51])]);
    assert_eq!(basket.attributes.port(), Some(8080));
    assert_eq!(basket.health_status.as_deref(), Some("HEALTHY"));
    // Whoever registers an instance may write anything.
    let prices = get("shop.local/prices/3f1b9c1ea5d0");
    assert_eq!(prices.attributes.addresses().count(), 1);
    assert_eq!(prices.attributes.port(), None);
}

#[test]
fn a_name_resolves_to_addresses_or_to_none() {
    let snapshot = facts("resolved-names.json");
    let api = snapshot
        .resolved_names
        .get(&name("api.example.com"))
        .unwrap();
    assert_eq!(api.addresses.len(), 2);
    let nowhere = snapshot.resolved_names.get(&name("nowhere.example.com"));
    assert!(nowhere.unwrap().addresses.is_empty());
    assert_eq!(FactKind::ResolvedNames.action(), None);
}
