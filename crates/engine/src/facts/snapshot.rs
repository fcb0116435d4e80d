use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::{
    AccountSetting, AutoScalingGroup, CacheCluster, CacheSubnetGroup, CapacityProvider, Cluster,
    ContainerInstance, DbCluster, DbInstance, DbProxy, DhcpOptions, DiscoveredInstance,
    EgressOnlyInternetGateway, Facts, FlowLog, Instance, InstanceId, InstanceType, InternetGateway,
    KafkaCluster, KafkaNode, LoadBalancer, MetricData, Missing, MountTarget, NatGateway,
    NetworkAcl, NetworkAclId, NetworkInterface, NetworkInterfaceId, OpenSearchDomain, PrefixList,
    Reason, ReplicationGroup, ResolvedName, Resource, RouteTable, RouteTableId, SecurityGroup,
    ServerlessCache, Service, ServiceQuota, Subnet, SubnetId, TargetGroup, Task, TaskDefinition,
    TransitGateway, TransitGatewayAttachment, TransitGatewayRoutes, TransitGatewayVpcAttachment,
    Vpc, VpcAttributes, VpcEndpoint, VpcId, VpcPeeringConnection, VpnConnection,
};
use crate::dependencies::Declaration;
use crate::probe::Probe;

/// Everything that was observed, kind by kind. A kind that isn't set was not observed.
#[derive(Debug, Clone, Default)]
pub struct Observations {
    /// When it was observed, in RFC 3339; saved output doesn't always say.
    pub observed_at: Option<String>,
    /// VPCs.
    pub vpcs: Facts<Vpc>,
    /// The DNS attributes of VPCs.
    pub vpc_attributes: Facts<VpcAttributes>,
    /// Subnets.
    pub subnets: Facts<Subnet>,
    /// Route tables.
    pub route_tables: Facts<RouteTable>,
    /// Network ACLs.
    pub network_acls: Facts<NetworkAcl>,
    /// Security groups.
    pub security_groups: Facts<SecurityGroup>,
    /// Network interfaces.
    pub network_interfaces: Facts<NetworkInterface>,
    /// Internet gateways.
    pub internet_gateways: Facts<InternetGateway>,
    /// Egress-only internet gateways.
    pub egress_only_internet_gateways: Facts<EgressOnlyInternetGateway>,
    /// NAT gateways.
    pub nat_gateways: Facts<NatGateway>,
    /// VPC endpoints.
    pub vpc_endpoints: Facts<VpcEndpoint>,
    /// VPC peering connections.
    pub vpc_peering_connections: Facts<VpcPeeringConnection>,
    /// Transit gateways.
    pub transit_gateways: Facts<TransitGateway>,
    /// VPC attachments of transit gateways.
    pub transit_gateway_vpc_attachments: Facts<TransitGatewayVpcAttachment>,
    /// Attachments of transit gateways.
    pub transit_gateway_attachments: Facts<TransitGatewayAttachment>,
    /// Routes of transit gateway route tables.
    pub transit_gateway_routes: Facts<TransitGatewayRoutes>,
    /// Prefix lists.
    pub prefix_lists: Facts<PrefixList>,
    /// DHCP option sets.
    pub dhcp_options: Facts<DhcpOptions>,
    /// Flow logs.
    pub flow_logs: Facts<FlowLog>,
    /// VPN connections.
    pub vpn_connections: Facts<VpnConnection>,
    /// ECS tasks.
    pub tasks: Facts<Task>,
    /// ECS task definitions.
    pub task_definitions: Facts<TaskDefinition>,
    /// ECS services.
    pub services: Facts<Service>,
    /// What people declare that tasks need, besides what their tags say.
    pub declared: Vec<Declaration>,
    /// RDS, Aurora, Neptune and DocumentDB instances.
    pub db_instances: Facts<DbInstance>,
    /// Clusters of RDS, Aurora, Neptune and DocumentDB.
    pub db_clusters: Facts<DbCluster>,
    /// RDS proxies.
    pub db_proxies: Facts<DbProxy>,
    /// Replication groups of Valkey and Redis.
    pub replication_groups: Facts<ReplicationGroup>,
    /// Cache clusters: Memcached's, and the nodes of replication groups.
    pub cache_clusters: Facts<CacheCluster>,
    /// The subnets that caches may be in.
    pub cache_subnet_groups: Facts<CacheSubnetGroup>,
    /// Serverless caches.
    pub serverless_caches: Facts<ServerlessCache>,
    /// Application, Network and Gateway Load Balancers.
    pub load_balancers: Facts<LoadBalancer>,
    /// Target groups.
    pub target_groups: Facts<TargetGroup>,
    /// Mount targets of EFS file systems.
    pub mount_targets: Facts<MountTarget>,
    /// MSK clusters.
    pub kafka_clusters: Facts<KafkaCluster>,
    /// Brokers of MSK clusters.
    pub kafka_nodes: Facts<KafkaNode>,
    /// OpenSearch domains.
    pub opensearch_domains: Facts<OpenSearchDomain>,
    /// Instances of Cloud Map services.
    pub discovered_instances: Facts<DiscoveredInstance>,
    /// ECS container instances.
    pub container_instances: Facts<ContainerInstance>,
    /// ECS clusters.
    pub clusters: Facts<Cluster>,
    /// ECS capacity providers.
    pub capacity_providers: Facts<CapacityProvider>,
    /// ECS account settings.
    pub account_settings: Facts<AccountSetting>,
    /// Auto Scaling groups.
    pub auto_scaling_groups: Facts<AutoScalingGroup>,
    /// EC2 instances.
    pub instances: Facts<Instance>,
    /// EC2 instance types.
    pub instance_types: Facts<InstanceType>,
    /// Quotas.
    pub service_quotas: Facts<ServiceQuota>,
    /// Histories of metrics.
    pub metric_data: Facts<MetricData>,
    /// What DNS answered about host names.
    pub resolved_names: Facts<ResolvedName>,
    /// What was asked from inside networks, and answered. None means that nothing was probed.
    pub probes: Vec<Probe>,
}

