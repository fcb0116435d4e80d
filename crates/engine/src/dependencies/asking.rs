//! What to ask AWS so that everything a subject needs can be located.

use std::collections::BTreeSet;

use super::declared::{self, Declaration};
use super::learned::Learned;
use super::locate::AwsName;
use super::question::Question;
use super::text::{Certainty, Endpoint, Host};
use crate::facts::{Service, Tag, Task, TaskDefinition};

/// Last labels of names that people give to namespaces of their own.
const PRIVATE: [&str; 7] = [
    "corp", "internal", "lan", "local", "private", "service", "svc",
];

/// The questions about a subject, as far as its definition and service are known. `task` is the task that is audited, if it is one.
pub fn questions(
    definition: Option<&TaskDefinition>,
    service: Option<&Service>,
    task: Option<&Task>,
    declared: &[Declaration],
) -> BTreeSet<Question> {
    let mut asking = Asking {
        namespace: service.and_then(namespace),
        questions: BTreeSet::new(),
    };
    let containers = definition.into_iter();
    for container in containers.flat_map(|definition| &definition.container_definitions) {
        let logs = container.log_configuration.iter();
        let learned = container.learned.iter();
        asking.about_all(learned.chain(logs.flat_map(|logs| &logs.learned)));
    }
    for own in task
        .iter()
        .flat_map(|task| &task.overrides.container_overrides)
    {
        asking.about_all(own.learned.iter());
    }
    for volume in definition.iter().flat_map(|definition| &definition.volumes) {
        if let Some(efs) = &volume.efs_volume_configuration {
            let id = efs.file_system_id.clone();
            asking.questions.insert(Question::MountTargets(id));
        }
    }
    let tags = definition
        .into_iter()
        .flat_map(|definition| &definition.tags);
    let tags = tags.chain(service.into_iter().flat_map(|service| &service.tags));
    let tags: Vec<Tag> = tags.cloned().collect();
    for name in [declared::NEEDS, declared::DENIES] {
        let (in_tags, _) = declared::in_tags(&tags, name);
        for declaration in &in_tags {
            asking.about(&declaration.endpoint);
        }
    }
    for declaration in declared {
        asking.about(&declaration.endpoint);
    }
    let balanced = service
        .into_iter()
        .flat_map(|service| &service.load_balancers);
    let groups = balanced.filter_map(|balancer| balancer.target_group_arn.clone());
    asking.questions.extend(groups.map(Question::TargetGroup));
    if let Some(task) = task
        && let Some(arn) = &task.container_instance_arn
    {
        asking.questions.insert(Question::ContainerInstance {
            cluster: task.cluster_arn.to_string(),
            arn: arn.to_string(),
        });
    }
    asking.questions
}

/// The Service Connect namespace of a service's deployments, by name.
fn namespace(service: &Service) -> Option<String> {
    let configured = service.deployments.iter().filter_map(|deployment| {
        let configuration = deployment.service_connect_configuration.as_ref()?;
        configuration.namespace.clone()
    });
    // A namespace can be given by its ARN, which doesn't tell its name.
    configured
        .into_iter()
        .find(|name| !name.starts_with("arn:"))
}

struct Asking {
    namespace: Option<String>,
    questions: BTreeSet<Question>,
}

impl Asking {
    fn about_all<'l>(&mut self, learned: impl Iterator<Item = &'l Learned>) {
        for learned in learned {
            self.about(&learned.endpoint);
        }
    }

    fn about(&mut self, endpoint: &Endpoint) {
        let Host::Name(name) = &endpoint.host else {
            return;
        };
        if let Some(aws) = AwsName::parse(name) {
            // Of these AWS tells subnets, not addresses; their names are public, and lead to them.
            let has_address = matches!(
                aws,
                AwsName::LoadBalancer(_) | AwsName::FileSystem(_) | AwsName::KafkaCluster(_)
            );
            if !has_address {
                self.questions.insert(Question::Name(name.clone()));
            }
            self.questions.insert(aws.question());
            return;
        }
        let is_aws = name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
        match name.split_once('.') {
            _ if is_aws => {}
            None => {
                let namespace = self.namespace.clone();
                self.questions
                    .extend(namespace.map(|namespace| Question::DiscoverInstances {
                        namespace,
                        service: name.clone(),
                    }));
            }
            Some((service, namespace)) if self.is_own(namespace) => {
                self.questions.insert(Question::DiscoverInstances {
                    namespace: namespace.to_owned(),
                    service: service.to_owned(),
                });
            }
            // A guess isn't worth a look-up.
            Some(_) if endpoint.certainty == Certainty::Guessed => {}
            Some(_) => {
                self.questions.insert(Question::Name(name.clone()));
            }
        }
    }

    /// Whether a namespace is one that people make for themselves.
    fn is_own(&self, namespace: &str) -> bool {
        let last = namespace.rsplit('.').next().unwrap_or(namespace);
        PRIVATE.contains(&last) || self.namespace.as_deref() == Some(namespace)
    }
}
