use std::collections::BTreeSet;

use super::ProposalError;
use crate::facts::{
    AssignPublicIp, AwsvpcConfiguration, EcsArn, Facts, Missing, NetworkConfiguration, Resource,
    SecurityGroupId, Service, ServiceLoadBalancer, Snapshot, SubnetId, TaskDefinition,
};

/// What is changed of a service; what isn't said stays.
#[derive(Debug, Clone)]
pub(super) struct ServiceChange {
    cluster: String,
    service: String,
    /// All of its network configuration, as `update-service` replaces it.
    pub(super) awsvpc: Option<AwsvpcConfiguration>,
    /// Its subnets alone.
    pub(super) subnets: Option<Vec<SubnetId>>,
    /// Its security groups alone.
    pub(super) groups: Option<Vec<SecurityGroupId>>,
    /// Whether ECS Exec is on.
    pub(super) exec: Option<bool>,
    /// What its tasks run.
    pub(super) definition: Option<TaskDefinition>,
}

impl ServiceChange {
    /// None yet of this service.
    pub(super) fn of(cluster: &str, service: &str) -> Self {
        Self {
            cluster: cluster.to_owned(),
            service: service.to_owned(),
            awsvpc: None,
            subnets: None,
            groups: None,
            exec: None,
            definition: None,
        }
    }

    /// What it changes, for people.
    pub(super) fn component(&self) -> String {
        format!("service {} of cluster {}", self.service, self.cluster)
    }

    /// The subnets that it places tasks in.
    pub(super) fn named_subnets(&self) -> impl Iterator<Item = &SubnetId> {
        let whole = self.awsvpc.iter().flat_map(|awsvpc| &awsvpc.subnets);
        whole.chain(self.subnets.iter().flatten())
    }

    /// The groups that it gives to tasks.
    pub(super) fn named_groups(&self) -> impl Iterator<Item = &SecurityGroupId> {
        let whole = self
            .awsvpc
            .iter()
            .flat_map(|awsvpc| &awsvpc.security_groups);
        whole.chain(self.groups.iter().flatten())
    }

    /// The facts after it.
    pub(super) fn apply(&self, snapshot: &Snapshot) -> Result<Snapshot, ProposalError> {
        let mut services = snapshot.services.seen();
        let found = services.find(|own| {
            own.service_arn.is_called(&self.service) && own.cluster_arn.is_called(&self.cluster)
        });
        let own = found.ok_or_else(|| ProposalError::NotObserved(self.component()))?;
        if !own.is_deployed_by_ecs() {
            return Err(ProposalError::NotOurs(self.component()));
        }
        self.check_place(snapshot)?;
        let awsvpc = self.awsvpc_of(own)?;
        let definition = self.definition_of(snapshot, own)?;
        let arn = own.service_arn.clone();
        Ok(snapshot.changed(|facts| {
            facts.services.change(&arn, |own| {
                if awsvpc.is_some() {
                    own.network_configuration = Some(NetworkConfiguration {
                        awsvpc_configuration: awsvpc,
                    });
                }
                if self.exec.is_some() {
                    own.enable_execute_command = self.exec;
                }
                if let Some(definition) = &definition {
                    own.task_definition = Some(definition.task_definition_arn.clone());
                }
            });
            if let Some(definition) = definition {
                facts.task_definitions.put(definition);
            }
        }))
    }

    /// The network configuration afterwards, if it is another one.
    fn awsvpc_of(&self, own: &Service) -> Result<Option<AwsvpcConfiguration>, ProposalError> {
        if self.subnets.is_none() && self.groups.is_none() {
            return Ok(self.awsvpc.clone());
        }
        let mut awsvpc = match (&self.awsvpc, own.awsvpc(), &self.subnets) {
            (Some(awsvpc), _, _) | (None, Some(awsvpc), _) => awsvpc.clone(),
            (None, None, Some(_)) => AwsvpcConfiguration {
                subnets: Vec::new(),
                security_groups: Vec::new(),
                assign_public_ip: AssignPublicIp::default(),
            },
            (None, None, None) => return Err(ProposalError::NoNetwork(self.component())),
        };
        if let Some(subnets) = &self.subnets {
            awsvpc.subnets.clone_from(subnets);
        }
        if let Some(groups) = &self.groups {
            awsvpc.security_groups.clone_from(groups);
        }
        Ok(Some(awsvpc))
    }

