//! What must be asked about an account to find where a name leads.

/// A question about something in the account, by the name that leads to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// An RDS instance, by its identifier.
    DbInstance(String),
    /// An RDS cluster and its instances, by its identifier.
    DbCluster(String),
    /// An RDS proxy, by its name.
    DbProxy(String),
    /// A replication group and its nodes, by its id.
    ReplicationGroup(String),
    /// A cache cluster, by its id.
    CacheCluster(String),
    /// A serverless cache, by its name.
    ServerlessCache(String),
    /// A load balancer, by its name.
    LoadBalancer(String),
    /// A load balancer, by its ARN.
    LoadBalancerArn(String),
    /// A target group and the load balancers that send to it, by its ARN.
    TargetGroup(String),
    /// The mount targets of a file system, by the file system's id.
    MountTargets(String),
    /// An MSK cluster and its brokers, by its name as its brokers' host names have it: in lower case,
    /// and maybe cut off.
    KafkaCluster(String),
    /// An OpenSearch domain, by its name.
    OpenSearchDomain(String),
    /// The instances of a Cloud Map service.
    DiscoverInstances {
        /// The namespace's name.
        namespace: String,
        /// The service's name.
        service: String,
    },
    /// A container instance.
    ContainerInstance {
        /// Its cluster, by name or ARN.
        cluster: String,
        /// Its ARN.
        arn: String,
    },
    /// What DNS says about a host name.
    Name(String),
}
