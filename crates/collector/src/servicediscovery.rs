//! Cloud Map: the instances of services.

use aws_sdk_servicediscovery::Client;
use aws_sdk_servicediscovery::types::{HealthStatusFilter, HttpInstanceSummary};
use tokio::time::Instant;

use crate::document::Document;
use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

/// As many instances as `DiscoverInstances` gives. It has no pages.
const MOST: i32 = 1000;

/// The attributes that are facts here; others may be anything.
const ATTRIBUTES: [&str; 3] = [
    "AWS_INSTANCE_IPV4",
    "AWS_INSTANCE_IPV6",
    "AWS_INSTANCE_PORT",
];

/// Cloud Map, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServiceDiscovery<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

impl ServiceDiscovery<'_> {
    /// The instances of a service, in whatever health they are.
    pub(crate) async fn instances(self, namespace: String, service: String) -> Answer {
        let request = self
            .client
            .discover_instances()
            .namespace_name(namespace)
            .service_name(service)
            .health_status(HealthStatusFilter::All)
            .max_results(MOST);
        let mut answer = Answer::new("servicediscovery:DiscoverInstances");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                let instances = output.instances();
                answer.documents = instances.iter().map(document).collect();
                let is_cut_short = i32::try_from(instances.len()).is_ok_and(|n| n >= MOST);
                answer.trouble = is_cut_short.then_some(Trouble::Truncated);
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer.or_absent()
    }
}

fn document(instance: &HttpInstanceSummary) -> Document {
    let attributes = instance.attributes().map(|attributes| {
        ATTRIBUTES.iter().fold(Document::new(), |all, key| {
            all.with(key, attributes.get(*key).map(String::as_str))
        })
    });
    Document::new()
        .with("InstanceId", instance.instance_id())
        .with("NamespaceName", instance.namespace_name())
        .with("ServiceName", instance.service_name())
        .with(
            "HealthStatus",
            instance.health_status().map(|value| value.as_str()),
        )
        .part("Attributes", attributes)
}
