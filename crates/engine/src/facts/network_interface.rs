use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::{
    FactKind, InstanceId, NetworkInterfaceId, Resource, SecurityGroupId, SubnetId, Text, Texts,
    VpcId,
};

/// A network interface, as `describe-network-interfaces` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NetworkInterface {
    /// Its id.
    pub network_interface_id: NetworkInterfaceId,
    /// Its subnet.
    pub subnet_id: SubnetId,
    /// Its VPC.
    pub vpc_id: VpcId,
    /// The zone's name.
    pub availability_zone: Option<Text>,
    /// The primary private IPv4 address; absent in an IPv6-only subnet.
    pub private_ip_address: Option<Ipv4Addr>,
    /// Every private IPv4 address, the primary one among them.
    #[serde(default)]
    pub private_ip_addresses: Vec<PrivateIpAddress>,
    /// The IPv6 addresses.
    #[serde(default)]
    pub ipv6_addresses: Vec<Ipv6Address>,
    /// Blocks of addresses that are its own too (prefix delegation).
    #[serde(default)]
    pub ipv4_prefixes: Vec<Ipv4Prefix>,
    /// Blocks of IPv6 addresses that are its own too.
    #[serde(default)]
    pub ipv6_prefixes: Vec<Ipv6Prefix>,
    /// The public address of the primary private one.
    pub association: Option<Association>,
    /// The security groups.
    #[serde(default)]
    pub groups: Vec<GroupIdentifier>,
    /// What kind of interface it is.
    #[serde(default)]
    pub interface_type: InterfaceType,
    /// What it is attached to.
    pub attachment: Option<Attachment>,
    /// `available` while it is attached to nothing.
    pub status: Option<Text>,
    /// Whether it refuses packets that are neither from nor to it.
    pub source_dest_check: Option<bool>,
    /// Whether internet gateways may not carry its IPv6 traffic.
    #[serde(default)]
    pub deny_all_igw_traffic: bool,
    /// The private DNS name.
    pub private_dns_name: Option<String>,
    /// The account that owns the interface.
    pub owner_id: Option<Text>,
    /// Whether a service made it and takes care of it.
    pub requester_managed: Option<bool>,
    /// Set by the service that made it; ECS puts the attachment's ARN here.
    pub description: Option<String>,
}

/// A private IPv4 address of an interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PrivateIpAddress {
    /// The address.
    pub private_ip_address: Ipv4Addr,
    /// Its public address.
    pub association: Option<Association>,
}

/// A block of IPv4 addresses of an interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ipv4Prefix {
    /// The block.
    pub ipv4_prefix: Ipv4Net,
}

/// A block of IPv6 addresses of an interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ipv6Prefix {
    /// The block.
    pub ipv6_prefix: Ipv6Net,
}

/// An IPv6 address of an interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ipv6Address {
    /// The address.
    pub ipv6_address: Ipv6Addr,
}

/// A public IPv4 address and the name that goes with it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Association {
    /// The public or Elastic IP address.
    pub public_ip: Option<Ipv4Addr>,
    /// The public DNS name.
    pub public_dns_name: Option<String>,
}

/// A security group as an interface or endpoint names it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupIdentifier {
    /// The group.
    pub group_id: SecurityGroupId,
}

/// What an interface is attached to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attachment {
    /// The instance; absent on Fargate.
    pub instance_id: Option<InstanceId>,
    /// The position on the instance; 0 is the primary interface.
    pub device_index: Option<u32>,
    /// `attaching`, `attached`, `detaching` or `detached`.
    pub status: Option<Text>,
}

/// The kinds of interface whose traffic behaves in its own way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterfaceType {
    /// An ordinary interface.
    #[default]
    Interface,
    /// A NAT gateway's. The API says `nat_gateway`, its model `natGateway`.
    #[serde(alias = "natGateway")]
    NatGateway,
    /// A Network Load Balancer's; may have no security group and then lets everything in.
    NetworkLoadBalancer,
    /// A Gateway Load Balancer's.
    GatewayLoadBalancer,
    /// A Gateway Load Balancer endpoint's; has no security group.
    GatewayLoadBalancerEndpoint,
    /// A transit gateway attachment's; has no security group.
    TransitGateway,
    /// One that carries the interfaces of a container instance's tasks.
    Trunk,
    /// One that a trunk carries.
    Branch,
    /// Any other: endpoints, Lambda, EFA.
    #[serde(other)]
    Other,
}

