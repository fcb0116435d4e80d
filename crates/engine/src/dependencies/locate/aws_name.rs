use crate::dependencies::question::Question;
use crate::facts::{FactKind, Facts, Missing, Reason, Resource, Snapshot};

/// A host name that AWS gave a resource in a VPC, taken apart: it tells which resource to ask about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsName {
    /// A database instance, by its identifier.
    DbInstance(String),
    /// A database cluster, by its identifier.
    DbCluster(String),
    /// An RDS proxy, by its name.
    DbProxy(String),
    /// An ElastiCache replication group, by its id.
    ReplicationGroup(String),
    /// An ElastiCache cluster, by its id.
    CacheCluster(String),
    /// An ElastiCache serverless cache, by its name.
    ServerlessCache(String),
    /// A load balancer, by its name.
    LoadBalancer(String),
    /// An EFS file system, by its id.
    FileSystem(String),
    /// An MSK cluster, by its name.
    KafkaCluster(String),
    /// An OpenSearch domain, by its name.
    SearchDomain(String),
}

impl AwsName {
    /// Takes a name apart; `None` when it isn't of a kind that can be looked up.
    pub fn parse(name: &str) -> Option<Self> {
        let front = name
            .strip_suffix(".amazonaws.com")
            .or_else(|| name.strip_suffix(".amazonaws.com.cn"))?;
        let labels: Vec<_> = front.split('.').collect();
        // China puts the region behind the service.
        let place = |service: &str| labels.iter().rposition(|label| *label == service);
        if let Some(at) = ["rds", "docdb", "neptune"].iter().find_map(|s| place(s)) {
            return database(labels.get(..at)?);
        }
        if let Some(at) = place("cache") {
            return cache(labels.get(..at)?);
        }
        if place("elb").is_some() {
            return load_balancer(&labels);
        }
        if let Some(at) = place("efs") {
            let id = labels.get(at.checked_sub(1)?)?;
            return id
                .starts_with("fs-")
                .then(|| Self::FileSystem((*id).to_owned()));
        }
        if place("kafka").is_some() {
            let broker = labels.first()?;
            return broker
                .starts_with("b-")
                .then(|| Some(Self::KafkaCluster((*labels.get(1)?).to_owned())))?;
        }
        if place("es").is_some() {
            let domain = labels.first()?.strip_prefix("vpc-")?;
            let (domain, _) = domain.rsplit_once('-')?;
            return Some(Self::SearchDomain(domain.to_owned()));
        }
        None
    }

    /// What to ask AWS.
    pub fn question(&self) -> Question {
        match self.clone() {
            Self::DbInstance(id) => Question::DbInstance(id),
            Self::DbCluster(id) => Question::DbCluster(id),
            Self::DbProxy(name) => Question::DbProxy(name),
            Self::ReplicationGroup(id) => Question::ReplicationGroup(id),
            Self::CacheCluster(id) => Question::CacheCluster(id),
            Self::ServerlessCache(name) => Question::ServerlessCache(name),
            Self::LoadBalancer(name) => Question::LoadBalancer(name),
            Self::FileSystem(id) => Question::MountTargets(id),
            Self::KafkaCluster(name) => Question::KafkaCluster(name),
            Self::SearchDomain(name) => Question::OpenSearchDomain(name),
        }
    }

    /// The fact that would tell where it is.
    pub(super) fn missing(&self, snapshot: &Snapshot, name: &str) -> Missing {
        match self {
            Self::DbInstance(_) => absent(&snapshot.db_instances, name),
            Self::DbCluster(_) => absent(&snapshot.db_clusters, name),
            Self::DbProxy(_) => absent(&snapshot.db_proxies, name),
            Self::ReplicationGroup(_) => absent(&snapshot.replication_groups, name),
            Self::CacheCluster(_) => absent(&snapshot.cache_clusters, name),
            Self::ServerlessCache(_) => absent(&snapshot.serverless_caches, name),
            Self::LoadBalancer(_) => absent(&snapshot.load_balancers, name),
            Self::FileSystem(_) => absent(&snapshot.mount_targets, name),
            Self::KafkaCluster(_) => absent(&snapshot.kafka_clusters, name),
            Self::SearchDomain(_) => absent(&snapshot.opensearch_domains, name),
        }
    }
}

/// Somebody asked for it by name and there was none: it is another account's or region's, or gone.
fn absent<R: Resource>(facts: &Facts<R>, name: &str) -> Missing {
    let nothing = || {
        Reason::Invisible(format!(
            "where {name} is: this account and region have no such thing"
        ))
    };
    match facts.complete() {
        Ok(()) => Missing::new(FactKind::NameResolution, nothing()),
        Err(missing) if facts.was_asked() => Missing {
            reason: if missing.reason.is_failure() {
                missing.reason
            } else {
                return Missing::new(FactKind::NameResolution, nothing());
            },
            ..missing
        },
        Err(missing) => missing,
    }
}

/// `ID.HASH.REGION`, where the second label tells instances, clusters and proxies apart.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html>
fn database(labels: &[&str]) -> Option<AwsName> {
    let id = (*labels.first()?).to_owned();
    let kind = labels.get(1)?;
    Some(if kind.starts_with("cluster-custom-") {
        // It names the endpoint, not its cluster.
        return None;
    } else if kind.starts_with("cluster-") {
        AwsName::DbCluster(id)
    } else if kind.starts_with("proxy-") {
        AwsName::DbProxy(id)
    } else {
        AwsName::DbInstance(id)
    })
}

/// The forms of <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Endpoints.html>, which the
/// region's short name ends.
fn cache(labels: &[&str]) -> Option<AwsName> {
    let (_, front) = labels.split_last()?;
    let owned = |id: &str| id.to_owned();
    Some(match front {
        [name, _, "ng", _] => {
            AwsName::ReplicationGroup(owned(name.strip_suffix("-ro").unwrap_or(name)))
        }
        ["clustercfg" | "master" | "replica", name, _] => AwsName::ReplicationGroup(owned(name)),
        [name, "serverless"] => AwsName::ServerlessCache(owned(name.rsplit_once('-')?.0)),
        [name, _, "cfg"] => AwsName::CacheCluster(owned(name)),
        [name, _, number] if number.chars().all(|c| c.is_ascii_digit()) => {
            AwsName::CacheCluster(owned(name))
        }
        [node, group, _] if node.starts_with(group) => AwsName::CacheCluster(owned(node)),
        _ => return None,
    })
}

/// `NAME-ID.REGION.elb`, `internal-NAME-ID.REGION.elb`, `NAME-ID.elb.REGION`, with `dualstack.` in
/// front or not.
fn load_balancer(labels: &[&str]) -> Option<AwsName> {
    let mut labels = labels.iter().filter(|label| **label != "dualstack");
    let first = labels.next()?;
    let (name, _) = first.rsplit_once('-')?;
    let name = name.strip_prefix("internal-").unwrap_or(name);
    Some(AwsName::LoadBalancer(name.to_owned()))
}
