//! Finds in the account what names lead to: databases, caches, load balancers and so on. Questions
//! of one kind share a call where the API allows it, and all run together; only Kafka's brokers and
//! the load balancers of target groups need a second round.

use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_engine::dependencies::question::Question;
use awsvpc_auditor_engine::facts::FactKind;
use tokio::time::Instant;

use crate::by_name::single;
use crate::clients::Clients;
use crate::dns;
use crate::ecs::{self, Ecs};
use crate::efs::Efs;
use crate::elasticache::ElastiCache;
use crate::elasticloadbalancing::{self, By, ElasticLoadBalancing};
use crate::findings::Findings;
use crate::kafka::Kafka;
use crate::opensearch::{self, OpenSearch};
use crate::rds::{self, Rds};
use crate::round::Round;
use crate::servicediscovery::ServiceDiscovery;
use crate::vpc_facts::{text, texts};

/// Questions by kind, in their order.
#[derive(Debug, Default)]
struct Wanted {
    db_instances: Vec<String>,
    db_clusters: Vec<String>,
    db_proxies: Vec<String>,
    replication_groups: Vec<String>,
    cache_clusters: Vec<String>,
    serverless_caches: Vec<String>,
    load_balancers: Vec<String>,
    load_balancer_arns: Vec<String>,
    target_groups: Vec<String>,
    file_systems: Vec<String>,
    kafka_clusters: Vec<String>,
    domains: Vec<String>,
    services: Vec<(String, String)>,
    container_instances: BTreeMap<String, Vec<String>>,
    names: Vec<String>,
}

impl Wanted {
    fn new(questions: &BTreeSet<Question>) -> Self {
        let mut wanted = Self::default();
        for question in questions.iter().cloned() {
            match question {
                Question::DbInstance(name) => wanted.db_instances.push(name),
                Question::DbCluster(name) => wanted.db_clusters.push(name),
                Question::DbProxy(name) => wanted.db_proxies.push(name),
                Question::ReplicationGroup(id) => wanted.replication_groups.push(id),
                Question::CacheCluster(id) => wanted.cache_clusters.push(id),
                Question::ServerlessCache(name) => wanted.serverless_caches.push(name),
                Question::LoadBalancer(name) => wanted.load_balancers.push(name),
                Question::LoadBalancerArn(arn) => wanted.load_balancer_arns.push(arn),
                Question::TargetGroup(arn) => wanted.target_groups.push(arn),
                Question::MountTargets(id) => wanted.file_systems.push(id),
                Question::KafkaCluster(name) => wanted.kafka_clusters.push(name),
                Question::OpenSearchDomain(name) => wanted.domains.push(name),
                Question::DiscoverInstances { namespace, service } => {
                    wanted.services.push((namespace, service));
                }
                Question::ContainerInstance { cluster, arn } => {
                    let of_cluster = wanted.container_instances.entry(cluster).or_default();
                    of_cluster.push(arn);
                }
                Question::Name(name) => wanted.names.push(name),
            }
        }
        wanted
    }
}

/// What questions lead to, whatever else AWS tells together with it.
pub(crate) async fn located(
    clients: &Clients,
    questions: &BTreeSet<Question>,
    deadline: Instant,
) -> Findings {
    let wanted = Wanted::new(questions);
    let mut round = Round::default();
    ask_about_databases(&mut round, clients, &wanted, deadline);
    ask_about_caches(&mut round, clients, &wanted, deadline);
    ask_about_the_rest(&mut round, clients, &wanted, deadline);
    let (mut findings, load_balancers, kafka) = tokio::join!(
        round.run(),
        load_balancers(clients, &wanted, deadline),
        kafka(clients, &wanted, deadline)
    );
    findings.absorb(&load_balancers);
    findings.absorb(&kafka);
    forget_other_caches(&mut findings, &wanted);
    findings
}

fn ask_about_databases<'a>(
    round: &mut Round<'a>,
    clients: &'a Clients,
    wanted: &Wanted,
    deadline: Instant,
) {
    let client = &clients.rds;
    let rds = Rds { client, deadline };
    for names in wanted.db_instances.chunks(rds::NAMES).map(<[_]>::to_vec) {
        round.ask(FactKind::DbInstances, names.clone(), rds.instances(names));
    }
    for names in wanted.db_clusters.chunks(rds::NAMES).map(<[_]>::to_vec) {
        let instances = rds.instances_of(names.clone());
        round.ask(FactKind::DbInstances, Vec::new(), instances);
        round.ask(FactKind::DbClusters, names.clone(), rds.clusters(names));
    }
    if !wanted.db_proxies.is_empty() {
        let names = wanted.db_proxies.clone();
        round.ask(FactKind::DbProxies, names.clone(), rds.proxies(names));
    }
}

fn ask_about_caches<'a>(
    round: &mut Round<'a>,
    clients: &'a Clients,
    wanted: &Wanted,
    deadline: Instant,
) {
    let client = &clients.elasticache;
    let elasticache = ElastiCache { client, deadline };
    let (groups, clusters) = (&wanted.replication_groups, &wanted.cache_clusters);
    if !groups.is_empty() {
        let asked = elasticache.replication_groups(groups.clone());
        round.ask(FactKind::ReplicationGroups, groups.clone(), asked);
    }
    if !groups.is_empty() || !clusters.is_empty() {
        // The nodes of replication groups are cache clusters, whose ids the groups' own descriptions
        // tell: asking for all saves a round.
        let only = single(clusters).filter(|_| groups.is_empty());
        let asked = elasticache.cache_clusters(only);
        round.ask(FactKind::CacheClusters, clusters.clone(), asked);
        let asked = elasticache.cache_subnet_groups();
        round.ask(FactKind::CacheSubnetGroups, Vec::new(), asked);
    }
    if !wanted.serverless_caches.is_empty() {
        let names = wanted.serverless_caches.clone();
        let asked = elasticache.serverless_caches(names.clone());
        round.ask(FactKind::ServerlessCaches, names, asked);
    }
}

