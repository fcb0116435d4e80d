//! Load balancers: an interface in each of their subnets. EC2 describes it by the load balancer's name.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html>

use std::net::IpAddr;

use super::{Spot, Spots, Whereabouts, is, private_addresses, resolved};
use crate::facts::{
    FactKind, LoadBalancer, LoadBalancerScheme, LoadBalancerType, Missing, NetworkInterface,
    Reason, Snapshot, SubnetId,
};
use crate::reach::Groups;

pub(super) fn find(snapshot: &Snapshot, name: &str) -> Result<Option<Whereabouts>, Missing> {
    let bare = name.strip_prefix("dualstack.").unwrap_or(name);
    let mut all = snapshot.load_balancers.seen();
    let Some(balancer) = all.find(|balancer| is(balancer.dns_name.as_deref(), bare)) else {
        return Ok(None);
    };
    if balancer.scheme == Some(LoadBalancerScheme::InternetFacing) {
        return public(snapshot, balancer, bare).map(Some);
    }
    let label = label(balancer);
    let mut spots = Spots::new(snapshot, &label, groups_of(balancer));
    spots.all = spots_of(
        snapshot,
        balancer,
        &label,
        &private_addresses(snapshot, name),
    );
    spots.located(None).map(Some)
}

pub(crate) fn label(balancer: &LoadBalancer) -> String {
    let arn = balancer.load_balancer_arn.as_str();
    let name = balancer.load_balancer_name.as_deref().unwrap_or(arn);
    format!("load balancer {name}")
}

/// The interfaces of a load balancer, as far as they were observed.
pub(crate) fn interfaces<'a>(
    snapshot: &'a Snapshot,
    balancer: &LoadBalancer,
) -> impl Iterator<Item = &'a NetworkInterface> {
    let description = balancer.interface_description();
    let all = snapshot.network_interfaces.seen();
    all.filter(move |interface| description.is_some() && interface.description == description)
}

/// A Network Load Balancer may have no groups, and then lets everything in.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html>
pub(crate) fn groups_of(balancer: &LoadBalancer) -> Groups {
    if balancer.security_groups.is_empty() && balancer.kind == LoadBalancerType::Network {
        Groups::Unfiltered
    } else {
        super::groups(
            balancer.security_groups.clone(),
            &label(balancer),
            FactKind::LoadBalancers,
        )
    }
}

/// Where a load balancer is in each of its zones.
pub(crate) fn spots_of(
    snapshot: &Snapshot,
    balancer: &LoadBalancer,
    label: &str,
    addresses: &[IpAddr],
) -> Vec<Spot> {
    let mut spots = Spots::new(snapshot, label, groups_of(balancer));
    for zone in &balancer.availability_zones {
        let Some(subnet) = &zone.subnet_id else {
            continue;
        };
        let own = interfaces(snapshot, balancer).filter(|i| i.subnet_id == *subnet);
        let own = own.filter_map(|interface| interface.addresses().next());
        let given = zone.load_balancer_addresses.iter();
        let given = given.filter_map(|address| address.private_ipv4_address.map(IpAddr::V4));
        let known: Vec<_> = own.chain(given).chain(addresses.iter().copied()).collect();
        let subnets: [SubnetId; 1] = [subnet.clone()];
        spots.add(zone.zone_name.as_deref(), &subnets, &known);
    }
    spots.all
}

/// The name of an internet-facing load balancer leads to its public addresses, also from inside the
/// VPC.
fn public(
    snapshot: &Snapshot,
    balancer: &LoadBalancer,
    name: &str,
) -> Result<Whereabouts, Missing> {
    let mut addresses: Vec<IpAddr> = interfaces(snapshot, balancer)
        .flat_map(NetworkInterface::public_addresses)
        .map(|(public, _)| public.into())
        .collect();
    if addresses.is_empty() {
        addresses.extend(resolved(snapshot, name).unwrap_or_default());
    }
    let label = label(balancer);
    if addresses.is_empty() {
        let what = format!("the public addresses of {label}");
        return Err(Missing::new(
            FactKind::NetworkInterfaces,
            Reason::NotInFacts(what),
        ));
    }
    addresses.sort_unstable();
    addresses.dedup();
    Ok(Whereabouts::Addresses {
        label,
        port: None,
        addresses,
    })
}
