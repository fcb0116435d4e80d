//! A region with a cluster of container instances, an empty one, and what moto lacks.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_ec2::types::InstanceType;
use aws_sdk_ecs::types::{
    AutoScalingGroupProvider, ContainerDefinition, KeyValuePair, LaunchType, ManagedScaling,
    ManagedScalingStatus, NetworkMode, SettingName,
};
use awsvpc_auditor_collector::{
    Calls, CollectedRegion, HeadroomCollector, HeadroomRequest, retries,
};
use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::recorder::{Call, Fault, Recorder};
use awsvpc_auditor_tests::tools::{ACCOUNT, REGION};
use awsvpc_auditor_tests::world::{PLANTED, World, wait};
use serde_json::json;
use tokio::time::Instant;

/// Sends a request that must succeed.
macro_rules! send {
    ($request:expr) => {
        wait($request.send()).unwrap()
    };
}
pub(super) use send;

/// moto behind a recorder.
pub(super) struct Region {
    pub(super) recorder: Recorder,
    network: Server,
}

impl Region {
    /// Without any cluster.
    pub(super) fn empty() -> Self {
        let network = Server::moto();
        let recorder = Recorder::start(&network.url());
        recorder.set_rule(lacking);
        Self { recorder, network }
    }

    /// With a network and two clusters, `shop-30` and `batch`.
    pub(super) fn furnished() -> (Self, World) {
        let region = Self::empty();
        let world = World::new(&region.network.url(), 30);
        world.make_service("checkout");
        region.make_cluster("batch");
        add_container_instance(&world, "m5.large");
        add_tasks(&world);
        let config = client_config(&region.network.url());
        add_capacity_provider(&config, &world);
        let request = world.ecs().put_account_setting();
        let request = request.name(SettingName::AwsvpcTrunking);
        send!(request.value("enabled"));
        (region, world)
    }

    pub(super) fn ecs(&self) -> aws_sdk_ecs::Client {
        aws_sdk_ecs::Client::new(&client_config(&self.network.url()))
    }

    pub(super) fn make_cluster(&self, name: &str) {
        send!(self.ecs().create_cluster().cluster_name(name));
    }

    /// A collector that retries as the real one, and waits for an emulator that is slow.
    pub(super) fn collector(&self) -> HeadroomCollector {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(20))
            .build();
        let config = client_config(self.recorder.url())
            .into_builder()
            .retry_config(retries())
            .timeout_config(timeouts)
            .build();
        HeadroomCollector::new(&config, &config, Calls::default())
    }

    /// Answers by this rule first, and what moto lacks as ever.
    pub(super) fn set_rule(&self, rule: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static) {
        self.recorder
            .set_rule(move |call| rule(call).or_else(|| lacking(call)));
    }
}

/// What a collector learns in plenty of time.
pub(super) fn collect(collector: &HeadroomCollector, request: &HeadroomRequest) -> CollectedRegion {
    let deadline = Instant::now() + Duration::from_mins(2);
    wait(collector.collect(request, deadline)).unwrap()
}

/// Which calls gave nothing, and why.
pub(super) fn missing(region: &CollectedRegion) -> BTreeSet<(&'static str, &str)> {
    region.collected.missing().collect()
}

/// The ARN of a cluster.
pub(super) fn cluster(name: &str) -> String {
    format!("arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{name}")
}

/// Every cluster, and the history of what could run out.
pub(super) fn everything() -> HeadroomRequest {
    HeadroomRequest {
        namespace: Some("Shop".to_owned()),
        ..HeadroomRequest::default()
    }
}

