use serde::Deserialize;

use super::{EcsArn, FactKind, InstanceId, Resource, Text, Texts};

/// A container instance, as `aws ecs describe-container-instances` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerInstance {
    /// Its ARN.
    pub container_instance_arn: EcsArn,
    /// The EC2 instance that it is; something else outside AWS.
    pub ec2_instance_id: Option<InstanceId>,
    /// `ACTIVE` when it takes tasks.
    pub status: Option<Text>,
    /// Why it isn't.
    pub status_reason: Option<String>,
    /// Whether its agent is there to start tasks.
    pub agent_connected: Option<bool>,
    /// The capacity provider that it belongs to.
    pub capacity_provider_name: Option<Text>,
    /// What is installed on it.
    pub version_info: Option<VersionInfo>,
    /// What it is and can do, by name.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// What it has in all.
    #[serde(default)]
    pub registered_resources: Vec<InstanceResource>,
    /// What is left of that. Network interfaces are not among it.
    #[serde(default)]
    pub remaining_resources: Vec<InstanceResource>,
}

/// What is installed on a container instance.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionInfo {
    /// The agent's version, such as `1.96.0`.
    pub agent_version: Option<Text>,
}

/// An attribute of a container instance, or one that a task definition requires.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// Its name.
    pub name: Text,
    /// Its value; many have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
}

/// An amount of one resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceResource {
    /// `CPU` (1024 a vCPU), `MEMORY` (MiB), `PORTS`, `PORTS_UDP` (taken ones) or `GPU`.
    pub name: Text,
    /// The amount, of what is counted.
    #[serde(default)]
    pub integer_value: i64,
    /// The single ones, of what has names: for ports the taken ones.
    #[serde(default)]
    pub string_set_value: Vec<Text>,
}

impl ContainerInstance {
    /// The value of an attribute, empty for one without; `None` when it doesn't have it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let attribute = self.attributes.iter().find(|a| a.name == name)?;
        Some(attribute.value.as_deref().unwrap_or_default())
    }

    /// The agent's version.
    pub fn agent_version(&self) -> Option<&str> {
        self.version_info.as_ref()?.agent_version.as_deref()
    }

    /// Its cluster's name; old ARNs don't say.
    pub fn cluster_name(&self) -> Option<&str> {
        let mut parts = self.container_instance_arn.as_str().split('/').skip(1);
        match (parts.next(), parts.next()) {
            (Some(cluster), Some(_)) => Some(cluster),
            _ => None,
        }
    }
}

impl Resource for ContainerInstance {
    type Id = EcsArn;
    const KIND: FactKind = FactKind::ContainerInstances;
    fn id(&self) -> &EcsArn {
        &self.container_instance_arn
    }

    fn share(&mut self, texts: &mut Texts) {
        texts.share_all([&mut self.status, &mut self.capacity_provider_name]);
        texts.share_all(self.version_info.iter_mut().map(|v| &mut v.agent_version));
        for attribute in &mut self.attributes {
            texts.share(&mut attribute.name);
            texts.share_all([&mut attribute.value]);
        }
        let registered = self.registered_resources.iter_mut();
        for resource in registered.chain(&mut self.remaining_resources) {
            texts.share(&mut resource.name);
            for single in &mut resource.string_set_value {
                texts.share(single);
            }
            resource.string_set_value.shrink_to_fit();
        }
        self.attributes.shrink_to_fit();
        self.registered_resources.shrink_to_fit();
        self.remaining_resources.shrink_to_fit();
    }
}
