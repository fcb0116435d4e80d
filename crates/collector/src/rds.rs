//! RDS: databases, their clusters and proxies. Neptune's and DocumentDB's answer to the same calls.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{
    DbCluster, DbInstance, DbProxy, DbSubnetGroup, Filter, VpcSecurityGroupMembership,
};
use tokio::time::Instant;

use crate::by_name::{by_name, single};
use crate::document::Document;
use crate::findings::Answer;
use crate::pages;

/// The largest page.
const PAGE: i32 = 100;

/// As many names as are asked about at once.
pub(crate) const NAMES: usize = 100;

/// RDS, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rds<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

impl Rds<'_> {
    /// Instances by their identifiers.
    pub(crate) async fn instances(self, names: Vec<String>) -> Answer {
        by_name(names, |names| self.filtered("db-instance-id", names)).await
    }

    /// The instances of clusters.
    pub(crate) async fn instances_of(self, clusters: Vec<String>) -> Answer {
        by_name(clusters, |names| self.filtered("db-cluster-id", names)).await
    }

    async fn filtered(self, filter: &'static str, names: Vec<String>) -> Answer {
        let filter = Filter::builder().name(filter).set_values(Some(names));
        let request = self.client.describe_db_instances().filters(filter.build());
        let pages = request.into_paginator().page_size(PAGE).send();
        pages::read!(
            self.deadline,
            "rds:DescribeDBInstances",
            pages,
            db_instances,
            instance
        )
    }

    /// Clusters by their identifiers.
    pub(crate) async fn clusters(self, names: Vec<String>) -> Answer {
        by_name(names, |names| async move {
            let filter = Filter::builder()
                .name("db-cluster-id")
                .set_values(Some(names));
            let request = self.client.describe_db_clusters().filters(filter.build());
            let pages = request.into_paginator().page_size(PAGE).send();
            pages::read!(
                self.deadline,
                "rds:DescribeDBClusters",
                pages,
                db_clusters,
                cluster
            )
        })
        .await
    }

    /// Proxies by their names: there is no filter for several, and an account has few.
    pub(crate) async fn proxies(self, names: Vec<String>) -> Answer {
        let request = self
            .client
            .describe_db_proxies()
            .set_db_proxy_name(single(&names));
        let pages = request.into_paginator().page_size(PAGE).send();
        let answer = pages::read!(
            self.deadline,
            "rds:DescribeDBProxies",
            pages,
            db_proxies,
            proxy
        );
        answer
            .or_absent()
            .only("DBProxyName", |name| names.iter().any(|n| n == name))
    }
}

fn instance(instance: &DbInstance) -> Document {
    let endpoint = instance.endpoint().map(|endpoint| {
        Document::new()
            .with("Address", endpoint.address())
            .with("Port", endpoint.port())
    });
    Document::new()
        .with("DBInstanceIdentifier", instance.db_instance_identifier())
        .with("Engine", instance.engine())
        .with("DBInstanceStatus", instance.db_instance_status())
        .part("Endpoint", endpoint)
        .list("VpcSecurityGroups", instance.vpc_security_groups(), group)
        .with("AvailabilityZone", instance.availability_zone())
        .part("DBSubnetGroup", instance.db_subnet_group().map(subnets))
        .with("MultiAZ", instance.multi_az())
        .with(
            "SecondaryAvailabilityZone",
            instance.secondary_availability_zone(),
        )
        .with("PubliclyAccessible", instance.publicly_accessible())
        .with("DBClusterIdentifier", instance.db_cluster_identifier())
}

fn group(group: &VpcSecurityGroupMembership) -> Document {
    Document::new()
        .with("VpcSecurityGroupId", group.vpc_security_group_id())
        .with("Status", group.status())
}

fn subnets(group: &DbSubnetGroup) -> Document {
    Document::new()
        .with("DBSubnetGroupName", group.db_subnet_group_name())
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

fn cluster(cluster: &DbCluster) -> Document {
    Document::new()
        .with("DBClusterIdentifier", cluster.db_cluster_identifier())
        .with("Engine", cluster.engine())
        .with("Status", cluster.status())
        .with("Endpoint", cluster.endpoint())
        .with("ReaderEndpoint", cluster.reader_endpoint())
        .texts("CustomEndpoints", cluster.custom_endpoints())
        .with("Port", cluster.port())
        .with("DBSubnetGroup", cluster.db_subnet_group())
        .list("VpcSecurityGroups", cluster.vpc_security_groups(), group)
        .texts("AvailabilityZones", cluster.availability_zones())
        .list("DBClusterMembers", cluster.db_cluster_members(), |member| {
            Document::new()
                .with("DBInstanceIdentifier", member.db_instance_identifier())
                .with("IsClusterWriter", member.is_cluster_writer())
        })
}

fn proxy(proxy: &DbProxy) -> Document {
    Document::new()
        .with("DBProxyName", proxy.db_proxy_name())
        .with("Status", proxy.status().map(|value| value.as_str()))
        .with("EngineFamily", proxy.engine_family())
        .with("VpcId", proxy.vpc_id())
        .texts("VpcSecurityGroupIds", proxy.vpc_security_group_ids())
        .texts("VpcSubnetIds", proxy.vpc_subnet_ids())
        .with("Endpoint", proxy.endpoint())
}