/// Every fact observed about a piece of an account at one time, with its coverage, and the
/// look-ups that the engine needs over and over.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Boxed, because it is one pointer for each of many kinds.
    observations: Box<Observations>,
    index: Index,
}

#[derive(Debug, Clone, Default)]
struct Index {
    /// Made when somebody asks: an audit of headroom doesn't, and has by far the most interfaces.
    interfaces: Arc<OnceLock<InterfaceIndex>>,
    route_table_by_subnet: BTreeMap<SubnetId, RouteTableId>,
    main_route_table: BTreeMap<VpcId, RouteTableId>,
    route_table_by_gateway: BTreeMap<String, RouteTableId>,
    acl_by_subnet: BTreeMap<SubnetId, NetworkAclId>,
    default_acl: BTreeMap<VpcId, NetworkAclId>,
}

#[derive(Debug, Default)]
struct InterfaceIndex {
    addresses: BTreeMap<IpAddr, Vec<NetworkInterfaceId>>,
    public_addresses: BTreeMap<IpAddr, NetworkInterfaceId>,
    instances: BTreeMap<InstanceId, Vec<NetworkInterfaceId>>,
    names: BTreeMap<String, NetworkInterfaceId>,
    with_prefixes: Vec<NetworkInterfaceId>,
}

impl InterfaceIndex {
    fn new(interfaces: &Facts<NetworkInterface>) -> Self {
        let mut index = Self::default();
        for interface in interfaces.seen() {
            let id = &interface.network_interface_id;
            for address in interface.addresses() {
                let all = index.addresses.entry(address).or_default();
                all.push(id.clone());
            }
            for (public, _) in interface.public_addresses() {
                index.public_addresses.insert(public.into(), id.clone());
            }
            for name in interface.names() {
                let first = index.names.entry(name.to_ascii_lowercase());
                first.or_insert_with(|| id.clone());
            }
            if interface.has_prefixes() {
                index.with_prefixes.push(id.clone());
            }
            if let Some(instance) = interface.instance() {
                let all = index.instances.entry(instance.clone()).or_default();
                all.push(id.clone());
            }
        }
        index
    }
}

