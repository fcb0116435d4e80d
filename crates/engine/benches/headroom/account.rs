//! An account of any size, always the same one: container instances with five tasks each, ten services
//! a cluster, three zones. Every tenth cluster has no slot left.

use awsvpc_auditor_engine::facts::{Facts, Observations, Resource, Snapshot};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// How large it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) instances: usize,
    pub(crate) clusters: usize,
}

/// A snapshot of it.
pub(crate) struct Account {
    pub(crate) snapshot: Snapshot,
    /// How long the JSON text of its resources is; no more than one resource's is there at once.
    pub(crate) text: usize,
}

pub(crate) const TASKS_PER_INSTANCE: usize = 5;
pub(crate) const SERVICES_PER_CLUSTER: usize = 10;
const ZONES: [&str; 3] = ["a", "b", "c"];

/// By instance type: interfaces, vCPUs, GiB, and whether its instances have trunks. The last one's slots
/// are few enough for two interfaces of somebody else to take the rest.
const TYPES: [(&str, u32, i64, i64, bool); 3] = [
    ("m5.large", 3, 2, 8, true),
    ("c5.xlarge", 4, 4, 8, true),
    ("m5.4xlarge", 8, 16, 64, false),
];

/// What the agent of a Linux instance registers besides.
const CAPABILITIES: [&str; 19] = [
    "ecs.capability.task-eni",
    "ecs.capability.task-eni-trunking",
    "ecs.capability.cni-plugin-version",
    "ecs.capability.branch-cni-plugin-version",
    "ecs.capability.container-health-check",
    "ecs.capability.container-ordering",
    "ecs.capability.docker-plugin.local",
    "ecs.capability.ecr-endpoint",
    "ecs.capability.efs",
    "ecs.capability.efsAuth",
    "ecs.capability.execution-role-awslogs",
    "ecs.capability.execution-role-ecr-pull",
    "ecs.capability.extensible-ephemeral-storage",
    "ecs.capability.increased-task-cpu-limit",
    "ecs.capability.logging-driver.awsfirelens",
    "ecs.capability.private-registry-authentication.secretsmanager",
    "ecs.capability.secrets.asm.environment-variables",
    "ecs.capability.secrets.ssm.environment-variables",
    "ecs.capability.task-eia.optimized-cpu",
];

/// A number that looks like an id, as long as asked.
fn id(kind: &str, number: usize, digits: usize) -> String {
    let seed = kind.bytes().fold(number as u64, |all, byte| {
        all.wrapping_mul(31).wrapping_add(byte.into())
    });
    let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut text = format!("{mixed:016x}{number:016x}");
    text.drain(..text.len() - digits);
    text
}

fn arn(kind: &str, name: &str) -> String {
    format!("arn:aws:ecs:eu-west-1:123456789012:{kind}/{name}")
}

impl Size {
    fn per_cluster(self) -> usize {
        self.instances.div_ceil(self.clusters)
    }

    fn is_tight(cluster: usize) -> bool {
        cluster % 10 == 1
    }

    fn kind(self, instance: usize) -> (&'static str, u32, i64, i64, bool) {
        let is_tight = Self::is_tight(instance / self.per_cluster());
        TYPES[if is_tight { 2 } else { instance / 3 % 3 }]
    }

    /// The VPC of a cluster's instances: a thousand share one.
    fn vpc(self, cluster: usize) -> usize {
        cluster * self.per_cluster() / self.per_cluster().max(1000)
    }

    fn vpcs(self) -> usize {
        self.vpc(self.clusters - 1) + 1
    }
}

fn cluster_name(cluster: usize) -> String {
    format!("cluster-{cluster:03}")
}

fn subnet_id(vpc: usize, zone: usize) -> String {
    format!("subnet-{}", id("subnet", vpc * 3 + zone, 17))
}

