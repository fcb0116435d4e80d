use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::facts::{FlowLog, Snapshot};
use crate::subject::Subject;

/// Where the packets of a task's interface leave a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The log group, in CloudWatch Logs of the task's own account and region.
    pub log_group: String,
    /// The fields of its records.
    pub fields: Fields,
    /// The task's interface.
    pub interface: String,
    /// Its addresses: what is refused where it arrives is recorded at the other end.
    pub addresses: BTreeSet<IpAddr>,
}

/// The fields of a flow log's records, in their order: `action`, `srcaddr`, …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields(Vec<String>);

/// The fields of a flow log with no format of its own.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
const DEFAULT: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// Without these nothing can be told of a refused packet.
const NEEDED: [&str; 7] = [
    "interface-id",
    "srcaddr",
    "dstaddr",
    "dstport",
    "protocol",
    "packets",
    "action",
];

impl Fields {
    /// The fields of a format such as `${version} ${srcaddr} ${dstaddr}`; `None` if it isn't one, or lacks
    /// what tells who was refused by whom.
    pub fn parse(format: Option<&str>) -> Option<Self> {
        let fields: Vec<String> = match format.map(str::trim).filter(|text| !text.is_empty()) {
            None => DEFAULT.map(str::to_owned).to_vec(),
            Some(format) => {
                let words = format.split_whitespace();
                let names = words.map(|word| word.strip_prefix("${")?.strip_suffix('}'));
                let names = names.map(|name| name.filter(|name| is_name(name)));
                names
                    .map(|name| name.map(str::to_owned))
                    .collect::<Option<_>>()?
            }
        };
        let has = |needed: &&str| fields.iter().any(|field| field == needed);
        NEEDED.iter().all(has).then_some(Self(fields))
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Whether a field may become part of a query: AWS's fields are lower case with dashes.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl Recorded {
    /// Where the refused packets of a task are recorded, if flow logs of its VPC, subnet or interface send
    /// them to CloudWatch Logs, the one that says most first: not every log group may be asked. Nothing for
    /// a service: it has no interface of its own.
    pub fn of(snapshot: &Snapshot, subject: &Subject<'_>) -> Vec<Self> {
        let stations = subject.stations(snapshot).unwrap_or_default();
        let Some((station, own)) = stations
            .first()
            .and_then(|station| Some((station, station.interface?)))
        else {
            return Vec::new();
        };
        let subnet = station.subnet.as_ref().map(|subnet| subnet.as_str());
        let resources = [
            Some(own.network_interface_id.as_str()),
            subnet,
            Some(station.vpc.as_str()),
        ];
        let covers = |log: &&FlowLog| resources.contains(&Some(log.resource_id.as_str()));
        let in_logs = |log: &&FlowLog| {
            let kind = log.log_destination_type.as_deref();
            log.records_rejects() && kind.is_none_or(|kind| kind == "cloud-watch-logs")
        };
        // One of the VPC has the records of the other end too.
        let mut logs: Vec<&FlowLog> = snapshot
            .flow_logs
            .seen()
            .filter(covers)
            .filter(in_logs)
            .collect();
        logs.sort_by_key(|log| {
            resources
                .iter()
                .rev()
                .position(|id| *id == Some(&log.resource_id))
        });
        let readable = logs.into_iter().filter_map(|log| {
            Some(Self {
                log_group: log.log_group_name.clone()?,
                fields: Fields::parse(log.log_format.as_deref())?,
                interface: own.network_interface_id.to_string(),
                addresses: own.addresses().collect(),
            })
        });
        readable.collect()
    }
}
