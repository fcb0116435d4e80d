use super::endpoint::{Certainty, Endpoint, Host};
use super::service::Service;
use crate::net::Protocol;

/// No text is about more endpoints than this; what has more is data.
const MOST: usize = 64;

/// What a mention of an endpoint leaves to the names around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lacks {
    /// Nothing: its scheme has told.
    Nothing,
    /// Its protocol, and its port if it has none.
    Service,
    /// The same, and it is a single word that means nothing without a port.
    Port,
}

/// An endpoint that a text mentions.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub(super) endpoint: Endpoint,
    pub(super) lacks: Lacks,
}

impl Mention {
    /// A host whose service is known.
    pub(super) fn of(service: Service, host: Host, port: Option<u16>) -> Self {
        let port = port.or_else(|| service.port_on(&host));
        let lacks = match port {
            Some(_) => Lacks::Nothing,
            None if host.is_qualified() => Lacks::Service,
            None => Lacks::Port,
        };
        Self {
            lacks,
            endpoint: Endpoint {
                host,
                port,
                protocol: service.protocol,
                certainty: Certainty::Stated,
                is_http: service.is_http,
                is_tls: service.is_tls,
            },
        }
    }

    /// A host that stands by itself.
    pub(super) fn bare(host: Host, port: Option<u16>, certainty: Certainty) -> Self {
        let service = match host.aws_resource() {
            Some("es" | "aoss") => Service::HTTPS,
            Some("efs") => Service::named("nfs").unwrap_or(Service::any(Protocol::TCP)),
            _ => Service::any(Protocol::TCP),
        };
        let mut mention = Self::of(service, host, port);
        mention.endpoint.certainty = certainty;
        if mention.lacks == Lacks::Nothing {
            mention.lacks = Lacks::Service;
        }
        mention
    }

    /// Fills in what the name of a variable tells.
    pub(super) fn fill(&mut self, port: Option<u16>, service: Option<Service>) {
        if self.lacks == Lacks::Nothing {
            return;
        }
        let endpoint = &mut self.endpoint;
        endpoint.port = endpoint.port.or(port);
        if let Some(service) = service {
            endpoint.port = endpoint.port.or_else(|| service.port_on(&endpoint.host));
            endpoint.protocol = service.protocol;
            endpoint.is_http |= service.is_http;
            endpoint.is_tls |= service.is_tls;
        }
    }

    /// Whether it means something as it is.
    pub(super) fn is_whole(&self) -> bool {
        self.lacks != Lacks::Port || self.endpoint.port.is_some()
    }
}

/// What a text mentions.
#[derive(Debug, Default)]
pub(super) struct Mentions(Vec<Mention>);

impl Mentions {
    /// Adds one, unless its host is the task itself.
    pub(super) fn push(&mut self, mention: Mention) {
        if !self.is_full() && mention.endpoint.host.is_outside() {
            self.0.push(mention);
        }
    }

    /// Whether reading on is in vain.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    pub(super) fn into_vec(self) -> Vec<Mention> {
        self.0
    }

    /// Those that mean something as they are, sorted, without duplicates.
    pub(super) fn into_endpoints(self) -> Vec<Endpoint> {
        let whole = self.0.into_iter().filter(Mention::is_whole);
        let mut endpoints: Vec<_> = whole.map(|mention| mention.endpoint).collect();
        endpoints.sort();
        // The surer one of two that differ in nothing else is the first.
        endpoints.dedup_by_key(|endpoint| {
            let host = endpoint.host.clone();
            (host, endpoint.port, endpoint.protocol, endpoint.is_http)
        });
        endpoints
    }
}
