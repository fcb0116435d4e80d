//! Answers about the account that audits share: the tasks of a service ask the same questions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use awsvpc_auditor_engine::dependencies::question::Question;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::account::located;
use crate::clients::Clients;
use crate::findings::Findings;
use crate::kept::{Kept, kept, shared};

/// Questions whose answers are kept.
const MOST_QUESTIONS: u64 = 2_000;

/// Sets of questions that are asked together.
const MOST_SETS: u64 = 200;

/// The account, and what is known about it from other audits.
#[derive(Debug)]
pub(crate) struct Answers {
    clients: Clients,
    kept: Kept<Question>,
    flights: Kept<BTreeSet<Question>>,
}

impl Answers {
    pub(crate) fn new(clients: Clients) -> Self {
        Self {
            clients,
            kept: kept(MOST_QUESTIONS),
            flights: kept(MOST_SETS),
        }
    }

    /// Forgets everything, so that the next answers are new.
    pub(crate) fn forget(&self) {
        self.kept.invalidate_all();
        self.flights.invalidate_all();
    }

    /// Answers to questions: kept ones, and new ones to those that nobody asked of late.
    pub(crate) async fn about(
        &self,
        questions: &BTreeSet<Question>,
        deadline: Instant,
    ) -> Findings {
        let mut findings = Findings::default();
        let mut open: BTreeMap<&str, BTreeSet<Question>> = BTreeMap::new();
        for question in questions {
            match self.kept.get(question).await {
                Some(answer) => findings.absorb(&answer),
                None => {
                    let together = open.entry(service_of(question)).or_default();
                    together.insert(question.clone());
                }
            }
        }
        // One service's throttling must not keep what the others answered from being kept.
        let asked = open.values().map(|together| async move {
            let ask = located(&self.clients, together, deadline);
            let answers = shared(&self.flights, together, ask).await;
            if answers.is_settled() {
                for question in together {
                    let answers = Arc::clone(&answers);
                    self.kept.insert(question.clone(), answers).await;
                }
            }
            answers
        });
        for answers in join_all(asked).await {
            findings.absorb(&answers);
        }
        findings
    }
}

/// Who answers a question.
fn service_of(question: &Question) -> &'static str {
    match question {
        Question::DbInstance(_) | Question::DbCluster(_) | Question::DbProxy(_) => "rds",
        Question::ReplicationGroup(_)
        | Question::CacheCluster(_)
        | Question::ServerlessCache(_) => "elasticache",
        Question::LoadBalancer(_) | Question::LoadBalancerArn(_) | Question::TargetGroup(_) => {
            "elasticloadbalancing"
        }
        Question::MountTargets(_) => "elasticfilesystem",
        Question::KafkaCluster(_) => "kafka",
        Question::OpenSearchDomain(_) => "es",
        Question::DiscoverInstances { .. } => "servicediscovery",
        Question::ContainerInstance { .. } => "ecs",
        Question::Name(_) => "dns",
    }
}
