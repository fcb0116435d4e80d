//! All services of a region together: listed and described in pages, and what is around them asked for
//! once. Their tasks aren't looked at, so that calls grow with services and VPCs only.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use awsvpc_auditor_engine::facts::{EcsArn, FactKind};
use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::Instant;

use crate::collector::{Collected, Collector};
use crate::ecs::{self, Ecs};
use crate::findings::{Answer, Findings};
use crate::pace::{Bucket, Pace, read_pages};
use crate::request::Request;
use crate::subject::awsvpc;
use crate::trouble::{Refused, Trouble};
use crate::vpc_facts::text;

/// As many clusters or services as a page holds.
const PAGE: i32 = 100;

/// Remembers what was learned from task definitions, of which a revision never changes: what it talks
/// to, never a value. Tags that are put on a revision later are seen when it is forgotten.
pub trait DefinitionMemory {
    /// What is remembered of these, by ARN, as a snapshot has it.
    fn recall(&self, arns: &BTreeSet<String>) -> impl Future<Output = BTreeMap<String, Value>>;

    /// Remembers these.
    fn remember(&self, learned: BTreeMap<String, Value>) -> impl Future<Output = ()>;
}

/// A region's services and what is around them.
#[derive(Debug)]
pub struct RegionServices {
    /// The facts.
    pub collected: Collected,
    /// Which services there are.
    pub listing: Listing,
    /// The task definitions that weren't asked for, because they were remembered.
    pub recalled: BTreeSet<String>,
}

/// Which services there are, as far as ECS told all of them.
#[derive(Debug, Default)]
pub struct Listing {
    /// By the cluster's name, the names of its services; `None` where not all of them were told.
    services: BTreeMap<String, Option<BTreeSet<String>>>,
    /// Whether there are no other clusters.
    is_every_cluster: bool,
}

impl Listing {
    /// Whether a service is surely not there.
    pub fn lacks(&self, cluster: &str, service: &str) -> bool {
        match self.services.get(cluster) {
            Some(Some(services)) => !services.contains(service),
            Some(None) => false,
            None => self.is_every_cluster,
        }
    }
}

/// The services of one cluster, by their ARNs, and why there may be more.
type Listed = (String, Vec<String>, Option<Trouble>);

impl Collector {
    /// Learns, until the deadline, everything that audits of the services of clusters need; of all
    /// clusters, where none are named. An error means that AWS doesn't know the caller at all.
    pub async fn collect_services(
        &self,
        clusters: &BTreeSet<String>,
        memory: &impl DefinitionMemory,
        deadline: Instant,
    ) -> Result<RegionServices, Refused> {
        let began = SystemTime::now();
        let asking = self.asking(deadline);
        let region = Region {
            ecs: asking.1,
            pace: &Pace::default(),
        };
        let (listed, untold) = region.listed(clusters).await;
        let mut listing = Listing {
            services: BTreeMap::new(),
            is_every_cluster: clusters.is_empty() && untold.is_none(),
        };
        for (cluster, services, trouble) in &listed {
            let names = services.iter().map(|arn| name(arn));
            let all = trouble.is_none().then(|| names.collect());
            listing.services.insert(name(cluster), all);
        }
        let mut subject = Findings::default();
        let troubles = listed.iter().filter_map(|(_, _, trouble)| trouble.clone());
        for trouble in troubles {
            let answer = Answer::failed("ecs:ListServices", trouble);
            subject.take(FactKind::Services, answer, []);
        }
        if let Some(trouble) = untold {
            let answer = Answer::failed("ecs:ListClusters", trouble);
            subject.take(FactKind::Services, answer, []);
        }
        let (described, ended) = region.described(&listed).await;
        for (cluster, service) in ended {
            if let Some(Some(services)) = listing.services.get_mut(&cluster) {
                services.remove(&service);
            }
        }
        subject.absorb(&described);
        let (definitions, recalled) = region.definitions(&subject, memory).await;
        subject.absorb(&definitions);
        let request = Request::default();
        let findings = self.around_subject(asking, &request, subject, Vec::new());
        let collected = Collected::since(began, Box::pin(findings).await?);
        Ok(RegionServices {
            collected,
            listing,
            recalled,
        })
    }
}

