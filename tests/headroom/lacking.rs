//! What moto can't do: the size, age and start of a task, the percentages of a service, and quotas.

use awsvpc_auditor_tests::recorder::{Call, Fault};
use awsvpc_auditor_tests::tools::{ACCOUNT, REGION};
use serde_json::{Value, json};

use super::region::{OnFargate, Region, arn, size};
use super::time::now;

/// vCPUs of Fargate that the account may have.
const VCPUS: u32 = 6;

/// For how long a task of `api` has been starting when the test begins, in minutes.
const STARTING: i64 = 20;

/// What is answered in moto's place, made once: the tasks of a test stay as they are.
pub(super) struct Lacking {
    tasks: Fault,
    services: Fault,
    interfaces: Fault,
    /// The quota of network interfaces.
    pub(super) quota: usize,
}

impl Lacking {
    pub(super) fn new(region: &Region) -> Self {
        let tasks: Vec<_> = region.edge.iter().flat_map(tasks).collect();
        let services = region.edge.iter();
        let services: Vec<_> = services.map(|one| service(one, &region.group)).collect();
        // More than four fifths are in use, and some are left for deployments.
        let number = region.interfaces * 100 / 82;
        Self {
            tasks: told(&json!({ "tasks": tasks })),
            services: told(&json!({ "services": services })),
            interfaces: quota("vpc", "L-DF5E4CA3", number),
            quota: number,
        }
    }

    /// The rule of the recorder before moto.
    pub(super) fn answer(&self, call: &Call) -> Option<Fault> {
        let is_of_edge = || call.body.contains(&arn("cluster/edge"));
        match call.action.as_str() {
            "ecs:DescribeTasks" if is_of_edge() => Some(self.tasks),
            "ecs:DescribeServices" if is_of_edge() => Some(self.services),
            "servicequotas:GetServiceQuota" if call.body.contains("L-DF5E4CA3") => {
                Some(self.interfaces)
            }
            "servicequotas:GetServiceQuota" if call.body.contains("L-3032A538") => {
                Some(quota("fargate", "L-3032A538", VCPUS))
            }
            "servicequotas:GetAWSDefaultServiceQuota" => {
                Some(quota("fargate", "L-36FBB829", VCPUS))
            }
            _ => None,
        }
    }
}

/// An answer that a recorder can give again and again.
fn told(answer: &Value) -> Fault {
    Fault::Answer(answer.to_string().leak())
}

fn quota(service: &str, code: &str, value: impl Into<Value>) -> Fault {
    told(&json!({ "Quota": {
        "ServiceCode": service,
        "QuotaCode": code,
        "QuotaArn": format!("arn:aws:servicequotas:{REGION}:{ACCOUNT}:{service}/{code}"),
        "Value": value.into(),
    } }))
}

/// A service's tasks run; of `api`'s, the last doesn't yet.
fn tasks(service: &OnFargate) -> Vec<Value> {
    let (cpu, memory) = size(service.name);
    let last = service.tasks.len() - 1;
    let task = |(number, task): (usize, &aws_sdk_ecs::types::Task)| {
        let is_starting = service.name == "api" && number == last;
        let attachment = &task.attachments()[0];
        let details = attachment.details().iter();
        let details: Vec<_> = details
            .map(|detail| json!({ "name": detail.name(), "value": detail.value() }))
            .collect();
        json!({
            "taskArn": task.task_arn(),
            "clusterArn": arn("cluster/edge"),
            "group": format!("service:{}", service.name),
            "launchType": "FARGATE",
            "lastStatus": if is_starting { "PROVISIONING" } else { "RUNNING" },
            "desiredStatus": "RUNNING",
            "createdAt": now() - STARTING * 60,
            "cpu": cpu.to_string(),
            "memory": memory.to_string(),
            "attachments": [{
                "id": attachment.id(),
                "type": "ElasticNetworkInterface",
                "status": if is_starting { "PRECREATED" } else { "ATTACHED" },
                "details": details,
            }],
        })
    };
    service.tasks.iter().enumerate().map(task).collect()
}

fn service(service: &OnFargate, group: &str) -> Value {
    let name = service.name;
    let definition = arn(&format!("task-definition/{name}:1"));
    let (maximum, minimum) = service.percentages;
    json!({
        "serviceArn": arn(&format!("service/edge/{name}")),
        "serviceName": name,
        "clusterArn": arn("cluster/edge"),
        "status": "ACTIVE",
        "launchType": "FARGATE",
        "schedulingStrategy": "REPLICA",
        "desiredCount": service.desired,
        "runningCount": service.desired,
        "taskDefinition": definition,
        "deployments": [{ "id": "1", "status": "PRIMARY", "taskDefinition": definition }],
        "deploymentConfiguration": {
            "maximumPercent": maximum,
            "minimumHealthyPercent": minimum,
        },
        "networkConfiguration": { "awsvpcConfiguration": {
            "subnets": [service.subnet],
            "securityGroups": [group],
        } },
    })
}
