use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why traffic doesn't get through. The codes are those of VPC Reachability Analyzer where it
        /// has one: <https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html>
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as people and programs see it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// A component doesn't work.
    BadState = "BAD_STATE";
    /// A gateway isn't attached to the VPC, or its attachment doesn't work.
    BadStateAttachment = "BAD_STATE_ATTACHMENT";
    /// The route that wins is a blackhole.
    BadStateRoute = "BAD_STATE_ROUTE";
    /// A target that can't carry this packet at all.
    CannotRoute = "CANNOT_ROUTE";
    /// No rule of the interface's security groups allows the traffic.
    EniSgRulesMismatch = "ENI_SG_RULES_MISMATCH";
    /// An interface that should forward refuses packets that aren't its own.
    EniSourceDestCheckRestriction = "ENI_SOURCE_DEST_CHECK_RESTRICTION";
    /// A private address was sent to an internet gateway.
    IgwDestinationAddressNotInRfc1918Egress = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS";
    /// The sender has no public address, which an internet gateway needs.
    IgwPublicIpAssociationForEgress = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS";
    /// The receiver has no public address, so the internet can't name it.
    IgwPrivateIpAssociationForIngress = "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS";
    /// Another route takes the packet to another place.
    MoreSpecificRoute = "MORE_SPECIFIC_ROUTE";
    /// Nothing is there that could take the packet.
    NoPossibleDestination = "NO_POSSIBLE_DESTINATION";
    /// The route table has no route there.
    NoRouteToDestination = "NO_ROUTE_TO_DESTINATION";
    /// Peering carries only what is for or from the peer VPC itself.
    PcxRequiresAddressInVpcCidr = "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR";
    /// The component carries other protocols only.
    ProtocolRestriction = "PROTOCOL_RESTRICTION";
    /// The network ACL of a subnet drops the packet.
    SubnetAclRestriction = "SUBNET_ACL_RESTRICTION";
    /// The attachment has no transit gateway route table.
    TgwAttachMissingTgwRtbAssociation = "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION";
    /// The attachment has no subnet in the sender's Availability Zone.
    TgwRouteAzRestriction = "TGW_ROUTE_AZ_RESTRICTION";
    /// The transit gateway route that wins is a blackhole.
    TgwRtbBadStateRoute = "TGW_RTB_BAD_STATE_ROUTE";
    /// The transit gateway route table has no route there.
    TgwRtbNoRouteToTgwAttachment = "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT";
    /// A gateway endpoint carries TCP and ICMP echo only.
    VpceGatewayProtocolRestriction = "VPCE_GATEWAY_PROTOCOL_RESTRICTION";
    /// VPC Block Public Access is on. (No Reachability Analyzer code is documented.)
    VpcBlockPublicAccess = "VPC_BLOCK_PUBLIC_ACCESS_ENABLED";
    /// The two ends have no address family in common. (Ours.)
    NoCommonAddressFamily = "NO_COMMON_ADDRESS_FAMILY";
    /// The endpoint is there, but the service's name doesn't lead to it. (Ours.)
    EndpointPrivateDnsDisabled = "ENDPOINT_PRIVATE_DNS_DISABLED";
    /// The VPC's resolver doesn't answer. (Ours.)
    VpcDnsSupportDisabled = "VPC_DNS_SUPPORT_DISABLED";
    /// The VPC gives no host names, so private names don't work in it. (Ours.)
    VpcDnsHostnamesDisabled = "VPC_DNS_HOSTNAMES_DISABLED";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Out of or into the component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Out of it.
    Egress,
    /// Into it.
    Ingress,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Egress => "egress",
            Self::Ingress => "ingress",
        })
    }
}

/// The way there, or the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leg {
    /// From the one who opens the connection.
    Forward,
    /// The replies.
    Return,
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forward => "forward",
            Self::Return => "return",
        })
    }
}

/// One blocker: what would have to change before the traffic gets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What kind of blocker it is.
    pub code: Code,
    /// The component that blocks, by its id.
    pub component: String,
    /// Out of or into it.
    pub direction: Direction,
    /// On which leg.
    pub leg: Leg,
    /// What is wrong, in words.
    pub message: String,
}

impl Explanation {
    /// Whether both name the same blocker, whatever words they use.
    pub fn is_same_blocker(&self, other: &Self) -> bool {
        let blocker = |e: &Self| (e.code, e.direction, e.leg);
        blocker(self) == blocker(other) && self.component == other.component
    }
}

/// Something worth knowing that doesn't change the verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The component it is about, by its id.
    pub component: String,
    /// What to know.
    pub message: String,
}
