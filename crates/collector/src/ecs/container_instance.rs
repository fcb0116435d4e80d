use aws_sdk_ecs::types::{Attribute, ContainerInstance, Resource};

use crate::document::Document;

pub(super) fn document(instance: &ContainerInstance) -> Document {
    let versions = instance
        .version_info()
        .map(|versions| Document::new().with("agentVersion", versions.agent_version()));
    Document::new()
        .with("containerInstanceArn", instance.container_instance_arn())
        .with("ec2InstanceId", instance.ec2_instance_id())
        .with("capacityProviderName", instance.capacity_provider_name())
        .with("status", instance.status())
        .with("statusReason", instance.status_reason())
        .with("agentConnected", Some(instance.agent_connected()))
        .part("versionInfo", versions)
        .list("attributes", instance.attributes(), attribute)
        .list(
            "registeredResources",
            instance.registered_resources(),
            amount,
        )
        .list("remainingResources", instance.remaining_resources(), amount)
}

/// An attribute, also as a task definition requires it.
pub(crate) fn attribute(attribute: &Attribute) -> Document {
    Document::new()
        .with("name", Some(attribute.name()))
        .with("value", attribute.value())
}

/// CPU and memory are counted; ports have numbers of their own.
fn amount(resource: &Resource) -> Document {
    let names = resource.string_set_value();
    let document = Document::new()
        .with("name", Some(resource.name().unwrap_or_default()))
        .with("integerValue", Some(resource.integer_value()));
    if names.is_empty() {
        document
    } else {
        document.texts("stringSetValue", names)
    }
}
