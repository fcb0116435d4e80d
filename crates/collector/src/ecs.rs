//! ECS: tasks and services, without anything in them that could hold a secret.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{
    Attachment, ContainerInstance, Deployment, LaunchType, NetworkConfiguration, Service,
    ServiceConnectConfiguration, ServiceField, Task,
};
use awsvpc_auditor_engine::facts::EcsArn;
use tokio::time::Instant;

use crate::document::Document;
use crate::findings::Answer;
use crate::task_definition::overrides;
use crate::trouble::{Trouble, in_time};

/// `DescribeServices` takes this many at once.
pub(crate) const SERVICES: usize = 10;

/// `DescribeTasks` takes this many at once, and `ListTasks` gives as many on a page. A larger
/// cluster is looked at by a part: no fault that stops a task depends on the others.
pub(crate) const TASKS: usize = 100;

/// `DescribeContainerInstances` takes this many at once.
pub(crate) const CONTAINER_INSTANCES: usize = 100;

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
                answer.documents = instances.map(container_instance).collect();
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer.or_absent()
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
        .part(
            "deploymentController",
            service
                .deployment_controller()
                .map(|controller| Document::new().with("type", Some(controller.r#type().as_str()))),
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
        .list("loadBalancers", service.load_balancers(), |balancer| {
            Document::new()
                .with("targetGroupArn", balancer.target_group_arn())
                .with("containerName", balancer.container_name())
                .with("containerPort", balancer.container_port())
        })
        .list(
            "serviceRegistries",
            service.service_registries(),
            |registry| {
                Document::new()
                    .with("registryArn", registry.registry_arn())
                    .with("port", registry.port())
                    .with("containerName", registry.container_name())
                    .with("containerPort", registry.container_port())
            },
        )
        .list("deployments", service.deployments(), deployment)
        .list("tags", service.tags(), |tag| {
            Document::new()
                .with("key", tag.key())
                .with("value", tag.value())
        })
}

/// A deployment's Service Connect; without how it logs, which can name secrets.
fn deployment(deployment: &Deployment) -> Document {
    let connect = deployment.service_connect_configuration();
    Document::new()
        .with("id", deployment.id())
        .with("status", deployment.status())
        .part("serviceConnectConfiguration", connect.map(service_connect))
}

fn service_connect(connect: &ServiceConnectConfiguration) -> Document {
    Document::new()
        .with("enabled", Some(connect.enabled()))
        .with("namespace", connect.namespace())
        .list("services", connect.services(), |service| {
            Document::new()
                .with("portName", Some(service.port_name()))
                .with("discoveryName", service.discovery_name())
                .list("clientAliases", service.client_aliases(), |alias| {
                    Document::new()
                        .with("port", Some(alias.port()))
                        .with("dnsName", alias.dns_name())
                })
        })
}

fn container_instance(instance: &ContainerInstance) -> Document {
    Document::new()
        .with("containerInstanceArn", instance.container_instance_arn())
        .with("ec2InstanceId", instance.ec2_instance_id())
        .with("status", instance.status())
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

/// A task, of whose overrides only the endpoints they talk about remain.
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
        .part("overrides", task.overrides().and_then(overrides))
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
