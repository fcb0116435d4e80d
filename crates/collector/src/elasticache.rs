//! ElastiCache: its calls take one name or none, so several are looked for among all. An account has
//! at most 300 nodes in a region.
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html>

use aws_sdk_elasticache::Client;
use aws_sdk_elasticache::types::{
    CacheCluster, CacheSubnetGroup, Endpoint, NodeGroup, ReplicationGroup, ServerlessCache,
};
use tokio::time::Instant;

use crate::by_name::single;
use crate::document::Document;
use crate::findings::Answer;
use crate::pages;

/// The largest page.
const PAGE: i32 = 100;

/// `DescribeServerlessCaches` has smaller pages.
const SERVERLESS_PAGE: i32 = 50;

/// ElastiCache, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ElastiCache<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

impl ElastiCache<'_> {
    /// Replication groups by their ids.
    pub(crate) async fn replication_groups(self, ids: Vec<String>) -> Answer {
        let request = self
            .client
            .describe_replication_groups()
            .set_replication_group_id(single(&ids));
        let pages = request.into_paginator().page_size(PAGE).send();
        let answer = pages::read!(
            self.deadline,
            "elasticache:DescribeReplicationGroups",
            pages,
            replication_groups,
            replication_group
        );
        answer
            .or_absent()
            .only("ReplicationGroupId", |id| ids.iter().any(|i| i == id))
    }

    /// One cache cluster, or all.
    pub(crate) async fn cache_clusters(self, id: Option<String>) -> Answer {
        let request = self
            .client
            .describe_cache_clusters()
            .show_cache_node_info(true)
            .set_cache_cluster_id(id);
        let pages = request.into_paginator().page_size(PAGE).send();
        pages::read!(
            self.deadline,
            "elasticache:DescribeCacheClusters",
            pages,
            cache_clusters,
            cache_cluster
        )
        .or_absent()
    }

    /// All subnet groups. Which one a cache uses isn't known before its own description is here:
    /// asking for all saves a round.
    pub(crate) async fn cache_subnet_groups(self) -> Answer {
        let request = self.client.describe_cache_subnet_groups();
        let pages = request.into_paginator().page_size(PAGE).send();
        pages::read!(
            self.deadline,
            "elasticache:DescribeCacheSubnetGroups",
            pages,
            cache_subnet_groups,
            subnet_group
        )
    }

    /// Serverless caches by their names.
    pub(crate) async fn serverless_caches(self, names: Vec<String>) -> Answer {
        let request = self
            .client
            .describe_serverless_caches()
            .set_serverless_cache_name(single(&names));
        let pages = request.into_paginator().page_size(SERVERLESS_PAGE).send();
        let answer = pages::read!(
            self.deadline,
            "elasticache:DescribeServerlessCaches",
            pages,
            serverless_caches,
            serverless_cache
        );
        answer.or_absent().only("ServerlessCacheName", |name| {
            names.iter().any(|n| n == name)
        })
    }
}

fn endpoint(endpoint: &Endpoint) -> Document {
    Document::new()
        .with("Address", endpoint.address())
        .with("Port", endpoint.port())
}

fn replication_group(group: &ReplicationGroup) -> Document {
    Document::new()
        .with("ReplicationGroupId", group.replication_group_id())
        .with("Status", group.status())
        .texts("MemberClusters", group.member_clusters())
        .list("NodeGroups", group.node_groups(), node_group)
        .part(
            "ConfigurationEndpoint",
            group.configuration_endpoint().map(endpoint),
        )
}

fn node_group(group: &NodeGroup) -> Document {
    Document::new()
        .with("NodeGroupId", group.node_group_id())
        .part("PrimaryEndpoint", group.primary_endpoint().map(endpoint))
        .part("ReaderEndpoint", group.reader_endpoint().map(endpoint))
        .list("NodeGroupMembers", group.node_group_members(), |member| {
            Document::new()
                .with("CacheClusterId", member.cache_cluster_id())
                .part("ReadEndpoint", member.read_endpoint().map(endpoint))
                .with(
                    "PreferredAvailabilityZone",
                    member.preferred_availability_zone(),
                )
        })
}

fn cache_cluster(cluster: &CacheCluster) -> Document {
    Document::new()
        .with("CacheClusterId", cluster.cache_cluster_id())
        .part(
            "ConfigurationEndpoint",
            cluster.configuration_endpoint().map(endpoint),
        )
        .with("Engine", cluster.engine())
        .with(
            "PreferredAvailabilityZone",
            cluster.preferred_availability_zone(),
        )
        .with("CacheSubnetGroupName", cluster.cache_subnet_group_name())
        .list("CacheNodes", cluster.cache_nodes(), |node| {
            Document::new()
                .with("CacheNodeId", node.cache_node_id())
                .part("Endpoint", node.endpoint().map(endpoint))
                .with(
                    "CustomerAvailabilityZone",
                    node.customer_availability_zone(),
                )
        })
        .list("SecurityGroups", cluster.security_groups(), |group| {
            Document::new()
                .with("SecurityGroupId", group.security_group_id())
                .with("Status", group.status())
        })
        .with("ReplicationGroupId", cluster.replication_group_id())
}

fn subnet_group(group: &CacheSubnetGroup) -> Document {
    Document::new()
        .with("CacheSubnetGroupName", group.cache_subnet_group_name())
        .with("VpcId", group.vpc_id())
        .list("Subnets", group.subnets(), |subnet| {
            let zone = subnet.subnet_availability_zone();
            Document::new()
                .with("SubnetIdentifier", subnet.subnet_identifier())
                .part(
                    "SubnetAvailabilityZone",
                    zone.map(|zone| Document::new().with("Name", zone.name())),
                )
        })
}

fn serverless_cache(cache: &ServerlessCache) -> Document {
    Document::new()
        .with("ServerlessCacheName", cache.serverless_cache_name())
        .with("Status", cache.status())
        .texts("SecurityGroupIds", cache.security_group_ids())
        .part("Endpoint", cache.endpoint().map(endpoint))
        .part("ReaderEndpoint", cache.reader_endpoint().map(endpoint))
        .texts("SubnetIds", cache.subnet_ids())
}
