//! What the tasks and services of a request talk to, as the questions that would locate it.

use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_engine::dependencies::question::Question;
use awsvpc_auditor_engine::dependencies::questions as about;
use awsvpc_auditor_engine::facts::{EcsArn, FactKind, Service, TaskDefinition};
use serde::Deserialize;

use crate::findings::Findings;
use crate::request::Request;
use crate::vpc_facts::{items, text};

/// The definitions that the request's tasks run.
pub(crate) fn definitions_of_tasks(request: &Request) -> BTreeSet<String> {
    let tasks = request.audited.iter();
    let arns = tasks.filter_map(|task| task.task_definition_arn.as_ref());
    arns.map(ToString::to_string).collect()
}

/// The definitions that services run whose audit isn't one of a task: a task's service may run another
/// revision by now, which that task doesn't.
pub(crate) fn definitions_of_services(request: &Request, known: &Findings) -> BTreeSet<String> {
    if !request.audited.is_empty() {
        return BTreeSet::new();
    }
    let services = || known.of(FactKind::Services);
    let mut definitions: BTreeSet<String> = services()
        .filter_map(|service| text(service, "taskDefinition"))
        .collect();
    if !request.failing.is_empty() {
        // A deployment that was rolled back ran another one.
        let deployments = services().flat_map(|service| items(service, "deployments"));
        definitions.extend(deployments.filter_map(|one| text(one, "taskDefinition")));
    }
    definitions
}

/// The questions that would locate everything.
pub(crate) fn questions(request: &Request, known: &Findings) -> BTreeSet<Question> {
    let definitions: BTreeMap<EcsArn, TaskDefinition> = known
        .of(FactKind::TaskDefinitions)
        .filter_map(|value| TaskDefinition::deserialize(value).ok())
        .map(|definition| (definition.task_definition_arn.clone(), definition))
        .collect();
    let services: Vec<Service> = known
        .of(FactKind::Services)
        .filter_map(|value| Service::deserialize(value).ok())
        .collect();
    let mut questions = request.questions.clone();
    for task in &request.audited {
        let definition = task.task_definition_arn.as_ref();
        let definition = definition.and_then(|arn| definitions.get(arn));
        let service = services.iter().find(|service| {
            service.cluster_arn == task.cluster_arn
                && task.service_name() == Some(&service.service_name)
        });
        questions.extend(about(definition, service, Some(task), &request.declared));
    }
    if request.audited.is_empty() {
        for service in &services {
            let definition = service.task_definition.as_ref();
            let definition = definition.and_then(|arn| definitions.get(arn));
            let definitions = definition.into_iter().chain(&request.definitions);
            for definition in definitions.map(Some).chain([None]) {
                questions.extend(about(definition, Some(service), None, &request.declared));
            }
        }
    }
    questions
}

#[cfg(test)]
mod tests {
    use awsvpc_auditor_engine::dependencies::question::Question;
    use awsvpc_auditor_engine::facts::{FactKind, TaskDefinition};
    use serde_json::json;

    use super::questions;
    use crate::document::Document;
    use crate::findings::{Answer, Findings};
    use crate::request::Request;

    /// What a service is about to run names what nothing of the account does yet.
    #[test]
    fn a_proposed_definition_is_asked_about() {
        let service = json!({
            "serviceArn": "arn:aws:ecs:eu-west-1:123456789012:service/shop/web",
            "serviceName": "web",
            "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
        });
        let mut known = Findings::default();
        let services = Document::from_value(service).into_iter().collect();
        let answer = Answer::listed("ecs:DescribeServices", services, None);
        known.take(FactKind::Services, answer, []);
        let file = json!({ "family": "web", "containerDefinitions": [{ "name": "web", "environment": [{
            "name": "DATABASE_URL",
            "value": "postgres://orders.c9x2m7k4q1zr.eu-west-1.rds.amazonaws.com:5432/orders",
        }] }] });
        let definition = TaskDefinition::read("web.json", &file.to_string()).unwrap();
        let request = Request {
            definitions: vec![definition],
            ..Request::default()
        };
        let database = Question::DbInstance("orders".to_owned());
        assert!(questions(&request, &known).contains(&database));
        assert!(!questions(&Request::default(), &known).contains(&database));
    }
}
