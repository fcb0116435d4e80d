use std::net::IpAddr;

use serde::Deserialize;

use super::{FactKind, Resource, ResourceName};

/// What DNS answered about a host name, to whoever asked for the audit. Inside a VPC the answer may
/// be another.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResolvedName {
    /// The host name.
    pub name: ResourceName,
    /// The addresses that it resolved to.
    #[serde(default)]
    pub addresses: Vec<IpAddr>,
}

impl Resource for ResolvedName {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::ResolvedNames;
    fn id(&self) -> &ResourceName {
        &self.name
    }
}
