use std::fmt;
use std::str::FromStr;

/// An IP protocol by its IANA number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(u8);

impl Protocol {
    /// ICMP for IPv4.
    pub const ICMP: Self = Self(1);
    /// TCP.
    pub const TCP: Self = Self(6);
    /// UDP.
    pub const UDP: Self = Self(17);
    /// ICMP for IPv6.
    pub const ICMPV6: Self = Self(58);

    /// The protocol with this IANA number.
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// The IANA number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether security groups and network ACLs can tell its ports apart. EC2 filters ports for
    /// TCP and UDP only; any other protocol passes as a whole.
    pub fn has_ports(self) -> bool {
        self == Self::TCP || self == Self::UDP
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ICMP => f.write_str("icmp"),
            Self::TCP => f.write_str("tcp"),
            Self::UDP => f.write_str("udp"),
            Self::ICMPV6 => f.write_str("icmpv6"),
            Self(number) => write!(f, "protocol {number}"),
        }
    }
}

/// A protocol name or number that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a protocol: expected tcp, udp, icmp, icmpv6 or an IP protocol number from 0 to 255"
)]
pub struct UnknownProtocol(String);

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "icmp" => Ok(Self::ICMP),
            "tcp" => Ok(Self::TCP),
            "udp" => Ok(Self::UDP),
            "icmpv6" | "ipv6-icmp" => Ok(Self::ICMPV6),
            "esp" => Ok(Self(50)),
            "ah" => Ok(Self(51)),
            "gre" => Ok(Self(47)),
            "sctp" => Ok(Self(132)),
            number => number
                .parse()
                .map(Self)
                .map_err(|_| UnknownProtocol(text.to_owned())),
        }
    }
}