fn subnet(number: usize) -> Value {
    let (vpc, zone) = (number / 3, number % 3);
    json!({"SubnetId": subnet_id(vpc, zone), "VpcId": format!("vpc-{}", id("vpc", vpc, 17)),
           "CidrBlock": format!("10.{vpc}.{}.0/18", zone * 64), "OwnerId": "123456789012",
           "AvailabilityZone": format!("eu-west-1{}", ZONES[zone]), "AvailableIpAddressCount": 6000})
}

fn host_arn(size: Size, instance: usize) -> String {
    let cluster = cluster_name(instance / size.per_cluster());
    let name = format!("{cluster}/{}", id("host", instance, 32));
    arn("container-instance", &name)
}

fn host(size: Size, instance: usize) -> Value {
    let (kind, _, cpus, memory, has_trunk) = size.kind(instance);
    let mut attributes: Vec<_> = CAPABILITIES
        .iter()
        .map(|name| json!({ "name": name }))
        .collect();
    let mut set =
        |name: &str, value: String| attributes.push(json!({"name": name, "value": value}));
    set("ecs.instance-type", kind.to_owned());
    set("ecs.os-type", "linux".to_owned());
    set("ecs.cpu-architecture", "x86_64".to_owned());
    set("ecs.ami-id", "ami-0a1b2c3d4e5f60718".to_owned());
    set(
        "ecs.availability-zone",
        format!("eu-west-1{}", ZONES[instance % 3]),
    );
    if has_trunk {
        set("ecs.awsvpc-trunk-id", id("trunk", instance, 32));
    }
    let resources = |cpu: i64, memory: i64| {
        json!([{"name": "CPU", "type": "INTEGER", "integerValue": cpu},
               {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
               {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "2375", "2376", "51678", "51679"]},
               {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}])
    };
    let memory = memory * 1024 - 400;
    json!({"containerInstanceArn": host_arn(size, instance), "ec2InstanceId": format!("i-{}", id("i", instance, 17)),
           "status": "ACTIVE", "agentConnected": true, "versionInfo": {"agentVersion": "1.96.0"},
           "attributes": attributes, "registeredResources": resources(cpus * 1024, memory),
           "remainingResources": resources(cpus * 1024 - 640, memory - 2560)})
}

fn instance(size: Size, instance: usize) -> Value {
    let (kind, _, _, _, has_trunk) = size.kind(instance);
    let cluster = instance / size.per_cluster();
    let interface = |name: &str, index: usize, kind: &str, description: String| {
        json!({"NetworkInterfaceId": format!("eni-{}", id(name, instance, 17)), "InterfaceType": kind,
               "Description": description, "Attachment": {"DeviceIndex": index, "Status": "attached"}})
    };
    let mut interfaces = vec![interface("primary", 0, "interface", String::new())];
    if has_trunk {
        interfaces.push(interface("trunk", 1, "trunk", "ECS trunk".to_owned()));
    } else {
        let tasks = (0..TASKS_PER_INSTANCE).map(|number| instance * TASKS_PER_INSTANCE + number);
        interfaces.extend(tasks.map(|task| {
            json!({"NetworkInterfaceId": format!("eni-{}", id("eni", task, 17)), "InterfaceType": "interface",
                   "Description": arn("attachment", &id("attachment", task, 32)),
                   "Attachment": {"DeviceIndex": 2, "Status": "attached"}})
        }));
    }
    if Size::is_tight(cluster) {
        interfaces.push(interface(
            "first",
            6,
            "interface",
            "packet capture".to_owned(),
        ));
        interfaces.push(interface(
            "second",
            7,
            "interface",
            "packet capture".to_owned(),
        ));
    }
    json!({"InstanceId": format!("i-{}", id("i", instance, 17)), "InstanceType": kind,
           "SubnetId": subnet_id(size.vpc(cluster), instance % 3), "LaunchTime": "2026-11-01T08:00:00Z",
           "Placement": {"AvailabilityZone": format!("eu-west-1{}", ZONES[instance % 3])},
           "NetworkInterfaces": interfaces, "BlockDeviceMappings": [{"DeviceName": "/dev/xvda"}]})
}

