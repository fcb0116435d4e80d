//! An account of one cluster, `c`, in two zones, in the AWS CLI's shape.

use std::collections::BTreeMap;

use awsvpc_auditor_engine::facts::{Missing, Snapshot, SnapshotReader};
use awsvpc_auditor_engine::headroom::{Assessment, Fit, Host, Options, Region, Surge, measure};
use serde_json::{Value, json};

use crate::machine::{Machine, put};

pub(crate) const CLUSTER: &str = "arn:aws:ecs:eu-west-1:123456789012:cluster/c";

#[derive(Clone)]
pub(crate) struct Account(BTreeMap<String, Value>);

fn subnet(zone: &str, free: u32) -> Value {
    json!({"SubnetId": format!("subnet-{zone}"), "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24",
           "AvailabilityZone": format!("eu-west-1{zone}"), "AvailableIpAddressCount": free,
           "OwnerId": "123456789012"})
}

pub(crate) fn quota(code: &str, value: u32) -> Value {
    let arn = format!("arn:aws:servicequotas:eu-west-1:123456789012:any/{code}");
    json!({"QuotaArn": arn, "QuotaCode": code, "Value": value})
}

pub(crate) fn instance_type(name: &str, interfaces: u32) -> Value {
    json!({"InstanceType": name, "NetworkInfo": {"MaximumNetworkInterfaces": interfaces,
           "NetworkCards": [{"NetworkCardIndex": 0, "MaximumNetworkInterfaces": interfaces}]}})
}

/// One with a single subnet's worth of everything and no instance yet.
pub(crate) fn account() -> Account {
    let empty = [
        "containerInstances",
        "tasks",
        "services",
        "taskDefinitions",
        "NetworkInterfaces",
        "settings",
        "capacityProviders",
        "AutoScalingGroups",
    ];
    let mut all: BTreeMap<_, _> = empty
        .map(|key| (key.to_owned(), json!([])))
        .into_iter()
        .collect();
    let more = [
        ("ObservedAt", json!("2026-11-24T12:00:00Z")),
        (
            "clusters",
            json!([{"clusterArn": CLUSTER, "status": "ACTIVE"}]),
        ),
        ("Reservations", json!([{"Instances": []}])),
        ("Subnets", json!([subnet("a", 200), subnet("b", 200)])),
        (
            "InstanceTypes",
            json!([instance_type("m5.large", 3), instance_type("m5.xlarge", 4)]),
        ),
        (
            "Quotas",
            json!([quota("L-DF5E4CA3", 5000), quota("L-3032A538", 100)]),
        ),
    ];
    all.extend(more.map(|(key, value)| (key.to_owned(), value)));
    Account(all)
}

impl Account {
    /// With one more resource under a key.
    pub(crate) fn with(mut self, key: &str, resource: Value) -> Self {
        let all = self.0.entry(key.to_owned()).or_insert_with(|| json!([]));
        all.as_array_mut().unwrap().push(resource);
        self
    }

    /// With these resources under a key, and no others.
    pub(crate) fn only(mut self, key: &str, resources: Value) -> Self {
        self.0.insert(key.to_owned(), resources);
        self
    }

    /// Nobody asked for what the key holds.
    pub(crate) fn unobserved(mut self, key: &str) -> Self {
        self.0.remove(key).unwrap();
        self
    }

    /// The call for what the key holds was refused.
    pub(crate) fn denied(self, key: &str) -> Self {
        self.unobserved(key)
            .with("Coverage", json!({"Fact": key, "Reason": "denied"}))
    }

    pub(crate) fn machine(mut self, machine: Machine) -> Self {
        if let Some(instance) = machine.instance {
            let instances = self.0.get_mut("Reservations").unwrap()[0]["Instances"].as_array_mut();
            instances.unwrap().push(instance);
        }
        self.with("containerInstances", machine.host)
    }

    pub(crate) fn machines(self, all: impl IntoIterator<Item = Machine>) -> Self {
        all.into_iter().fold(self, Self::machine)
    }

