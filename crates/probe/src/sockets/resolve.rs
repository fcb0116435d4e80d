use std::cmp::Reverse;
use std::net::{IpAddr, UdpSocket};
use std::time::{Duration, Instant};

use awsvpc_auditor_engine::probe::Resolved;
use hickory_resolver::config::{ResolverConfig, ServerOrderingStrategy};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::{Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use hickory_resolver::{Hosts, Resolver, TokioResolver};

use super::clock::{Clock, Ended};

/// How many name servers of resolv.conf the C library takes: `MAXNS` of resolver(3).
const MAX_NAME_SERVERS: usize = 3;

/// How names are resolved here: the hosts file, and the name servers of resolv.conf. Nothing is cached.
pub(super) struct Names {
    hosts: Hosts,
    servers: Result<Servers, String>,
}

struct Servers {
    resolver: TokioResolver,
    addresses: Vec<IpAddr>,
    search: Vec<Name>,
    ndots: usize,
}

/// Why a name has no addresses, the more telling the greater: a server's silence for IPv6 is more than
/// that there is no address for IPv4.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Failure {
    NoSuchName,
    Fails(String),
    ServerFails(String),
    Silent,
}

impl Names {
    /// Reads the system's configuration, as programs do when they start.
    pub(super) fn read(step: Duration) -> Self {
        Self {
            hosts: Hosts::from_system().unwrap_or_default(),
            servers: Servers::read(step),
        }
    }

    /// The name servers that are asked; none where that can't be told.
    pub(super) fn servers(&self) -> Vec<IpAddr> {
        let servers = self.servers.as_ref();
        servers.map_or_else(|_| Vec::new(), |servers| servers.addresses.clone())
    }

    /// Asks for a name's addresses of both families, and puts them in the order in which they are tried.
    pub(super) async fn resolve(&self, name: &str, clock: &Clock) -> Resolved {
        let began = Instant::now();
        let Ok(asked) = Name::from_str_relaxed(name) else {
            return Resolved::Fails {
                how: format!("`{name}` is no DNS name"),
            };
        };
        let known = self.in_hosts_file(&asked);
        let found = match (&self.servers, known.is_empty()) {
            (_, false) => Ok(known),
            (Err(why), true) => Err(Failure::Fails(why.clone())),
            (Ok(servers), true) => match clock.wait(servers.search(&asked)).await {
                Ok(found) => found,
                Err(Ended::Step(_)) => Err(Failure::Silent),
                Err(Ended::Whole) => {
                    return Resolved::CantTell {
                        why: clock.not_asked(),
                    };
                }
            },
        };
        let took_ms = began.elapsed().into();
        match found {
            Ok(addresses) => Resolved::Addresses {
                addresses: in_order(addresses),
                took_ms,
            },
            Err(Failure::NoSuchName) => Resolved::NoSuchName { took_ms },
            Err(Failure::Fails(how)) => Resolved::Fails { how },
            Err(Failure::ServerFails(how)) => Resolved::ServerFails { how },
            Err(Failure::Silent) => Resolved::Silent { waited_ms: took_ms },
        }
    }

