//! All calls get through.

use std::collections::BTreeSet;

use awsvpc_auditor_collector::{HEADROOM_ACTIONS, HeadroomRequest};
use awsvpc_auditor_engine::facts::{EcsArn, InstanceId, ResourceName, Scope, Snapshot};
use awsvpc_auditor_tests::recorder::{Call, Fault, all};
use awsvpc_auditor_tests::tools::REGION;
use awsvpc_auditor_tests::world::{PLANTED, wait};

use super::fields::told;
use super::region::{Region, add_container_instance, cluster, collect, everything, missing, send};

fn region() -> [Scope; 1] {
    [Scope::from(&ResourceName::new(REGION))]
}

#[test]
fn every_action_is_called_and_every_fact_is_there() {
    let (account, _) = Region::furnished();
    let found = collect(&account.collector(), &everything());
    assert_eq!(missing(&found), BTreeSet::new());
    assert_eq!((found.next, found.unreached), (None, Vec::new()));
    let called: BTreeSet<String> = account.recorder.counts().into_keys().collect();
    let known = HEADROOM_ACTIONS.iter().map(|action| (*action).to_owned());
    assert_eq!(called, known.collect());
    for (name, text) in found.collected.files() {
        assert!(!text.contains(PLANTED), "{name}: {text}");
    }
    let snapshot = found.collected.snapshot().unwrap();
    assert_the_region_is_complete(&snapshot);
    assert_contents(&snapshot);
    assert_what_is_beneath(&snapshot);
}

fn assert_the_region_is_complete(snapshot: &Snapshot) {
    let scope = region();
    for coverage in [
        snapshot.clusters.complete_within(&scope),
        snapshot.capacity_providers.complete_within(&scope),
        snapshot.auto_scaling_groups.complete_within(&scope),
        snapshot.account_settings.complete_within(&scope),
        snapshot.service_quotas.complete_within(&scope),
        snapshot.network_interfaces.complete_within(&scope),
        snapshot.subnets.complete_within(&scope),
        snapshot.metric_data.complete_within(&scope),
    ] {
        assert_eq!(coverage, Ok(()));
    }
    let providers = snapshot.capacity_providers.seen();
    let scaled: Vec<_> = providers.filter_map(|one| one.scaled_group()).collect();
    let groups: Vec<_> = snapshot.auto_scaling_groups.seen().collect();
    assert_eq!((scaled.len(), groups.len()), (1, 1));
    assert!(groups[0].is_called(scaled[0]));
    assert_eq!(
        (groups[0].room(), groups[0].availability_zones.len()),
        (3, 1)
    );
    let setting = snapshot.account_settings.seen().next().unwrap();
    assert_eq!(setting.value.as_deref(), Some("enabled"));
    let quotas = snapshot.service_quotas.seen();
    let quotas: BTreeSet<_> = quotas
        .map(|quota| (quota.quota_code.as_str(), quota.value.to_string()))
        .collect();
    assert!(
        quotas.contains(&("L-DF5E4CA3", "5000".to_owned())),
        "{quotas:?}"
    );
    assert!(
        quotas.contains(&("L-3032A538", "6".to_owned())),
        "{quotas:?}"
    );
    assert!(
        quotas.contains(&("L-36FBB829", "7".to_owned())),
        "{quotas:?}"
    );
    for quota in snapshot.service_quotas.seen() {
        assert!(quota.is_default(), "{quota:?}");
    }
    assert!(snapshot.subnets.seen().count() >= 3);
    let interface = snapshot.network_interfaces.seen().next().unwrap();
    assert!(interface.availability_zone.is_some(), "{interface:?}");
    assert_eq!(interface.addresses().count(), 0, "{interface:?}");
    let history: Vec<_> = snapshot.metric_data.seen().collect();
    let [history] = history[..] else {
        panic!("one metric was answered: {history:?}");
    };
    let label = history.label.as_str();
    assert!(label.contains("Free/eu-central-1/"), "{label}");
    let history = history.points();
    let history: Vec<_> = history
        .iter()
        .map(|(time, v)| (time.seconds(), v.round()))
        .collect();
    assert_eq!(
        history,
        [
            (1_772_362_800, 61.0),
            (1_772_366_400, 51.0),
            (1_772_370_000, 41.0)
        ]
    );
}

