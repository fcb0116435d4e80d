//! An account with one of everything that tasks name, as far as moto has it.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use awsvpc_auditor_engine::dependencies::question::Question;
use awsvpc_auditor_tests::emulators::client_config;
use awsvpc_auditor_tests::world::{World, wait};

use crate::support::Account;

/// Sends a request that must succeed.
macro_rules! send {
    ($request:expr) => {
        wait($request.send()).unwrap()
    };
}

/// What was made.
pub(crate) struct Furnished {
    /// What leads to all of it.
    pub(crate) questions: BTreeSet<Question>,
    /// The group of everything.
    pub(crate) group: String,
    /// The group of the mount target's interface.
    pub(crate) mount_target_group: String,
    pub(crate) file_system: String,
    pub(crate) load_balancer: String,
    pub(crate) load_balancer_interface: String,
    pub(crate) target_group: String,
}

impl Account {
    /// Makes it, in the world's VPC.
    pub(crate) fn furnish(&self) -> Furnished {
        let config = client_config(&self.network());
        let world = &self.world;
        let group = |name: &str| {
            let request = world.ec2().create_security_group().group_name(name);
            let made = send!(request.vpc_id(&world.vpc).description(name));
            made.group_id.unwrap()
        };
        let (all, mount_target_group) = (group("data"), group("files"));
        databases(&config, world, &all);
        caches(&config, world, &all);
        let (load_balancer, target_group) = load_balancer(&config, world, &all);
        let (_, name) = load_balancer.split_once(":loadbalancer/").unwrap();
        let request = world.ec2().create_network_interface();
        let request = request.subnet_id(&world.endpoint_subnet).groups(&all);
        let interface = send!(request.description(format!("ELB {name}")));
        let file_system = file_system(&config, world, &mount_target_group);
        domain(&config, world, &all);
        let interface = interface.network_interface.unwrap();
        let address = interface.private_ip_address.unwrap();
        register(&config, world, &address);
        let own = |name: &str| name.to_owned();
        let questions = [
            Question::DbInstance(own("shop-db")),
            Question::DbCluster(own("orders")),
            Question::DbProxy(own("shop-proxy")),
            Question::ReplicationGroup(own("sessions")),
            Question::CacheCluster(own("pages")),
            Question::TargetGroup(target_group.clone()),
            Question::MountTargets(file_system.clone()),
            Question::KafkaCluster(own("events")),
            Question::OpenSearchDomain(own("search")),
            Question::DiscoverInstances {
                namespace: own("shop.local"),
                service: own("basket"),
            },
            Question::Name(own("localhost")),
        ];
        Furnished {
            questions: questions.into(),
            group: all,
            mount_target_group,
            file_system,
            load_balancer,
            load_balancer_interface: interface.network_interface_id.unwrap(),
            target_group,
        }
    }
}

fn databases(config: &SdkConfig, world: &World, group: &str) {
    let rds = aws_sdk_rds::Client::new(config);
    let request = rds.create_db_subnet_group().db_subnet_group_name("data");
    let request = request.db_subnet_group_description("data");
    send!(request.subnet_ids(&world.endpoint_subnet));
    let instance = |name: &str| {
        rds.create_db_instance()
            .db_instance_identifier(name)
            .db_instance_class("db.r6g.large")
    };
    let request = instance("shop-db").engine("postgres").allocated_storage(20);
    let request = request
        .master_username("shop")
        .master_user_password("planted1");
    let request = request.db_subnet_group_name("data");
    send!(request.vpc_security_group_ids(group));
    let request = rds.create_db_cluster().db_cluster_identifier("orders");
    let request = request.engine("aurora-mysql").db_subnet_group_name("data");
    let request = request
        .master_username("shop")
        .master_user_password("planted1");
    send!(request.vpc_security_group_ids(group));
    let request = instance("orders-1").engine("aurora-mysql");
    send!(request.db_cluster_identifier("orders"));
    let request = rds.create_db_proxy().db_proxy_name("shop-proxy");
    let family = aws_sdk_rds::types::EngineFamily::Postgresql;
    let request = request
        .engine_family(family)
        .role_arn("arn:aws:iam::123456789012:role/proxy");
    let request = request.auth(proxy_auth());
    let request = request.vpc_subnet_ids(&world.endpoint_subnet);
    send!(request.vpc_security_group_ids(group));
}

/// moto insists on it.
fn proxy_auth() -> aws_sdk_rds::types::UserAuthConfig {
    aws_sdk_rds::types::UserAuthConfig::builder()
        .auth_scheme(aws_sdk_rds::types::AuthScheme::Secrets)
        .iam_auth(aws_sdk_rds::types::IamAuthMode::Disabled)
        .build()
}

