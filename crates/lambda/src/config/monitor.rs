use std::collections::BTreeSet;

use awsvpc_auditor_engine::probe::Target;

use super::values::list;
use super::{Config, ConfigError, wrong};

/// Every further variable that the monitor reads; a test compares them with the template.
pub const MONITOR_VARIABLES: &[&str] = &[NAME, SUBNET_ID, SUBNET_IDS, TARGETS, SERVICE];

pub(super) const NAME: &str = "MONITOR_NAME";
const SUBNET_ID: &str = "MONITOR_SUBNET_ID";
const SUBNET_IDS: &str = "MONITOR_SUBNET_IDS";
const TARGETS: &str = "MONITOR_TARGETS";
const SERVICE: &str = "MONITOR_SERVICE";

/// The most targets: each is a set of metrics for each subnet, and all are asked within seconds.
pub(crate) const MOST_TARGETS: usize = 40;

/// The longest name: as long as a stack's.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html>
const LONGEST_NAME: usize = 128;

/// The configuration of the monitor in one subnet.
#[derive(Debug, Clone)]
pub struct MonitorConfig {
    /// What the auditors have too: where it tells, and how.
    pub common: Config,
    /// What people call it.
    pub name: String,
    /// The subnet that it asks from. Lambda doesn't tell a function in which one it runs, so that each
    /// subnet has a function of its own.
    pub subnet: String,
    /// All subnets that the monitor asks from.
    pub subnets: BTreeSet<String>,
    /// What is asked.
    pub targets: Vec<Target>,
    /// The cluster and name of a service of which is asked, besides, what it talks to.
    pub service: Option<(String, String)>,
}

impl MonitorConfig {
    /// Reads the configuration by looking variables up.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let value = |variable| look_up(variable).filter(|value| !value.trim().is_empty());
        let common = Config::read(&look_up)?;
        let service = service(value(SERVICE))?;
        let name = name(value(NAME))?;
        let subnet = value(SUBNET_ID).ok_or_else(|| {
            wrong(
                SUBNET_ID,
                "isn't set: it names the subnet that the function is in",
            )
        })?;
        let subnet = subnet_id(SUBNET_ID, subnet.trim().to_owned())?;
        let all = list(value(SUBNET_IDS)).into_iter();
        let all = all.map(|id| subnet_id(SUBNET_IDS, id));
        let mut subnets = all.collect::<Result<BTreeSet<_>, _>>()?;
        subnets.insert(subnet.clone());
        Ok(Self {
            common,
            name,
            subnet,
            subnets,
            targets: targets(value(TARGETS), service.is_some())?,
            service,
        })
    }
}

/// It is part of fingerprints and of a key of the table, whose parts have slashes between.
fn name(value: Option<String>) -> Result<String, ConfigError> {
    let name = value.ok_or_else(|| wrong(NAME, "isn't set: it is what alerts call the monitor"))?;
    let name = name.trim().to_owned();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.len() > LONGEST_NAME || !name.chars().all(is_allowed) {
        return Err(wrong(
            NAME,
            format!("is `{name}`: expected at most {LONGEST_NAME} letters, digits, . - _"),
        ));
    }
    Ok(name)
}

fn subnet_id(variable: &'static str, id: String) -> Result<String, ConfigError> {
    let rest = id.strip_prefix("subnet-").unwrap_or_default();
    if rest.is_empty() || !rest.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(wrong(
            variable,
            format!("has `{id}`, which is not a subnet's id (subnet-…)"),
        ));
    }
    Ok(id)
}

fn service(value: Option<String>) -> Result<Option<(String, String)>, ConfigError> {
    let Some(value) = value else {
        return Ok(None);
    };
    match value.trim().split_once('/') {
        Some((cluster, name)) if !cluster.is_empty() && !name.is_empty() && !name.contains('/') => {
            Ok(Some((cluster.to_owned(), name.to_owned())))
        }
        _ => Err(wrong(
            SERVICE,
            format!("is `{value}`: expected CLUSTER/SERVICE, such as shop/checkout"),
        )),
    }
}

fn targets(value: Option<String>, may_be_none: bool) -> Result<Vec<Target>, ConfigError> {
    let mut targets: Vec<Target> = Vec::new();
    for text in list(value) {
        let target: Target = text
            .parse()
            .map_err(|error| wrong(TARGETS, format!("can't be read: {error}")))?;
        let address = target.address();
        if targets.iter().any(|known| known.address() == address) {
            return Err(wrong(TARGETS, format!("has `{address}` twice")));
        }
        targets.push(target);
    }
    match targets.len() {
        0 if !may_be_none => Err(wrong(
            TARGETS,
            "isn't set: it lists what is asked, as HOST:PORT or HOST:PORT/tls with commas between; or \
             MONITOR_SERVICE names a service that talks to it",
        )),
        0..=MOST_TARGETS => Ok(targets),
        count => Err(wrong(
            TARGETS,
            format!("has {count} targets: expected at most {MOST_TARGETS}"),
        )),
    }
}