/// Of all cache clusters and subnet groups, those that matter remain.
fn forget_other_caches(findings: &mut Findings, wanted: &Wanted) {
    let clusters = findings.of(FactKind::CacheClusters).filter_map(|cluster| {
        let id = text(cluster, "CacheClusterId")?;
        let group = text(cluster, "ReplicationGroupId");
        let matters = wanted.cache_clusters.contains(&id)
            || group.is_some_and(|group| wanted.replication_groups.contains(&group));
        matters.then(|| (id, text(cluster, "CacheSubnetGroupName")))
    });
    let (clusters, subnet_groups): (BTreeSet<String>, BTreeSet<Option<String>>) = clusters.unzip();
    findings.keep_only(FactKind::CacheClusters, |id| clusters.contains(id));
    findings.keep_only(FactKind::CacheSubnetGroups, |name| {
        subnet_groups.contains(&Some(name.to_owned()))
    });
}

/// File systems, domains, instances of services, container instances and names.
fn ask_about_the_rest<'a>(
    round: &mut Round<'a>,
    clients: &'a Clients,
    wanted: &Wanted,
    deadline: Instant,
) {
    let client = &clients.efs;
    let efs = Efs { client, deadline };
    for id in wanted.file_systems.iter().cloned() {
        let asked = efs.mount_targets(id.clone());
        round.ask(FactKind::MountTargets, vec![id], asked);
    }
    let client = &clients.opensearch;
    let domains = OpenSearch { client, deadline };
    for names in wanted
        .domains
        .chunks(opensearch::DOMAINS)
        .map(<[_]>::to_vec)
    {
        let asked = domains.domains(names.clone());
        round.ask(FactKind::OpenSearchDomains, names, asked);
    }
    let client = &clients.servicediscovery;
    let cloud_map = ServiceDiscovery { client, deadline };
    for (namespace, service) in wanted.services.iter().cloned() {
        let within = vec![format!("{namespace}/{service}")];
        let asked = cloud_map.instances(namespace, service);
        round.ask(FactKind::DiscoveredInstances, within, asked);
    }
    let client = &clients.ecs;
    let ecs = Ecs { client, deadline };
    for (cluster, arns) in &wanted.container_instances {
        for arns in arns.chunks(ecs::CONTAINER_INSTANCES).map(<[_]>::to_vec) {
            let asked = ecs.container_instances(cluster.clone(), arns.clone());
            let asked = async move { asked.await.or_absent() };
            round.ask(FactKind::ContainerInstances, arns, asked);
        }
    }
    if !wanted.names.is_empty() {
        let asked = dns::resolved(wanted.names.clone(), deadline);
        round.ask(FactKind::ResolvedNames, Vec::new(), asked);
    }
}

/// Load balancers and target groups, then the load balancers that send to the target groups.
async fn load_balancers(clients: &Clients, wanted: &Wanted, deadline: Instant) -> Findings {
    let client = &clients.elasticloadbalancing;
    let elb = ElasticLoadBalancing { client, deadline };
    let most = elasticloadbalancing::NAMES;
    let mut round = Round::default();
    for arns in wanted.target_groups.chunks(most).map(<[_]>::to_vec) {
        let asked = elb.target_groups(arns.clone());
        round.ask(FactKind::TargetGroups, arns, asked);
    }
    for (by, names) in [
        (By::Name, &wanted.load_balancers),
        (By::Arn, &wanted.load_balancer_arns),
    ] {
        for names in names.chunks(most).map(<[_]>::to_vec) {
            let asked = elb.load_balancers(by, names.clone());
            round.ask(FactKind::LoadBalancers, names, asked);
        }
    }
    let mut findings = round.run().await;
    let senders: BTreeSet<String> = findings
        .of(FactKind::TargetGroups)
        .flat_map(|group| texts(group, "LoadBalancerArns"))
        .filter(|arn| findings.get(FactKind::LoadBalancers, arn).is_none())
        .collect();
    let senders: Vec<String> = senders.into_iter().collect();
    let mut round = Round::default();
    for arns in senders.chunks(most).map(<[_]>::to_vec) {
        let asked = elb.load_balancers(By::Arn, arns.clone());
        round.ask(FactKind::LoadBalancers, arns, asked);
    }
    let senders = round.run().await;
    findings.absorb(&senders);
    findings
}

/// Kafka clusters, then their brokers.
async fn kafka(clients: &Clients, wanted: &Wanted, deadline: Instant) -> Findings {
    let client = &clients.kafka;
    let kafka = Kafka { client, deadline };
    let mut round = Round::default();
    if !wanted.kafka_clusters.is_empty() {
        let names = wanted.kafka_clusters.clone();
        round.ask(
            FactKind::KafkaClusters,
            names.clone(),
            kafka.clusters(names),
        );
    }
    let mut findings = round.run().await;
    let with_brokers = findings
        .of(FactKind::KafkaClusters)
        .filter(|cluster| cluster.get("Provisioned").is_some());
    let arns: Vec<String> = with_brokers
        .filter_map(|cluster| text(cluster, "ClusterArn"))
        .collect();
    let mut round = Round::default();
    for arn in arns {
        round.ask(FactKind::KafkaNodes, vec![arn.clone()], kafka.nodes(arn));
    }
    let nodes = round.run().await;
    findings.absorb(&nodes);
    findings
}
