//! A small world in plain structs: what the oracle walks through and what is printed as AWS output.
//! Things refer to each other by position; addresses are 32-bit numbers.

/// A block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr {
    pub(crate) base: u32,
    pub(crate) length: u32,
}

/// The address with these four parts.
pub(crate) const fn address(a: u8, b: u8, c: u8, d: u8) -> u32 {
    u32::from_be_bytes([a, b, c, d])
}

impl Cidr {
    pub(crate) const ANY: Self = Self { base: 0, length: 0 };

    pub(crate) const fn new(base: u32, length: u32) -> Self {
        Self { base, length }
    }

    pub(crate) const fn host(base: u32) -> Self {
        Self { base, length: 32 }
    }

    pub(crate) fn contains(self, address: u32) -> bool {
        self.length == 0 || (self.base ^ address) >> (32 - self.length) == 0
    }
}

/// Which packets a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selector {
    /// Every packet.
    All,
    /// TCP or UDP by destination port.
    Ports { protocol: u8, first: u16, last: u16 },
    /// ICMP by type and code; `None` is any.
    Messages { kind: Option<u8>, code: Option<u8> },
    /// Every packet of another protocol.
    Whole(u8),
}

#[derive(Debug)]
pub(crate) struct Vpc {
    pub(crate) cidr: Cidr,
    /// Whether its internet gateway is attached.
    pub(crate) is_gateway_attached: bool,
}

#[derive(Debug)]
pub(crate) struct Subnet {
    pub(crate) vpc: usize,
    pub(crate) cidr: Cidr,
    pub(crate) zone: usize,
    pub(crate) table: usize,
    pub(crate) acl: usize,
}

#[derive(Debug)]
pub(crate) struct RouteTable {
    pub(crate) vpc: usize,
    pub(crate) is_main: bool,
    pub(crate) routes: Vec<Route>,
}

#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) destination: RouteDestination,
    pub(crate) target: Target,
    pub(crate) is_blackhole: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RouteDestination {
    Static(Cidr),
    /// The world's second prefix list.
    PrefixList,
    Propagated(Cidr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Local,
    InternetGateway,
    Nat(usize),
    Peering,
    TransitGateway,
    VpnGateway,
}

#[derive(Debug)]
pub(crate) struct Acl {
    pub(crate) vpc: usize,
    pub(crate) is_default: bool,
    pub(crate) entries: Vec<AclEntry>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct AclEntry {
    pub(crate) number: u16,
    pub(crate) is_egress: bool,
    pub(crate) is_allow: bool,
    pub(crate) selector: Selector,
    pub(crate) cidr: Cidr,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) vpc: usize,
    pub(crate) ingress: Vec<Permission>,
    pub(crate) egress: Vec<Permission>,
}

/// The peers are alternatives.
#[derive(Debug)]
pub(crate) struct Permission {
    pub(crate) selector: Selector,
    pub(crate) cidrs: Vec<Cidr>,
    pub(crate) groups: Vec<usize>,
    /// The world's first prefix list.
    pub(crate) has_prefix_list: bool,
}

#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) subnet: usize,
    /// Private addresses, each with its public one; the primary comes first.
    pub(crate) addresses: Vec<(u32, Option<u32>)>,
    pub(crate) groups: Vec<usize>,
    pub(crate) is_nat: bool,
}

impl Interface {
    pub(crate) fn primary(&self) -> u32 {
        self.addresses[0].0
    }
}

#[derive(Debug)]
pub(crate) struct Nat {
    pub(crate) interface: usize,
    pub(crate) is_available: bool,
}

/// The peering connection between the two VPCs.
#[derive(Debug)]
pub(crate) struct Peering {
    pub(crate) is_active: bool,
    pub(crate) is_same_region: bool,
}

/// The transit gateway between the two VPCs. Attachment and VPC have the same position.
#[derive(Debug)]
pub(crate) struct TransitGateway {
    pub(crate) references_groups: bool,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) tables: Vec<Vec<TransitRoute>>,
}

#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) is_available: bool,
    pub(crate) references_groups: bool,
    /// At most one in each zone.
    pub(crate) subnets: Vec<usize>,
    /// The transit gateway route table that what comes in here uses.
    pub(crate) table: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct TransitRoute {
    pub(crate) destination: Cidr,
    /// `None` is a blackhole.
    pub(crate) attachment: Option<usize>,
    pub(crate) is_propagated: bool,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) vpcs: Vec<Vpc>,
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) tables: Vec<RouteTable>,
    pub(crate) acls: Vec<Acl>,
    pub(crate) groups: Vec<Group>,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) nats: Vec<Nat>,
    pub(crate) peering: Option<Peering>,
    pub(crate) transit_gateway: Option<TransitGateway>,
    /// The first is for security groups, the second for routes.
    pub(crate) prefix_lists: [Vec<Cidr>; 2],
}

impl World {
    pub(crate) fn vpc_of(&self, interface: usize) -> usize {
        self.subnets[self.interfaces[interface].subnet].vpc
    }

    /// The interface in a VPC with this private address.
    pub(crate) fn interface_at(&self, vpc: usize, private: u32) -> Option<usize> {
        (0..self.interfaces.len()).find(|&interface| {
            self.vpc_of(interface) == vpc
                && self.interfaces[interface]
                    .addresses
                    .iter()
                    .any(|&(own, _)| own == private)
        })
    }

    /// The interface with this public address, and the private address it stands for.
    pub(crate) fn interface_at_public(&self, public: u32) -> Option<(usize, u32)> {
        let interfaces = self.interfaces.iter().enumerate();
        interfaces
            .flat_map(|(position, interface)| {
                let addresses = interface.addresses.iter();
                addresses.map(move |&(private, own)| (position, private, own))
            })
            .find(|&(_, _, own)| own == Some(public))
            .map(|(position, private, _)| (position, private))
    }
}
