//! A region in moto where everything is short, made through the AWS API: `shop` has two full
//! instances, `batch` one that is short of CPU and fails to attach interfaces, and `edge` runs on
//! Fargate.

use aws_sdk_autoscaling::Client as AutoScaling;
use aws_sdk_ec2::Client as Ec2;
use aws_sdk_ec2::types::{AttributeBooleanValue, InstanceType};
use aws_sdk_ecs::Client as Ecs;
use aws_sdk_ecs::types::{
    Attribute, AutoScalingGroupProvider, AwsVpcConfiguration, ContainerDefinition,
    ContainerInstanceStatus, KeyValuePair, LaunchType, ManagedScaling, ManagedScalingStatus,
    NetworkConfiguration, NetworkMode, SettingName, Task,
};
use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::tools::{ACCOUNT, REGION};
use awsvpc_auditor_tests::world::{PLANTED, wait};
use serde_json::json;

/// Sends a request that must succeed.
macro_rules! send {
    ($request:expr) => {
        wait($request.send()).unwrap()
    };
}

/// The zone of everything.
pub(super) const ZONE: &str = "eu-central-1a";

/// The type of every instance: two interfaces for tasks, ten with a trunk.
const TYPE: &str = "m5.large";

/// The families of task definitions, with what a task takes: CPU and memory.
const FAMILIES: [(&str, i32, i32); 6] = [
    ("web", 256, 512),
    ("heavy", 3000, 512),
    ("probe", 64, 64),
    ("narrow", 256, 512),
    ("api", 1024, 2048),
    ("rigid", 256, 512),
];

/// A service of `edge`: its tasks, and its percentages.
pub(super) struct OnFargate {
    pub(super) name: &'static str,
    pub(super) desired: i32,
    pub(super) subnet: String,
    pub(super) percentages: (i32, i32),
    pub(super) tasks: Vec<Task>,
}

/// What there is.
pub(super) struct Region {
    ec2: Ec2,
    ecs: Ecs,
    image: String,
    pub(super) group: String,
    /// Where most things are, with thousands of addresses.
    wide: String,
    /// All addresses of this one are taken.
    pub(super) full: String,
    /// Of this one too, but no service uses it yet.
    pub(super) spare: String,
    /// The instances of `shop`; the second has an interface that isn't from ECS.
    pub(super) shop: [String; 2],
    /// The instance of `batch`.
    pub(super) batch: String,
    /// The interface that is attached to nothing.
    pub(super) orphan: String,
    /// The services of `edge`.
    pub(super) edge: Vec<OnFargate>,
    /// Network interfaces in the zone.
    pub(super) interfaces: usize,
}

impl Region {
    pub(super) fn new(moto: &Server) -> Self {
        let config = client_config(&moto.url());
        let mut region = Self::empty(Ec2::new(&config), Ecs::new(&config));
        for cluster in ["shop", "batch", "edge"] {
            send!(region.ecs.create_cluster().cluster_name(cluster));
        }
        for (name, cpu, memory) in FAMILIES {
            region.define(name, cpu, memory);
        }
        region.set_trunking(false);
        region.furnish_shop();
        region.furnish_batch();
        region.furnish_edge();
        region.leave_interfaces();
        region.add_capacity_provider(&AutoScaling::new(&config));
        region.interfaces = region.count_interfaces();
        region
    }

    /// With a VPC, three subnets and a group.
    fn empty(ec2: Ec2, ecs: Ecs) -> Self {
        let vpc = send!(ec2.create_vpc().cidr_block("10.40.0.0/16")).vpc;
        let vpc = vpc.unwrap().vpc_id.unwrap();
        // moto's tasks fail without names.
        let on = AttributeBooleanValue::builder().value(true).build();
        let request = ec2.modify_vpc_attribute().vpc_id(&vpc);
        send!(request.enable_dns_hostnames(on));
        let subnet = |block: &str| {
            let request = ec2.create_subnet().vpc_id(&vpc).cidr_block(block);
            let made = send!(request.availability_zone(ZONE)).subnet;
            made.unwrap().subnet_id.unwrap()
        };
        let group = ec2.create_security_group().group_name("tasks");
        let group = send!(group.description("tasks").vpc_id(&vpc)).group_id;
        let images = send!(ec2.describe_images()).images.unwrap();
        let mut images = images.into_iter();
        let linux = images.find(|image| image.platform.is_none());
        Self {
            image: linux.and_then(|image| image.image_id).unwrap(),
            group: group.unwrap(),
            wide: subnet("10.40.16.0/20"),
            full: subnet("10.40.1.0/28"),
            spare: subnet("10.40.2.0/28"),
            shop: [String::new(), String::new()],
            batch: String::new(),
            orphan: String::new(),
            edge: Vec::new(),
            interfaces: 0,
            ec2,
            ecs,
        }
    }

