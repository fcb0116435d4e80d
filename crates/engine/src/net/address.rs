use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// IPv4 or IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressFamily {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl AddressFamily {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() {
            Self::V4
        } else {
            Self::V6
        }
    }

    /// The route destination that covers everything.
    pub fn default_route(self) -> IpNet {
        let unspecified = match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Self::V6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        IpNet::new(unspecified, 0).unwrap_or_else(|_| IpNet::from(unspecified))
    }
}

impl fmt::Display for AddressFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// The addresses one end of a question stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressScope {
    /// One address.
    Host(IpAddr),
    /// Every address of a prefix: a subnet where a task may be placed, an entry of a prefix list.
    Net(IpNet),
    /// An arbitrary public address, one that no narrow rule singles out.
    Internet(AddressFamily),
    /// The same, within a wide block: a half or a quarter of all addresses.
    InternetBlock(IpNet),
}

/// How much of an [`AddressScope`] a prefix covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// All of it.
    All,
    /// A part of it.
    Part,
    /// Nothing of it.
    None,
}

/// Prefixes this short take a part of "the internet" out; longer ones single out a network, and an
/// arbitrary address isn't in it. An assumption of ours: no single network is as wide.
const LONGEST_INTERNET_PREFIX: u8 = 7;

/// Whether a public service with many addresses, as those of AWS, may lie in a prefix.
///
/// Assumption: whoever allows some of its addresses allows blocks of at least 256, as AWS publishes
/// them; rules for less mean somebody else.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html>
pub fn may_hold_a_service(net: &IpNet, family: AddressFamily) -> bool {
    let longest = match family {
        AddressFamily::V4 => 24,
        AddressFamily::V6 => 56,
    };
    let scope = AddressScope::from_net(*net);
    scope.family() == family && !scope.is_private() && net.prefix_len() <= longest
}

impl AddressScope {
    /// The scope of a prefix; one address when the prefix is that long.
    pub fn from_net(net: IpNet) -> Self {
        if net.prefix_len() == net.max_prefix_len() {
            Self::Host(net.addr())
        } else {
            Self::Net(net.trunc())
        }
    }

    /// The address family.
    pub fn family(self) -> AddressFamily {
        match self {
            Self::Host(address) => AddressFamily::of(address),
            Self::Net(net) | Self::InternetBlock(net) => AddressFamily::of(net.addr()),
            Self::Internet(family) => family,
        }
    }

    /// The one address, if it is one.
    pub fn host(self) -> Option<IpAddr> {
        match self {
            Self::Host(address) => Some(address),
            Self::Net(_) | Self::Internet(_) | Self::InternetBlock(_) => None,
        }
    }

    /// The first address, if it isn't just any on the internet.
    pub fn first(self) -> Option<IpAddr> {
        match self {
            Self::Host(address) => Some(address),
            Self::Net(net) => Some(net.network()),
            Self::Internet(_) | Self::InternetBlock(_) => None,
        }
    }

    /// How much of this scope `net` covers.
    pub fn covered_by(self, net: &IpNet) -> Cover {
        match self {
            Self::Host(address) if net.contains(&address) => Cover::All,
            Self::Net(own) if net.contains(&own) => Cover::All,
            Self::Net(own) if own.contains(net) => Cover::Part,
            Self::Internet(family) => Self::InternetBlock(family.default_route()).covered_by(net),
            Self::InternetBlock(own) if net.contains(&own) => Cover::All,
            Self::InternetBlock(own)
                if own.contains(net) && net.prefix_len() <= LONGEST_INTERNET_PREFIX =>
            {
                Cover::Part
            }
            Self::Host(_) | Self::Net(_) | Self::InternetBlock(_) => Cover::None,
        }
    }

    /// Whether the scope lies in address space that the internet doesn't route: private,
    /// shared (RFC 6598), link-local, unique local.
    pub fn is_private(self) -> bool {
        match self {
            Self::Host(address) => is_private(address),
            Self::Net(net) => is_private(net.addr()),
            Self::Internet(_) | Self::InternetBlock(_) => false,
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            address.is_private()
                || address.is_link_local()
                || address.is_loopback()
                || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(address) => {
            address.is_unique_local() || address.is_unicast_link_local() || address.is_loopback()
        }
    }
}

impl fmt::Display for AddressScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(address) => write!(f, "{address}"),
            Self::Net(net) => write!(f, "{net}"),
            Self::InternetBlock(net) => write!(f, "the internet ({net})"),
            Self::Internet(AddressFamily::V4) => f.write_str("the internet"),
            Self::Internet(AddressFamily::V6) => f.write_str("the internet (IPv6)"),
        }
    }
}
