use std::fs;
use std::net::IpAddr;
use std::path::Path;

use awsvpc_auditor_engine::probe::Interface;
use nix::ifaddrs::getifaddrs;

/// Where the kernel shows its interfaces.
const INTERFACES: &str = "/sys/class/net";

/// The interfaces but for the loopback, by name; none where they can't be read.
pub(super) fn read() -> Vec<Interface> {
    let Ok(entries) = fs::read_dir(INTERFACES) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut interfaces: Vec<_> = names
        .filter(|name| name != "lo")
        .filter_map(|name| {
            Some(Interface {
                mtu: mtu(&name)?,
                name,
            })
        })
        .collect();
    interfaces.sort_by(|a, b| a.name.cmp(&b.name));
    interfaces
}

/// The MTU of the interface that has an address.
pub(super) fn mtu_at(address: IpAddr) -> Option<u32> {
    let has_it = getifaddrs().ok()?.find(|interface| {
        let own = interface.address.as_ref();
        let own = own.and_then(|own| match (own.as_sockaddr_in(), own.as_sockaddr_in6()) {
            (Some(v4), _) => Some(IpAddr::V4(v4.ip())),
            (_, Some(v6)) => Some(IpAddr::V6(v6.ip())),
            _ => None,
        });
        own == Some(address)
    });
    mtu(&has_it?.interface_name)
}

fn mtu(interface: &str) -> Option<u32> {
    let path = Path::new(INTERFACES).join(interface).join("mtu");
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
