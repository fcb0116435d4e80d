//! Which places a service's tasks may be on.

use super::constraint::Constraint;
use super::host::Host;
use crate::facts::{
    Attribute, FactKind, LaunchType, Missing, PlacementConstraint, Reason, Service, TaskDefinition,
};

/// What decides where the tasks of a service may be.
#[derive(Debug)]
pub(super) struct Eligibility<'a> {
    providers: Vec<&'a str>,
    required: &'a [Attribute],
    constraints: Vec<Constraint>,
    interface: bool,
    /// Whether an instance may have only one task of the service.
    pub(super) distinct: bool,
}

impl<'a> Eligibility<'a> {
    pub(super) fn of(
        service: &'a Service,
        definition: &'a TaskDefinition,
    ) -> Result<Self, Missing> {
        let all = service.placement_constraints.iter();
        let all: Vec<_> = all.chain(&definition.placement_constraints).collect();
        let expressions = all
            .iter()
            .filter(|constraint| constraint.r#type.as_deref() == Some("memberOf"));
        let constraints: Result<Vec<_>, Missing> = expressions.map(|c| parse(c)).collect();
        let is_distinct =
            |c: &&&PlacementConstraint| c.r#type.as_deref() == Some("distinctInstance");
        let providers = service.capacity_provider_strategy.iter();
        Ok(Self {
            providers: providers
                .map(|item| item.capacity_provider.as_str())
                .collect(),
            required: &definition.requires_attributes,
            constraints: constraints?,
            interface: definition.network_mode.as_deref() == Some("awsvpc"),
            distinct: all.iter().any(|constraint| is_distinct(&constraint)),
        })
    }

    /// The capacity providers that decide; none: any instance will do.
    pub(super) fn providers(&self) -> &[&'a str] {
        &self.providers
    }

    /// Whether an instance is allowed, whatever is left of it.
    ///
    /// How a strategy shares tasks among several providers by base and weight is not modelled: any of
    /// them may take each task.
    pub(super) fn allows(&self, host: &Host<'_>) -> bool {
        let provider = host.facts.capacity_provider_name.as_deref();
        let has =
            |attribute: &Attribute| match (host.facts.attribute(&attribute.name), &attribute.value)
            {
                (Some(own), Some(wanted)) => *wanted == own,
                (own, None) => own.is_some(),
                (None, Some(_)) => false,
            };
        let is_described = !host.facts.attributes.is_empty();
        host.takes_tasks()
            && (!self.interface || host.takes_interfaces())
            && (self.providers.is_empty()
                || provider.is_some_and(|provider| self.providers.contains(&provider)))
            && (!is_described || self.required.iter().all(has))
            && self
                .constraints
                .iter()
                .all(|constraint| constraint.holds(&|subject| value(host, subject)))
    }
}

fn parse(constraint: &PlacementConstraint) -> Result<Constraint, Missing> {
    let expression = constraint.expression.as_deref().unwrap_or_default();
    let unreadable = |what: String| Missing::new(FactKind::Services, Reason::Invisible(what));
    let parsed = Constraint::parse(expression).map_err(|error| unreadable(error.to_string()))?;
    let known = |subject: &&str| {
        subject.starts_with("attribute:")
            || matches!(
                *subject,
                "agentConnected" | "agentVersion" | "ec2InstanceId" | "runningTasksCount"
            )
    };
    let unknown = parsed
        .subjects()
        .into_iter()
        .find(|subject| !known(subject));
    match unknown.map(str::to_owned) {
        Some(subject) => Err(unreadable(format!(
            "the placement constraint `{expression}` asks for `{subject}`, which this version doesn't evaluate"
        ))),
        None => Ok(parsed),
    }
}

/// What a subject of the cluster query language is for an instance.
fn value(host: &Host<'_>, subject: &str) -> Option<String> {
    if let Some(name) = subject.strip_prefix("attribute:") {
        return host.facts.attribute(name).map(str::to_owned);
    }
    match subject {
        "agentConnected" => host
            .facts
            .agent_connected
            .map(|connected| connected.to_string()),
        "agentVersion" => host.facts.agent_version().map(str::to_owned),
        "ec2InstanceId" => Some(host.name().to_owned()),
        "runningTasksCount" => Some(host.tasks.len().to_string()),
        _ => None,
    }
}

/// What a service's tasks run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Launch {
    /// Container instances of the account.
    Instances,
    /// Fargate On-Demand.
    Fargate,
    /// Fargate Spot.
    FargateSpot,
    /// Instances that ECS gets and hides.
    Managed,
    /// Machines outside AWS.
    External,
}

impl Launch {
    pub(super) fn of(service: &Service) -> Self {
        let first = service.capacity_provider_strategy.first();
        if first.is_some_and(|item| item.capacity_provider == "FARGATE_SPOT") {
            return Self::FargateSpot;
        }
        match service.effective_launch_type() {
            Some(LaunchType::Fargate) => Self::Fargate,
            Some(LaunchType::ManagedInstances) => Self::Managed,
            Some(LaunchType::External) => Self::External,
            _ => Self::Instances,
        }
    }
}
