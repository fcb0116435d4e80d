//! Can this traffic get there and back, by which way, and if not: every blocker on the way.
//!
//! The packet is followed through the facts the way AWS forwards it: security group, network ACL,
//! route table, gateway, and the same again for the replies. Each component narrows two sets of
//! traffic: what surely gets through, and what may get through as far as the facts tell. What is in
//! the first is reachable, what isn't in the second is unreachable, the rest is unknown.

mod amazon;
mod answer;
mod appliance;
mod ask;
mod by_name;
mod deliver;
mod explanation;
mod from_outside;
mod gates;
mod internet;
mod leave;
pub(crate) mod name;
mod nat;
mod network_acl;
mod question;
mod route;
mod security_group;
mod station;
mod trace;
mod transit_gateway;
mod walk;

pub use answer::{Answer, Verdict};
pub use ask::{analyze, analyze_from, internet_way};
pub(crate) use ask::{sender_of, target_interface};
pub use by_name::{NamedEnd, named_ends};
pub use explanation::{Code, Direction, Explanation, Leg, Note};
pub(crate) use name::serves;
pub use question::{Destination, InvalidQuestion, Origin, Question, Target};
pub use station::{Groups, Place, PublicAddress, Station};

use crate::facts::{FactKind, Missing, Reason};
use crate::net::AddressScope;

/// What AWS can't be asked about.
fn outside(what: impl Into<String>) -> Missing {
    Missing::new(FactKind::OutsideNetwork, Reason::Invisible(what.into()))
}

/// The answer isn't the same for every address that is meant.
fn depends_on_address(scope: AddressScope) -> Missing {
    let reason = Reason::Invisible(format!(
        "the answer depends on which address of {scope} it is"
    ));
    Missing::new(FactKind::ChosenAddress, reason)
}