impl Index {
    fn new(observations: &Observations, interfaces: Arc<OnceLock<InterfaceIndex>>) -> Self {
        let mut index = Self {
            interfaces,
            ..Self::default()
        };
        for table in observations.route_tables.seen() {
            index.add_route_table(table);
        }
        for acl in observations.network_acls.seen() {
            for association in &acl.associations {
                let subnet = association.subnet_id.clone();
                index
                    .acl_by_subnet
                    .insert(subnet, acl.network_acl_id.clone());
            }
            if let (true, Some(vpc)) = (acl.is_default, &acl.vpc_id) {
                index
                    .default_acl
                    .insert(vpc.clone(), acl.network_acl_id.clone());
            }
        }
        index
    }

    fn add_route_table(&mut self, table: &RouteTable) {
        let id = &table.route_table_id;
        for association in table.associations.iter().filter(|a| a.in_force()) {
            if let Some(subnet) = &association.subnet_id {
                self.route_table_by_subnet
                    .insert(subnet.clone(), id.clone());
            }
            if let Some(gateway) = &association.gateway_id {
                self.route_table_by_gateway
                    .insert(gateway.clone(), id.clone());
            }
            if let (true, Some(vpc)) = (association.main, &table.vpc_id) {
                self.main_route_table.insert(vpc.clone(), id.clone());
            }
        }
    }
}

impl Deref for Snapshot {
    type Target = Observations;

    fn deref(&self) -> &Observations {
        &self.observations
    }
}

impl Snapshot {
    /// A snapshot of these observations.
    pub fn new(observations: Observations) -> Self {
        let index = Index::new(&observations, Arc::default());
        Self {
            observations: Box::new(observations),
            index,
        }
    }

    /// The same facts, and what people declare that tasks need.
    #[must_use]
    pub fn declaring(mut self, declared: Vec<Declaration>) -> Self {
        self.observations.declared = declared;
        self
    }

    /// The same facts, and what probes found besides.
    #[must_use]
    pub fn probed(mut self, probes: impl IntoIterator<Item = Probe>) -> Self {
        self.observations.probes.extend(probes);
        self
    }

    /// The snapshot after something was changed that is no interface. What a network that differs would
    /// answer, nobody has asked.
    pub(crate) fn changed(&self, edit: impl FnOnce(&mut Observations)) -> Self {
        let mut observations = (*self.observations).clone();
        observations.probes.clear();
        edit(&mut observations);
        let index = Index::new(&observations, Arc::clone(&self.index.interfaces));
        Self {
            observations: Box::new(observations),
            index,
        }
    }

    fn interfaces(&self) -> &InterfaceIndex {
        let new = || InterfaceIndex::new(&self.network_interfaces);
        self.index.interfaces.get_or_init(new)
    }

    /// The route table that a subnet uses: its own, else the VPC's main one.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html>
    pub fn route_table_of(&self, subnet: &SubnetId, vpc: &VpcId) -> Result<&RouteTable, Missing> {
        let own = self.index.route_table_by_subnet.get(subnet);
        if own.is_none() {
            // A table that wasn't observed may name the subnet.
            self.route_tables.complete_within(&[vpc.into()])?;
        }
        found(
            &self.route_tables,
            own.or_else(|| self.index.main_route_table.get(vpc)),
            || format!("the route table of {subnet}"),
        )
    }

    /// The route table of a gateway's incoming traffic, if it has one.
    pub fn route_table_of_gateway(
        &self,
        gateway: &str,
        vpc: &VpcId,
    ) -> Result<Option<&RouteTable>, Missing> {
        match self.index.route_table_by_gateway.get(gateway) {
            Some(table) => self.route_tables.get(table).map(Some),
            None => self
                .route_tables
                .complete_within(&[vpc.into()])
                .map(|()| None),
        }
    }

    /// The network ACL of a subnet: the one that names it, else the VPC's default one.
    pub fn network_acl_of(&self, subnet: &SubnetId, vpc: &VpcId) -> Result<&NetworkAcl, Missing> {
        let own = self.index.acl_by_subnet.get(subnet);
        if own.is_none() {
            self.network_acls.complete_within(&[vpc.into()])?;
        }
        found(
            &self.network_acls,
            own.or_else(|| self.index.default_acl.get(vpc)),
            || format!("the network ACL of {subnet}"),
        )
    }

