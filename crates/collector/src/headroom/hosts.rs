//! What tasks run on, and what services run: instances, their types, and task definitions.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_ec2::types::InstanceType;
use awsvpc_auditor_engine::facts::{ContainerInstance, FactKind, InstanceId, Service};
use futures_util::future::join_all;
use serde::Deserialize;

use super::Region;
use crate::ec2::{self, FILTER_VALUES, filter};
use crate::findings::{Answer, Findings};
use crate::pace::{Bucket, read_pages};
use crate::trouble::Trouble;
use crate::vpc_facts::text;

/// `DescribeInstanceTypes` takes this many at once.
const TYPES: usize = 100;

/// The attribute of a container instance that says its type.
const TYPE: &str = "ecs.instance-type";

/// What EC2 says when one of the types that it is asked about isn't known to it.
const UNKNOWN_TYPE: &str = "InvalidInstanceType";

impl Region<'_> {
    /// What the container instances and services that were found name.
    pub(super) async fn beneath(self, found: &Findings) -> Findings {
        let (mut findings, definitions) = tokio::join!(self.hosts(found), self.definitions(found));
        findings.absorb(&definitions);
        findings
    }

    async fn hosts(self, found: &Findings) -> Findings {
        let (mut ids, mut types) = (BTreeSet::new(), BTreeSet::new());
        for instance in found.of(FactKind::ContainerInstances) {
            let Ok(instance) = ContainerInstance::deserialize(instance) else {
                continue;
            };
            types.extend(instance.attribute(TYPE).map(str::to_owned));
            // Machines outside AWS have other ids.
            let id = instance.ec2_instance_id.as_ref().map(InstanceId::as_str);
            let id = id.filter(|id| id.starts_with(InstanceId::PREFIX));
            ids.extend(id.map(str::to_owned));
        }
        let mut findings = Findings::default();
        if ids.is_empty() {
            return findings;
        }
        let answers = self.instances(ids.into_iter().collect()).await;
        findings.take_all(FactKind::Instances, answers, []);
        let instances = findings.of(FactKind::Instances);
        let instances = instances.filter_map(|holder| holder.get("Instances")?.get(0));
        types.extend(instances.filter_map(|instance| text(instance, "InstanceType")));
        types.remove("");
        let answers = self.instance_types(types.into_iter().collect()).await;
        findings.take_all(FactKind::InstanceTypes, answers, []);
        findings
    }

    async fn instances(self, ids: Vec<String>) -> Vec<Answer> {
        let turn = self.turn(Bucket::Ec2);
        let batches = ids.chunks(FILTER_VALUES).map(<[String]>::to_vec);
        let asked = batches.map(|ids| async move {
            let request = self
                .of
                .ec2
                .describe_instances()
                .include_managed_resources(true)
                .filters(filter("instance-id", ids))
                .max_results(ec2::PAGE);
            let (documents, trouble) = read_pages!(turn, request, |page| page
                .reservations()
                .iter()
                .flat_map(|reservation| reservation.instances())
                .map(ec2::instance));
            Answer::listed("ec2:DescribeInstances", documents, trouble)
        });
        join_all(asked).await
    }

    /// Instance types. EC2 refuses all of them for the sake of one that it doesn't know, so halves
    /// are asked for until that one is by itself.
    async fn instance_types(self, names: Vec<String>) -> Vec<Answer> {
        let mut answers = Vec::new();
        let mut open: Vec<Vec<String>> = names.chunks(TYPES).map(<[String]>::to_vec).collect();
        while let Some(names) = open.pop() {
            let answer = self.described_types(&names).await;
            let is_unknown = answer.trouble.as_ref();
            if !is_unknown.is_some_and(|trouble| trouble.has_code(UNKNOWN_TYPE)) {
                answers.push(answer);
            } else if names.len() > 1 {
                let (left, right) = names.split_at(names.len() / 2);
                open.extend([left.to_vec(), right.to_vec()]);
            }
        }
        answers
    }

    async fn described_types(self, names: &[String]) -> Answer {
        let types = names.iter().map(|name| InstanceType::from(name.as_str()));
        let request = self.of.ec2.describe_instance_types();
        let request = request.set_instance_types(Some(types.collect()));
        let mut answer = Answer::new("ec2:DescribeInstanceTypes");
        match self.turn(Bucket::Ec2).call(request.send()).await {
            Ok(Ok(output)) => {
                let types = output.instance_types().iter();
                answer.documents = types.map(ec2::instance_type).collect();
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }

    /// The task definitions that services start tasks from. What was read once is never asked again.
    async fn definitions(self, found: &Findings) -> Findings {
        let services = found.of(FactKind::Services);
        let arns: BTreeSet<String> = services.filter_map(definition_of).collect();
        let asked = arns.into_iter().map(|arn| self.definition(arn));
        let mut findings = Findings::default();
        for definition in join_all(asked).await {
            findings.absorb(&definition);
        }
        findings
    }

    async fn definition(self, arn: String) -> Arc<Findings> {
        let cache = &self.of.definitions;
        if let Some(kept) = cache.get(&arn).await {
            return kept;
        }
        let call = self.ecs().task_definition(&arn);
        let turn = self.turn(Bucket::TaskDefinitions);
        let answer = turn.answer("ecs:DescribeTaskDefinition", call).await;
        let is_whole = answer.trouble.is_none();
        let mut findings = Findings::default();
        findings.take(FactKind::TaskDefinitions, answer, []);
        let findings = Arc::new(findings);
        if is_whole {
            cache.insert(arn, Arc::clone(&findings)).await;
        }
        findings
    }
}

/// The task definition that a service starts tasks from.
fn definition_of(service: &serde_json::Value) -> Option<String> {
    let service = Service::deserialize(service).ok()?;
    service.task_definition.as_ref().map(ToString::to_string)
}
