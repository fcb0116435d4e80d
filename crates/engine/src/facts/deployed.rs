use super::{Deployment, EcsArn, Service, ServiceEvent, Snapshot};

impl ServiceEvent {
    /// The task definition whose tasks the event is about: its deployment's, else the service's. Where a
    /// deployment is rolled back, the service has the former one again.
    pub fn task_definition<'s>(&self, service: &'s Service) -> Option<&'s EcsArn> {
        let deployed = self.deployment(service);
        let own = deployed.and_then(|deployment| deployment.task_definition.as_ref());
        own.or(service.task_definition.as_ref())
    }

    fn deployment<'s>(&self, service: &'s Service) -> Option<&'s Deployment> {
        let id = self.deployment_id.as_deref()?;
        let mut all = service.deployments.iter();
        all.find(|deployment| deployment.id.as_deref() == Some(id))
    }
}

impl Snapshot {
    /// The facts with the service as the deployment of an event configures it, where it has one that ECS
    /// still lists: its task definition and its network.
    #[must_use]
    pub fn as_deployed(&self, event: &ServiceEvent) -> Self {
        let mut services = self.services.seen();
        let service = services.find(|service| {
            service.cluster_arn == event.cluster_arn && service.service_name == event.service_name()
        });
        let known = service.and_then(|service| Some((service, event.deployment(service)?)));
        let Some((service, deployed)) = known else {
            return self.clone();
        };
        let (arn, deployed) = (service.service_arn.clone(), deployed.clone());
        self.changed(|facts| {
            facts.services.change(&arn, |service| {
                if deployed.task_definition.is_some() {
                    service.task_definition = deployed.task_definition;
                }
                if deployed.network_configuration.is_some() {
                    service.network_configuration = deployed.network_configuration;
                }
            });
        })
    }
}