    fn define(&self, name: &str, cpu: i32, memory: i32) {
        let container = ContainerDefinition::builder().name(name);
        let secret = KeyValuePair::builder().name("TOKEN").value(PLANTED);
        let container = container.environment(secret.build());
        let container = container.image(name).cpu(cpu).memory(memory);
        let request = self.ecs.register_task_definition().family(name);
        let request = request.network_mode(NetworkMode::Awsvpc);
        send!(request.container_definitions(container.build()));
    }

    /// Three tasks of `web` and somebody else's interface take all four slots.
    fn furnish_shop(&mut self) {
        let (first, first_arn) = self.container_instance("shop");
        let (second, second_arn) = self.container_instance("shop");
        self.make_service("shop", "web", 3, &LaunchType::Ec2, &self.wide);
        self.set_status("shop", &second_arn, ContainerInstanceStatus::Draining);
        self.run("shop", "web", "service:web", 2, &LaunchType::Ec2);
        self.set_status("shop", &second_arn, ContainerInstanceStatus::Active);
        self.set_status("shop", &first_arn, ContainerInstanceStatus::Draining);
        self.run("shop", "web", "service:web", 1, &LaunchType::Ec2);
        self.set_status("shop", &first_arn, ContainerInstanceStatus::Active);
        self.attach(&self.interface(&self.wide, 0), &second);
        self.shop = [first, second];
    }

    /// A task that takes most of the CPU, and two that got no interface.
    fn furnish_batch(&mut self) {
        (self.batch, _) = self.container_instance("batch");
        self.make_service("batch", "heavy", 1, &LaunchType::Ec2, &self.wide);
        self.run("batch", "heavy", "service:heavy", 1, &LaunchType::Ec2);
        for task in self.run("batch", "probe", "family:probe", 2, &LaunchType::Ec2) {
            let reason = "Timeout waiting for network interface provisioning to complete.";
            let request = self.ecs.stop_task().cluster("batch").reason(reason);
            send!(request.task(task.task_arn.unwrap()));
        }
    }

    fn furnish_edge(&mut self) {
        let all = [
            ("narrow", 11, self.full.clone(), (200, 100)),
            ("api", 2, self.wide.clone(), (200, 100)),
            ("rigid", 2, self.wide.clone(), (100, 100)),
        ];
        for (name, desired, subnet, percentages) in all {
            self.make_service("edge", name, desired, &LaunchType::Fargate, &subnet);
            let request = self.ecs.run_task().cluster("edge").task_definition(name);
            let request = request.group(format!("service:{name}")).count(desired);
            let request = request.network_configuration(self.network(&subnet));
            let tasks = send!(request.launch_type(LaunchType::Fargate)).tasks;
            self.edge.push(OnFargate {
                name,
                desired,
                subnet,
                percentages,
                tasks: tasks.unwrap(),
            });
        }
    }

    /// An interface that is attached to nothing, and one that takes all addresses of a subnet.
    fn leave_interfaces(&mut self) {
        self.orphan = self.interface(&self.wide, 0);
        let bastion = self.instance();
        self.attach(&self.interface(&self.spare, 10), &bastion);
    }

    /// A provider that ECS scales: its group is asked for.
    fn add_capacity_provider(&self, autoscaling: &AutoScaling) {
        let request = autoscaling.create_launch_configuration();
        let request = request.launch_configuration_name("nodes");
        send!(request.image_id(&self.image).instance_type(TYPE));
        let request = autoscaling.create_auto_scaling_group();
        let request = request.auto_scaling_group_name("nodes");
        let request = request.launch_configuration_name("nodes");
        let request = request.min_size(0).max_size(3).desired_capacity(0);
        send!(request.vpc_zone_identifier(&self.wide));
        let groups = send!(autoscaling.describe_auto_scaling_groups());
        let groups = groups.auto_scaling_groups.unwrap();
        let scaling = ManagedScaling::builder().status(ManagedScalingStatus::Enabled);
        let provider = AutoScalingGroupProvider::builder()
            .auto_scaling_group_arn(groups[0].auto_scaling_group_arn().unwrap())
            .managed_scaling(scaling.build())
            .build()
            .unwrap();
        let request = self.ecs.create_capacity_provider().name("nodes");
        send!(request.auto_scaling_group_provider(provider));
    }