    /// Everything that is named must be there, unless a call about it failed: then the audit says that
    /// it can't tell.
    fn check_place(&self, snapshot: &Snapshot) -> Result<(), ProposalError> {
        let mut vpcs = BTreeSet::new();
        for id in self.named_subnets() {
            if let Some(subnet) = observed(&snapshot.subnets, id)? {
                vpcs.insert(&subnet.vpc_id);
            }
        }
        for id in self.named_groups() {
            observed(&snapshot.security_groups, id)?;
        }
        // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
        if vpcs.len() > 1 {
            let vpcs: Vec<_> = vpcs.into_iter().map(ToString::to_string).collect();
            return Err(ProposalError::SeveralVpcs(vpcs.join(", ")));
        }
        Ok(())
    }

    /// The task definition as the service will run it, under an ARN that no revision has: a file that
    /// was printed and edited isn't the revision any more that it was printed from.
    fn definition_of(
        &self,
        snapshot: &Snapshot,
        own: &Service,
    ) -> Result<Option<TaskDefinition>, ProposalError> {
        let Some(definition) = &self.definition else {
            return Ok(None);
        };
        let family = definition.family();
        // Only tasks in awsvpc mode have a network configuration, and they must.
        // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
        let is_awsvpc = definition.network_mode.as_deref() == Some("awsvpc");
        match (own.awsvpc().or(self.awsvpc.as_ref()), is_awsvpc) {
            (Some(_), true) | (None, false) => {}
            (Some(_), false) => {
                return Err(ProposalError::NotAwsvpc {
                    family: family.to_owned(),
                    mode: definition.network_mode.clone(),
                });
            }
            (None, true) => return Err(ProposalError::NoNetwork(self.component())),
        }
        let mut balanced = own.load_balancers.iter();
        if let Some(lost) = balanced.find(|balancer| !takes_traffic(definition, balancer)) {
            return Err(ProposalError::NoSuchPort {
                family: family.to_owned(),
                container: lost.container_name.clone().unwrap_or_default(),
                port: lost.container_port.unwrap_or_default(),
            });
        }
        let before_name = own.service_arn.as_str().split(":service/").next();
        let arn = format!(
            "{}:task-definition/{family}:proposed",
            before_name.unwrap_or_default()
        );
        let mut definition = definition.clone();
        definition.task_definition_arn = EcsArn::new(arn);
        // Files are mostly without the tags that the next revision gets. What these forbid must not pass.
        let present = own.task_definition.as_ref();
        let present = present.and_then(|arn| snapshot.task_definitions.get(arn).ok());
        if let (true, Some(present)) = (definition.tags.is_empty(), present) {
            definition.tags.clone_from(&present.tags);
        }
        Ok(Some(definition))
    }
}

/// What was observed of it; nothing, where the call about it failed.
fn observed<'s, R: Resource>(
    facts: &'s Facts<R>,
    id: &R::Id,
) -> Result<Option<&'s R>, ProposalError> {
    match facts.get(id) {
        Ok(resource) => Ok(Some(resource)),
        Err(Missing { reason, .. }) if reason.is_failure() => Ok(None),
        Err(missing) => Err(ProposalError::NoSuchPlace {
            id: id.to_string(),
            action: missing.action().unwrap_or_default().to_owned(),
        }),
    }
}

/// Whether the container that a load balancer sends to is there, with its port: otherwise ECS refuses to
/// update the service.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html>
fn takes_traffic(definition: &TaskDefinition, balancer: &ServiceLoadBalancer) -> bool {
    let (Some(name), Some(port)) = (&balancer.container_name, balancer.container_port) else {
        return true;
    };
    let mut containers = definition.container_definitions.iter();
    containers.any(|container| {
        let mut mappings = container.resources.port_mappings.iter();
        container.name == *name && mappings.any(|own| own.container_port == Some(port))
    })
}