    fn in_hosts_file(&self, name: &Name) -> Vec<IpAddr> {
        let types = [RecordType::A, RecordType::AAAA];
        let found = types.into_iter().filter_map(|record_type| {
            let query = Query::query(name.clone(), record_type);
            self.hosts.lookup_static_host(&query)
        });
        found
            .flat_map(|lookup| {
                let addresses = lookup.answers().iter();
                addresses
                    .filter_map(|record| record.data.ip_addr())
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

impl Servers {
    fn read(step: Duration) -> Result<Self, String> {
        let (config, mut options) = read_system_conf().map_err(|error| match error {
            NetError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                "no name server is configured: there is no /etc/resolv.conf".to_owned()
            }
            NetError::Io(error) if error.to_string().contains("no nameservers") => {
                "no name server is configured: /etc/resolv.conf names none".to_owned()
            }
            error => format!("/etc/resolv.conf can't be used: {error}"),
        })?;
        let (_, search, mut servers) = config.into_parts();
        servers.truncate(MAX_NAME_SERVERS);
        let addresses = servers.iter().map(|server| server.ip).collect();
        // One attempt within a step; a lost packet is sent again within it. All servers are asked at
        // once: the C library would wait for the first for longer than a step may take.
        options.timeout = step;
        options.attempts = 0;
        options.cache_size = 0;
        options.num_concurrent_reqs = servers.len();
        options.server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
        let ndots = options.ndots;
        let config = ResolverConfig::from_parts(None, Vec::new(), servers);
        let mut builder = Resolver::builder_with_config(config, TokioRuntimeProvider::default());
        *builder.options_mut() = options;
        Ok(Self {
            resolver: builder
                .build()
                .map_err(|error| format!("/etc/resolv.conf can't be used: {error}"))?,
            addresses,
            search,
            ndots,
        })
    }

    /// Asks for the name in the domains of the search list, as the C library does: silence ends the
    /// search, and a server that fails for one name isn't made up for by another that doesn't exist.
    async fn search(&self, name: &Name) -> Result<Vec<IpAddr>, Failure> {
        let mut worst = Failure::NoSuchName;
        for candidate in self.candidates(name) {
            match self.addresses(candidate).await {
                Ok(addresses) => return Ok(addresses),
                Err(Failure::Silent) => return Err(Failure::Silent),
                Err(failure) => worst = worst.max(failure),
            }
        }
        Err(worst)
    }

    fn candidates(&self, name: &Name) -> Vec<Name> {
        let mut itself = name.clone();
        itself.set_fqdn(true);
        let searched = self.search.iter().filter_map(|domain| {
            let mut name = name.clone().append_domain(domain).ok()?;
            name.set_fqdn(true);
            Some(name)
        });
        let mut candidates: Vec<_> = searched.collect();
        let dots = usize::from(name.num_labels()).saturating_sub(1);
        let position = if dots >= self.ndots {
            0
        } else {
            candidates.len()
        };
        candidates.insert(position, itself);
        candidates
    }

    async fn addresses(&self, name: Name) -> Result<Vec<IpAddr>, Failure> {
        let v4 = self.records(name.clone(), RecordType::A);
        let v6 = self.records(name, RecordType::AAAA);
        match futures_util::future::join(v4, v6).await {
            (Ok(v4), Ok(v6)) => Ok([v4, v6].concat()),
            (Ok(some), Err(_)) | (Err(_), Ok(some)) => Ok(some),
            (Err(v4), Err(v6)) => Err(v4.max(v6)),
        }
    }

    async fn records(&self, name: Name, record_type: RecordType) -> Result<Vec<IpAddr>, Failure> {
        match self.resolver.lookup(name, record_type).await {
            Ok(lookup) => {
                let records = lookup.answers().iter();
                let found: Vec<_> = records.filter_map(|record| record.data.ip_addr()).collect();
                // A CNAME whose target has no address of this family.
                if found.is_empty() {
                    Err(Failure::NoSuchName)
                } else {
                    Ok(found)
                }
            }
            Err(NetError::Timeout) => Err(Failure::Silent),
            Err(NetError::Dns(DnsError::NoRecordsFound(none)))
                if matches!(
                    none.response_code,
                    ResponseCode::NXDomain | ResponseCode::NoError
                ) =>
            {
                Err(Failure::NoSuchName)
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
                Err(Failure::ServerFails(said(none.response_code)))
            }
            Err(NetError::Dns(DnsError::ResponseCode(code))) => {
                Err(Failure::ServerFails(said(code)))
            }
            Err(error) => Err(Failure::Fails(format!(
                "the name server can't be asked: {error}"
            ))),
        }
    }
}

/// A response code under the name that tools print.
fn said(code: ResponseCode) -> String {
    match code {
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        code => code.to_string(),
    }
}

/// The order in which getaddrinfo gives addresses, as far as it matters: what this host has no way to
/// comes last; IPv6 before IPv4, and that before unique local addresses. See RFC 6724, rules 1 and 6.
fn in_order(mut addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let precedence = |address: &IpAddr| match address {
        IpAddr::V6(v6) if v6.is_loopback() => 50,
        IpAddr::V6(v6) if v6.is_unique_local() => 3,
        IpAddr::V6(_) => 40,
        IpAddr::V4(_) => 35,
    };
    let mut seen = Vec::new();
    addresses.retain(|address| {
        let is_new = !seen.contains(address);
        seen.push(*address);
        is_new
    });
    addresses.sort_by_cached_key(|address| Reverse((has_way(*address), precedence(address))));
    addresses
}

/// Whether this host has a route and a source address: connecting a UDP socket sends nothing.
fn has_way(address: IpAddr) -> bool {
    let any: IpAddr = match address {
        IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((any, 0)).is_ok_and(|socket| socket.connect((address, 53)).is_ok())
}