fn caches(config: &SdkConfig, world: &World, group: &str) {
    let elasticache = aws_sdk_elasticache::Client::new(config);
    let request = elasticache.create_cache_subnet_group();
    let request = request.cache_subnet_group_name("caches");
    let request = request.cache_subnet_group_description("caches");
    send!(request.subnet_ids(&world.endpoint_subnet));
    let request = elasticache.create_cache_cluster().cache_cluster_id("pages");
    let request = request.engine("memcached").num_cache_nodes(1);
    let request = request.cache_node_type("cache.t4g.micro");
    let request = request.cache_subnet_group_name("caches");
    send!(request.security_group_ids(group));
    let request = elasticache.create_cache_cluster().cache_cluster_id("other");
    let request = request.cache_node_type("cache.t4g.micro");
    send!(request.engine("memcached").num_cache_nodes(1));
    let request = elasticache.create_replication_group();
    let request = request.replication_group_id("sessions").engine("redis");
    send!(request.replication_group_description("sessions"));
}

/// A load balancer and a target group that it sends to: their ARNs.
fn load_balancer(config: &SdkConfig, world: &World, group: &str) -> (String, String) {
    let elb = aws_sdk_elasticloadbalancingv2::Client::new(config);
    let request = elb.create_load_balancer().name("shop");
    let request = request
        .subnets(&world.endpoint_subnet)
        .subnets(&world.subnet);
    let made = send!(request.security_groups(group))
        .load_balancers
        .unwrap();
    let balancer = made[0].load_balancer_arn().unwrap().to_owned();
    let request = elb.create_target_group().name("checkout").port(80);
    let request = request.protocol(aws_sdk_elasticloadbalancingv2::types::ProtocolEnum::Http);
    let request = request.target_type(aws_sdk_elasticloadbalancingv2::types::TargetTypeEnum::Ip);
    let made = send!(request.vpc_id(&world.vpc)).target_groups.unwrap();
    let target_group = made[0].target_group_arn().unwrap().to_owned();
    let forward = aws_sdk_elasticloadbalancingv2::types::Action::builder()
        .r#type(aws_sdk_elasticloadbalancingv2::types::ActionTypeEnum::Forward)
        .target_group_arn(&target_group)
        .build();
    let request = elb.create_listener().load_balancer_arn(&balancer).port(80);
    let request = request.protocol(aws_sdk_elasticloadbalancingv2::types::ProtocolEnum::Http);
    send!(request.default_actions(forward));
    (balancer, target_group)
}

/// A file system with a mount target: its id.
fn file_system(config: &SdkConfig, world: &World, group: &str) -> String {
    let efs = aws_sdk_efs::Client::new(config);
    let made = send!(efs.create_file_system().creation_token("files"));
    let request = efs
        .create_mount_target()
        .file_system_id(&made.file_system_id);
    send!(
        request
            .subnet_id(&world.endpoint_subnet)
            .security_groups(group)
    );
    made.file_system_id
}

/// A domain. There is no Kafka cluster: the time that moto gives with one lacks a zone, and the SDK
/// refuses the whole answer.
fn domain(config: &SdkConfig, world: &World, group: &str) {
    let opensearch = aws_sdk_opensearch::Client::new(config);
    let options = aws_sdk_opensearch::types::VpcOptions::builder()
        .subnet_ids(&world.endpoint_subnet)
        .security_group_ids(group);
    let request = opensearch.create_domain().domain_name("search");
    send!(request.vpc_options(options.build()));
}

/// A Cloud Map service with an instance at this address.
fn register(config: &SdkConfig, world: &World, address: &str) {
    let cloud_map = aws_sdk_servicediscovery::Client::new(config);
    let request = cloud_map.create_private_dns_namespace().name("shop.local");
    send!(request.vpc(&world.vpc));
    let namespaces = send!(cloud_map.list_namespaces()).namespaces.unwrap();
    let request = cloud_map.create_service().name("basket");
    let made = send!(request.namespace_id(namespaces[0].id().unwrap()));
    let service = made.service.unwrap().id.unwrap();
    let request = cloud_map.register_instance().service_id(service);
    let request = request.instance_id("3f1b9c1ea5d0");
    let request = request.attributes("AWS_INSTANCE_IPV4", address);
    send!(request.attributes("SECRET", awsvpc_auditor_tests::world::PLANTED));
}
