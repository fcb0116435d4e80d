//! An account as the AWS CLI prints it, still in JSON, so that a test can break one thing in it the
//! way that a person would.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use awsvpc_auditor_engine::facts::{Snapshot, SnapshotReader, TaskStateChange};
use serde_json::Value;

/// The files of a shop, by name.
#[derive(Clone)]
pub(crate) struct Account {
    files: BTreeMap<String, Value>,
}

/// What `describe-*` calls an id in the list under this key.
pub(crate) const ID_KEYS: &[(&str, &str)] = &[
    ("SecurityGroups", "GroupId"),
    ("NetworkAcls", "NetworkAclId"),
    ("RouteTables", "RouteTableId"),
    ("NatGateways", "NatGatewayId"),
    ("InternetGateways", "InternetGatewayId"),
    ("EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
    ("VpcEndpoints", "VpcEndpointId"),
    ("VpcPeeringConnections", "VpcPeeringConnectionId"),
    ("NetworkInterfaces", "NetworkInterfaceId"),
    ("MountTargets", "MountTargetId"),
    ("DBInstances", "DBInstanceIdentifier"),
    ("CacheClusters", "CacheClusterId"),
    ("TargetGroups", "TargetGroupName"),
    ("services", "serviceName"),
    ("tasks", "taskArn"),
    ("Subnets", "SubnetId"),
];

impl Account {
    /// Reads the files of `shops/<folder>/`.
    pub(crate) fn read(folder: &str) -> Self {
        let shops = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/shops");
        let entries = fs::read_dir(shops.join(folder)).unwrap();
        let files = entries.map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&text).unwrap())
        });
        Self {
            files: files.collect(),
        }
    }

    /// The facts; the event isn't one.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut reader = SnapshotReader::default();
        let facts = self.files.iter().filter(|(name, _)| *name != "event.json");
        for (name, content) in facts {
            reader.add(name.clone(), content.to_string()).unwrap();
        }
        reader.finish().unwrap()
    }

    /// The event by which EventBridge tells that a task is running.
    pub(crate) fn event(&self) -> TaskStateChange {
        TaskStateChange::parse(&self.files["event.json"].to_string()).unwrap()
    }

    /// Everything that the account says, as one text.
    pub(crate) fn text(&self) -> String {
        let files = self.files.values().map(Value::to_string);
        files.collect::<Vec<_>>().join("\n")
    }

    /// A file.
    pub(crate) fn file(&mut self, name: &str) -> &mut Value {
        let file = self.files.get_mut(&format!("{name}.json"));
        file.unwrap_or_else(|| panic!("no file {name}.json"))
    }

    /// With one more file.
    pub(crate) fn add(&mut self, name: &str, content: Value) {
        self.files.insert(format!("{name}.json"), content);
    }

    /// Without a file.
    pub(crate) fn drop(&mut self, name: &str) {
        assert!(
            self.files.remove(&format!("{name}.json")).is_some(),
            "no file {name}.json"
        );
    }

    /// The resources under a top-level key.
    pub(crate) fn list(&mut self, key: &str) -> &mut Vec<Value> {
        let mut files = self.files.values_mut();
        let found = files.find_map(|file| file.get_mut(key)?.as_array_mut());
        found.unwrap_or_else(|| panic!("no list {key}"))
    }

    /// The resource with an id.
    pub(crate) fn resource(&mut self, key: &str, id: &str) -> &mut Value {
        let (_, id_key) = ID_KEYS.iter().find(|(list, _)| *list == key).unwrap();
        let mut all = self.list(key).iter_mut();
        let found = all.find(|resource| resource[id_key] == id);
        found.unwrap_or_else(|| panic!("no {id} in {key}"))
    }

    /// Takes a resource away.
    pub(crate) fn remove(&mut self, key: &str, id: &str) {
        let (_, id_key) = ID_KEYS.iter().find(|(list, _)| *list == key).unwrap();
        keep(self.list(key), |resource| resource[id_key] != id, id);
    }
}

/// Keeps what is wanted. A break that takes nothing away is none.
pub(crate) fn keep(list: &mut Vec<Value>, wanted: impl Fn(&Value) -> bool, what: &str) {
    let before = list.len();
    list.retain(|value| wanted(value));
    assert!(list.len() < before, "{what} isn't there to be taken away");
}

/// The list under a key.
pub(crate) fn list_of<'v>(value: &'v mut Value, key: &str) -> &'v mut Vec<Value> {
    value[key].as_array_mut().unwrap()
}
