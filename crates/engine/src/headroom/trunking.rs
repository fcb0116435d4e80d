use super::instance_types::{Published, TABLE_OF, TrunkSupport};
use super::slots::{TRUNK, type_name};
use crate::facts::{
    ContainerInstance, FactKind, Instance, Missing, Reason, ResourceName, Snapshot, SubnetId,
};

/// The first agent that can use a trunk.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html>
const AGENT: [u32; 3] = [1, 28, 1];

/// Whether a container instance has a trunk, or could have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trunking {
    /// It has one.
    Has,
    /// It could have one, after these steps and in this order; then it takes so many tasks.
    Could {
        /// What to do.
        steps: Vec<TrunkStep>,
        /// Tasks in awsvpc mode with a trunk.
        tasks: u32,
    },
    /// It can't have one.
    Cannot(TrunkObstacle),
    /// The facts don't say.
    Unknown(Missing),
}

/// Something to do for a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrunkStep {
    /// Switch the account setting `awsvpcTrunking` on.
    EnableSetting,
    /// See whether the account setting is on for the instances' role: nobody could look.
    CheckSetting,
    /// Use an agent that knows trunks.
    UpdateAgent,
    /// Don't switch trunks off in the agent's configuration.
    AllowInAgent,
    /// Launch without resource-name DNS records.
    SwitchOffResourceNameDns,
    /// Launch the instance anew: only a launch after the opt-in brings a trunk.
    Replace,
}

impl TrunkStep {
    /// What to do, in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::EnableSetting => "switch the account setting awsvpcTrunking on",
            Self::CheckSetting => {
                "make sure that the account setting awsvpcTrunking is on for the instances' role"
            }
            Self::UpdateAgent => "use an agent of version 1.28.1 or newer",
            Self::AllowInAgent => {
                "remove ECS_ENABLE_HIGH_DENSITY_ENI=false from the agent's configuration"
            }
            Self::SwitchOffResourceNameDns => "launch without resource-name DNS A records",
            Self::Replace => "replace the instance",
        }
    }
}

/// Why an instance can't have a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrunkObstacle {
    /// Windows has none.
    Windows,
    /// The documentation excludes its type.
    ExcludedType(String),
    /// Its subnet belongs to another account: registration would fail.
    SharedSubnet(SubnetId),
    /// It is no EC2 instance.
    External,
}

impl TrunkObstacle {
    /// Why, in words.
    pub fn text(&self) -> String {
        match self {
            Self::Windows => "Windows instances have no trunks".to_owned(),
            Self::ExcludedType(name) => format!("{name} supports no trunk"),
            Self::SharedSubnet(subnet) => {
                format!("{subnet} is shared by another account, where trunks can't be")
            }
            Self::External => "it is no EC2 instance".to_owned(),
        }
    }
}

impl Trunking {
    /// Decides for one instance.
    pub(super) fn of(
        snapshot: &Snapshot,
        account: &str,
        facts: &ContainerInstance,
        instance: Option<&Instance>,
    ) -> Self {
        if facts.attribute(TRUNK).is_some() {
            return Self::Has;
        }
        // A machine outside AWS has an id of Systems Manager's here.
        let id = facts.ec2_instance_id.as_ref();
        if id.is_none_or(|id| id.as_str().starts_with("mi-")) {
            return Self::Cannot(TrunkObstacle::External);
        }
        if facts.attribute("ecs.os-type") == Some("windows") {
            return Self::Cannot(TrunkObstacle::Windows);
        }
        let subnet = shared_subnet(snapshot, account, facts, instance);
        match (tasks(facts, instance), subnet) {
            (Err(verdict), _) => verdict,
            (Ok(_), Some(subnet)) => Self::Cannot(TrunkObstacle::SharedSubnet(subnet)),
            (Ok(tasks), None) => Self::Could {
                steps: steps(snapshot, facts, instance),
                tasks,
            },
        }
    }
}

/// The tasks that a trunk of the instance's type would carry.
fn tasks(facts: &ContainerInstance, instance: Option<&Instance>) -> Result<u32, Trunking> {
    let name = type_name(facts, instance).map_err(Trunking::Unknown)?;
    let unlisted = || {
        let what = format!(
            "whether {name} supports a trunk: the documentation of {TABLE_OF} doesn't list it"
        );
        Trunking::Unknown(Missing::new(
            FactKind::InstanceTypes,
            Reason::Invisible(what),
        ))
    };
    match Published::find(name).map(|published| published.trunk) {
        Some(TrunkSupport::Tasks(tasks)) => Ok(tasks),
        Some(TrunkSupport::Excluded) => Err(Trunking::Cannot(TrunkObstacle::ExcludedType(
            name.to_owned(),
        ))),
        Some(TrunkSupport::Contradictory(_)) => {
            let what = format!(
                "whether {name} supports a trunk: the documentation of {TABLE_OF} says both"
            );
            Err(Trunking::Unknown(Missing::new(
                FactKind::InstanceTypes,
                Reason::Invisible(what),
            )))
        }
        Some(TrunkSupport::Unlisted) | None => Err(unlisted()),
    }
}

fn shared_subnet(
    snapshot: &Snapshot,
    account: &str,
    facts: &ContainerInstance,
    instance: Option<&Instance>,
) -> Option<SubnetId> {
    let own = instance.and_then(|instance| instance.subnet_id.clone());
    let registered = facts.attribute("ecs.subnet-id").map(SubnetId::new);
    let subnet = snapshot.subnets.get(&own.or(registered)?).ok()?;
    let owner = subnet.owner_id.as_deref()?;
    (owner != account).then(|| subnet.subnet_id.clone())
}

fn steps(
    snapshot: &Snapshot,
    facts: &ContainerInstance,
    instance: Option<&Instance>,
) -> Vec<TrunkStep> {
    let mut steps = Vec::new();
    match trunking_setting(snapshot) {
        Some(true) => {}
        Some(false) => steps.push(TrunkStep::EnableSetting),
        None => steps.push(TrunkStep::CheckSetting),
    }
    if facts
        .agent_version()
        .is_some_and(|version| is_older(version, AGENT))
    {
        steps.push(TrunkStep::UpdateAgent);
    } else if facts.attribute("ecs.capability.task-eni").is_some()
        && facts
            .attribute("ecs.capability.task-eni-trunking")
            .is_none()
    {
        steps.push(TrunkStep::AllowInAgent);
    }
    let dns = instance.and_then(|instance| instance.private_dns_name_options.as_ref());
    if dns.is_some_and(|dns| dns.enable_resource_name_dns_a_record) {
        steps.push(TrunkStep::SwitchOffResourceNameDns);
    }
    steps.push(TrunkStep::Replace);
    steps
}

/// Whether the account setting is on, as the caller sees it; the instances' role may see another.
pub fn trunking_setting(snapshot: &Snapshot) -> Option<bool> {
    let setting = snapshot
        .account_settings
        .get(&ResourceName::new("awsvpcTrunking"))
        .ok()?;
    Some(matches!(setting.value.as_deref(), Some("enabled" | "on")))
}

/// Whether a version such as `1.27.0` is older; one that can't be read isn't.
fn is_older(version: &str, than: [u32; 3]) -> bool {
    let numbers: Option<Vec<u32>> = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().ok())
        .collect();
    numbers.is_some_and(|numbers| numbers.as_slice() < than.as_slice())
}
