//! Private names, in the order in which AWS takes the changes: host names can only be switched on where
//! the resolver is, and an endpoint's private names only where both are.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html>
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html>

use super::change::{Attribute, Change};
use crate::facts::{Snapshot, VpcAttributes, VpcEndpointId, VpcId};
use crate::reach::{Code, Explanation};

/// What makes private names work.
pub(super) fn names(snapshot: &Snapshot, explanation: &Explanation) -> Vec<Change> {
    let component = explanation.component.as_str();
    let changes = match explanation.code {
        Code::VpcDnsSupportDisabled => component.parse().ok().map(|vpc| vec![support(vpc)]),
        Code::VpcDnsHostnamesDisabled => {
            let vpc: Option<VpcId> = component.parse().ok();
            vpc.map(|vpc| hostnames(snapshot, &vpc))
        }
        Code::EndpointPrivateDnsDisabled => {
            let endpoint: Option<VpcEndpointId> = component.parse().ok();
            endpoint.map(|endpoint| private_dns(snapshot, &endpoint))
        }
        _ => None,
    };
    changes.unwrap_or_default()
}

fn support(vpc: VpcId) -> Change {
    Change::EnableVpcAttribute {
        vpc,
        attribute: Attribute::DnsSupport,
    }
}

/// Switches DNS host names on, and the resolver before them where it is off.
pub(crate) fn hostnames(snapshot: &Snapshot, vpc: &VpcId) -> Vec<Change> {
    let attributes = snapshot.vpc_attributes.get(vpc);
    let is_off = attributes.and_then(VpcAttributes::dns_support) == Ok(false);
    let mut changes: Vec<_> = is_off.then(|| support(vpc.clone())).into_iter().collect();
    changes.push(Change::EnableVpcAttribute {
        vpc: vpc.clone(),
        attribute: Attribute::DnsHostnames,
    });
    changes
}

/// Switches an endpoint's private DNS on, and what it needs before it.
pub(crate) fn private_dns(snapshot: &Snapshot, endpoint: &VpcEndpointId) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Ok(facts) = snapshot.vpc_endpoints.get(endpoint)
        && snapshot.has_private_names(&facts.vpc_id) == Ok(false)
    {
        let vpc = &facts.vpc_id;
        let attributes = snapshot.vpc_attributes.get(vpc);
        changes = match attributes.and_then(VpcAttributes::dns_hostnames) {
            Ok(true) => vec![support(vpc.clone())],
            _ => hostnames(snapshot, vpc),
        };
    }
    changes.push(Change::EnablePrivateDns {
        endpoint: endpoint.clone(),
    });
    changes
}