    fn instance(&self) -> String {
        let request = self.ec2.run_instances().image_id(&self.image);
        let request = request.instance_type(InstanceType::from(TYPE));
        let request = request.min_count(1).max_count(1).subnet_id(&self.wide);
        let made = send!(request).instances.unwrap();
        made[0].instance_id.clone().unwrap()
    }

    /// An instance of a cluster that takes tasks in awsvpc mode: its id, and its ARN in ECS.
    fn container_instance(&self, cluster: &str) -> (String, String) {
        let id = self.instance();
        let document = json!({ "instanceId": id }).to_string();
        let request = self.ecs.register_container_instance().cluster(cluster);
        let made = send!(request.instance_identity_document(document));
        let arn = made.container_instance.unwrap().container_instance_arn;
        let arn = arn.unwrap();
        let capability = Attribute::builder().name("ecs.capability.task-eni");
        let capability = capability.target_id(&arn).build().unwrap();
        let request = self.ecs.put_attributes().cluster(cluster);
        send!(request.attributes(capability));
        (id, arn)
    }

    /// moto places tasks on the first instance that takes any.
    fn set_status(&self, cluster: &str, instance: &str, status: ContainerInstanceStatus) {
        let request = self.ecs.update_container_instances_state();
        let request = request.cluster(cluster).container_instances(instance);
        send!(request.status(status));
    }

    fn network(&self, subnet: &str) -> NetworkConfiguration {
        let awsvpc = AwsVpcConfiguration::builder().subnets(subnet);
        let awsvpc = awsvpc.security_groups(&self.group).build().unwrap();
        let network = NetworkConfiguration::builder();
        network.awsvpc_configuration(awsvpc).build()
    }

    fn make_service(
        &self,
        cluster: &str,
        name: &str,
        desired: i32,
        launch: &LaunchType,
        subnet: &str,
    ) {
        let request = self.ecs.create_service().cluster(cluster);
        let request = request.service_name(name).task_definition(name);
        let request = request.network_configuration(self.network(subnet));
        send!(request.launch_type(launch.clone()).desired_count(desired));
    }

    fn run(
        &self,
        cluster: &str,
        family: &str,
        group: &str,
        count: i32,
        launch: &LaunchType,
    ) -> Vec<Task> {
        let request = self.ecs.run_task().cluster(cluster);
        let request = request.task_definition(family).group(group).count(count);
        let request = request.network_configuration(self.network(&self.wide));
        let made = send!(request.launch_type(launch.clone())).tasks.unwrap();
        assert_eq!(made.len(), usize::try_from(count).unwrap(), "{made:?}");
        made
    }

    /// A new interface with so many more addresses than one.
    fn interface(&self, subnet: &str, more: i32) -> String {
        let request = self.ec2.create_network_interface().subnet_id(subnet);
        let request = request.groups(&self.group);
        let request = if more > 0 {
            request.secondary_private_ip_address_count(more)
        } else {
            request
        };
        let made = send!(request).network_interface.unwrap();
        made.network_interface_id.unwrap()
    }

    fn attach(&self, interface: &str, instance: &str) {
        let request = self.ec2.attach_network_interface().device_index(1);
        send!(
            request
                .network_interface_id(interface)
                .instance_id(instance)
        );
    }

    fn count_interfaces(&self) -> usize {
        let all = send!(self.ec2.describe_network_interfaces());
        let all = all.network_interfaces.unwrap();
        let is_there = |zone: Option<&str>| zone == Some(ZONE);
        let own = all.iter().filter(|one| is_there(one.availability_zone()));
        own.count()
    }

    /// Switches the account setting for trunks on or off.
    pub(super) fn set_trunking(&self, on: bool) {
        let request = self.ecs.put_account_setting();
        let request = request.name(SettingName::AwsvpcTrunking);
        send!(request.value(if on { "enabled" } else { "disabled" }));
    }

    /// Makes a service in the spare subnet, which has no address left for it.
    pub(super) fn use_spare_subnet(&self) {
        self.make_service("batch", "probe", 0, &LaunchType::Fargate, &self.spare);
    }
}

/// What a task of a family takes: CPU and memory.
pub(super) fn size(family: &str) -> (i32, i32) {
    let mut families = FAMILIES.iter();
    let found = families.find(|(name, ..)| *name == family);
    found.map(|(_, cpu, memory)| (*cpu, *memory)).unwrap()
}

/// The ARN of something of ECS.
pub(super) fn arn(what: &str) -> String {
    format!("arn:aws:ecs:{REGION}:{ACCOUNT}:{what}")
}
