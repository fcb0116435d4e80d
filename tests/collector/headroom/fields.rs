//! What AWS tells and moto doesn't: it comes through as the facts read it.

use awsvpc_auditor_collector::HeadroomRequest;
use awsvpc_auditor_engine::facts::{EcsArn, SchedulingStrategy, Snapshot};
use awsvpc_auditor_tests::recorder::{Call, Fault};
use awsvpc_auditor_tests::world::PLANTED;
use serde_json::{Value, json};

use super::region::{Region, cluster, collect, missing};

const INSTANCE: &str = "arn:aws:ecs:eu-central-1:123456789012:container-instance/shop/1";
const TASK: &str = "arn:aws:ecs:eu-central-1:123456789012:task/shop/1";
const SERVICE: &str = "arn:aws:ecs:eu-central-1:123456789012:service/shop/web";
const DEFINITION: &str = "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7";
const OLD_DEFINITION: &str = "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:6";

fn container_instance() -> Value {
    json!({
        "containerInstanceArn": INSTANCE,
        // A machine outside AWS, of which EC2 knows nothing.
        "ec2InstanceId": "mi-1",
        "capacityProviderName": "nodes",
        "status": "REGISTRATION_FAILED",
        "statusReason": "the trunk could not be made",
        "agentConnected": false,
        "attributes": [
            { "name": "ecs.awsvpc-trunk-id", "value": "0c1f" },
            { "name": "ecs.capability.task-eni" },
        ],
    })
}

fn task() -> Value {
    json!({
        "taskArn": TASK,
        "clusterArn": cluster("shop"),
        "lastStatus": "STOPPED",
        "availabilityZone": "eu-central-1a",
        "cpu": "256",
        "memory": "512",
        "createdAt": 1_772_362_800.25,
        "stoppedAt": 1_772_366_400,
        "overrides": { "containerOverrides": [
            { "name": "web", "environment": [{ "name": "TOKEN", "value": PLANTED }] },
        ] },
    })
}

fn service() -> Value {
    json!({
        "serviceArn": SERVICE,
        "serviceName": "web",
        "clusterArn": cluster("shop"),
        "taskDefinition": OLD_DEFINITION,
        "desiredCount": 4,
        "runningCount": 3,
        "pendingCount": 1,
        "schedulingStrategy": "DAEMON",
        "deploymentConfiguration": {
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
            "strategy": "ROLLING",
        },
        "placementConstraints": [{ "type": "memberOf", "expression": "attribute:gpu exists" }],
        "placementStrategy": [{ "type": "binpack", "field": "MEMORY" }],
        "deployments": [
            { "id": "2", "status": "PRIMARY", "taskDefinition": DEFINITION },
            { "id": "1", "status": "ACTIVE", "taskDefinition": OLD_DEFINITION },
        ],
    })
}

fn definition() -> Value {
    json!({
        "taskDefinitionArn": DEFINITION,
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "placementConstraints": [{ "type": "memberOf", "expression": "attribute:disk == ssd" }],
        "requiresAttributes": [{ "name": "ecs.capability.task-eni" }],
        "containerDefinitions": [{
            "name": "web",
            "cpu": 128,
            "memoryReservation": 64,
            "portMappings": [{ "containerPort": 80, "hostPort": 8080, "protocol": "tcp" }],
            "resourceRequirements": [{ "type": "GPU", "value": "1" }],
            "environment": [{ "name": "TOKEN", "value": PLANTED }],
        }],
    })
}

/// A cluster that has one of each.
pub(super) fn told(call: &Call) -> Option<Fault> {
    let answer = match call.action.as_str() {
        "ecs:ListContainerInstances" => json!({ "containerInstanceArns": [INSTANCE] }),
        "ecs:ListTasks" => json!({ "taskArns": [TASK] }),
        "ecs:ListServices" => json!({ "serviceArns": [SERVICE] }),
        "ecs:DescribeContainerInstances" => json!({ "containerInstances": [container_instance()] }),
        "ecs:DescribeTasks" => json!({ "tasks": [task()] }),
        "ecs:DescribeServices" => json!({ "services": [service()] }),
        "ecs:DescribeTaskDefinition" => json!({ "taskDefinition": definition() }),
        _ => return None,
    };
    Some(Fault::Answer(answer.to_string().leak()))
}

