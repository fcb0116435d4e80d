//! One end of a connection: where it sits, what it is called there, what filters it.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use crate::facts::{
    FactKind, InterfaceType, Missing, NatGateway, NetworkInterface, Reason, RouteTableId,
    SecurityGroupId, Snapshot, SubnetId, VpcId,
};
use crate::net::{AddressFamily, AddressScope};

/// The security groups of one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    /// These groups filter what opens connections from and to it.
    Filtered(Vec<SecurityGroupId>),
    /// It is of a kind that has no security groups.
    Unfiltered,
    /// It has some, but which isn't known.
    Unknown(Missing),
}

/// The public IPv4 address of one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicAddress {
    /// It has none.
    Absent,
    /// This one.
    Known(Ipv4Addr),
    /// It will get one, as Fargate tasks do when asked to.
    Assigned,
    /// Whether it has one isn't known.
    Unknown(Missing),
}

/// Who chooses the port to which replies go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// A task or instance, presumed to run Linux.
    Linux,
    /// Anybody: the internet, a NAT gateway.
    Anyone,
}

/// Where something of the account is, as far as its description tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it is, as people call it: `database orders`.
    pub label: String,
    /// The subnet.
    pub subnet: SubnetId,
    /// Its address; without one it may be any of the subnet's.
    pub address: Option<IpAddr>,
    /// Its security groups.
    pub groups: Groups,
}

/// Where a packet starts: an interface, a NAT gateway, or a place where a task would be started.
#[derive(Debug, Clone)]
pub struct Station<'a> {
    /// The interface, when there is one.
    pub interface: Option<&'a NetworkInterface>,
    /// Its id, or what stands for it on the path.
    pub name: Option<String>,
    /// The VPC.
    pub vpc: VpcId,
    /// The subnet; a regional NAT gateway has none.
    pub subnet: Option<SubnetId>,
    /// The route table, where it isn't the subnet's.
    pub route_table: Option<RouteTableId>,
    /// The Availability Zone's name.
    pub zone: Option<String>,
    /// Its own addresses, one for each family that it has.
    pub addresses: Vec<AddressScope>,
    /// Its public IPv4 address.
    pub public: PublicAddress,
    /// Its security groups.
    pub groups: Groups,
    pub(super) client: Client,
}

impl<'a> Station<'a> {
    /// An interface as it is.
    pub fn of_interface(interface: &'a NetworkInterface) -> Self {
        let own: Vec<IpAddr> = interface.addresses().collect();
        let ipv4 = own.iter().find(|address| address.is_ipv4());
        let ipv6 = own.iter().find(|address| address.is_ipv6());
        let addresses: Vec<_> = ipv4.into_iter().chain(ipv6).copied().collect();
        let public = ipv4.and_then(|address| interface.public_address_of(*address));
        Self {
            interface: Some(interface),
            name: Some(interface.network_interface_id.to_string()),
            vpc: interface.vpc_id.clone(),
            subnet: Some(interface.subnet_id.clone()),
            route_table: None,
            zone: interface.availability_zone.as_deref().map(str::to_owned),
            addresses: addresses.into_iter().map(AddressScope::Host).collect(),
            public: public.map_or(PublicAddress::Absent, PublicAddress::Known),
            groups: groups_of(interface),
            client: Client::Linux,
        }
    }

    /// A place where a task would be started: an address of a subnet that isn't known yet.
    pub fn of_placement(
        snapshot: &'a Snapshot,
        subnet: &SubnetId,
        groups: Groups,
        public: PublicAddress,
    ) -> Result<Self, Missing> {
        let subnet = snapshot.subnets.get(subnet)?;
        let addresses = subnet.blocks().map(AddressScope::from_net).collect();
        Ok(Self {
            interface: None,
            name: None,
            vpc: subnet.vpc_id.clone(),
            subnet: Some(subnet.subnet_id.clone()),
            route_table: None,
            zone: subnet.availability_zone.clone(),
            addresses,
            public,
            groups,
            client: Client::Linux,
        })
    }

