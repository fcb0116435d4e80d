//! ECS: tasks, services and container instances, without anything in them that could hold a secret.

mod container_instance;
mod service;
mod task;

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{DesiredStatus, LaunchType, ServiceField};
use awsvpc_auditor_engine::facts::EcsArn;
use tokio::time::Instant;

pub(crate) use container_instance::attribute;
pub(crate) use service::strategy;

use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

/// `DescribeServices` takes this many at once.
pub(crate) const SERVICES: usize = 10;

/// `DescribeTasks` takes this many at once, and `ListTasks` gives as many on a page. A larger
/// cluster is looked at by a part: no fault that stops a task depends on the others.
pub(crate) const TASKS: usize = 100;

/// `DescribeContainerInstances` takes this many at once.
pub(crate) const CONTAINER_INSTANCES: usize = 100;

/// Stopped tasks of a service that are looked at: a failing deployment repeats itself.
const STOPPED: i32 = 20;

/// ECS, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ecs<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

impl Ecs<'_> {
    /// Services of a cluster, at most [`SERVICES`]. Those that don't exist are left out.
    pub(crate) async fn services(&self, cluster: &str, names: &[String]) -> Answer {
        let request = self
            .client
            .describe_services()
            .cluster(cluster)
            .include(ServiceField::Tags)
            .set_services(Some(names.to_vec()));
        let mut answer = Answer::new("ecs:DescribeServices");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                answer.documents = output.services().iter().map(service::document).collect();
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }

    /// Tasks of a cluster, at most [`TASKS`]. Those that don't exist any more are left out.
    pub(crate) async fn tasks(&self, cluster: &str, names: &[String]) -> Answer {
        let request = self
            .client
            .describe_tasks()
            .cluster(cluster)
            .set_tasks(Some(names.to_vec()));
        let mut answer = Answer::new("ecs:DescribeTasks");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                answer.documents = output.tasks().iter().map(task::document).collect();
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }

    /// Container instances of a cluster, at most [`CONTAINER_INSTANCES`]. Those that don't exist any
    /// more are left out.
    pub(crate) async fn container_instances(self, cluster: String, arns: Vec<String>) -> Answer {
        let request = self
            .client
            .describe_container_instances()
            .cluster(cluster)
            .set_container_instances(Some(arns));
        let mut answer = Answer::new("ecs:DescribeContainerInstances");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                let instances = output.container_instances().iter();
                answer.documents = instances.map(container_instance::document).collect();
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }

    /// The ARNs of the tasks of a service that stopped within the last hour, some of them if there are
    /// many.
    pub(crate) async fn stopped_tasks(
        &self,
        cluster: &str,
        service: &str,
    ) -> Result<Vec<String>, Trouble> {
        let request = self.client.list_tasks().cluster(cluster);
        let request = request.service_name(service).max_results(STOPPED);
        let request = request.desired_status(DesiredStatus::Stopped);
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => Ok(output.task_arns().to_vec()),
            Ok(Err(error)) => Err(Trouble::of(&error)),
            Err(late) => Err(late),
        }
    }

    /// The ARNs of the tasks on a cluster's instances: the first [`TASKS`], with
    /// [`Trouble::Truncated`] when there are more.
    pub(crate) async fn task_arns(&self, cluster: &EcsArn) -> (Vec<String>, Option<Trouble>) {
        let request = self
            .client
            .list_tasks()
            .cluster(cluster.as_str())
            .launch_type(LaunchType::Ec2)
            .max_results(i32::try_from(TASKS).unwrap_or(i32::MAX));
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                let more = output.next_token().map(|_| Trouble::Truncated);
                (output.task_arns().to_vec(), more)
            }
            Ok(Err(error)) => (Vec::new(), Some(Trouble::of(&error))),
            Err(late) => (Vec::new(), Some(late)),
        }
    }
}
