use std::borrow::Cow;
use std::collections::BTreeMap;

use super::endpoint::{Found, Place};
use super::host;
use super::mention::{Mention, Mentions};
use super::name::{Name, Role, Siblings};
use super::service::Service;
use super::value::{self, Reading};

/// A value with the name of its variable, option or key, which is empty where it has none.
#[derive(Debug, Clone)]
pub(super) struct Named<'t> {
    name: Cow<'t, str>,
    value: Cow<'t, str>,
}

impl<'t> Named<'t> {
    pub(super) fn new(name: impl Into<Cow<'t, str>>, value: impl Into<Cow<'t, str>>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// Where names come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The environment, where `HOST` is the task's own.
    Variables,
    /// Options, DSNs, JSON.
    Elsewhere,
}

/// The endpoints in environment variables, given as names and values, with ports that stand in
/// variables of their own. Sorted, without duplicates.
pub fn in_variables<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Vec<Found> {
    let variables = variables.into_iter();
    let variables: Vec<_> = variables
        .map(|(name, value)| Named::new(name, value))
        .collect();
    let mut found = Vec::new();
    resolve(&variables, Origin::Variables, 0, |host, port, mentions| {
        let both = std::iter::once(host).chain(port);
        let both: Vec<_> = both.map(|variable| variable.name.to_string()).collect();
        found.extend(mentions.into_endpoints().into_iter().map(|endpoint| Found {
            endpoint,
            place: Place::Variables(both.clone()),
        }));
    });
    found.sort();
    found.dedup();
    found
}

/// Reads values that belong together.
pub(super) fn read(values: &[Named<'_>], origin: Origin, depth: u8, mentions: &mut Mentions) {
    resolve(values, origin, depth, |_, _, found| {
        for mention in found.into_vec().into_iter().filter(Mention::is_whole) {
            mentions.push(mention);
        }
    });
}

/// Reads every value, and hands over what it mentions with the name it stands under and, if another
/// one gave the port, with that.
fn resolve<'n, 't>(
    values: &'n [Named<'t>],
    origin: Origin,
    depth: u8,
    mut found: impl FnMut(&'n Named<'t>, Option<&'n Named<'t>>, Mentions),
) {
    let names: Vec<_> = values.iter().map(|this| Name::read(&this.name)).collect();
    let mut by_name = BTreeMap::new();
    for (name, this) in names.iter().zip(values) {
        by_name.entry(name.squashed.as_str()).or_insert(this);
    }
    for (name, this) in names.iter().zip(values) {
        let role = name.role(origin);
        let reading = match &role {
            Role::Own | Role::Password => continue,
            Role::Opaque => Reading::Opaque,
            Role::Proxy | Role::Host(_) => Reading::Host,
            Role::Plain => Reading::Plain,
        };
        let mut mentions = Mentions::default();
        value::read(&this.value, &this.name, reading, depth, &mut mentions);
        let (port, service) = match &role {
            Role::Host(siblings) => told(siblings, &by_name),
            Role::Proxy => (None, Service::named("http")),
            _ => (None, None),
        };
        let service = service.or_else(|| name.service());
        let (mut paired, mut alone) = (Mentions::default(), Mentions::default());
        for mut mention in mentions.into_vec() {
            let was_open = mention.endpoint.port.is_none();
            mention.fill(port.map(|(_, port)| port), service);
            // A proxy carries HTTP, and is reached like anything else.
            mention.endpoint.is_http &= role != Role::Proxy;
            let is_paired = was_open && port.is_some() && mention.endpoint.port.is_some();
            let mentions = if is_paired { &mut paired } else { &mut alone };
            mentions.push(mention);
        }
        found(this, port.map(|(sibling, _)| sibling), paired);
        found(this, None, alone);
    }
}

type Told<'n, 't> = (Option<(&'n Named<'t>, u16)>, Option<Service>);

/// The port and the service that names next to a host's tell.
fn told<'n, 't>(siblings: &Siblings, by_name: &BTreeMap<&str, &'n Named<'t>>) -> Told<'n, 't> {
    let get = |name: &String| by_name.get(name.as_str()).copied();
    let mut ports = siblings.ports.iter().filter_map(get);
    let port = ports.find_map(|named| Some((named, host::port(named.value.trim())?)));
    let mut engines = siblings.engines.iter().filter_map(get);
    (port, engines.find_map(|named| engine(&named.value)))
}

/// The service by what people call an engine: `pgsql`, `aurora-postgresql`,
/// `django.db.backends.mysql`.
fn engine(value: &str) -> Option<Service> {
    let value = value.trim().to_ascii_lowercase();
    let last = value.rsplit(['.', '/']).next().unwrap_or_default();
    Service::named(last.strip_prefix("aurora-").unwrap_or(last))
}
