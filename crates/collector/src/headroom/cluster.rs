//! What is in a cluster: container instances, tasks and services.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::DesiredStatus;
use futures_util::future::join_all;

use super::Region;
use super::clusters::CONTENTS;
use crate::ecs::{CONTAINER_INSTANCES, SERVICES, TASKS};
use crate::findings::{Answer, Findings};
use crate::pace::{Bucket, read_pages};
use crate::trouble::Trouble;

/// What list calls give on a page, at most.
const PAGE: i32 = 100;

/// What a cluster says of itself once it is deleted.
const GONE: &str = "ClusterNotFoundException";

/// What was found in a cluster.
pub(super) struct Contents {
    pub(super) findings: Findings,
    /// Whether time ran out before all of it came.
    pub(super) is_cut: bool,
}

impl Region<'_> {
    /// Everything in a cluster; `None` when it was deleted meanwhile.
    pub(super) async fn contents(self, cluster: &str) -> Option<Contents> {
        let (container_instances, tasks, services) = tokio::join!(
            self.container_instances(cluster),
            self.tasks(cluster),
            self.services(cluster)
        );
        let answers = [container_instances, tasks, services];
        let mut troubles = answers.iter().flatten().filter_map(|a| a.trouble.as_ref());
        if troubles.any(|trouble| trouble.has_code(GONE)) {
            return None;
        }
        let mut findings = Findings::default();
        let mut is_cut = false;
        for (kind, mut answers) in CONTENTS.into_iter().zip(answers) {
            for answer in &mut answers {
                if answer.trouble == Some(Trouble::Late) {
                    is_cut = true;
                    answer.trouble = Some(unreached());
                }
            }
            findings.take_all(kind, answers, [cluster.to_owned()]);
        }
        Some(Contents { findings, is_cut })
    }

    async fn container_instances(self, cluster: &str) -> Vec<Answer> {
        const ACTION: &str = "ecs:DescribeContainerInstances";
        let turn = self.turn(Bucket::ClusterResources);
        let request = self.of.ecs.list_container_instances();
        let request = request.cluster(cluster).max_results(PAGE);
        let (arns, trouble) = read_pages!(turn, request, |page| page
            .container_instance_arns()
            .iter()
            .cloned());
        let arns: Vec<String> = arns;
        let batches = arns.chunks(CONTAINER_INSTANCES).map(<[String]>::to_vec);
        let asked = batches.map(|arns| {
            let call = self.ecs().container_instances(cluster.to_owned(), arns);
            turn.answer(ACTION, call)
        });
        let mut answers = join_all(asked).await;
        answers.extend(trouble.map(|why| Answer::failed("ecs:ListContainerInstances", why)));
        answers
    }

    /// Those that run or should, and those that shouldn't: a task holds its place until it has
    /// stopped, and is shown for an hour longer.
    async fn tasks(self, cluster: &str) -> Vec<Answer> {
        const ACTION: &str = "ecs:DescribeTasks";
        let turn = self.turn(Bucket::ClusterResources);
        let mut arns = BTreeSet::new();
        let mut answers = Vec::new();
        // One after the other: a task that changes sides between them is on the second list.
        for status in [DesiredStatus::Running, DesiredStatus::Stopped] {
            let request = self.of.ecs.list_tasks();
            let request = request.cluster(cluster).desired_status(status);
            let (listed, trouble) = read_pages!(turn, request.max_results(PAGE), |page| page
                .task_arns()
                .iter()
                .cloned());
            arns.extend(listed);
            answers.extend(trouble.map(|why| Answer::failed("ecs:ListTasks", why)));
        }
        let arns: Vec<String> = arns.into_iter().collect();
        let batches = arns.chunks(TASKS).map(<[String]>::to_vec);
        let asked = batches.map(|arns| async move {
            let ecs = self.ecs();
            turn.answer(ACTION, ecs.tasks(cluster, &arns)).await
        });
        answers.extend(join_all(asked).await);
        answers
    }

    async fn services(self, cluster: &str) -> Vec<Answer> {
        const ACTION: &str = "ecs:DescribeServices";
        let turn = self.turn(Bucket::Services);
        let request = self.of.ecs.list_services();
        let request = request.cluster(cluster).max_results(PAGE);
        let (arns, trouble) =
            read_pages!(turn, request, |page| page.service_arns().iter().cloned());
        let arns: Vec<String> = arns;
        let batches = arns.chunks(SERVICES).map(<[String]>::to_vec);
        let asked = batches.map(|arns| async move {
            let ecs = self.ecs();
            turn.answer(ACTION, ecs.services(cluster, &arns)).await
        });
        let mut answers = join_all(asked).await;
        answers.extend(trouble.map(|why| Answer::failed("ecs:ListServices", why)));
        answers
    }
}

/// Why nothing is known of a cluster that was never looked into.
pub(super) fn unreached() -> Trouble {
    Trouble::Failed("not reached in time".to_owned())
}

/// What is missing for a cluster that was never looked into.
pub(super) fn nothing_reached() -> Findings {
    let mut findings = Findings::default();
    for (kind, action) in CONTENTS.into_iter().zip([
        "ecs:ListContainerInstances",
        "ecs:ListTasks",
        "ecs:ListServices",
    ]) {
        findings.take(kind, Answer::failed(action, unreached()), []);
    }
    findings
}
