//! What tasks name, found in an account.

use std::collections::BTreeSet;
use std::time::Duration;

use awsvpc_auditor_engine::dependencies::question::Question;
use awsvpc_auditor_engine::facts::{
    FileSystemId, NetworkInterfaceId, ResourceName, SecurityGroupId, Snapshot,
};
use awsvpc_auditor_tests::recorder::{Fault, all};
use awsvpc_auditor_tests::world::{PLANTED, wait};
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::support::{Account, collect_with, request};

fn name(name: &str) -> ResourceName {
    ResourceName::new(name)
}

fn group_is_known(snapshot: &Snapshot, group: &str) -> bool {
    let group = SecurityGroupId::new(group);
    snapshot.security_groups.get(&group).is_ok()
}

#[test]
fn what_tasks_name_is_found_with_what_is_around_it() {
    let account = Account::new();
    let furnished = account.furnish();
    let event = account.task(1);
    let questions = &furnished.questions;
    let collected = collect_with(&account.patient_collector(), &event, questions);
    let missing: Vec<_> = collected.missing().collect();
    assert!(missing.is_empty(), "{missing:?}");
    let snapshot = collected.snapshot().unwrap();
    snapshot.db_instances.get(&name("shop-db")).unwrap();
    let orders = snapshot.db_clusters.get(&name("orders")).unwrap();
    let member = &orders.db_cluster_members[0].db_instance_identifier;
    snapshot.db_instances.get(member).unwrap();
    snapshot.db_proxies.get(&name("shop-proxy")).unwrap();
    snapshot.replication_groups.get(&name("sessions")).unwrap();
    let pages = snapshot.cache_clusters.get(&name("pages")).unwrap();
    let subnets = pages.cache_subnet_group_name.as_ref().unwrap();
    snapshot.cache_subnet_groups.get(subnets).unwrap();
    assert!(snapshot.cache_clusters.get(&name("other")).is_err());
    let target_group = name(&furnished.target_group);
    snapshot.target_groups.get(&target_group).unwrap();
    let balancer = name(&furnished.load_balancer);
    snapshot.load_balancers.get(&balancer).unwrap();
    let interface = NetworkInterfaceId::new(&furnished.load_balancer_interface);
    snapshot.network_interfaces.get(&interface).unwrap();
    assert!(snapshot.network_interfaces.all_within(&balancer).is_ok());
    snapshot.opensearch_domains.get(&name("search")).unwrap();
    let basket = name("shop.local/basket/3f1b9c1ea5d0");
    let basket = snapshot.discovered_instances.get(&basket).unwrap();
    assert_eq!(basket.attributes.addresses().count(), 1);
    snapshot.resolved_names.get(&name("localhost")).unwrap();
    assert!(group_is_known(&snapshot, &furnished.group));
    assert!(group_is_known(&snapshot, &furnished.mount_target_group));
    for (_, text) in collected.files() {
        assert!(!text.contains(PLANTED), "{text}");
    }
}

#[test]
fn it_takes_one_more_round_where_interfaces_tell_the_groups() {
    let account = Account::new();
    let furnished = account.furnish();
    let event = account.task(1);
    account
        .recorder
        .set_rule(all(Fault::Delay(Duration::from_millis(150))));
    account.recorder.forget();
    let database = BTreeSet::from([Question::DbInstance("shop-db".to_owned())]);
    collect_with(&account.patient_collector(), &event, &database);
    assert_eq!(account.recorder.rounds(), 3);
    account.recorder.forget();
    let files = Question::MountTargets(furnished.file_system.clone());
    collect_with(
        &account.patient_collector(),
        &event,
        &BTreeSet::from([files]),
    );
    assert_eq!(account.recorder.rounds(), 4);
}

/// The design's 22 calls for a first audit, and one more for the kind of thing that the task names. A
/// task that names one of everything takes a few more than one for each: the members of a cluster, a
/// cache's subnets and an interface's groups are known by name only after the first answer.
#[test]
fn each_kind_of_thing_costs_one_call_beyond_the_budget_at_most() {
    let account = Account::new();
    let furnished = account.furnish();
    let event = account.task(1);
    let calls = |questions: &BTreeSet<Question>| {
        account.recorder.forget();
        collect_with(&account.patient_collector(), &event, questions);
        account.recorder.calls().len()
    };
    let is_call = |question: &&Question| !matches!(question, Question::Name(_));
    let kinds: BTreeSet<_> = furnished
        .questions
        .iter()
        .filter(is_call)
        .cloned()
        .collect();
    for kind in &kinds {
        let count = calls(&BTreeSet::from([kind.clone()]));
        println!("first audit with {kind:?}: {count} calls");
        assert!(count <= 22 + 1, "{:?}", account.recorder.counts());
    }
    let count = calls(&kinds);
    println!("with all {} of them: {count} calls", kinds.len());
    let counts = account.recorder.counts();
    assert!(count <= 22 + kinds.len() + 5, "{counts:?}");
}