fn assert_contents(snapshot: &Snapshot) {
    let names: Vec<_> = snapshot
        .clusters
        .seen()
        .map(|one| one.cluster_arn.to_string())
        .collect();
    assert_eq!(names, [cluster("batch"), cluster("shop-30")]);
    for name in names {
        let scope = [Scope::from(&EcsArn::new(name))];
        assert_eq!(snapshot.container_instances.complete_within(&scope), Ok(()));
        assert_eq!(snapshot.tasks.complete_within(&scope), Ok(()));
        assert_eq!(snapshot.services.complete_within(&scope), Ok(()));
    }
    let instance = snapshot.container_instances.seen().next().unwrap();
    assert_eq!(instance.agent_version(), Some("1.0.0"));
    assert_eq!(instance.agent_connected, Some(true));
    assert_eq!(instance.attribute("ecs.instance-type"), Some("m5.large"));
    let memory = |name: &str| {
        instance
            .registered_resources
            .iter()
            .find(|one| one.name == name)
    };
    assert_eq!(memory("MEMORY").unwrap().integer_value, 7482);
    assert_eq!(memory("PORTS").unwrap().string_set_value.len(), 5);
    assert_eq!(instance.remaining_resources.len(), 4);
    let tasks = snapshot.tasks.seen();
    let tasks: BTreeSet<_> = tasks.map(|task| task.desired_status.as_deref()).collect();
    assert_eq!(tasks, BTreeSet::from([Some("RUNNING"), Some("STOPPED")]));
    let mut services = snapshot.services.seen();
    let agents = services
        .find(|service| service.service_name == "agents")
        .unwrap();
    assert_eq!(agents.desired_count, Some(1));
    assert!(
        agents.deployments[0].task_definition.is_some(),
        "{agents:?}"
    );
}

fn assert_what_is_beneath(snapshot: &Snapshot) {
    let container_instance = snapshot.container_instances.seen().next().unwrap();
    let id = container_instance.ec2_instance_id.clone().unwrap();
    let instance = snapshot
        .instances
        .get(&InstanceId::new(id.as_str()))
        .unwrap();
    assert_eq!(snapshot.instances.seen().count(), 1);
    assert!(
        instance.launch_time.is_some() && instance.zone().is_some(),
        "{instance:?}"
    );
    assert_eq!(instance.network_interfaces.len(), 1);
    assert_eq!(instance.further_interfaces().count(), 0);
    let kind = snapshot
        .instance_types
        .get(&ResourceName::new("m5.large"))
        .unwrap();
    let network = kind.network_info.as_ref().unwrap();
    assert_eq!(network.maximum_network_interfaces, Some(3));
    let definitions: Vec<_> = snapshot.task_definitions.seen().collect();
    assert_eq!(definitions.len(), 2);
    let mut definitions = definitions.into_iter();
    let bridge = definitions.find(|one| one.network_mode.as_deref() == Some("bridge"));
    let container = &bridge.unwrap().container_definitions[0];
    assert_eq!(
        (container.resources.cpu, container.resources.memory),
        (Some(128), Some(64))
    );
}

#[test]
fn a_task_definition_is_asked_for_once() {
    let account = Region::empty();
    account.make_cluster("shop");
    account.set_rule(told);
    let collector = account.collector();
    for _ in 0..2 {
        let found = collect(&collector, &HeadroomRequest::default());
        let snapshot = found.collected.snapshot().unwrap();
        assert_eq!(snapshot.task_definitions.seen().count(), 1);
    }
    assert_eq!(account.recorder.counts()["ecs:DescribeTaskDefinition"], 1);
    assert!(
        !account
            .recorder
            .counts()
            .contains_key("cloudwatch:GetMetricData")
    );
}

#[test]
fn one_cluster_can_be_asked_for_by_name() {
    let (account, world) = Region::furnished();
    let request = HeadroomRequest {
        clusters: BTreeSet::from([world.cluster.clone(), "unheard-of".to_owned()]),
        ..HeadroomRequest::default()
    };
    let found = collect(&account.collector(), &request);
    assert_eq!(missing(&found), BTreeSet::new());
    assert!(!account.recorder.counts().contains_key("ecs:ListClusters"));
    let snapshot = found.collected.snapshot().unwrap();
    let names: Vec<_> = snapshot
        .clusters
        .seen()
        .map(|one| one.cluster_arn.clone())
        .collect();
    assert_eq!(names, [EcsArn::new(cluster(&world.cluster))]);
    let scope = [Scope::from(&names[0])];
    assert_eq!(snapshot.clusters.complete_within(&scope), Ok(()));
    assert!(snapshot.clusters.complete_within(&region()).is_err());
    assert_eq!(snapshot.tasks.complete_within(&scope), Ok(()));
}