/// The address of the so-manieth interface in a VPC's zone.
fn address(vpc: usize, zone: usize, number: usize) -> String {
    format!(
        "10.{vpc}.{}.{}",
        zone * 64 + number / 250 % 64,
        number % 250 + 4
    )
}

fn task(size: Size, task: usize) -> Value {
    let instance = task / TASKS_PER_INSTANCE;
    let (cluster, zone) = (instance / size.per_cluster(), instance % 3);
    let name = cluster_name(cluster);
    let service = format!("service-{}", task % SERVICES_PER_CLUSTER);
    let detail = |name: &str, value: String| json!({"name": name, "value": value});
    let address = address(size.vpc(cluster), zone, task / 3);
    let details = [
        detail("subnetId", subnet_id(size.vpc(cluster), zone)),
        detail("networkInterfaceId", format!("eni-{}", id("eni", task, 17))),
        detail("macAddress", "0a:1b:2c:3d:4e:5f".to_owned()),
        detail(
            "privateDnsName",
            format!(
                "ip-{}.eu-west-1.compute.internal",
                address.replace('.', "-")
            ),
        ),
        detail("privateIPv4Address", address),
    ];
    json!({"taskArn": arn("task", &format!("{name}/{}", id("task", task, 32))), "clusterArn": arn("cluster", &name),
           "taskDefinitionArn": arn("task-definition", &format!("{name}-{service}:7")),
           "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "launchType": "EC2",
           "group": format!("service:{service}"), "availabilityZone": format!("eu-west-1{}", ZONES[zone]),
           "containerInstanceArn": host_arn(size, instance), "cpu": "128", "memory": "512",
           "createdAt": "2026-11-23T08:00:00.123000+00:00", "version": 4,
           "attachments": [{"id": id("attachment", task, 32), "type": "ElasticNetworkInterface",
                            "status": "ATTACHED", "details": details}]})
}

/// The interfaces of instances come after those of tasks.
fn interface(size: Size, number: usize) -> Value {
    let tasks = size.instances * TASKS_PER_INSTANCE;
    let (name, id_of, instance) = match number.checked_sub(tasks) {
        Some(instance) => ("primary", instance, instance),
        None => ("eni", number, number / TASKS_PER_INSTANCE),
    };
    let (cluster, zone) = (instance / size.per_cluster(), instance % 3);
    let vpc = size.vpc(cluster);
    let description = if name == "eni" {
        arn("attachment", &id("attachment", number, 32))
    } else {
        String::new()
    };
    json!({"NetworkInterfaceId": format!("eni-{}", id(name, id_of, 17)), "SubnetId": subnet_id(vpc, zone),
           "VpcId": format!("vpc-{}", id("vpc", vpc, 17)), "AvailabilityZone": format!("eu-west-1{}", ZONES[zone]),
           "PrivateIpAddress": address(vpc, zone, number / 3), "Groups": [{"GroupId": "sg-0a1b2c3d4e5f60718"}],
           "InterfaceType": "interface", "Status": "in-use", "OwnerId": "123456789012",
           "Attachment": {"DeviceIndex": 0, "Status": "attached",
                          "InstanceId": format!("i-{}", id("i", instance, 17))},
           "Description": description})
}

