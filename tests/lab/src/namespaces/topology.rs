use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::error::LabError;
use super::name_server::{NameServer, Names};
use super::namespace::Namespace;
use super::port::{Port, Reply};

/// A client, a router and a server, each in a namespace of its own, linked in this order.
#[derive(Debug)]
pub struct Lab {
    client: Namespace,
    router: Namespace,
    server: Namespace,
}

/// What the link between the router and the server carries. The client's and the server's own
/// interfaces carry packets of 9001 bytes, and both say so to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Packets of 9001 bytes.
    Jumbo,
    /// Packets up to this size to the server; the router answers larger ones with "fragmentation needed".
    Narrow(u32),
    /// Packets up to this size to the server; the router drops larger ones without a word.
    BlackHole(u32),
    /// Packets up to this size to the client; the router drops larger ones without a word.
    BlackHoleBack(u32),
}

impl Lab {
    /// The size of packets on the interfaces.
    pub const MTU: u32 = 9001;
    /// The client's address.
    pub const CLIENT: IpAddr = v4(1, 2);
    /// The server's address.
    pub const SERVER: IpAddr = v4(2, 2);
    /// The server's address in IPv6.
    pub const SERVER_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 2, 0, 0, 0, 0, 0, 2));
    /// Where the name server answers, if one is started.
    pub const NAME_SERVER: IpAddr = v4(2, 53);
    /// No host has this address: the router answers that it is unreachable, after a moment.
    pub const UNREACHABLE: IpAddr = v4(2, 99);
    /// The router answers that it is prohibited. Linux sends five of these answers to a client, and then
    /// one a second, whatever its settings: ask no more often.
    pub const PROHIBITED: IpAddr = v4(5, 2);
    /// The client has no route there.
    pub const NO_ROUTE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 9, 0, 2));

    /// An address that swallows every packet: one for each number.
    pub const fn swallowed(number: u8) -> IpAddr {
        v4(3, number)
    }

    /// Makes the network. Fails without root, or without `ip`.
    pub fn new(link: Link) -> Result<Self, LabError> {
        let lab = Self {
            client: Namespace::new()?,
            router: Namespace::new()?,
            server: Namespace::new()?,
        };
        lab.link()?;
        lab.narrow(link)?;
        lab.wait_until_it_carries()?;
        Ok(lab)
    }

    /// Where probes run.
    pub fn client(&self) -> &Namespace {
        &self.client
    }

    /// What is between them.
    pub fn router(&self) -> &Namespace {
        &self.router
    }

    /// Where the servers run.
    pub fn server(&self) -> &Namespace {
        &self.server
    }

    /// Starts a name server, and makes it the client's. It ends when it is dropped.
    pub fn name_server(&self, names: Names) -> Result<NameServer, LabError> {
        let server = NameServer::start(&self.server, Self::NAME_SERVER, names)?;
        self.resolv_conf(&format!("nameserver {}\n", Self::NAME_SERVER))?;
        Ok(server)
    }

    /// Replaces the client's resolv.conf, which is empty at first.
    pub fn resolv_conf(&self, content: &str) -> Result<(), LabError> {
        self.client.write("/etc/resolv.conf", content)
    }

    /// Listens on a port of the server, by IPv4 and IPv6. It ends when it is dropped.
    pub fn port(&self, number: u16, reply: Reply) -> Result<Port, LabError> {
        Port::listen(&self.server, number, reply)
    }

    fn link(&self) -> Result<(), LabError> {
        let mut commands = Vec::new();
        for (subnet, name, end) in [(1, "client", &self.client), (2, "server", &self.server)] {
            commands.push(format!(
                "link add {name} address {near} mtu {mtu} type veth \
                 peer name eth0 address {far} mtu {mtu} netns {netns}",
                near = mac(subnet, 1),
                far = mac(subnet, 2),
                mtu = Self::MTU,
                netns = end.network_path().display(),
            ));
            commands.extend(interface(name, subnet, 1));
            commands.extend(neighbours(name, subnet, 2));
        }
        commands.push(neighbour("server", Self::NAME_SERVER, 2, 2));
        commands.extend([
            "route add blackhole 10.0.3.0/24".to_owned(),
            "route add prohibit 10.0.5.0/24".to_owned(),
        ]);
        self.router.ip(&commands)?;
        // Every probe gets its answer, however many ask.
        for (path, value) in [
            ("ipv4/icmp_ratelimit", "0"),
            ("ipv4/icmp_msgs_per_sec", "100000"),
            // A host that isn't there is given up soon.
            ("ipv4/neigh/server/mcast_solicit", "1"),
            ("ipv4/neigh/server/retrans_time_ms", "300"),
            ("ipv4/ip_forward", "1"),
            ("ipv6/conf/all/forwarding", "1"),
        ] {
            self.router.write(&format!("/proc/sys/net/{path}"), value)?;
        }

        let mut client = interface("eth0", 1, 2);
        client.extend(neighbours("eth0", 1, 1));
        client.push("route add 10.0.0.0/16 via 10.0.1.1".to_owned());
        client.push("route add fd00::/16 via fd00:1::1".to_owned());
        self.client.ip(&client)?;
        let mut server = interface("eth0", 2, 2);
        server.extend(neighbours("eth0", 2, 1));
        server.push("address add 10.0.2.53/24 dev eth0".to_owned());
        server.push("route add 10.0.0.0/16 via 10.0.2.1".to_owned());
        server.push("route add fd00::/16 via fd00:2::1".to_owned());
        self.server.ip(&server)
    }

    /// The kernel starts an interface's queue a moment after the interface, and drops what is sent before.
    fn wait_until_it_carries(&self) -> Result<(), LabError> {
        let nobody = SocketAddr::new(Self::SERVER, 1);
        let is_refused = || {
            let connected = TcpStream::connect_timeout(&nobody, Duration::from_millis(100));
            connected.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
        };
        let carries = self.client.run(|| (0..100).any(|_| is_refused()))?;
        carries.then_some(()).ok_or(LabError::CarriesNothing)
    }

    /// The router takes a route's MTU for that of the link behind it.
    fn narrow(&self, link: Link) -> Result<(), LabError> {
        let (subnet, name, bytes) = match link {
            Link::Jumbo => return Ok(()),
            Link::Narrow(bytes) | Link::BlackHole(bytes) => (2, "server", bytes),
            Link::BlackHoleBack(bytes) => (1, "client", bytes),
        };
        self.router.ip(&[
            format!("route replace 10.0.{subnet}.0/24 dev {name} mtu {bytes}"),
            // The metric of the route that it replaces.
            format!("route replace fd00:{subnet}::/64 dev {name} metric 256 mtu {bytes}"),
        ])?;
        if matches!(link, Link::Narrow(_)) {
            return Ok(());
        }
        // The router's own ICMP finds no way out; what it forwards does.
        self.router
            .ip(&["rule add iif lo ipproto icmp type blackhole".to_owned()])?;
        self.router
            .ip_v6(&["rule add iif lo ipproto ipv6-icmp type blackhole".to_owned()])
    }
}

/// The host with this number in a subnet.
const fn v4(subnet: u8, host: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, subnet, host))
}

/// The commands that give an interface its addresses.
fn interface(name: &str, subnet: u8, host: u8) -> Vec<String> {
    vec![
        format!("address add 10.0.{subnet}.{host}/24 dev {name}"),
        format!("address add fd00:{subnet}::{host}/64 dev {name} nodad"),
        format!("link set {name} up"),
    ]
}

/// The hardware address of a host. Neighbours are told of each other: on a busy machine the search for
/// them may take so long that the first packet of a connection is sent twice.
fn mac(subnet: u8, host: u8) -> String {
    format!("02:00:00:00:{subnet:02x}:{host:02x}")
}

fn neighbour(name: &str, address: IpAddr, subnet: u8, host: u8) -> String {
    let mac = mac(subnet, host);
    format!("neighbour add {address} lladdr {mac} nud permanent dev {name}")
}

fn neighbours(name: &str, subnet: u8, host: u8) -> [String; 2] {
    let v6 = Ipv6Addr::new(0xfd00, subnet.into(), 0, 0, 0, 0, 0, host.into());
    [v4(subnet, host), IpAddr::V6(v6)].map(|address| neighbour(name, address, subnet, host))
}
