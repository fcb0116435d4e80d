//! The traffic algebra: which protocols, ports and ICMP types a rule, a question or an answer is
//! about, and which addresses it covers. Values and set operations, nothing about AWS.

mod address;
mod port_range;
mod protocol;
mod range_set;
mod traffic;

pub use address::{AddressFamily, AddressScope, Cover, may_hold_a_service};
pub use port_range::{InvalidPortRange, PortRange};
pub use protocol::{Protocol, UnknownProtocol};
pub use range_set::RangeSet;
pub use traffic::{Traffic, icmp_message};
