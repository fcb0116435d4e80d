use serde::Deserialize;

use super::{
    FactKind, GroupIdentifier, NetworkInterfaceId, Resource, RouteTableId, SecurityGroupId,
    SubnetId, VpcEndpointId, VpcId,
};

/// A VPC endpoint, as `describe-vpc-endpoints` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpcEndpoint {
    /// Its id.
    pub vpc_endpoint_id: VpcEndpointId,
    /// Its VPC.
    pub vpc_id: VpcId,
    /// Its type.
    #[serde(default)]
    pub vpc_endpoint_type: VpcEndpointType,
    /// The service, such as `com.amazonaws.eu-west-1.secretsmanager`.
    pub service_name: String,
    /// `available` when it works, in any casing.
    pub state: Option<String>,
    /// The route tables of a gateway endpoint.
    #[serde(default)]
    pub route_table_ids: Vec<RouteTableId>,
    /// The subnets of an interface endpoint.
    #[serde(default)]
    pub subnet_ids: Vec<SubnetId>,
    /// The security groups of an interface endpoint.
    #[serde(default)]
    pub groups: Vec<GroupIdentifier>,
    /// Whether the service's public name resolves to the endpoint inside the VPC.
    #[serde(default)]
    pub private_dns_enabled: bool,
    /// Whom private DNS is for.
    pub dns_options: Option<DnsOptions>,
    /// The interfaces of an interface endpoint.
    #[serde(default)]
    pub network_interface_ids: Vec<NetworkInterfaceId>,
    /// The endpoint's own DNS names, and the service's when private DNS is on.
    #[serde(default)]
    pub dns_entries: Vec<DnsEntry>,
    /// What may be done by way of it: a policy in JSON.
    pub policy_document: Option<String>,
    /// The account that owns it.
    pub owner_id: Option<String>,
}

/// Whom an endpoint's private DNS is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DnsOptions {
    /// Only for networks outside the VPC that ask by an inbound resolver endpoint.
    #[serde(default)]
    pub private_dns_only_for_inbound_resolver_endpoint: bool,
}

/// A DNS name of an endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DnsEntry {
    /// The name; may start with `*.`.
    pub dns_name: Option<String>,
}

/// The types of endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum VpcEndpointType {
    /// An interface in the VPC for each zone.
    Interface,
    /// A route in route tables; what describe output without a type means.
    #[default]
    Gateway,
    /// A way to an inspection appliance.
    GatewayLoadBalancer,
    /// A type whose traffic this version doesn't follow.
    #[serde(other)]
    Other,
}

impl VpcEndpoint {
    /// Whether it works. The API and its documentation differ in casing.
    pub fn is_available(&self) -> bool {
        self.state
            .as_deref()
            .is_none_or(|state| state.eq_ignore_ascii_case("available"))
    }

    /// The service without the part that all AWS services share: `ecr.api` for
    /// `com.amazonaws.eu-west-1.ecr.api`; `None` for other providers' services.
    pub fn aws_service(&self) -> Option<&str> {
        self.aws_region_and_service().map(|(_, service)| service)
    }

    /// The region and short name of an AWS service.
    pub fn aws_region_and_service(&self) -> Option<(&str, &str)> {
        let name = self
            .service_name
            .strip_prefix("cn.")
            .unwrap_or(&self.service_name);
        name.strip_prefix("com.amazonaws.")?
            .split_once('.')
            .filter(|(region, _)| *region != "vpce")
    }

    /// Whether the service's public name leads to the endpoint for those inside the VPC.
    pub fn takes_service_name(&self) -> bool {
        let options = self.dns_options.as_ref();
        self.private_dns_enabled
            && !options.is_some_and(|o| o.private_dns_only_for_inbound_resolver_endpoint)
    }

    /// The security groups, in the order AWS lists them.
    pub fn group_ids(&self) -> impl Iterator<Item = &SecurityGroupId> {
        self.groups.iter().map(|group| &group.group_id)
    }
}

impl Resource for VpcEndpoint {
    type Id = VpcEndpointId;
    const KIND: FactKind = FactKind::VpcEndpoints;
    fn id(&self) -> &VpcEndpointId {
        &self.vpc_endpoint_id
    }
}
