use super::site::AddressPool;
use crate::facts::{FactKind, Missing, Reason, Subnet};

/// A subnet that tasks get their addresses from.
#[derive(Debug)]
pub struct SubnetRoom<'a> {
    /// The subnet.
    pub subnet: &'a Subnet,
    /// Its zone, by its place among the region's.
    pub zone: Option<usize>,
    /// Addresses that tasks can have in all: the block without the five that AWS keeps. `None` for an
    /// IPv6-only subnet, whose addresses don't run out.
    pub size: Option<u64>,
    /// Addresses that are free.
    pub free: Result<u64, Missing>,
}

/// Addresses of each subnet that AWS keeps for itself.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
const RESERVED: u64 = 5;

impl<'a> SubnetRoom<'a> {
    pub(super) fn of(subnet: &'a Subnet, zones: &[String]) -> Self {
        let zone = subnet.availability_zone.as_ref();
        let size = subnet.cidr_block.map(|block| {
            let all = 1_u64 << (32 - u32::from(block.prefix_len()));
            all.saturating_sub(RESERVED)
        });
        let free = match (size, subnet.available_ip_address_count) {
            (None, _) => Ok(u64::MAX),
            (Some(_), Some(free)) => Ok(free),
            (Some(_), None) => {
                let what = format!("the number of free addresses in {}", subnet.subnet_id);
                Err(Missing::new(FactKind::Subnets, Reason::NotInFacts(what)))
            }
        };
        Self {
            subnet,
            zone: zone.and_then(|zone| zones.iter().position(|own| own == zone)),
            size,
            free,
        }
    }

    /// The part of its addresses that is free, in percent.
    pub fn percent_free(&self) -> Option<u64> {
        let (size, free) = (self.size?, *self.free.as_ref().ok()?);
        (size > 0).then(|| free.min(size) * 100 / size)
    }

    /// It as a number of addresses; what nobody knows is taken for none.
    pub(super) fn pool(&self) -> AddressPool {
        AddressPool {
            zone: self.zone.unwrap_or(usize::MAX),
            free: self.free.as_ref().copied().unwrap_or_default(),
        }
    }
}
