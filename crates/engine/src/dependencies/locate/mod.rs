//! Where in the account a host is: at which addresses, or at least in which subnets and behind which
//! security groups. Each finder knows one AWS service.

mod aws_name;
mod cache;
mod database;
mod file_system;
mod kafka;
mod load_balancer;
mod search_domain;
mod service;

pub use aws_name::AwsName;
pub use kafka::may_be_kafka;

use std::net::IpAddr;

use super::text::Host;
use crate::facts::{FactKind, Missing, Reason, SecurityGroupId, Snapshot, SubnetId};
use crate::net::AddressScope;
use crate::reach::{Groups, Place};

/// What is known about where a host is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// A resource of the account, in its subnets.
    Account(Located),
    /// These addresses, each of which a client may be given.
    Addresses {
        /// What has them.
        label: String,
        /// The port, where the account tells it.
        port: Option<u16>,
        /// The addresses.
        addresses: Vec<IpAddr>,
    },
    /// A name of which the account's resources say nothing: an endpoint's, an interface's, an AWS
    /// service's, somebody else's.
    Name(String),
}

/// Where a resource of the account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// What it is: `database orders`.
    pub label: String,
    /// The port that it listens on, where its description tells.
    pub port: Option<u16>,
    /// Where clients are sent: to each of these.
    pub spots: Vec<Spot>,
    /// Whether clients are only sent to the spot in their own zone.
    pub is_zonal: bool,
}

/// One of the spots where a resource listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The Availability Zone.
    pub zone: Option<String>,
    /// It is at one of these; which one isn't known where there are several.
    pub places: Vec<Place>,
}

/// Finds a host. An error means that it should be in the account, but what would tell was not
/// observed.
pub fn locate(snapshot: &Snapshot, host: &Host) -> Result<Whereabouts, Missing> {
    let name = match host {
        Host::Address(address) => {
            return Ok(Whereabouts::Addresses {
                label: address.to_string(),
                port: None,
                addresses: vec![*address],
            });
        }
        Host::Name(name) => name,
    };
    let finders = [
        database::find,
        cache::find,
        load_balancer::find,
        kafka::find,
        search_domain::find,
    ];
    for find in finders {
        if let Some(found) = find(snapshot, name)? {
            return Ok(found);
        }
    }
    let found = file_system::find(snapshot, name).or_else(|| service::find(snapshot, name));
    if let Some(found) = found {
        return Ok(found);
    }
    match AwsName::parse(name) {
        Some(kind) => Err(kind.missing(snapshot, name)),
        None => Ok(Whereabouts::Name(name.clone())),
    }
}

/// Load balancers as clients of their targets.
pub(crate) mod balancers {
    pub(crate) use super::load_balancer::{label, spots_of};
}

/// The addresses that public DNS gives a name, where somebody asked.
pub(crate) fn resolved<'a>(snapshot: &'a Snapshot, name: &str) -> Option<&'a [IpAddr]> {
    let mut all = snapshot.resolved_names.seen();
    let known = all.find(|resolved| resolved.name.as_str().eq_ignore_ascii_case(name))?;
    Some(known.addresses.as_slice()).filter(|addresses| !addresses.is_empty())
}

/// Collects the spots of one resource.
struct Spots<'s> {
    snapshot: &'s Snapshot,
    label: String,
    groups: Groups,
    all: Vec<Spot>,
}

impl<'s> Spots<'s> {
    fn new(snapshot: &'s Snapshot, label: &str, groups: Groups) -> Self {
        Self {
            snapshot,
            label: label.to_owned(),
            groups,
            all: Vec::new(),
        }
    }

    fn place(&self, subnet: &SubnetId, address: Option<IpAddr>) -> Place {
        Place {
            label: self.label.clone(),
            subnet: subnet.clone(),
            address,
            groups: self.groups.clone(),
        }
    }

    /// It listens at one of these subnets, all in one zone. The address that DNS gives narrows it.
    fn add(&mut self, zone: Option<&str>, subnets: &[SubnetId], addresses: &[IpAddr]) {
        let mut places = Vec::new();
        for subnet in subnets {
            let Ok(facts) = self.snapshot.subnets.get(subnet) else {
                places.push(self.place(subnet, None));
                continue;
            };
            let inside = |address: &&IpAddr| facts.blocks().any(|block| block.contains(*address));
            let address = addresses.iter().find(inside).copied();
            if address.is_some() {
                places = vec![self.place(subnet, address)];
                break;
            }
            places.push(self.place(subnet, None));
        }
        let spot = Spot {
            zone: zone.map(str::to_owned),
            places,
        };
        if !spot.places.is_empty() && !self.all.contains(&spot) {
            self.all.push(spot);
        }
    }

    /// It listens in each of these subnets.
    fn add_each(&mut self, subnets: &[SubnetId], addresses: &[IpAddr]) {
        for subnet in subnets {
            let facts = self.snapshot.subnets.get(subnet).ok();
            let zone = facts.and_then(|facts| facts.availability_zone.as_deref());
            self.add(zone, std::slice::from_ref(subnet), addresses);
        }
    }

    fn located(self, port: Option<u16>) -> Result<Whereabouts, Missing> {
        if self.all.is_empty() {
            let what = format!("a subnet of {}", self.label);
            return Err(Missing::new(FactKind::Subnets, Reason::NotInFacts(what)));
        }
        Ok(Whereabouts::Account(Located {
            label: self.label,
            port,
            spots: self.all,
            is_zonal: false,
        }))
    }
}

/// The groups of a resource. That it lists none can only mean that the facts are incomplete.
fn groups(ids: Vec<SecurityGroupId>, label: &str, kind: FactKind) -> Groups {
    if ids.is_empty() {
        let what = format!("the security groups of {label}");
        Groups::Unknown(Missing::new(kind, Reason::NotInFacts(what)))
    } else {
        Groups::Filtered(ids)
    }
}

/// The private ones among what DNS gives a name.
fn private_addresses(snapshot: &Snapshot, name: &str) -> Vec<IpAddr> {
    let addresses = resolved(snapshot, name).unwrap_or_default().iter().copied();
    addresses
        .filter(|address| AddressScope::Host(*address).is_private())
        .collect()
}

/// Whether a name that AWS describes is the one that is meant.
fn is(described: Option<&str>, name: &str) -> bool {
    described.is_some_and(|described| described.eq_ignore_ascii_case(name))
}
