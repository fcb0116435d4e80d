//! A container instance, as ECS and EC2 describe it: an `m5.large` in `eu-west-1a`, empty, unless a
//! test says otherwise.

use serde_json::{Value, json};

#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) host: Value,
    /// `None` where EC2 wasn't asked.
    pub(crate) instance: Option<Value>,
}

fn resources(cpu: i64, memory: i64, gpus: usize, ports: &[u16]) -> Value {
    let ports: Vec<_> = ports.iter().map(ToString::to_string).collect();
    let gpus: Vec<_> = (0..gpus).map(|gpu| format!("GPU-{gpu}")).collect();
    json!([{"name": "CPU", "type": "INTEGER", "integerValue": cpu},
           {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
           {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ports},
           {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []},
           {"name": "GPU", "type": "STRINGSET", "stringSetValue": gpus}])
}

/// Puts the members of an object into another one.
pub(crate) fn put(into: &mut Value, members: &Value) {
    for (key, value) in members.as_object().unwrap() {
        into[key] = value.clone();
    }
}

pub(crate) fn machine(name: &str) -> Machine {
    let host = json!({
        "containerInstanceArn": format!("arn:aws:ecs:eu-west-1:123456789012:container-instance/c/{name}"),
        "ec2InstanceId": format!("i-{name}"), "status": "ACTIVE", "agentConnected": true,
        "versionInfo": {"agentVersion": "1.96.0"},
        "attributes": [], "registeredResources": resources(2048, 7680, 0, &[22]),
        "remainingResources": resources(2048, 7680, 0, &[22])});
    let instance = json!({
        "InstanceId": format!("i-{name}"), "InstanceType": "m5.large", "SubnetId": "subnet-a",
        "Placement": {"AvailabilityZone": "eu-west-1a"},
        "NetworkInterfaces": [{"NetworkInterfaceId": format!("eni-{name}"), "InterfaceType": "interface",
                               "Attachment": {"DeviceIndex": 0, "Status": "attached"}}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda"}]});
    let machine = Machine {
        host,
        instance: Some(instance),
    };
    let capabilities = [
        "ecs.capability.task-eni",
        "ecs.capability.task-eni-trunking",
    ];
    capabilities
        .into_iter()
        .fold(machine, Machine::has)
        .set("ecs.os-type", "linux")
        .set("ecs.instance-type", "m5.large")
        .set("ecs.availability-zone", "eu-west-1a")
}

impl Machine {
    /// With an attribute that has no value.
    pub(crate) fn has(self, attribute: &str) -> Self {
        self.with(json!({ "name": attribute }))
    }

    /// With an attribute of this value.
    pub(crate) fn set(self, attribute: &str, value: &str) -> Self {
        self.with(json!({"name": attribute, "value": value}))
    }

    fn with(self, attribute: Value) -> Self {
        let mut machine = self.lacks(attribute["name"].as_str().unwrap());
        let attributes = machine.host["attributes"].as_array_mut();
        attributes.unwrap().push(attribute);
        machine
    }

    pub(crate) fn lacks(mut self, attribute: &str) -> Self {
        let attributes = self.host["attributes"].as_array_mut().unwrap();
        attributes.retain(|own| own["name"] != attribute);
        self
    }

    pub(crate) fn with_trunk(self) -> Self {
        self.set(
            "ecs.awsvpc-trunk-id",
            "6d0ecf83-1eec-4f09-9c0a-2b1c3d4e5f60",
        )
    }

    /// Members of what ECS says.
    pub(crate) fn ecs(mut self, members: &Value) -> Self {
        put(&mut self.host, members);
        self
    }

    /// Members of what EC2 says.
    pub(crate) fn ec2(mut self, members: &Value) -> Self {
        put(self.instance.as_mut().unwrap(), members);
        self
    }

    /// EC2 wasn't asked.
    pub(crate) fn unseen(mut self) -> Self {
        self.instance = None;
        self
    }

    pub(crate) fn of_type(self, name: &str) -> Self {
        self.set("ecs.instance-type", name)
            .ec2(&json!({ "InstanceType": name }))
    }

    pub(crate) fn in_zone_b(self) -> Self {
        self.set("ecs.availability-zone", "eu-west-1b")
            .ec2(&json!({"SubnetId": "subnet-b", "Placement": {"AvailabilityZone": "eu-west-1b"}}))
    }

    /// What is left of it.
    pub(crate) fn left(self, cpu: i64, memory: i64) -> Self {
        self.ecs(&json!({ "remainingResources": resources(cpu, memory, 0, &[22]) }))
    }

    /// GPUs left of it, besides all of the rest.
    pub(crate) fn gpus(self, count: usize) -> Self {
        self.ecs(&json!({ "remainingResources": resources(2048, 7680, count, &[22]) }))
    }

    /// Ports that are taken on it.
    pub(crate) fn ports(self, taken: &[u16]) -> Self {
        self.ecs(&json!({ "remainingResources": resources(2048, 7680, 0, taken) }))
    }

    /// One more interface on it.
    pub(crate) fn attached(self, id: &str, kind: &str, description: &str) -> Self {
        let interface = json!({"NetworkInterfaceId": id, "InterfaceType": kind, "Description": description,
                               "Attachment": {"DeviceIndex": 1, "Status": "attached"}});
        let mut machine = self;
        let instance = machine.instance.as_mut().unwrap();
        let all = instance["NetworkInterfaces"].as_array_mut();
        all.unwrap().push(interface);
        machine
    }

    /// So many volumes in all.
    pub(crate) fn volumes(self, count: usize) -> Self {
        let volumes: Vec<_> = (0..count)
            .map(|n| json!({"DeviceName": format!("/dev/sd{n}")}))
            .collect();
        self.ec2(&json!({ "BlockDeviceMappings": volumes }))
    }
}