/// ECS in a region, and how fast it may be asked.
#[derive(Debug, Clone, Copy)]
struct Region<'a> {
    ecs: Ecs<'a>,
    pace: &'a Pace,
}

impl Region<'_> {
    /// The services of each cluster, and why there may be more clusters.
    async fn listed(self, wanted: &BTreeSet<String>) -> (Vec<Listed>, Option<Trouble>) {
        let (clusters, untold) = if wanted.is_empty() {
            let request = self.ecs.client.list_clusters().max_results(PAGE);
            let turn = self.pace.turn(Bucket::Rest, self.ecs.deadline);
            read_pages!(turn, request, |page| page.cluster_arns().iter().cloned())
        } else {
            (wanted.iter().cloned().collect(), None)
        };
        let services = clusters.into_iter().map(async |cluster: String| {
            let request = self.ecs.client.list_services();
            let request = request.cluster(&cluster).max_results(PAGE);
            let turn = self.pace.turn(Bucket::Services, self.ecs.deadline);
            let (services, trouble): (Vec<String>, _) =
                read_pages!(turn, request, |page| page.service_arns().iter().cloned());
            // A cluster that is gone has no services.
            let trouble = trouble.filter(|trouble| !trouble.is_absence());
            (cluster, services, trouble)
        });
        (join_all(services).await, untold)
    }

    /// The services that give their tasks interfaces of their own, and the clusters and names of those
    /// that were deleted, which are shown for a while.
    async fn described(self, listed: &[Listed]) -> (Findings, Vec<(String, String)>) {
        let calls = listed.iter().flat_map(|(cluster, services, _)| {
            let batches = services.chunks(ecs::SERVICES);
            batches.map(move |services| {
                let turn = self.pace.turn(Bucket::Services, self.ecs.deadline);
                turn.answer("ecs:DescribeServices", async move {
                    self.ecs.services(cluster, services).await
                })
            })
        });
        let mut findings = Findings::default();
        for answer in join_all(calls).await {
            findings.take(FactKind::Services, answer, []);
        }
        let (mut own, mut ended) = (BTreeSet::new(), Vec::new());
        for service in findings.of(FactKind::Services) {
            if text(service, "status").as_deref() == Some("INACTIVE") {
                let cluster = text(service, "clusterArn").map(|arn| name(&arn));
                ended.extend(cluster.zip(text(service, "serviceName")));
            } else if awsvpc(service).is_some() {
                own.extend(text(service, "serviceArn"));
            }
        }
        findings.keep_only(FactKind::Services, |arn| own.contains(arn));
        (findings, ended)
    }

    /// What the services run: what is remembered, which is named, and what was never seen before.
    async fn definitions(
        self,
        services: &Findings,
        memory: &impl DefinitionMemory,
    ) -> (Findings, BTreeSet<String>) {
        let arns: BTreeSet<String> = services
            .of(FactKind::Services)
            .filter_map(|service| text(service, "taskDefinition"))
            .collect();
        let remembered = memory.recall(&arns).await;
        let new = arns.iter().filter(|arn| !remembered.contains_key(*arn));
        let calls = new.map(|arn| {
            let turn = self.pace.turn(Bucket::TaskDefinitions, self.ecs.deadline);
            turn.answer("ecs:DescribeTaskDefinition", self.ecs.task_definition(arn))
        });
        let mut learned = Findings::default();
        for answer in join_all(calls).await {
            learned.take(FactKind::TaskDefinitions, answer, []);
        }
        let new: BTreeMap<String, Value> = learned
            .of(FactKind::TaskDefinitions)
            .filter_map(|one| Some((text(one, "taskDefinitionArn")?, one.clone())))
            .collect();
        if !new.is_empty() {
            memory.remember(new).await;
        }
        let recalled = remembered.keys().cloned().collect();
        learned.recalled(FactKind::TaskDefinitions, remembered);
        (learned, recalled)
    }
}

/// The name at an ARN's end.
fn name(arn: &str) -> String {
    EcsArn::new(arn).name().to_owned()
}
