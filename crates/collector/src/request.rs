//! What an audit or a question is about.

use std::collections::BTreeSet;
use std::net::IpAddr;

use awsvpc_auditor_engine::dependencies::Declaration;
use awsvpc_auditor_engine::dependencies::question::Question;
use awsvpc_auditor_engine::facts::{
    EcsArn, InstanceId, LaunchType, NetworkInterfaceId, SecurityGroupId, ServiceEvent, SubnetId,
    Task, TaskDefinition, TaskStatus,
};

/// What facts are wanted about. Several tasks in one request share their calls.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Interfaces.
    pub interfaces: BTreeSet<NetworkInterfaceId>,
    /// Of these, the ones that a starting task has just got: AWS may not show them yet.
    pub(crate) fresh: BTreeSet<NetworkInterfaceId>,
    /// Subnets, and all of the VPC around them.
    pub subnets: BTreeSet<SubnetId>,
    /// Security groups.
    pub groups: BTreeSet<SecurityGroupId>,
    /// Instances, by their interfaces.
    pub instances: BTreeSet<InstanceId>,
    /// Addresses, by the interfaces that have them.
    pub addresses: BTreeSet<IpAddr>,
    /// Services: cluster and service, by name or ARN.
    pub services: BTreeSet<(String, String)>,
    /// Tasks that must be described first: cluster and task, by name or ARN.
    pub tasks: BTreeSet<(String, String)>,
    /// What must be found in the account: what tasks name, with what is around it.
    pub questions: BTreeSet<Question>,
    /// Task definitions that services are about to run, and that ECS doesn't know yet.
    pub definitions: Vec<TaskDefinition>,
    /// What people declare that tasks need.
    pub declared: Vec<Declaration>,
    /// The tasks themselves, as far as they were described.
    pub(crate) audited: Vec<Task>,
    /// Clusters on whose instances tasks share: all of their tasks matter.
    pub(crate) clusters: BTreeSet<EcsArn>,
    /// Services whose tasks don't start: cluster and service. Those that stopped say why.
    pub(crate) failing: BTreeSet<(String, String)>,
}

impl Request {
    /// Wants what an audit of a task needs.
    pub fn audit(&mut self, task: &Task) {
        let Some(attachment) = task.network_interface() else {
            return;
        };
        self.audited.push(task.clone());
        self.subnets.extend(attachment.subnet_id());
        if let Some(interface) = attachment.network_interface_id() {
            // The interface of a task that has stopped is gone, or about to be.
            if task.last_status <= TaskStatus::Running {
                self.fresh.insert(interface.clone());
            }
            self.interfaces.insert(interface);
        }
        if let Some(service) = task.service_name() {
            let cluster = task.cluster_arn.as_str().to_owned();
            self.services.insert((cluster, service.to_owned()));
        }
        if task.effective_launch_type() == Some(LaunchType::Ec2) {
            self.clusters.insert(task.cluster_arn.clone());
        }
    }

    /// Wants what an audit of a service needs.
    pub fn audit_service(&mut self, cluster: &str, service: &str) {
        self.services
            .insert((cluster.to_owned(), service.to_owned()));
    }

    /// Wants what an audit of a service needs whose tasks don't start.
    pub fn audit_failure(&mut self, event: &ServiceEvent) {
        let cluster = event.cluster_arn.as_str();
        self.audit_service(cluster, event.service_name());
        let failing = (cluster.to_owned(), event.service_name().to_owned());
        self.failing.insert(failing);
        if !event.container_instance_arns.is_empty() {
            self.clusters.insert(event.cluster_arn.clone());
        }
        for instance in &event.container_instance_arns {
            self.questions.insert(Question::ContainerInstance {
                cluster: cluster.to_owned(),
                arn: instance.to_string(),
            });
        }
    }

    /// Wants a task described, and what an audit of it needs.
    pub fn audit_described(&mut self, cluster: &str, task: &str) {
        self.tasks.insert((cluster.to_owned(), task.to_owned()));
    }
}