impl NetworkInterface {
    /// Every private address, the primary IPv4 address first.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let secondary = self
            .private_ip_addresses
            .iter()
            .map(|address| address.private_ip_address)
            .filter(|address| Some(*address) != self.private_ip_address);
        let ipv6 = self.ipv6_addresses.iter();
        self.private_ip_address
            .into_iter()
            .chain(secondary)
            .map(IpAddr::V4)
            .chain(ipv6.map(|address| IpAddr::V6(address.ipv6_address)))
    }

    /// Its DNS names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let public = self.association.as_ref();
        let public = public.and_then(|association| association.public_dns_name.as_ref());
        let all = self.private_dns_name.iter().chain(public);
        all.map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Whether prefixes are delegated to it.
    pub fn has_prefixes(&self) -> bool {
        !self.ipv4_prefixes.is_empty() || !self.ipv6_prefixes.is_empty()
    }

    /// Whether an address lies in one of its delegated blocks.
    pub fn has_in_prefix(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(a) => self
                .ipv4_prefixes
                .iter()
                .any(|p| p.ipv4_prefix.contains(&a)),
            IpAddr::V6(a) => self
                .ipv6_prefixes
                .iter()
                .any(|p| p.ipv6_prefix.contains(&a)),
        }
    }

    /// The public addresses, each with the private one it stands for.
    pub fn public_addresses(&self) -> impl Iterator<Item = (Ipv4Addr, Ipv4Addr)> + '_ {
        let primary = self
            .association
            .as_ref()
            .and_then(|association| Some((association.public_ip?, self.private_ip_address?)));
        let others = self.private_ip_addresses.iter().filter_map(|address| {
            let public = address.association.as_ref()?.public_ip?;
            Some((public, address.private_ip_address))
        });
        primary
            .into_iter()
            .chain(others.filter(move |pair| Some(*pair) != primary))
    }

    /// The public address that stands for a private one.
    pub fn public_address_of(&self, private: IpAddr) -> Option<Ipv4Addr> {
        self.public_addresses()
            .find(|(_, own)| IpAddr::V4(*own) == private)
            .map(|(public, _)| public)
    }

    /// The private address that is meant by an address of either kind; `None` when it has neither.
    pub fn private_address_behind(&self, address: IpAddr) -> Option<IpAddr> {
        let own = self.addresses().find(|own| *own == address);
        own.or_else(|| {
            let mut public = self.public_addresses();
            let (_, private) = public.find(|(public, _)| IpAddr::V4(*public) == address)?;
            Some(private.into())
        })
    }

    /// The security groups, in the order AWS lists them.
    pub fn group_ids(&self) -> impl Iterator<Item = &SecurityGroupId> {
        self.groups.iter().map(|group| &group.group_id)
    }

    /// Whether EC2 says that it is attached to nothing.
    pub fn is_unattached(&self) -> bool {
        self.status.as_deref() == Some("available")
    }

    /// The instance, if it is attached to one.
    pub fn instance(&self) -> Option<&InstanceId> {
        self.attachment.as_ref()?.instance_id.as_ref()
    }

    /// The position on the instance.
    pub fn device_index(&self) -> u32 {
        let attachment = self.attachment.as_ref();
        attachment.and_then(|a| a.device_index).unwrap_or_default()
    }
}

impl Resource for NetworkInterface {
    type Id = NetworkInterfaceId;
    const KIND: FactKind = FactKind::NetworkInterfaces;
    fn id(&self) -> &NetworkInterfaceId {
        &self.network_interface_id
    }

    fn share(&mut self, texts: &mut Texts) {
        self.subnet_id.share(texts);
        self.vpc_id.share(texts);
        for group in &mut self.groups {
            group.group_id.share(texts);
        }
        texts.share_all([
            &mut self.availability_zone,
            &mut self.status,
            &mut self.owner_id,
        ]);
        if let Some(attachment) = &mut self.attachment {
            texts.share_all([&mut attachment.status]);
            if let Some(instance) = &mut attachment.instance_id {
                instance.share(texts);
            }
        }
        self.groups.shrink_to_fit();
        self.private_ip_addresses.shrink_to_fit();
        self.ipv6_addresses.shrink_to_fit();
    }
}
