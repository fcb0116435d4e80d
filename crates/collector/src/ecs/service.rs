use aws_sdk_ecs::types::{
    CapacityProviderStrategyItem, Deployment, DeploymentConfiguration, LaunchType,
    NetworkConfiguration, Service, ServiceConnectConfiguration,
};

use crate::document::Document;

pub(super) fn document(service: &Service) -> Document {
    let document = Document::new()
        .with("serviceArn", service.service_arn())
        .with("serviceName", service.service_name())
        .with("status", service.status())
        .with("clusterArn", service.cluster_arn())
        .with("status", service.status())
        .with("launchType", service.launch_type().map(LaunchType::as_str))
        .list(
            "capacityProviderStrategy",
            service.capacity_provider_strategy(),
            strategy,
        )
        .part(
            "deploymentController",
            service
                .deployment_controller()
                .map(|controller| Document::new().with("type", Some(controller.r#type().as_str()))),
        )
        .with("platformVersion", service.platform_version())
        .with("taskDefinition", service.task_definition())
        .part(
            "networkConfiguration",
            service.network_configuration().map(network_configuration),
        )
        .with(
            "enableExecuteCommand",
            Some(service.enable_execute_command()),
        )
        .list("deployments", service.deployments(), deployment)
        .list("tags", service.tags(), |tag| {
            Document::new()
                .with("key", tag.key())
                .with("value", tag.value())
        });
    with_counts(with_traffic(document, service), service)
}

/// A capacity provider of a service's strategy, or of a cluster's.
pub(crate) fn strategy(item: &CapacityProviderStrategyItem) -> Document {
    Document::new()
        .with("capacityProvider", Some(item.capacity_provider()))
        .with("weight", Some(item.weight()))
        .with("base", Some(item.base()))
}

/// Adds by which ways traffic finds its tasks.
fn with_traffic(document: Document, service: &Service) -> Document {
    document
        .list("loadBalancers", service.load_balancers(), |balancer| {
            Document::new()
                .with("targetGroupArn", balancer.target_group_arn())
                .with("containerName", balancer.container_name())
                .with("containerPort", balancer.container_port())
        })
        .list(
            "serviceRegistries",
            service.service_registries(),
            |registry| {
                Document::new()
                    .with("registryArn", registry.registry_arn())
                    .with("port", registry.port())
                    .with("containerName", registry.container_name())
                    .with("containerPort", registry.container_port())
            },
        )
}

/// Adds how many tasks it has and should have, and where they may be.
fn with_counts(document: Document, service: &Service) -> Document {
    document
        .with("desiredCount", Some(service.desired_count()))
        .with("runningCount", Some(service.running_count()))
        .with("pendingCount", Some(service.pending_count()))
        .with(
            "schedulingStrategy",
            service.scheduling_strategy().map(|value| value.as_str()),
        )
        .part(
            "deploymentConfiguration",
            service.deployment_configuration().map(limits),
        )
        .list(
            "placementConstraints",
            service.placement_constraints(),
            |constraint| {
                Document::new()
                    .with("type", constraint.r#type().map(|value| value.as_str()))
                    .with("expression", constraint.expression())
            },
        )
        .list(
            "placementStrategy",
            service.placement_strategy(),
            |strategy| {
                Document::new()
                    .with("type", strategy.r#type().map(|value| value.as_str()))
                    .with("field", strategy.field())
            },
        )
}

/// How many tasks a deployment may have at once; without its hooks and alarms.
fn limits(configuration: &DeploymentConfiguration) -> Document {
    Document::new()
        .with("maximumPercent", configuration.maximum_percent())
        .with(
            "minimumHealthyPercent",
            configuration.minimum_healthy_percent(),
        )
        .with(
            "strategy",
            configuration.strategy().map(|value| value.as_str()),
        )
}

/// A deployment: what its tasks run, and its Service Connect without how it logs, which can name
/// secrets.
fn deployment(deployment: &Deployment) -> Document {
    let connect = deployment.service_connect_configuration();
    Document::new()
        .with("id", deployment.id())
        .with("status", deployment.status())
        .with("taskDefinition", deployment.task_definition())
        .part(
            "networkConfiguration",
            deployment
                .network_configuration()
                .map(network_configuration),
        )
        .part("serviceConnectConfiguration", connect.map(service_connect))
}

fn service_connect(connect: &ServiceConnectConfiguration) -> Document {
    Document::new()
        .with("enabled", Some(connect.enabled()))
        .with("namespace", connect.namespace())
        .list("services", connect.services(), |service| {
            Document::new()
                .with("portName", Some(service.port_name()))
                .with("discoveryName", service.discovery_name())
                .list("clientAliases", service.client_aliases(), |alias| {
                    Document::new()
                        .with("port", Some(alias.port()))
                        .with("dnsName", alias.dns_name())
                })
        })
}

fn network_configuration(configuration: &NetworkConfiguration) -> Document {
    let awsvpc = configuration.awsvpc_configuration().map(|awsvpc| {
        Document::new()
            .texts("subnets", awsvpc.subnets())
            .texts("securityGroups", awsvpc.security_groups())
            .with(
                "assignPublicIp",
                awsvpc.assign_public_ip().map(|value| value.as_str()),
            )
    });
    Document::new().part("awsvpcConfiguration", awsvpc)
}