#[test]
fn what_moto_lacks_comes_through() {
    let account = Region::empty();
    account.make_cluster("shop");
    account.set_rule(told);
    let found = collect(&account.collector(), &HeadroomRequest::default());
    assert!(missing(&found).is_empty(), "{:?}", missing(&found));
    let counts = account.recorder.counts();
    // The task is on both lists, and the machine is nothing to EC2.
    assert_eq!(counts["ecs:DescribeTasks"], 1);
    assert_eq!(counts["ecs:DescribeTaskDefinition"], 1);
    assert!(!counts.contains_key("ec2:DescribeInstances"));
    for (name, text) in found.collected.files() {
        assert!(!text.contains(PLANTED), "{name}: {text}");
    }
    assert_facts(&found.collected.snapshot().unwrap());
}

fn assert_facts(snapshot: &Snapshot) {
    let instances = &snapshot.container_instances;
    let instance = instances.get(&EcsArn::new(INSTANCE)).unwrap();
    assert_eq!(instance.capacity_provider_name.as_deref(), Some("nodes"));
    assert!(instance.status_reason.is_some(), "{instance:?}");
    assert_eq!(instance.agent_connected, Some(false));
    assert_eq!(instance.attribute("ecs.awsvpc-trunk-id"), Some("0c1f"));
    assert_eq!(instance.attribute("ecs.capability.task-eni"), Some(""));

    let task = snapshot.tasks.get(&EcsArn::new(TASK)).unwrap();
    assert_eq!(task.availability_zone.as_deref(), Some("eu-central-1a"));
    assert_eq!(
        (task.cpu.as_deref(), task.memory.as_deref()),
        (Some("256"), Some("512"))
    );
    let lived = task
        .stopped_at
        .unwrap()
        .seconds_since(task.created_at.unwrap());
    assert_eq!(lived, 3_600);

    let service = snapshot.services.get(&EcsArn::new(SERVICE)).unwrap();
    let counts = [
        service.desired_count,
        service.running_count,
        service.pending_count,
    ];
    assert_eq!(counts, [Some(4), Some(3), Some(1)]);
    assert_eq!(service.scheduling_strategy, SchedulingStrategy::Daemon);
    let limits = service.deployment_configuration.as_ref().unwrap();
    let percent = (limits.maximum_percent, limits.minimum_healthy_percent);
    assert_eq!(percent, (Some(150), Some(50)));
    assert_eq!(limits.strategy.as_deref(), Some("ROLLING"));
    assert!(
        service.placement_constraints[0].expression.is_some(),
        "{service:?}"
    );
    assert_eq!(
        service.placement_strategy[0].field.as_deref(),
        Some("MEMORY")
    );

    // The newest deployment's.
    let definition = snapshot
        .task_definitions
        .get(&EcsArn::new(DEFINITION))
        .unwrap();
    assert_eq!(definition.cpu.as_deref(), Some("256"));
    assert!(
        definition.placement_constraints[0].expression.is_some(),
        "{definition:?}"
    );
    assert_eq!(
        definition.requires_attributes[0].name,
        "ecs.capability.task-eni"
    );
    let resources = &definition.container_definitions[0].resources;
    assert_eq!((resources.cpu, resources.memory), (Some(128), None));
    assert_eq!(resources.memory_reservation, Some(64));
    assert_eq!(resources.port_mappings[0].host_port, Some(8080));
    assert_eq!(
        resources.resource_requirements[0].value.as_deref(),
        Some("1")
    );
}