fn service(size: Size, number: usize) -> Value {
    let (cluster, own) = (number / SERVICES_PER_CLUSTER, number % SERVICES_PER_CLUSTER);
    let name = cluster_name(cluster);
    let tasks = size.per_cluster() * TASKS_PER_INSTANCE / SERVICES_PER_CLUSTER;
    let subnets: Vec<_> = (0..3)
        .map(|zone| subnet_id(size.vpc(cluster), zone))
        .collect();
    let constraints = match own {
        5 => {
            json!([{"type": "memberOf", "expression": "attribute:ecs.availability-zone in [eu-west-1a, eu-west-1b]"}])
        }
        6 => json!([{"type": "distinctInstance"}]),
        _ => json!([]),
    };
    let strategy = match own {
        3 => json!([{"type": "spread", "field": "instanceId"}]),
        4 => json!([{"type": "binpack", "field": "memory"}]),
        _ => json!([{"type": "spread", "field": "attribute:ecs.availability-zone"},
                    {"type": "spread", "field": "instanceId"}]),
    };
    let minimum = if own == 7 { 50 } else { 100 };
    json!({"serviceArn": arn("service", &format!("{name}/service-{own}")), "serviceName": format!("service-{own}"),
           "clusterArn": arn("cluster", &name), "status": "ACTIVE", "launchType": "EC2", "desiredCount": tasks,
           "runningCount": tasks, "taskDefinition": arn("task-definition", &format!("{name}-service-{own}:7")),
           "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": minimum},
           "placementConstraints": constraints, "placementStrategy": strategy,
           "networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": ["sg-0a1b2c3d4e5f60718"]}}})
}

fn task_definition(number: usize) -> Value {
    let name = format!(
        "{}-service-{}",
        cluster_name(number / SERVICES_PER_CLUSTER),
        number % SERVICES_PER_CLUSTER
    );
    json!({"taskDefinitionArn": arn("task-definition", &format!("{name}:7")), "networkMode": "awsvpc",
           "cpu": "128", "memory": "512", "containerDefinitions": [{"name": "main", "image": "main:7"}],
           "requiresAttributes": [{"name": "ecs.capability.task-eni"}, {"name": "ecs.capability.execution-role-ecr-pull"}]})
}

fn instance_type(number: usize) -> Value {
    let (name, interfaces, ..) = TYPES[number];
    json!({"InstanceType": name, "NetworkInfo": {"MaximumNetworkInterfaces": interfaces, "DefaultNetworkCardIndex": 0,
           "NetworkCards": [{"NetworkCardIndex": 0, "MaximumNetworkInterfaces": interfaces}]},
           "EbsInfo": {"AttachmentLimitType": "shared", "MaximumEbsAttachments": 27}})
}

fn quota() -> Value {
    json!({"QuotaArn": "arn:aws:servicequotas:eu-west-1:123456789012:vpc/L-DF5E4CA3",
           "QuotaCode": "L-DF5E4CA3", "Value": 30000})
}

/// Resources that are read one by one.
fn read<R: Resource + DeserializeOwned>(
    text: &mut usize,
    count: usize,
    make: impl Fn(usize) -> Value,
) -> Facts<R> {
    let resources = (0..count).map(|number| {
        let json = make(number).to_string();
        *text += json.len();
        serde_json::from_str(&json).unwrap()
    });
    Facts::known(resources)
}

pub(crate) fn account(size: Size) -> Account {
    let Size {
        instances,
        clusters,
    } = size;
    let (services, tasks) = (
        clusters * SERVICES_PER_CLUSTER,
        instances * TASKS_PER_INSTANCE,
    );
    let mut text = 0;
    let all = &mut text;
    let cluster =
        |number| json!({"clusterArn": arn("cluster", &cluster_name(number)), "status": "ACTIVE"});
    let setting = |_| json!({"name": "awsvpcTrunking", "value": "enabled"});
    let observations = Observations {
        observed_at: Some("2026-11-24T12:00:00Z".to_owned()),
        clusters: read(all, clusters, cluster),
        container_instances: read(all, instances, |number| host(size, number)),
        instances: read(all, instances, |number| instance(size, number)),
        tasks: read(all, tasks, |number| task(size, number)),
        network_interfaces: read(all, tasks + instances, |number| interface(size, number)),
        services: read(all, services, |number| service(size, number)),
        task_definitions: read(all, services, task_definition),
        subnets: read(all, size.vpcs() * 3, subnet),
        instance_types: read(all, TYPES.len(), instance_type),
        service_quotas: read(all, 1, |_| quota()),
        account_settings: read(all, 1, setting),
        capacity_providers: Facts::known([]),
        auto_scaling_groups: Facts::known([]),
        ..Observations::default()
    };
    Account {
        snapshot: Snapshot::new(observations),
        text,
    }
}
