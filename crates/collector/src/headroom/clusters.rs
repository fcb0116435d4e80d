//! Which clusters there are.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::Cluster;
use awsvpc_auditor_engine::facts::FactKind;
use futures_util::future::join_all;

use super::Region;
use crate::document::Document;
use crate::ecs::strategy;
use crate::findings::{Answer, Findings};
use crate::pace::{Bucket, read_pages};
use crate::trouble::Trouble;

/// `DescribeClusters` takes this many at once, and `ListClusters` gives as many on a page.
const CLUSTERS: usize = 100;

/// What is asked about each cluster.
pub(super) const CONTENTS: [FactKind; 3] = [
    FactKind::ContainerInstances,
    FactKind::Tasks,
    FactKind::Services,
];

/// The clusters of a region.
pub(super) struct Clusters {
    pub(super) findings: Findings,
    /// The ARNs of those to look into.
    pub(super) arns: BTreeSet<String>,
    /// Whether these are all.
    pub(super) are_all: bool,
}

impl Region<'_> {
    /// The clusters that are wanted, by name or ARN; all of them, where none are.
    pub(super) async fn clusters(self, wanted: &BTreeSet<String>) -> Clusters {
        let mut findings = Findings::default();
        let (names, unlisted) = if wanted.is_empty() {
            self.listed().await
        } else {
            (wanted.iter().cloned().collect(), None)
        };
        let mut are_all = unlisted.is_none();
        if let Some(trouble) = unlisted {
            miss(&mut findings, "ecs:ListClusters", &trouble);
        }
        let mut arns = BTreeSet::new();
        let batches = names.chunks(CLUSTERS).map(<[String]>::to_vec);
        for (names, mut answer) in join_all(batches.map(|names| self.described(names))).await {
            // A cluster that was deleted is shown for a while, and nothing more can be asked of it.
            let is_there = |cluster: &Document| cluster.text("status") != Some("INACTIVE");
            answer.documents.retain(is_there);
            let described = answer.documents.iter();
            arns.extend(
                described.filter_map(|cluster| cluster.text("clusterArn").map(str::to_owned)),
            );
            if let Some(trouble) = &answer.trouble {
                are_all = false;
                let (known, unknown): (Vec<_>, Vec<_>) =
                    names.into_iter().partition(|name| name.starts_with("arn:"));
                arns.extend(known);
                if !unknown.is_empty() {
                    miss(&mut findings, answer.action, trouble);
                }
            }
            findings.take(FactKind::Clusters, answer, []);
        }
        let within: Vec<String> = if wanted.is_empty() {
            self.scope().into()
        } else {
            wanted.union(&arns).cloned().collect()
        };
        let within = if are_all { within } else { Vec::new() };
        findings.take_all(FactKind::Clusters, Vec::new(), within);
        Clusters {
            findings,
            arns,
            are_all,
        }
    }

    async fn listed(self) -> (Vec<String>, Option<Trouble>) {
        let most = i32::try_from(CLUSTERS).unwrap_or(i32::MAX);
        let request = self.of.ecs.list_clusters().max_results(most);
        read_pages!(self.turn(Bucket::Rest), request, |page| page
            .cluster_arns()
            .iter()
            .cloned())
    }

    async fn described(self, names: Vec<String>) -> (Vec<String>, Answer) {
        let request = self.of.ecs.describe_clusters();
        let request = request.set_clusters(Some(names.clone()));
        let mut answer = Answer::new("ecs:DescribeClusters");
        match self.turn(Bucket::Rest).call(request.send()).await {
            Ok(Ok(output)) => answer.documents = output.clusters().iter().map(document).collect(),
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        (names, answer)
    }
}

/// Without knowing a cluster nobody can look into it.
fn miss(findings: &mut Findings, action: &'static str, trouble: &Trouble) {
    for kind in [FactKind::Clusters].into_iter().chain(CONTENTS) {
        findings.take(kind, Answer::failed(action, trouble.clone()), []);
    }
}

fn document(cluster: &Cluster) -> Document {
    Document::new()
        .with("clusterArn", cluster.cluster_arn())
        .with("clusterName", cluster.cluster_name())
        .with("status", cluster.status())
        .texts("capacityProviders", cluster.capacity_providers())
        .list(
            "defaultCapacityProviderStrategy",
            cluster.default_capacity_provider_strategy(),
            strategy,
        )
}
