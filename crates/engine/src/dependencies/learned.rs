use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::text::{self, Certainty, Endpoint, Found, Host, Place};
use crate::net::Protocol;

/// An endpoint that a container's configuration talks about, and where it stands there: all that is
/// kept of environment values and arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Learned {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Where it stands.
    pub source: Source,
}

/// Where in a container's configuration something stands: names, never values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// Environment variables.
    Environment(Vec<String>),
    /// The command.
    Command,
    /// The entry point, which a task can't set anew.
    EntryPoint,
    /// The health check's command.
    HealthCheck,
    /// Options of the log driver.
    LogOption(Vec<String>),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(names) => write!(f, "env {}", names.join(" and ")),
            Self::Command => f.write_str("command"),
            Self::EntryPoint => f.write_str("entry point"),
            Self::HealthCheck => f.write_str("health check"),
            Self::LogOption(names) => write!(f, "log option {}", names.join(" and ")),
        }
    }
}

/// As a snapshot holds it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what isn't said is left out of a snapshot"
)]
struct Saved {
    host: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(default, skip_serializing_if = "is_false")]
    udp: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    guessed: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    http: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    tls: bool,
    source: Source,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl From<Saved> for Learned {
    fn from(saved: Saved) -> Self {
        let host = match saved.host.parse() {
            Ok(address) => Host::Address(address),
            Err(_) => Host::Name(saved.host.to_ascii_lowercase()),
        };
        Self {
            endpoint: Endpoint {
                host,
                port: saved.port,
                protocol: if saved.udp {
                    Protocol::UDP
                } else {
                    Protocol::TCP
                },
                certainty: if saved.guessed {
                    Certainty::Guessed
                } else {
                    Certainty::Stated
                },
                is_http: saved.http,
                is_tls: saved.tls,
            },
            source: saved.source,
        }
    }
}

impl From<Learned> for Saved {
    fn from(learned: Learned) -> Self {
        let endpoint = learned.endpoint;
        Self {
            host: match endpoint.host {
                Host::Name(name) => name,
                Host::Address(address) => address.to_string(),
            },
            port: endpoint.port,
            udp: endpoint.protocol == Protocol::UDP,
            guessed: endpoint.certainty == Certainty::Guessed,
            http: endpoint.is_http,
            tls: endpoint.is_tls,
            source: learned.source,
        }
    }
}

/// What the `environment` list of a container says.
pub(crate) fn from_environment(list: &Value) -> Vec<Learned> {
    let variables = pairs(list, "name", "value");
    with_source(text::in_variables(variables), |place| match place {
        Place::Variables(names) => Source::Environment(names),
        Place::Argument => Source::Command,
    })
}

/// What a list of arguments says.
pub(crate) fn from_arguments(list: &Value, source: &Source) -> Vec<Learned> {
    let arguments = list.as_array().into_iter().flatten();
    let arguments = arguments.filter_map(Value::as_str);
    with_source(text::in_arguments(arguments), |_| source.clone())
}

/// What the options of a log driver say.
pub(crate) fn from_log_options(options: &Value) -> Vec<Learned> {
    let options = options.as_object().into_iter().flatten();
    let options = options.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    with_source(text::in_variables(options), |place| match place {
        Place::Variables(names) => Source::LogOption(names),
        Place::Argument => Source::LogOption(Vec::new()),
    })
}

/// The names in an `environment` list.
pub(crate) fn names(list: &Value) -> impl Iterator<Item = &str> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|variable| variable.get("name")?.as_str())
}

fn pairs<'v>(list: &'v Value, name: &'v str, value: &'v str) -> Vec<(&'v str, &'v str)> {
    let list = list.as_array().into_iter().flatten();
    let pair = |item: &'v Value| Some((item.get(name)?.as_str()?, item.get(value)?.as_str()?));
    list.filter_map(pair).collect()
}

fn with_source(found: Vec<Found>, source: impl Fn(Place) -> Source) -> Vec<Learned> {
    let learned = found.into_iter().map(|found| Learned {
        endpoint: found.endpoint,
        source: source(found.place),
    });
    learned.collect()
}
