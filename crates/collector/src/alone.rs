//! A service by itself: what it is and what it runs, and nothing of the network around it.

use std::time::SystemTime;

use awsvpc_auditor_engine::facts::FactKind;
use tokio::time::Instant;

use crate::collector::{Collected, Collector};
use crate::findings::Findings;
use crate::trouble::Refused;
use crate::vpc_facts::text;

impl Collector {
    /// Learns, until the deadline, what a service runs: enough to tell what it talks to. An error means that
    /// AWS doesn't know the caller at all.
    pub async fn collect_alone(
        &self,
        (cluster, service): (&str, &str),
        deadline: Instant,
    ) -> Result<Collected, Refused> {
        let began = SystemTime::now();
        let (_, ecs) = self.asking(deadline);
        let mut findings = Findings::default();
        let answer = ecs.services(cluster, &[service.to_owned()]).await;
        findings.take(FactKind::Services, answer, []);
        let arns = findings
            .of(FactKind::Services)
            .filter_map(|service| text(service, "taskDefinition"))
            .collect();
        findings.absorb(&self.definitions(ecs, arns).await);
        if let Some(refused) = findings.refused() {
            return Err(refused.clone());
        }
        Ok(Collected::new(began, findings))
    }
}
