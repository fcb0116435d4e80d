//! A network that has everything a route can lead to: every action is called, and no other.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{AddPrefixListEntry, IpPermission, PrefixListId};
use awsvpc_auditor_collector::ACTIONS;
use awsvpc_auditor_engine::dependencies::question::Question;
use awsvpc_auditor_engine::facts::{EcsArn, TaskStateChange};
use awsvpc_auditor_tests::world::{World, wait};

use crate::support::{Account, collect_with, outcomes, report};

/// What moto can't do, so that no test against it calls it.
const NOT_IN_MOTO: [&str; 2] = ["elasticache:DescribeServerlessCaches", "kafka:ListNodes"];

/// Sends a request that must succeed.
macro_rules! send {
    ($request:expr) => {
        wait($request.send()).unwrap()
    };
}

fn route(
    world: &World,
    block: &str,
) -> aws_sdk_ec2::operation::create_route::builders::CreateRouteFluentBuilder {
    let request = world
        .ec2()
        .create_route()
        .route_table_id(&world.route_table);
    request.destination_cidr_block(block)
}

fn add_transit_gateway(world: &World) {
    let ec2 = world.ec2();
    let gateway = send!(ec2.create_transit_gateway()).transit_gateway.unwrap();
    let id = gateway.transit_gateway_id.unwrap();
    let request = ec2.create_transit_gateway_vpc_attachment();
    let request = request.transit_gateway_id(&id).vpc_id(&world.vpc);
    send!(request.subnet_ids(&world.subnet));
    send!(route(world, "10.64.0.0/16").transit_gateway_id(id));
}

fn add_peering(world: &World) {
    let ec2 = world.ec2();
    let other = send!(ec2.create_vpc().cidr_block("10.99.0.0/16"))
        .vpc
        .unwrap();
    let request = ec2.create_vpc_peering_connection().vpc_id(&world.vpc);
    let request = request.peer_vpc_id(other.vpc_id.unwrap());
    let id = send!(request).vpc_peering_connection.unwrap();
    let id = id.vpc_peering_connection_id.unwrap();
    send!(
        ec2.accept_vpc_peering_connection()
            .vpc_peering_connection_id(&id)
    );
    send!(route(world, "10.99.0.0/16").vpc_peering_connection_id(id));
}

fn add_vpn(world: &World) {
    let ec2 = world.ec2();
    let kind = aws_sdk_ec2::types::GatewayType::Ipsec1;
    let gateway = send!(ec2.create_vpn_gateway().r#type(kind.clone()))
        .vpn_gateway
        .unwrap();
    let gateway = gateway.vpn_gateway_id.unwrap();
    send!(
        ec2.attach_vpn_gateway()
            .vpn_gateway_id(&gateway)
            .vpc_id(&world.vpc)
    );
    let request = ec2.create_customer_gateway().r#type(kind).bgp_asn(65_000);
    let customer = send!(request.ip_address("203.0.113.7"))
        .customer_gateway
        .unwrap();
    let request = ec2
        .create_vpn_connection()
        .r#type("ipsec.1")
        .vpn_gateway_id(&gateway);
    send!(request.customer_gateway_id(customer.customer_gateway_id.unwrap()));
    send!(route(world, "172.16.0.0/12").gateway_id(gateway));
}

fn add_egress_only_gateway(world: &World) {
    let ec2 = world.ec2();
    let made = send!(ec2.create_egress_only_internet_gateway().vpc_id(&world.vpc));
    let gateway = made.egress_only_internet_gateway.unwrap();
    let request = ec2.create_route().route_table_id(&world.route_table);
    let request = request.destination_ipv6_cidr_block("::/0");
    send!(
        request.egress_only_internet_gateway_id(gateway.egress_only_internet_gateway_id.unwrap())
    );
}

fn add_prefix_list(world: &World) {
    let ec2 = world.ec2();
    let entry = AddPrefixListEntry::builder()
        .cidr("198.51.100.0/24")
        .build();
    let request = ec2
        .create_managed_prefix_list()
        .prefix_list_name("partners");
    let request = request.max_entries(5).address_family("IPv4").entries(entry);
    let list = send!(request).prefix_list.unwrap().prefix_list_id.unwrap();
    let list = PrefixListId::builder().prefix_list_id(list).build();
    let rule = IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(443)
        .to_port(443)
        .prefix_list_ids(list)
        .build();
    let request = ec2.authorize_security_group_egress().group_id(&world.group);
    send!(request.ip_permissions(rule));
}

/// A task on a container instance, whose cluster has other tasks.
fn on_an_instance(world: &World) -> TaskStateChange {
    let interface = world.make_interface();
    let mut event = world.event("checkout", 1, 5, &interface);
    event["detail"]["launchType"] = "EC2".into();
    event["detail"]["containerInstanceArn"] =
        "arn:aws:ecs:eu-central-1:123456789012:container-instance/shop-20/1".into();
    TaskStateChange::parse(&event.to_string()).unwrap()
}

#[test]
fn every_action_is_called_and_no_other() {
    let account = Account::new();
    let world = &account.world;
    add_transit_gateway(world);
    add_peering(world);
    add_vpn(world);
    add_egress_only_gateway(world);
    add_prefix_list(world);
    let container_instance = run_a_task_on_an_instance(world);
    let event = on_an_instance(world);
    let mut questions = account.furnish().questions;
    questions.insert(Question::ContainerInstance {
        cluster: world.cluster.clone(),
        arn: container_instance.clone(),
    });
    account.recorder.forget();
    let collected = collect_with(&account.patient_collector(), &event, &questions);
    let missing: Vec<_> = collected.missing().collect();
    assert!(missing.is_empty(), "{missing:?}");
    let called: BTreeSet<_> = account.recorder.counts().into_keys().collect();
    let allowed = ACTIONS
        .iter()
        .filter(|action| !NOT_IN_MOTO.contains(action));
    let allowed: BTreeSet<_> = allowed.map(|action| (*action).to_owned()).collect();
    assert_eq!(called, allowed);
    assert!(NOT_IN_MOTO.iter().all(|action| ACTIONS.contains(action)));
    let snapshot = collected.snapshot().unwrap();
    let instance = snapshot
        .container_instances
        .get(&EcsArn::new(container_instance))
        .unwrap();
    let interfaces = &snapshot.network_interfaces;
    assert!(
        interfaces
            .all_within(instance.ec2_instance_id.as_ref().unwrap())
            .is_ok()
    );
    let report = report(&collected, &event);
    assert_eq!(
        outcomes(&report)["eni-not-attached"],
        ["pass"],
        "{report:#}"
    );
    assert_ne!(
        outcomes(&report)["mixed-network-modes"],
        ["unknown"],
        "{report:#}"
    );
}

/// Something to list: a task in bridge mode on a container instance, whose ARN is given.
fn run_a_task_on_an_instance(world: &World) -> String {
    let ecs = world.ecs();
    let instance = world.make_container_instance(None);
    let container = aws_sdk_ecs::types::ContainerDefinition::builder()
        .name("agent")
        .image("agent:1")
        .memory(64)
        .build();
    let request = ecs.register_task_definition().family("agent");
    let bridge = aws_sdk_ecs::types::NetworkMode::Bridge;
    send!(
        request
            .network_mode(bridge)
            .container_definitions(container)
    );
    let request = ecs
        .run_task()
        .cluster(&world.cluster)
        .task_definition("agent");
    send!(request.launch_type(aws_sdk_ecs::types::LaunchType::Ec2));
    instance
}
