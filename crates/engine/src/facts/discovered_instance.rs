use std::net::IpAddr;

use serde::Deserialize;

use super::{FactKind, Resource, ResourceName};

/// An instance of a Cloud Map service, as `aws servicediscovery discover-instances` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Printed")]
pub struct DiscoveredInstance {
    /// `NAMESPACE/SERVICE/INSTANCE`: instances have names within their service only.
    pub name: ResourceName,
    /// The namespace.
    pub namespace_name: String,
    /// The service.
    pub service_name: String,
    /// Its id within the service; a task's id, where ECS registered it.
    pub instance_id: String,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health_status: Option<String>,
    /// Where it is.
    pub attributes: InstanceAttributes,
}

/// Where an instance is, in whoever registered it's own words. Other attributes may be anything and
/// are left out.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct InstanceAttributes {
    /// The IPv4 address.
    pub aws_instance_ipv4: Option<String>,
    /// The IPv6 address.
    pub aws_instance_ipv6: Option<String>,
    /// The port.
    pub aws_instance_port: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    namespace_name: String,
    service_name: String,
    instance_id: String,
    health_status: Option<String>,
    #[serde(default)]
    attributes: InstanceAttributes,
}

impl From<Printed> for DiscoveredInstance {
    fn from(printed: Printed) -> Self {
        let (namespace, service) = (&printed.namespace_name, &printed.service_name);
        Self {
            name: ResourceName::new(format!("{namespace}/{service}/{}", printed.instance_id)),
            namespace_name: printed.namespace_name,
            service_name: printed.service_name,
            instance_id: printed.instance_id,
            health_status: printed.health_status,
            attributes: printed.attributes,
        }
    }
}

impl InstanceAttributes {
    /// Its addresses; what isn't one is left out.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let texts = [&self.aws_instance_ipv4, &self.aws_instance_ipv6];
        texts.into_iter().flatten().filter_map(|a| a.parse().ok())
    }

    /// Its port, if it is one.
    pub fn port(&self) -> Option<u16> {
        self.aws_instance_port.as_deref()?.parse().ok()
    }
}

impl Resource for DiscoveredInstance {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::DiscoveredInstances;
    fn id(&self) -> &ResourceName {
        &self.name
    }
}