    /// So many addresses free in the subnets of the two zones.
    pub(crate) fn addresses(self, a: u32, b: u32) -> Self {
        self.only("Subnets", json!([subnet("a", a), subnet("b", b)]))
    }

    /// A service of so many tasks that takes no CPU and 512 MiB a task, and its task definition.
    pub(crate) fn service(self, name: &str, desired: u32, members: &Value, task: &Value) -> Self {
        let definition = format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/{name}:1");
        let mut service = json!({
            "serviceArn": format!("arn:aws:ecs:eu-west-1:123456789012:service/c/{name}"),
            "serviceName": name, "clusterArn": CLUSTER, "status": "ACTIVE", "desiredCount": desired,
            "launchType": "EC2", "taskDefinition": definition, "networkConfiguration":
                {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"]}}});
        put(&mut service, members);
        let mut described = json!({"taskDefinitionArn": definition, "networkMode": "awsvpc",
                                   "memory": "512", "containerDefinitions": [{"name": "main"}]});
        put(&mut described, task);
        self.with("services", service)
            .with("taskDefinitions", described)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut reader = SnapshotReader::default();
        let text = serde_json::to_string_pretty(&self.0).unwrap();
        reader.add("account.json", text).unwrap();
        reader.finish().unwrap()
    }

    /// Looks at the one region.
    pub(crate) fn region<T>(&self, together: &[&str], look: impl FnOnce(&Region<'_>) -> T) -> T {
        let options = Options {
            together: together.iter().map(ToString::to_string).collect(),
            ..Options::default()
        };
        let snapshot = self.snapshot();
        let regions = measure(&snapshot, &options);
        let [region] = &regions[..] else {
            panic!("{} regions", regions.len());
        };
        look(region)
    }

    /// Looks at the one container instance.
    pub(crate) fn host<T>(&self, look: impl FnOnce(&Host<'_>) -> T) -> T {
        self.region(&[], |region| {
            let [host] = region.clusters[0].known_hosts() else {
                panic!("expected one container instance");
            };
            look(host)
        })
    }

    /// How many more tasks of the first service fit.
    pub(crate) fn fit(&self) -> Result<Fit, Missing> {
        self.region(&[], |region| {
            let mut services = Assessment::of(region).services;
            services.remove(0).fit
        })
    }

    /// What a deployment of the first service does, in short.
    pub(crate) fn deployment(&self) -> String {
        self.region(&[], |region| {
            ends(&Assessment::of(region).services[0].surge)
        })
    }
}

fn ends(surge: &Surge) -> String {
    match surge {
        Surge::Finishes(course) if course.waited => "finishes after waiting".to_owned(),
        Surge::Finishes(_) => "finishes".to_owned(),
        Surge::FinishesByScaling {
            provider,
            instances,
            ..
        } => format!("finishes with {instances} more of {provider}"),
        Surge::Stalls { course, .. } => format!(
            "stalls at {} of {}: {:?}",
            course.placed, course.desired, course.short
        ),
        Surge::Unknown(missing) => format!("unknown: {missing}"),
    }
}

/// A task of a service that runs on an instance, with an interface that is attached.
pub(crate) fn task(name: &str, service: &str, machine: &str) -> Value {
    json!({"taskArn": format!("arn:aws:ecs:eu-west-1:123456789012:task/c/{name}"), "clusterArn": CLUSTER,
           "group": format!("service:{service}"), "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
           "launchType": "EC2", "createdAt": "2026-11-24T08:00:00Z",
           "containerInstanceArn": format!("arn:aws:ecs:eu-west-1:123456789012:container-instance/c/{machine}"),
           "attachments": [attachment(name, "ATTACHED")]})
}

pub(crate) fn attachment(task: &str, status: &str) -> Value {
    json!({"id": format!("att-{task}"), "type": "ElasticNetworkInterface", "status": status,
           "details": [{"name": "subnetId", "value": "subnet-a"},
                       {"name": "networkInterfaceId", "value": format!("eni-{task}")}]})
}
