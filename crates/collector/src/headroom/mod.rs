//! Asks AWS how much room for tasks a region has: its clusters and all that runs in them, the
//! instances beneath, and what limits them. Where an audit asks about one task, this asks about all,
//! so it goes slowly, and a run that has no time left says which cluster the next one should begin
//! with.

mod cluster;
mod clusters;
mod history;
mod hosts;
mod providers;
mod quotas;
mod request;
mod tour;
mod wide;

use std::sync::Arc;
use std::time::SystemTime;

use aws_config::SdkConfig;
use moka::future::Cache;
use tokio::time::Instant;

pub use request::HeadroomRequest;

use crate::calls::Calls;
use crate::clients::client;
use crate::collector::Collected;
use crate::ecs::Ecs;
use crate::findings::Findings;
use crate::pace::{Bucket, Pace, Turn};
use crate::trouble::Refused;

/// Every IAM action that [`HeadroomCollector`] can need.
pub const HEADROOM_ACTIONS: &[&str] = &[
    "autoscaling:DescribeAutoScalingGroups",
    "cloudwatch:GetMetricData",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ecs:DescribeCapacityProviders",
    "ecs:DescribeClusters",
    "ecs:DescribeContainerInstances",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:ListAccountSettings",
    "ecs:ListClusters",
    "ecs:ListContainerInstances",
    "ecs:ListServices",
    "ecs:ListTasks",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:GetServiceQuota",
];

/// Task definitions that are kept; one takes a few kilobytes.
const MOST_DEFINITIONS: u64 = 2_000;

/// Asks AWS about one region. Runs share what never changes, and how fast they may ask.
#[derive(Debug)]
pub struct HeadroomCollector {
    region: String,
    autoscaling: aws_sdk_autoscaling::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
    ec2: aws_sdk_ec2::Client,
    ecs: aws_sdk_ecs::Client,
    servicequotas: aws_sdk_servicequotas::Client,
    /// By ARN and without end: a revision never changes.
    definitions: Cache<String, Arc<Findings>>,
    pace: Pace,
    calls: Calls,
}

/// What was collected about a region.
#[derive(Debug)]
pub struct CollectedRegion {
    /// The facts, and which are missing.
    pub collected: Collected,
    /// The ARN of the cluster that the next run should start with, when time ran out.
    pub next: Option<String>,
    /// The ARNs of the clusters that time ran out for. What came of them is among the facts, but not
    /// all of it.
    pub unreached: Vec<String>,
}

/// A region, and until when answers about it are of use.
#[derive(Debug, Clone, Copy)]
struct Region<'a> {
    of: &'a HeadroomCollector,
    deadline: Instant,
}

impl HeadroomCollector {
    /// A collector that asks the configured region, and about histories the one in which the functions
    /// record their metrics. Its calls are counted in `calls`.
    pub fn new(config: &SdkConfig, metrics: &SdkConfig, calls: Calls) -> Self {
        let region = config.region().map(ToString::to_string);
        Self {
            region: region.unwrap_or_default(),
            autoscaling: client!(aws_sdk_autoscaling, config, calls),
            cloudwatch: client!(aws_sdk_cloudwatch, metrics, calls),
            ec2: client!(aws_sdk_ec2, config, calls),
            ecs: client!(aws_sdk_ecs, config, calls),
            servicequotas: client!(aws_sdk_servicequotas, config, calls),
            definitions: Cache::new(MOST_DEFINITIONS),
            pace: Pace::default(),
            calls,
        }
    }

    /// The calls that were made.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Learns what a request wants, until the deadline. What did not come is in the facts' coverage;
    /// an error means that AWS doesn't know the caller at all.
    pub async fn collect(
        &self,
        request: &HeadroomRequest,
        deadline: Instant,
    ) -> Result<CollectedRegion, Refused> {
        // Tasks are described minutes before the end: counted from there they would look older.
        let began = SystemTime::now();
        let region = Region { of: self, deadline };
        let (mut findings, tour) = tokio::join!(region.wide(), region.tour(request));
        findings.absorb(&tour.findings);
        if let Some(refused) = findings.refused() {
            return Err(refused.clone());
        }
        let mut collected = Collected::since(began, findings);
        if let Some(namespace) = &request.namespace {
            let queries = history::queries(&collected, &self.region, namespace);
            collected.add(&region.history(&queries).await);
        }
        Ok(CollectedRegion {
            collected,
            next: tour.next,
            unreached: tour.unreached,
        })
    }
}

impl<'a> Region<'a> {
    /// The right to make calls of a kind.
    fn turn(self, bucket: Bucket) -> Turn<'a> {
        self.of.pace.turn(bucket, self.deadline)
    }

    fn ecs(self) -> Ecs<'a> {
        Ecs {
            client: &self.of.ecs,
            deadline: self.deadline,
        }
    }

    /// The same with less time.
    fn until(self, deadline: Instant) -> Self {
        Self { deadline, ..self }
    }

    /// What holds for the region as a whole.
    fn scope(self) -> [String; 1] {
        [self.of.region.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADROOM_ACTIONS, HeadroomCollector, HeadroomRequest};
    use tokio::time::Instant;

    #[test]
    fn actions_are_sorted() {
        assert!(HEADROOM_ACTIONS.is_sorted());
    }

    /// Regions are collected side by side.
    #[test]
    fn a_run_can_be_sent_to_another_thread() {
        fn sent<T: Send>(_: T) {}
        let _ = |collector: &HeadroomCollector, request: &HeadroomRequest, now: Instant| {
            sent(collector.collect(request, now));
        };
    }
}
