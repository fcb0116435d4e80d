//! Other services of the account: by Cloud Map, and by what Service Connect calls them.

use std::net::IpAddr;

use super::Whereabouts;
use crate::facts::Snapshot;

/// A Cloud Map service is `SERVICE.NAMESPACE`, and its instances are the tasks behind it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html>
pub(super) fn find(snapshot: &Snapshot, name: &str) -> Option<Whereabouts> {
    let instances = snapshot.discovered_instances.seen().filter(|instance| {
        let full = format!("{}.{}", instance.service_name, instance.namespace_name);
        full.eq_ignore_ascii_case(name)
    });
    let mut addresses: Vec<IpAddr> = Vec::new();
    let mut port = None;
    for instance in instances {
        addresses.extend(instance.attributes.addresses());
        port = port.or(instance.attributes.port());
    }
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return None;
    }
    Some(Whereabouts::Addresses {
        label: format!("service {name}"),
        port,
        addresses,
    })
}
