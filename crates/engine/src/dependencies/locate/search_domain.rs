//! OpenSearch domains in a VPC: an endpoint in each of their subnets; AWS tells no address.
//! <https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html>

use super::{Spots, Whereabouts, groups, is, private_addresses};
use crate::facts::{FactKind, Missing, OpenSearchDomain, Snapshot};

pub(super) fn find(snapshot: &Snapshot, name: &str) -> Result<Option<Whereabouts>, Missing> {
    let mut domains = snapshot.opensearch_domains.seen();
    let Some(domain) = domains.find(|domain| has_name(domain, name)) else {
        return Ok(None);
    };
    let Some(options) = &domain.vpc_options else {
        // A domain outside VPCs has a public name.
        return Ok(None);
    };
    let label = format!("OpenSearch domain {}", domain.domain_name);
    let ids = options.security_group_ids.clone();
    let own = groups(ids, &label, FactKind::OpenSearchDomains);
    let mut spots = Spots::new(snapshot, &label, own);
    spots.add_each(&options.subnet_ids, &private_addresses(snapshot, name));
    spots.located(Some(443)).map(Some)
}

fn has_name(domain: &OpenSearchDomain, name: &str) -> bool {
    is(domain.endpoint.as_deref(), name) || domain.endpoints.values().any(|own| is(Some(own), name))
}
