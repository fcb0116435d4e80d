use aws_sdk_ecs::types::{Attachment, LaunchType, Task};

use crate::document::{Document, moment};
use crate::task_definition::overrides;

/// A task, of whose overrides only the endpoints they talk about remain.
pub(super) fn document(task: &Task) -> Document {
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
        .with("availabilityZone", task.availability_zone())
        .with("cpu", task.cpu())
        .with("memory", task.memory())
        .with("createdAt", moment(task.created_at()))
        .with("stoppedAt", moment(task.stopped_at()))
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