    /// The interface with this private address in a VPC; `None` when no interface has it.
    ///
    /// Assumption: where facts were asked for by address, no unseen interface holds the address in a
    /// delegated prefix; `DescribeNetworkInterfaces` has no filter that would find it.
    pub fn interface_at(
        &self,
        vpc: &VpcId,
        address: IpAddr,
    ) -> Result<Option<&NetworkInterface>, Missing> {
        let in_vpc = self
            .interfaces_with(address)
            .find(|interface| interface.vpc_id == *vpc);
        let in_prefix = || {
            let ids = self.interfaces().with_prefixes.iter();
            let mut all = ids.filter_map(|id| self.network_interfaces.get(id).ok());
            all.find(|interface| interface.vpc_id == *vpc && interface.has_in_prefix(address))
        };
        match in_vpc.or_else(in_prefix) {
            Some(interface) => Ok(Some(interface)),
            None => self
                .network_interfaces
                .complete_within(&[address.into(), vpc.into()])
                .map(|()| None),
        }
    }

    /// Every observed interface with this private address; VPCs may reuse addresses.
    pub fn interfaces_with(&self, address: IpAddr) -> impl Iterator<Item = &NetworkInterface> {
        let ids = self.interfaces().addresses.get(&address);
        ids.into_iter()
            .flatten()
            .filter_map(|id| self.network_interfaces.get(id).ok())
    }

    /// The observed interface with this public IPv4 address.
    pub fn interface_at_public(&self, address: IpAddr) -> Option<&NetworkInterface> {
        let id = self.interfaces().public_addresses.get(&address)?;
        self.network_interfaces.get(id).ok()
    }

    /// The observed interface with this private or public DNS name.
    pub fn interface_named(&self, name: &str) -> Option<&NetworkInterface> {
        let names = &self.interfaces().names;
        let id = names.get(&name.to_ascii_lowercase())?;
        self.network_interfaces.get(id).ok()
    }

    /// The interfaces of an instance, the primary one first.
    pub fn interfaces_of(&self, instance: &InstanceId) -> Vec<&NetworkInterface> {
        let ids = self.interfaces().instances.get(instance);
        let mut interfaces: Vec<_> = ids
            .into_iter()
            .flatten()
            .filter_map(|id| self.network_interfaces.get(id).ok())
            .collect();
        interfaces.sort_by_key(|interface| interface.device_index());
        interfaces
    }

    /// The VPC of a subnet.
    pub fn vpc_of(&self, subnet: &SubnetId) -> Result<&VpcId, Missing> {
        self.subnets.get(subnet).map(|subnet| &subnet.vpc_id)
    }

    /// Whether the private DNS names of endpoints and private hosted zones work in a VPC: both of its
    /// DNS attributes must be on.
    /// <https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html>
    pub fn has_private_names(&self, vpc: &VpcId) -> Result<bool, Missing> {
        let attributes = self.vpc_attributes.get(vpc)?;
        match (attributes.dns_support(), attributes.dns_hostnames()) {
            (Ok(false), _) | (_, Ok(false)) => Ok(false),
            (Ok(true), Ok(true)) => Ok(true),
            (Err(missing), _) | (_, Err(missing)) => Err(missing),
        }
    }

    /// Whether anything of this VPC was observed. The interfaces of a VPC of which nothing was
    /// observed are unknown, however many others are known.
    pub fn has_observed(&self, vpc: &VpcId) -> bool {
        self.vpcs.get(vpc).is_ok()
            || self.subnets.seen().any(|subnet| subnet.vpc_id == *vpc)
            || self
                .route_tables
                .seen()
                .any(|table| table.vpc_id.as_ref() == Some(vpc))
    }
}

fn found<'a, R: Resource>(
    facts: &'a Facts<R>,
    id: Option<&R::Id>,
    what: impl Fn() -> String,
) -> Result<&'a R, Missing> {
    match id {
        Some(id) => facts.get(id),
        None => Err(Missing::new(R::KIND, Reason::NotInFacts(what()))),
    }
}
