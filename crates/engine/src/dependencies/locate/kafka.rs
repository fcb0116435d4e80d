//! MSK: each broker has an address of its own; a name leads to one broker.
//! <https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-nodes.html>

use super::{AwsName, Spots, Whereabouts, groups, private_addresses};
use crate::facts::{FactKind, KafkaCluster, KafkaNode, Missing, Snapshot};

pub(super) fn find(snapshot: &Snapshot, name: &str) -> Result<Option<Whereabouts>, Missing> {
    let Some(AwsName::KafkaCluster(cluster)) = AwsName::parse(name) else {
        return Ok(None);
    };
    let named = |is: &dyn Fn(&str) -> bool| {
        let mut clusters = snapshot.kafka_clusters.seen();
        let own = move |own: &&KafkaCluster| own.cluster_name.as_deref().is_some_and(is);
        clusters.find(own)
    };
    let found = named(&|own| own.eq_ignore_ascii_case(&cluster))
        .or_else(|| named(&|own| may_be_kafka(&cluster, own)));
    let Some(found) = found else { return Ok(None) };
    of_cluster(snapshot, found, &cluster, name).map(Some)
}

/// Whether a name in a broker's host name may be a cluster's: `b-1.prometheustest.…` is a broker of
/// `PrometheusTest`.
///
/// Assumption: MSK writes names in lower case, and may leave out or cut off what makes no good host
/// name. Where the cluster of the same name isn't there, such a one is taken.
pub fn may_be_kafka(in_host_name: &str, cluster: &str) -> bool {
    let plain = |name: &str| -> String {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_lowercase()).collect()
    };
    plain(cluster).starts_with(&plain(in_host_name))
}

fn of_cluster(
    snapshot: &Snapshot,
    cluster: &KafkaCluster,
    id: &str,
    name: &str,
) -> Result<Whereabouts, Missing> {
    let label = format!("Kafka cluster {id}");
    let brokers = cluster
        .provisioned
        .as_ref()
        .and_then(|own| own.broker_node_group_info.as_ref());
    let ids = brokers.map(|info| info.security_groups.clone());
    let own = groups(ids.unwrap_or_default(), &label, FactKind::KafkaClusters);
    let mut spots = Spots::new(snapshot, &label, own);
    let addresses = private_addresses(snapshot, name);
    let node = snapshot
        .kafka_nodes
        .seen()
        .find(|node| has_name(node, name));
    let info = node.and_then(|node| node.broker_node_info.as_ref());
    match info.and_then(|info| Some((info.client_subnet.clone()?, info.client_vpc_ip_address))) {
        Some((subnet, address)) => {
            let known: Vec<_> = address.into_iter().collect();
            spots.add_each(&[subnet], &known);
        }
        None => {
            let subnets = brokers.map(|info| info.client_subnets.clone());
            spots.add_each(&subnets.unwrap_or_default(), &addresses);
        }
    }
    spots.located(None)
}

fn has_name(node: &KafkaNode, name: &str) -> bool {
    let info = node.broker_node_info.iter();
    info.flat_map(|info| &info.endpoints)
        .any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::may_be_kafka;

    #[test]
    fn a_host_name_may_mean_a_cluster_of_another_spelling() {
        assert!(may_be_kafka("prometheustest", "PrometheusTest"));
        assert!(may_be_kafka("orders-event", "orders-events-production"));
        assert!(may_be_kafka("ordersevents", "orders-events"));
        assert!(!may_be_kafka("orders", "events"));
    }
}