    /// A NAT gateway, which sends on in its own name.
    pub(super) fn of_nat_gateway(snapshot: &'a Snapshot, gateway: &NatGateway) -> Self {
        let own = gateway.nat_gateway_addresses.first();
        let private = own.and_then(|address| address.private_ip);
        let public = own.and_then(|address| address.public_ip);
        let subnet = gateway.subnet_id.as_ref();
        let subnet = subnet.and_then(|subnet| snapshot.subnets.get(subnet).ok());
        let block = subnet.and_then(|subnet| subnet.cidr_block);
        let address = match (private, block) {
            (Some(address), _) => AddressScope::Host(address.into()),
            (None, Some(block)) => AddressScope::from_net(IpNet::V4(block)),
            (None, None) => AddressScope::Host(Ipv4Addr::UNSPECIFIED.into()),
        };
        Self {
            interface: None,
            name: Some(gateway.nat_gateway_id.to_string()),
            vpc: gateway.vpc_id.clone(),
            subnet: gateway.subnet_id.clone(),
            route_table: gateway.route_table_id.clone(),
            zone: subnet.and_then(|subnet| subnet.availability_zone.clone()),
            addresses: vec![address],
            public: public.map_or(PublicAddress::Absent, PublicAddress::Known),
            groups: Groups::Unfiltered,
            client: Client::Anyone,
        }
    }

    /// Its own address of a family.
    pub fn address(&self, family: AddressFamily) -> Option<AddressScope> {
        let mut addresses = self.addresses.iter().copied();
        addresses.find(|address| address.family() == family)
    }

    /// A place that something of the account is known to be at, although no interface of it is: a
    /// database's subnet and groups, say. An interface that has the address says more, and stands for it.
    pub fn of_place(snapshot: &'a Snapshot, place: &Place) -> Result<Self, Missing> {
        let at = place.address.map(|address| {
            let vpc = &snapshot.subnets.get(&place.subnet)?.vpc_id;
            snapshot.interface_at(vpc, address)
        });
        if let (Some(address), Some(Ok(Some(interface)))) = (place.address, at) {
            return Ok(Self::of_interface(interface).with_address(address));
        }
        let groups = place.groups.clone();
        let mut station =
            Self::of_placement(snapshot, &place.subnet, groups, PublicAddress::Absent)?;
        station.name = Some(place.label.clone());
        if let Some(address) = place.address {
            station.addresses = vec![AddressScope::Host(address)];
        }
        Ok(station)
    }

    /// The same end as a client that may choose any port for its side of a connection, as load
    /// balancers do.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports>
    #[must_use]
    pub fn choosing_any_port(mut self) -> Self {
        self.client = Client::Anyone;
        self
    }

    /// Whether it has this address, or is somewhere in this range.
    pub(super) fn has(&self, scope: AddressScope) -> bool {
        match (self.interface, scope.host()) {
            (Some(interface), Some(address)) => interface.addresses().any(|own| own == address),
            _ => self.addresses.contains(&scope),
        }
    }

    /// The same end, known by the address that a packet for it bears.
    pub(super) fn known_by(&self, destination: AddressScope) -> Self {
        match (self.interface, destination.host()) {
            (Some(_), Some(address)) => self.clone().with_address(address),
            _ => self.clone(),
        }
    }

    /// The same end, known by this address of its own.
    pub(super) fn with_address(mut self, address: IpAddr) -> Self {
        if let Some(interface) = self.interface {
            self.public = interface
                .public_address_of(address)
                .map_or(PublicAddress::Absent, PublicAddress::Known);
        }
        self.addresses
            .retain(|own| own.family() != AddressFamily::of(address));
        self.addresses.push(AddressScope::Host(address));
        self
    }

    /// What stands for it in a sentence.
    pub(super) fn label(&self) -> String {
        match (&self.name, &self.subnet) {
            (Some(name), _) => name.clone(),
            (None, Some(subnet)) => format!("a task in {subnet}"),
            (None, None) => "the sender".to_owned(),
        }
    }
}

/// The groups of an interface. Some kinds have none by design; for an ordinary interface an empty
/// list can only mean that the facts are incomplete.
fn groups_of(interface: &NetworkInterface) -> Groups {
    let ids: Vec<_> = interface.group_ids().cloned().collect();
    let has_none = matches!(
        interface.interface_type,
        InterfaceType::NatGateway
            | InterfaceType::NetworkLoadBalancer
            | InterfaceType::GatewayLoadBalancer
            | InterfaceType::GatewayLoadBalancerEndpoint
            | InterfaceType::TransitGateway
    );
    match (ids.is_empty(), has_none) {
        (false, _) => Groups::Filtered(ids),
        (true, true) => Groups::Unfiltered,
        (true, false) => Groups::Unknown(Missing::new(
            FactKind::NetworkInterfaces,
            Reason::NotInFacts(format!(
                "the security groups of {}",
                interface.network_interface_id
            )),
        )),
    }
}
