//! OpenSearch domains.

use std::collections::BTreeMap;

use aws_sdk_opensearch::Client;
use aws_sdk_opensearch::types::DomainStatus;
use tokio::time::Instant;

use crate::document::Document;
use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

/// `DescribeDomains` takes this many at once.
pub(crate) const DOMAINS: usize = 5;

/// OpenSearch, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenSearch<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

impl OpenSearch<'_> {
    /// Domains by their names, at most [`DOMAINS`]. Those that don't exist are left out. This call
    /// has no pages.
    pub(crate) async fn domains(self, names: Vec<String>) -> Answer {
        let request = self.client.describe_domains().set_domain_names(Some(names));
        let mut answer = Answer::new("es:DescribeDomains");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                let domains = output.domain_status_list().iter();
                answer.documents = domains.map(document).collect();
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }
}

fn document(domain: &DomainStatus) -> Document {
    let endpoints = domain.endpoints().map(|endpoints| {
        let sorted: BTreeMap<&String, &String> = endpoints.iter().collect();
        let texts = sorted.into_iter();
        texts.fold(Document::new(), |all, (kind, name)| {
            all.with(kind, Some(name.as_str()))
        })
    });
    let vpc = domain.vpc_options().map(|vpc| {
        Document::new()
            .with("VPCId", vpc.vpc_id())
            .texts("SubnetIds", vpc.subnet_ids())
            .texts("SecurityGroupIds", vpc.security_group_ids())
    });
    Document::new()
        .with("DomainName", Some(domain.domain_name()))
        .with("ARN", Some(domain.arn()))
        .with("Endpoint", domain.endpoint())
        .with("EndpointV2", domain.endpoint_v2())
        .part("Endpoints", endpoints)
        .part("VPCOptions", vpc)
}