#[test]
fn every_page_of_interfaces_comes() {
    let (account, world) = Region::furnished();
    for _ in 0..3 {
        send!(
            world
                .ec2()
                .create_network_interface()
                .subnet_id(&world.subnet)
        );
    }
    let interfaces = || {
        let found = collect(&account.collector(), &HeadroomRequest::default());
        let snapshot = found.collected.snapshot().unwrap();
        assert_eq!(
            snapshot.network_interfaces.complete_within(&region()),
            Ok(())
        );
        snapshot.network_interfaces.seen().count()
    };
    let at_once = interfaces();
    account.recorder.page();
    assert_eq!((interfaces(), at_once > 4), (at_once, true));
}

/// One type that EC2 doesn't know makes it refuse all that are asked for with it.
#[test]
fn an_unknown_instance_type_costs_only_itself() {
    let (account, world) = Region::furnished();
    for kind in ["c5.large", "r5.large"] {
        add_container_instance(&world, kind);
    }
    account.set_rule(|call| {
        let is_meant = call.action == "ec2:DescribeInstanceTypes" && call.body.contains("c5.large");
        is_meant.then_some(Fault::Refused("InvalidInstanceType"))
    });
    let found = collect(&account.collector(), &HeadroomRequest::default());
    assert_eq!(missing(&found), BTreeSet::new());
    let snapshot = found.collected.snapshot().unwrap();
    let types = snapshot
        .instance_types
        .seen()
        .map(|one| one.instance_type.to_string());
    assert_eq!(types.collect::<Vec<_>>(), ["m5.large", "r5.large"]);
}

#[test]
fn at_most_eight_calls_are_in_flight() {
    let account = Region::empty();
    for number in 0..12 {
        account.make_cluster(&format!("c{number:02}"));
    }
    let delay = all(Fault::Delay(std::time::Duration::from_millis(100)));
    account.recorder.set_rule(delay);
    collect(&account.collector(), &HeadroomRequest::default());
    let peak = account.recorder.peak();
    assert!((6..=8).contains(&peak), "{peak}");
}

/// A page of ARNs, and the next one's token.
fn page(member: &str, numbers: std::ops::Range<usize>, token: Option<&str>) -> Fault {
    let arns: Vec<_> = numbers
        .map(|number| cluster(&format!("x/{number}")))
        .collect();
    let page = serde_json::json!({ member: arns, "nextToken": token });
    Fault::Answer(page.to_string().leak())
}

/// 130 tasks, 130 container instances and 25 services.
fn many(call: &Call) -> Option<Fault> {
    let is_second = call.body.contains("page-2");
    let answer = match call.action.as_str() {
        "ecs:ListTasks" if call.body.contains("STOPPED") => page("taskArns", 0..0, None),
        "ecs:ListTasks" if is_second => page("taskArns", 100..130, None),
        "ecs:ListTasks" => page("taskArns", 0..100, Some("page-2")),
        "ecs:ListContainerInstances" if is_second => page("containerInstanceArns", 100..130, None),
        "ecs:ListContainerInstances" => page("containerInstanceArns", 0..100, Some("page-2")),
        "ecs:ListServices" => page("serviceArns", 0..25, None),
        "ecs:DescribeTasks" => Fault::Answer(r#"{"tasks": []}"#),
        "ecs:DescribeContainerInstances" => Fault::Answer(r#"{"containerInstances": []}"#),
        "ecs:DescribeServices" => Fault::Answer(r#"{"services": []}"#),
        _ => return None,
    };
    Some(answer)
}

#[test]
fn things_are_described_by_the_hundred_and_services_by_the_ten() {
    let account = Region::empty();
    account.make_cluster("shop");
    account.set_rule(many);
    let found = collect(&account.collector(), &HeadroomRequest::default());
    assert_eq!(missing(&found), BTreeSet::new());
    let counts = account.recorder.counts();
    for (action, calls) in [
        ("ecs:ListTasks", 3),
        ("ecs:DescribeTasks", 2),
        ("ecs:ListContainerInstances", 2),
        ("ecs:DescribeContainerInstances", 2),
        ("ecs:ListServices", 1),
        ("ecs:DescribeServices", 3),
    ] {
        assert_eq!(counts[action], calls, "{action}: {counts:?}");
    }
}
