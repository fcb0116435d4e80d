//! ECS, and endpoints' policies.

use awsvpc_auditor_engine::facts::{EcsArn, Service, Snapshot};

use crate::facts;

fn service<'a>(snapshot: &'a Snapshot, name: &str) -> &'a Service {
    let arn = format!("arn:aws:ecs:eu-central-1:123456789012:service/shop/{name}");
    snapshot.services.get(&EcsArn::new(arn)).unwrap()
}

#[test]
fn a_service_has_load_balancers_registries_and_tags() {
    let snapshot = facts("services.json");
    let checkout = service(&snapshot, "checkout");
    let [target, classic] = &checkout.load_balancers[..] else {
        panic!("{checkout:?}");
    };
    assert!(
        target
            .target_group_arn
            .as_ref()
            .unwrap()
            .contains(":targetgroup/checkout/")
    );
    assert_eq!(target.container_name.as_deref(), Some("web"));
    assert_eq!(target.container_port, Some(8080));
    assert_eq!(classic.target_group_arn, None);
    let registry = &checkout.service_registries[0];
    assert!(
        registry
            .registry_arn
            .as_ref()
            .unwrap()
            .contains(":service/srv-")
    );
    assert_eq!((registry.port, registry.container_port), (None, Some(8080)));
    let tags: Vec<_> = checkout
        .tags
        .iter()
        .map(|tag| (tag.key.as_deref(), tag.value.as_deref()))
        .collect();
    assert_eq!(tags, [(Some("team"), Some("shop")), (Some("empty"), None)]);
    let plain = service(&snapshot, "plain");
    assert!(plain.load_balancers.is_empty() && plain.service_registries.is_empty());
    assert!(plain.tags.is_empty() && plain.deployments.is_empty());
}

#[test]
fn a_deployment_says_what_service_connect_offers() {
    let snapshot = facts("services.json");
    let [newest, older] = &service(&snapshot, "checkout").deployments[..] else {
        panic!("two deployments");
    };
    assert_eq!(newest.status.as_deref(), Some("PRIMARY"));
    assert!(older.service_connect_configuration.is_none());
    let connect = newest.service_connect_configuration.as_ref().unwrap();
    assert!(connect.enabled);
    assert!(
        connect
            .namespace
            .as_ref()
            .unwrap()
            .contains(":namespace/ns-")
    );
    let offered = &connect.services[0];
    assert_eq!(offered.port_name.as_deref(), Some("web"));
    assert_eq!(offered.discovery_name.as_deref(), Some("checkout"));
    let aliases: Vec<_> = offered
        .client_aliases
        .iter()
        .map(|alias| (alias.port, alias.dns_name.as_deref()))
        .collect();
    assert_eq!(aliases, [(80, Some("checkout")), (8080, None)]);
}

#[test]
fn a_container_instance_is_an_instance() {
    let snapshot = facts("container-instances.json");
    let mut instances = snapshot.container_instances.seen();
    let first = instances.next().unwrap();
    let id = first.ec2_instance_id.as_ref().unwrap();
    assert_eq!(id.as_str(), "i-0a1b2c3d4e5f60718");
    assert_eq!(first.status.as_deref(), Some("ACTIVE"));
    assert_eq!(instances.count(), 1);
}

#[test]
fn an_endpoint_has_a_policy_and_an_owner() {
    let snapshot = facts("vpc-endpoints.json");
    let endpoint = snapshot.vpc_endpoints.seen().next().unwrap();
    assert!(
        endpoint
            .policy_document
            .as_ref()
            .unwrap()
            .contains("\"Allow\"")
    );
    assert_eq!(endpoint.owner_id.as_deref(), Some("123456789012"));
}
