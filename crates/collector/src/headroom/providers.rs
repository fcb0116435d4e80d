//! Capacity providers, and how large the Auto Scaling groups may become that ECS scales by them.

use aws_sdk_autoscaling::types::AutoScalingGroup;
use aws_sdk_ecs::types::{CapacityProvider as Provider, ManagedScaling};
use awsvpc_auditor_engine::facts::{CapacityProvider, FactKind};
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::Value;

use super::Region;
use crate::document::Document;
use crate::findings::{Answer, Findings};
use crate::pace::{Bucket, read_pages};

/// `DescribeAutoScalingGroups` takes this many names, and gives as many groups on a page.
const GROUPS: usize = 50;

impl Region<'_> {
    /// The capacity providers, and the groups of those that scale.
    pub(super) async fn capacity_providers(self) -> Findings {
        const ACTION: &str = "ecs:DescribeCapacityProviders";
        let request = self.of.ecs.describe_capacity_providers();
        let (documents, trouble) = read_pages!(self.turn(Bucket::Rest), request, |page| page
            .capacity_providers()
            .iter()
            .map(provider));
        let mut findings = Findings::default();
        let groups: Vec<String> = documents.iter().filter_map(scaled_group).collect();
        let mut answers = self.groups(&groups).await;
        // Which other groups there are is then unknown, and for want of this call.
        answers.extend(trouble.clone().map(|why| Answer::failed(ACTION, why)));
        findings.take_all(FactKind::AutoScalingGroups, answers, self.scope());
        let answer = Answer::listed(ACTION, documents, trouble);
        findings.take(FactKind::CapacityProviders, answer, self.scope());
        findings
    }

    async fn groups(self, names: &[String]) -> Vec<Answer> {
        let turn = self.turn(Bucket::Rest);
        let all = names.chunks(GROUPS).map(<[String]>::to_vec);
        let asked = all.map(|names| async move {
            let request = self
                .of
                .autoscaling
                .describe_auto_scaling_groups()
                .set_auto_scaling_group_names(Some(names))
                .include_instances(false)
                .max_records(i32::try_from(GROUPS).unwrap_or(i32::MAX));
            let (documents, trouble) = read_pages!(turn, request, |page| page
                .auto_scaling_groups()
                .iter()
                .map(group));
            Answer::listed("autoscaling:DescribeAutoScalingGroups", documents, trouble)
        });
        join_all(asked).await
    }
}

/// The name of the group that ECS makes larger for a provider, which the provider may name by its
/// ARN: `arn:aws:autoscaling:REGION:ACCOUNT:autoScalingGroup:UUID:autoScalingGroupName/NAME`
fn scaled_group(document: &Document) -> Option<String> {
    let provider = CapacityProvider::deserialize(Value::from(document.clone())).ok()?;
    let group = provider.scaled_group()?;
    let name = group.split_once(":autoScalingGroupName/");
    Some(name.map_or(group, |(_, name)| name).to_owned())
}

fn provider(provider: &Provider) -> Document {
    let scaling = |scaling: &ManagedScaling| {
        Document::new().with("status", scaling.status().map(|status| status.as_str()))
    };
    let group = provider.auto_scaling_group_provider().map(|group| {
        Document::new()
            .with("autoScalingGroupArn", Some(group.auto_scaling_group_arn()))
            .part("managedScaling", group.managed_scaling().map(scaling))
    });
    Document::new()
        .with("capacityProviderArn", provider.capacity_provider_arn())
        .with("name", provider.name())
        .part("autoScalingGroupProvider", group)
}

fn group(group: &AutoScalingGroup) -> Document {
    Document::new()
        .with("AutoScalingGroupARN", group.auto_scaling_group_arn())
        .with("AutoScalingGroupName", group.auto_scaling_group_name())
        .with("MaxSize", Some(group.max_size().unwrap_or_default()))
        .with(
            "DesiredCapacity",
            Some(group.desired_capacity().unwrap_or_default()),
        )
        .texts("AvailabilityZones", group.availability_zones())
}

#[cfg(test)]
mod tests {
    use super::scaled_group;
    use crate::document::Document;

    fn named(group: &str, status: &str) -> Option<String> {
        let scaling = Document::new().with("status", Some(status));
        let provider = Document::new()
            .with("autoScalingGroupArn", Some(group))
            .part("managedScaling", Some(scaling));
        let document = Document::new()
            .with("capacityProviderArn", Some("arn"))
            .with("name", Some("spot"))
            .part("autoScalingGroupProvider", Some(provider));
        scaled_group(&document)
    }

    #[test]
    fn groups_that_ecs_scales_are_named_by_arn_or_name() {
        let arn = "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:u:autoScalingGroupName/a/b:c";
        assert_eq!(named(arn, "ENABLED").as_deref(), Some("a/b:c"));
        assert_eq!(named("web", "ENABLED").as_deref(), Some("web"));
        assert_eq!(named("web", "DISABLED"), None);
    }
}
