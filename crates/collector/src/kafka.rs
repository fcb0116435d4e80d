//! MSK: Kafka clusters and their brokers.

use aws_sdk_kafka::Client;
use aws_sdk_kafka::types::{Cluster, NodeInfo};
use awsvpc_auditor_engine::dependencies::may_be_kafka;
use tokio::time::Instant;

use crate::document::Document;
use crate::findings::Answer;
use crate::pages;

/// The largest page.
const PAGE: i32 = 100;

/// MSK, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kafka<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

impl Kafka<'_> {
    /// The region's clusters that one of these names may mean. The call's own filter wants the name
    /// as it was given, which host names don't tell.
    pub(crate) async fn clusters(self, names: Vec<String>) -> Answer {
        let request = self.client.list_clusters_v2();
        let pages = request.into_paginator().page_size(PAGE).send();
        let answer = pages::read!(
            self.deadline,
            "kafka:ListClustersV2",
            pages,
            cluster_info_list,
            cluster
        );
        answer.only("ClusterName", |cluster| {
            names.iter().any(|name| may_be_kafka(name, cluster))
        })
    }

    /// The brokers of a cluster.
    pub(crate) async fn nodes(self, cluster: String) -> Answer {
        let request = self.client.list_nodes().cluster_arn(cluster);
        let pages = request.into_paginator().page_size(PAGE).send();
        let answer = pages::read!(
            self.deadline,
            "kafka:ListNodes",
            pages,
            node_info_list,
            node
        );
        answer.or_absent()
    }
}

fn cluster(cluster: &Cluster) -> Document {
    let provisioned = cluster.provisioned().map(|provisioned| {
        let brokers = provisioned.broker_node_group_info().map(|brokers| {
            Document::new()
                .texts("ClientSubnets", brokers.client_subnets())
                .texts("SecurityGroups", brokers.security_groups())
        });
        Document::new().part("BrokerNodeGroupInfo", brokers)
    });
    let serverless = cluster.serverless().map(|serverless| {
        Document::new().list("VpcConfigs", serverless.vpc_configs(), |vpc| {
            Document::new()
                .texts("SubnetIds", vpc.subnet_ids())
                .texts("SecurityGroupIds", vpc.security_group_ids())
        })
    });
    Document::new()
        .with("ClusterArn", cluster.cluster_arn())
        .with("ClusterName", cluster.cluster_name())
        .with("State", cluster.state().map(|value| value.as_str()))
        .part("Provisioned", provisioned)
        .part("Serverless", serverless)
}

fn node(node: &NodeInfo) -> Document {
    let broker = node.broker_node_info().map(|broker| {
        Document::new()
            .with("AttachedENIId", broker.attached_eni_id())
            .with("BrokerId", broker.broker_id())
            .with("ClientSubnet", broker.client_subnet())
            .with("ClientVpcIpAddress", broker.client_vpc_ip_address())
            .texts("Endpoints", broker.endpoints())
    });
    Document::new()
        .with("NodeARN", node.node_arn())
        .part("BrokerNodeInfo", broker)
}