/// What moto can't do: AWS's default quotas, and CloudWatch in CBOR.
fn lacking(call: &Call) -> Option<Fault> {
    let answer = match call.action.as_str() {
        // An ARN with an account in it: who reads it takes the value for the account's own.
        "servicequotas:GetAWSDefaultServiceQuota" if call.body.contains("L-3032A538") => {
            r#"{"Quota": {"ServiceCode": "fargate", "QuotaCode": "L-3032A538", "Value": 6.0,
                "QuotaArn": "arn:aws:servicequotas:eu-central-1:123456789012:fargate/L-3032A538"}}"#
        }
        "servicequotas:GetAWSDefaultServiceQuota" => {
            r#"{"Quota": {"ServiceCode": "fargate", "QuotaCode": "L-36FBB829", "Value": 7.0,
                "QuotaArn": "arn:aws:servicequotas:eu-central-1::fargate/L-36FBB829"}}"#
        }
        "cloudwatch:GetMetricData" if call.body.contains("second page") => {
            r#"{"MetricDataResults": [{"Id": "m0", "Label": "as CloudWatch likes",
                "Timestamps": [1772370000], "Values": [40.5], "StatusCode": "Complete"}]}"#
        }
        "cloudwatch:GetMetricData" => {
            r#"{"NextToken": "second page", "MetricDataResults": [{"Id": "m0", "Label": "as CloudWatch likes",
                "Timestamps": [1772362800, 1772366400], "Values": [60.5, 50.5],
                "StatusCode": "PartialData"}]}"#
        }
        _ => return None,
    };
    Some(Fault::Answer(answer))
}

/// Makes an instance and registers it with the world's cluster: the instance's id.
pub(super) fn add_container_instance(world: &World, kind: &str) -> String {
    let images = send!(world.ec2().describe_images()).images.unwrap();
    let image = images[0].image_id().unwrap();
    let request = world.ec2().run_instances().image_id(image);
    let request = request.instance_type(InstanceType::from(kind));
    let request = request.min_count(1).max_count(1).subnet_id(&world.subnet);
    let made = send!(request).instances.unwrap();
    let id = made[0].instance_id().unwrap().to_owned();
    let document = json!({ "instanceId": id }).to_string();
    let request = world.ecs().register_container_instance();
    let request = request.cluster(&world.cluster);
    send!(request.instance_identity_document(document));
    id
}

/// A service in bridge mode, a task that runs and one that has stopped.
fn add_tasks(world: &World) {
    let ecs = world.ecs();
    let secret = KeyValuePair::builder().name("TOKEN").value(PLANTED).build();
    let container = ContainerDefinition::builder()
        .name("agent")
        .image("agent:1")
        .cpu(128)
        .memory(64)
        .environment(secret)
        .build();
    let request = ecs.register_task_definition().family("agent").memory("64");
    let request = request.network_mode(NetworkMode::Bridge);
    send!(request.container_definitions(container));
    let request = ecs.create_service().cluster(&world.cluster);
    let request = request.service_name("agents").task_definition("agent");
    send!(request.launch_type(LaunchType::Ec2).desired_count(1));
    let run = || {
        let request = ecs.run_task().cluster(&world.cluster);
        let request = request.task_definition("agent");
        let made = send!(request.launch_type(LaunchType::Ec2)).tasks.unwrap();
        made[0].task_arn().unwrap().to_owned()
    };
    run();
    send!(ecs.stop_task().cluster(&world.cluster).task(run()));
}

/// A capacity provider that ECS scales, and one that it doesn't.
fn add_capacity_provider(config: &SdkConfig, world: &World) {
    let autoscaling = aws_sdk_autoscaling::Client::new(config);
    let images = send!(world.ec2().describe_images()).images.unwrap();
    let request = autoscaling.create_launch_configuration();
    let request = request.launch_configuration_name("nodes");
    let request = request.image_id(images[0].image_id().unwrap());
    send!(request.instance_type("m5.large"));
    for (group, status) in [
        ("nodes", ManagedScalingStatus::Enabled),
        ("by-hand", ManagedScalingStatus::Disabled),
    ] {
        let request = autoscaling.create_auto_scaling_group();
        let request = request.auto_scaling_group_name(group);
        let request = request.launch_configuration_name("nodes");
        let request = request.min_size(0).max_size(3).desired_capacity(0);
        send!(request.vpc_zone_identifier(&world.subnet));
        let request = autoscaling.describe_auto_scaling_groups();
        let request = request.auto_scaling_group_names(group);
        let groups = send!(request).auto_scaling_groups.unwrap();
        let provider = AutoScalingGroupProvider::builder()
            .auto_scaling_group_arn(groups[0].auto_scaling_group_arn().unwrap())
            .managed_scaling(ManagedScaling::builder().status(status).build())
            .build()
            .unwrap();
        let request = world.ecs().create_capacity_provider().name(group);
        send!(request.auto_scaling_group_provider(provider));
    }
}
