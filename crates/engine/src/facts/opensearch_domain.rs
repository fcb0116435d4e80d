use std::collections::BTreeMap;

use serde::Deserialize;

use super::{FactKind, Resource, ResourceName, SecurityGroupId, SubnetId, VpcId};

/// An OpenSearch domain, as `aws opensearch describe-domains` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OpenSearchDomain {
    /// Its name.
    pub domain_name: ResourceName,
    /// Its ARN.
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    /// The host name of a public domain.
    pub endpoint: Option<String>,
    /// The dual-stack host name.
    pub endpoint_v2: Option<String>,
    /// The host names of a domain in a VPC, by kind: `vpc`, `vpcv2`.
    #[serde(default)]
    pub endpoints: BTreeMap<String, String>,
    /// Where a domain in a VPC is; absent for a public one.
    #[serde(rename = "VPCOptions")]
    pub vpc_options: Option<OpenSearchVpcOptions>,
}

/// Where a domain is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OpenSearchVpcOptions {
    /// The VPC.
    #[serde(rename = "VPCId")]
    pub vpc_id: Option<VpcId>,
    /// The subnets.
    #[serde(default)]
    pub subnet_ids: Vec<SubnetId>,
    /// The security groups.
    #[serde(default)]
    pub security_group_ids: Vec<SecurityGroupId>,
}

impl Resource for OpenSearchDomain {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::OpenSearchDomains;
    fn id(&self) -> &ResourceName {
        &self.domain_name
    }
}
