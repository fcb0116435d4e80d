use serde::Deserialize;

use super::{DhcpOptionsId, FactKind, Resource};

/// A DHCP option set, as `describe-dhcp-options` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DhcpOptions {
    /// Its id.
    pub dhcp_options_id: DhcpOptionsId,
    /// The options.
    #[serde(default)]
    pub dhcp_configurations: Vec<DhcpConfiguration>,
}

/// One option.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DhcpConfiguration {
    /// Its name.
    pub key: String,
    /// Its values.
    #[serde(default)]
    pub values: Vec<DhcpValue>,
}

/// A value of an option.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DhcpValue {
    /// The value.
    pub value: String,
}

/// The word that stands for the VPC's own resolver among the name servers.
const AMAZON_PROVIDED_DNS: &str = "AmazonProvidedDNS";

impl DhcpOptions {
    /// The name servers that tasks are told to use, without Amazon's own.
    pub fn custom_name_servers(&self) -> impl Iterator<Item = &str> {
        self.name_servers()
            .filter(|server| !server.eq_ignore_ascii_case(AMAZON_PROVIDED_DNS))
    }

    /// Whether tasks are told to use the VPC's own resolver.
    pub fn uses_amazon_dns(&self) -> bool {
        self.name_servers()
            .any(|server| server.eq_ignore_ascii_case(AMAZON_PROVIDED_DNS))
    }

    fn name_servers(&self) -> impl Iterator<Item = &str> {
        self.dhcp_configurations
            .iter()
            .filter(|option| option.key == "domain-name-servers")
            .flat_map(|option| &option.values)
            .flat_map(|value| value.value.split(','))
            .map(str::trim)
    }
}

impl Resource for DhcpOptions {
    type Id = DhcpOptionsId;
    const KIND: FactKind = FactKind::DhcpOptions;
    fn id(&self) -> &DhcpOptionsId {
        &self.dhcp_options_id
    }
}