#[test]
fn what_is_not_there_is_known_to_be_absent() {
    let account = Account::new();
    let event = account.task(1);
    let gone = || "gone".to_owned();
    let arn = |kind: &str| {
        format!(
            "arn:aws:elasticloadbalancing:eu-central-1:123456789012:{kind}/gone/0123456789abcdef"
        )
    };
    let questions = BTreeSet::from([
        Question::DbInstance(gone()),
        Question::DbCluster(gone()),
        Question::DbProxy(gone()),
        Question::ReplicationGroup(gone()),
        Question::CacheCluster(gone()),
        Question::LoadBalancer(gone()),
        Question::LoadBalancerArn(arn("loadbalancer/app")),
        Question::TargetGroup(arn("targetgroup")),
        Question::MountTargets("fs-0123456789abcdef0".to_owned()),
        Question::KafkaCluster(gone()),
        Question::OpenSearchDomain(gone()),
        Question::DiscoverInstances {
            namespace: gone(),
            service: gone(),
        },
    ]);
    let collected = collect_with(&account.patient_collector(), &event, &questions);
    let missing: Vec<_> = collected.missing().collect();
    assert!(missing.is_empty(), "{missing:?}");
    let snapshot = collected.snapshot().unwrap();
    let gone = &name("gone");
    assert_eq!(snapshot.db_instances.all_within(gone).unwrap().count(), 0);
    assert!(snapshot.db_clusters.all_within(gone).is_ok());
    assert!(snapshot.db_proxies.all_within(gone).is_ok());
    assert!(snapshot.replication_groups.all_within(gone).is_ok());
    assert!(snapshot.cache_clusters.all_within(gone).is_ok());
    assert!(snapshot.load_balancers.all_within(gone).is_ok());
    assert!(snapshot.kafka_clusters.all_within(gone).is_ok());
    assert!(snapshot.opensearch_domains.all_within(gone).is_ok());
    let file_system = FileSystemId::new("fs-0123456789abcdef0");
    assert!(snapshot.mount_targets.all_within(&file_system).is_ok());
    let service = name("gone/gone");
    assert!(snapshot.discovered_instances.all_within(&service).is_ok());
    assert!(snapshot.db_instances.all_within(&name("other")).is_err());
}

#[test]
fn names_share_a_call_and_one_that_is_gone_hides_no_other() {
    let account = Account::new();
    account.furnish();
    let event = account.task(1);
    account.recorder.forget();
    let databases = ["shop-db", "gone"].map(|name| Question::DbInstance(name.to_owned()));
    let balancers = ["shop", "gone"].map(|name| Question::LoadBalancer(name.to_owned()));
    let questions = databases.into_iter().chain(balancers).collect();
    let collected = collect_with(&account.patient_collector(), &event, &questions);
    let counts = account.recorder.counts();
    assert_eq!(counts["rds:DescribeDBInstances"], 1, "{counts:?}");
    let balancers = counts["elasticloadbalancing:DescribeLoadBalancers"];
    assert_eq!(balancers, 3, "{counts:?}");
    let snapshot = collected.snapshot().unwrap();
    assert_eq!(snapshot.load_balancers.seen().count(), 1);
    assert!(snapshot.load_balancers.all_within(&name("gone")).is_ok());
}

#[test]
fn audits_at_the_same_time_and_later_ask_once() {
    let account = Account::new();
    let furnished = account.furnish();
    let collector = account.patient_collector();
    let event = account.task(1);
    account
        .recorder
        .set_rule(all(Fault::Delay(Duration::from_millis(100))));
    account.recorder.forget();
    let deadline = Instant::now() + Duration::from_secs(20);
    let audits = (0..4).map(|_| async {
        let request = request(&event, &furnished.questions);
        collector.collect(&request, deadline).await.unwrap()
    });
    wait(join_all(audits));
    // A part of what was asked together is known by itself.
    let one = BTreeSet::from([Question::DbInstance("shop-db".to_owned())]);
    let collected = collect_with(&collector, &event, &one);
    let counts = account.recorder.counts();
    // The instances by their names, and those of the cluster.
    assert_eq!(counts["rds:DescribeDBInstances"], 2, "{counts:?}");
    assert_eq!(counts["es:DescribeDomains"], 1, "{counts:?}");
    let snapshot = collected.snapshot().unwrap();
    snapshot.db_instances.get(&name("shop-db")).unwrap();
}

#[test]
fn a_service_that_is_denied_costs_what_it_knows() {
    let account = Account::new();
    let furnished = account.furnish();
    let event = account.task(1);
    account.recorder.set_rule(|call| {
        let denied = ["rds:", "kafka:", "es:", "elasticfilesystem:"];
        let is_denied = denied
            .iter()
            .any(|service| call.action.starts_with(service));
        is_denied.then_some(Fault::AccessDenied)
    });
    let collected = collect_with(&account.patient_collector(), &event, &furnished.questions);
    let missing: BTreeSet<_> = collected.missing().collect();
    let expected = [
        "elasticfilesystem:DescribeMountTargets",
        "es:DescribeDomains",
        "kafka:ListClustersV2",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBProxies",
    ];
    assert_eq!(missing, expected.map(|action| (action, "denied")).into());
    let snapshot = collected.snapshot().unwrap();
    let error = snapshot.db_instances.get(&name("shop-db")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "DBInstances: access denied (needs rds:DescribeDBInstances)"
    );
    snapshot.cache_clusters.get(&name("pages")).unwrap();
}

#[test]
fn things_in_another_vpc_bring_its_facts() {
    let account = Account::new();
    let furnished = account.furnish();
    let mut event = account.task(1);
    // The task is in a network of its own; everything it names is in the first one.
    let other = awsvpc_auditor_tests::world::World::new(&account.network(), 30);
    let interface = other.make_interface();
    let text = other.event("checkout", 2, 5, &interface).to_string();
    event = awsvpc_auditor_engine::facts::TaskStateChange::parse(&text).unwrap_or(event);
    let proxy = BTreeSet::from([Question::DbProxy("shop-proxy".to_owned())]);
    let collected = collect_with(&account.patient_collector(), &event, &proxy);
    let snapshot = collected.snapshot().unwrap();
    let vpc = awsvpc_auditor_engine::facts::VpcId::new(&account.world.vpc);
    snapshot.vpcs.get(&vpc).unwrap();
    assert!(snapshot.route_tables.all_within(&vpc).is_ok());
    assert!(group_is_known(&snapshot, &furnished.group));
}
