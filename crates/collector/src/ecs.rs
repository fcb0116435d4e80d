//! ECS: tasks and services, without anything in them that could hold a secret.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{Attachment, LaunchType, NetworkConfiguration, Service, Task};
use awsvpc_auditor_engine::facts::EcsArn;
use tokio::time::Instant;

use crate::document::Document;
use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

/// `DescribeServices` takes this many at once.
pub(crate) const SERVICES: usize = 10;

/// `DescribeTasks` takes this many at once, and `ListTasks` gives as many on a page. A larger
/// cluster is looked at by a part: no fault that stops a task depends on the others.
pub(crate) const TASKS: usize = 100;

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
            .set_services(Some(names.to_vec()));
        let mut answer = Answer::new("ecs:DescribeServices");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => answer.documents = output.services().iter().map(service).collect(),
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
            Ok(Ok(output)) => answer.documents = output.tasks().iter().map(task).collect(),
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
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

fn service(service: &Service) -> Document {
    Document::new()
        .with("serviceArn", service.service_arn())
        .with("serviceName", service.service_name())
        .with("clusterArn", service.cluster_arn())
        .with("status", service.status())
        .with("launchType", service.launch_type().map(LaunchType::as_str))
        .list(
            "capacityProviderStrategy",
            service.capacity_provider_strategy(),
            |item| {
                Document::new()
                    .with("capacityProvider", Some(item.capacity_provider()))
                    .with("weight", Some(item.weight()))
                    .with("base", Some(item.base()))
            },
        )
        .with("platformVersion", service.platform_version())
        .with("taskDefinition", service.task_definition())
        .part(
            "networkConfiguration",
            service.network_configuration().map(network_configuration),
        )
        .with(
            "enableExecuteCommand",
            Some(service.enable_execute_command()),
        )
}

fn network_configuration(configuration: &NetworkConfiguration) -> Document {
    let awsvpc = configuration.awsvpc_configuration().map(|awsvpc| {
        Document::new()
            .texts("subnets", awsvpc.subnets())
            .texts("securityGroups", awsvpc.security_groups())
            .with(
                "assignPublicIp",
                awsvpc.assign_public_ip().map(|value| value.as_str()),
            )
    });
    Document::new().part("awsvpcConfiguration", awsvpc)
}

/// A task without its overrides, which can hold secrets in plain text.
fn task(task: &Task) -> Document {
    Document::new()
        .with("taskArn", task.task_arn())
        .with("clusterArn", task.cluster_arn())
        .with("taskDefinitionArn", task.task_definition_arn())
        .with("lastStatus", task.last_status())
        .with("desiredStatus", task.desired_status())
        .with("launchType", task.launch_type().map(LaunchType::as_str))
        .with("capacityProviderName", task.capacity_provider_name())
        .with("platformVersion", task.platform_version())
        .with("group", task.group())
        .with("containerInstanceArn", task.container_instance_arn())
        .list("attachments", task.attachments(), attachment)
        .with("enableExecuteCommand", Some(task.enable_execute_command()))
        .with("stopCode", task.stop_code().map(|value| value.as_str()))
        .with("stoppedReason", task.stopped_reason())
        .with("version", Some(task.version()))
}

/// Only a network interface's details are facts here; other attachments' may be anything.
fn attachment(attachment: &Attachment) -> Document {
    let is_interface = matches!(attachment.r#type(), Some("ElasticNetworkInterface" | "eni"));
    let details = if is_interface {
        attachment.details()
    } else {
        &[]
    };
    Document::new()
        .with("id", attachment.id())
        .with("type", attachment.r#type())
        .with("status", attachment.status())
        .list("details", details, |detail| {
            Document::new()
                .with("name", detail.name())
                .with("value", detail.value())
        })
}
