use std::fmt;

use serde::Deserialize;
use serde_json::Value;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident, $key:literal, $action:expr;)*) => {
        /// A kind of fact, named as the AWS CLI names the list that holds it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        pub enum FactKind {
            $($(#[$doc])* #[serde(rename = $key)] $name,)*
        }

        impl FactKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The key under which a snapshot holds facts of this kind.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The IAM action that observes facts of this kind.
            pub fn action(self) -> Option<&'static str> {
                match self { $(Self::$name => $action,)* }
            }
        }
    };
}

kinds! {
    /// VPCs and their CIDR blocks.
    Vpcs, "Vpcs", Some("ec2:DescribeVpcs");
    /// `enableDnsSupport` and `enableDnsHostnames`, asked one by one.
    VpcAttributes, "VpcAttributes", Some("ec2:DescribeVpcAttribute");
    /// Subnets.
    Subnets, "Subnets", Some("ec2:DescribeSubnets");
    /// Route tables.
    RouteTables, "RouteTables", Some("ec2:DescribeRouteTables");
    /// Network ACLs.
    NetworkAcls, "NetworkAcls", Some("ec2:DescribeNetworkAcls");
    /// Security groups.
    SecurityGroups, "SecurityGroups", Some("ec2:DescribeSecurityGroups");
    /// Network interfaces.
    NetworkInterfaces, "NetworkInterfaces", Some("ec2:DescribeNetworkInterfaces");
    /// Internet gateways.
    InternetGateways, "InternetGateways", Some("ec2:DescribeInternetGateways");
    /// Egress-only internet gateways.
    EgressOnlyInternetGateways, "EgressOnlyInternetGateways", Some("ec2:DescribeEgressOnlyInternetGateways");
    /// NAT gateways.
    NatGateways, "NatGateways", Some("ec2:DescribeNatGateways");
    /// VPC endpoints.
    VpcEndpoints, "VpcEndpoints", Some("ec2:DescribeVpcEndpoints");
    /// VPC peering connections.
    VpcPeeringConnections, "VpcPeeringConnections", Some("ec2:DescribeVpcPeeringConnections");
    /// Transit gateways.
    TransitGateways, "TransitGateways", Some("ec2:DescribeTransitGateways");
    /// VPC attachments of transit gateways: subnets and options.
    TransitGatewayVpcAttachments, "TransitGatewayVpcAttachments", Some("ec2:DescribeTransitGatewayVpcAttachments");
    /// Attachments of transit gateways and the route table each is associated with.
    TransitGatewayAttachments, "TransitGatewayAttachments", Some("ec2:DescribeTransitGatewayAttachments");
    /// Routes of transit gateway route tables.
    TransitGatewayRoutes, "TransitGatewayRoutes", Some("ec2:SearchTransitGatewayRoutes");
    /// Prefix lists and their entries.
    PrefixLists, "PrefixLists", Some("ec2:GetManagedPrefixListEntries");
    /// DHCP option sets.
    DhcpOptions, "DhcpOptions", Some("ec2:DescribeDhcpOptions");
    /// VPC flow logs.
    FlowLogs, "FlowLogs", Some("ec2:DescribeFlowLogs");
    /// Site-to-Site VPN connections.
    VpnConnections, "VpnConnections", Some("ec2:DescribeVpnConnections");
    /// ECS tasks.
    Tasks, "tasks", Some("ecs:DescribeTasks");
    /// ECS task definitions, without what could hold a secret.
    TaskDefinitions, "taskDefinitions", Some("ecs:DescribeTaskDefinition");
    /// ECS services.
    Services, "services", Some("ecs:DescribeServices");
    /// RDS, Aurora, Neptune and DocumentDB instances.
    DbInstances, "DBInstances", Some("rds:DescribeDBInstances");
    /// Their clusters.
    DbClusters, "DBClusters", Some("rds:DescribeDBClusters");
    /// RDS proxies.
    DbProxies, "DBProxies", Some("rds:DescribeDBProxies");
    /// Replication groups of Valkey and Redis.
    ReplicationGroups, "ReplicationGroups", Some("elasticache:DescribeReplicationGroups");
    /// Cache clusters: Memcached's, and the nodes of replication groups.
    CacheClusters, "CacheClusters", Some("elasticache:DescribeCacheClusters");
    /// The subnets that caches may be in.
    CacheSubnetGroups, "CacheSubnetGroups", Some("elasticache:DescribeCacheSubnetGroups");
    /// Serverless caches.
    ServerlessCaches, "ServerlessCaches", Some("elasticache:DescribeServerlessCaches");
    /// Application, Network and Gateway Load Balancers.
    LoadBalancers, "LoadBalancers", Some("elasticloadbalancing:DescribeLoadBalancers");
    /// Target groups.
    TargetGroups, "TargetGroups", Some("elasticloadbalancing:DescribeTargetGroups");
    /// Mount targets of EFS file systems.
    MountTargets, "MountTargets", Some("elasticfilesystem:DescribeMountTargets");
    /// MSK clusters.
    KafkaClusters, "ClusterInfoList", Some("kafka:ListClustersV2");
    /// Brokers of MSK clusters.
    KafkaNodes, "NodeInfoList", Some("kafka:ListNodes");
    /// OpenSearch domains.
    OpenSearchDomains, "DomainStatusList", Some("es:DescribeDomains");
    /// Instances of Cloud Map services.
    DiscoveredInstances, "Instances", Some("servicediscovery:DiscoverInstances");
    /// ECS container instances.
    ContainerInstances, "containerInstances", Some("ecs:DescribeContainerInstances");
    /// ECS clusters.
    Clusters, "clusters", Some("ecs:DescribeClusters");
    /// ECS capacity providers.
    CapacityProviders, "capacityProviders", Some("ecs:DescribeCapacityProviders");
    /// ECS account settings, as their caller sees them.
    AccountSettings, "settings", Some("ecs:ListAccountSettings");
    /// Auto Scaling groups.
    AutoScalingGroups, "AutoScalingGroups", Some("autoscaling:DescribeAutoScalingGroups");
    /// EC2 instances, in their reservations.
    Instances, "Reservations", Some("ec2:DescribeInstances");
    /// EC2 instance types.
    InstanceTypes, "InstanceTypes", Some("ec2:DescribeInstanceTypes");
    /// Quotas of the account, and what AWS starts everybody with.
    ServiceQuotas, "Quotas", Some("servicequotas:GetServiceQuota");
    /// Histories of metrics.
    MetricData, "MetricDataResults", Some("cloudwatch:GetMetricData");
    /// What DNS answered about host names. No AWS API tells it.
    ResolvedNames, "ResolvedNames", None;
    /// What probes were answered from inside. No AWS API tells it.
    Probes, "Probes", None;
    /// Which address of a range it will be: the one a task gets, the one a name resolves to.
    ChosenAddress, "ChosenAddress", None;
    /// What the name server of a network says. No AWS API tells it.
    NameResolution, "NameResolution", None;
    /// The ports that a client's operating system picks for its side of a connection. No AWS API
    /// tells them.
    EphemeralPorts, "EphemeralPorts", None;
    /// What lies behind a device or network that AWS can't look into.
    OutsideNetwork, "OutsideNetwork", None;
}

impl FactKind {
    /// The id of a resource of this kind, as the AWS CLI prints the resource; `None` for kinds that no
    /// list holds, and where the id is absent.
    pub fn id_of(self, resource: &Value) -> Option<String> {
        let resource = super::keys::within(self, resource);
        let keys = super::keys::id_keys(self);
        let parts: Option<Vec<String>> = keys
            .iter()
            .map(|key| resource.get(key)?.as_str().map(str::to_owned))
            .collect();
        parts
            .filter(|parts| !parts.is_empty())
            .map(|parts| super::keys::joined(&parts))
    }
}

impl fmt::Display for FactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
