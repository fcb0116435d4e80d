//! Data source names that aren't URLs: keys and values (libpq, ADO, ODBC, PDO), Go's driver of
//! `MySQL`, and Oracle's descriptors in parentheses.

use super::host::with_port;
use super::mention::{Mention, Mentions};
use super::service::Service;
use super::url::{self, Schemes};
use crate::net::Protocol;

/// Keys that hold hosts, in the spelling of [`simplified`]. The first of them wins: libpq connects
/// to `hostaddr`, and `host` is the name in the certificate then.
const HOSTS: [&str; 10] = [
    "hostaddr",
    "host",
    "hostname",
    "server",
    "servername",
    "serveraddress",
    "datasource",
    "addr",
    "address",
    "networkaddress",
];

/// Reads `user:password@tcp(host:3306)/database`. `false` if it isn't that.
pub(super) fn read_go(text: &str, mentions: &mut Mentions) -> bool {
    let Some((front, behind)) = text.rsplit_once('(') else {
        return false;
    };
    // Without credentials the network stands alone.
    let network = front.rsplit_once('@').map_or(front, |(_, network)| network);
    let protocol = match network {
        "tcp" | "tcp4" | "tcp6" => Protocol::TCP,
        "udp" => Protocol::UDP,
        _ => return network == "unix",
    };
    let address = behind.split_once(')').map(|(address, _)| address);
    if let Some((host, port)) = address.and_then(with_port) {
        // The driver is MySQL's, and has its port where none is said.
        let service = Service::named("mysql").filter(|_| protocol == Protocol::TCP);
        let service = service.unwrap_or(Service::any(protocol));
        mentions.push(Mention::of(service, host, port));
    }
    true
}

/// Reads `host=h port=5432 password=…` and `Server=h,1433;Password=…`. `false` if it isn't that.
pub(super) fn read_pairs(text: &str, mentions: &mut Mentions) -> bool {
    if text.contains(';') {
        let (driver, text) = without_driver(text);
        let Some(pairs) = semicolon_pairs(text) else {
            return false;
        };
        return read(&pairs, driver.or_else(|| ado_service(&pairs)), mentions);
    }
    let Some(pairs) = libpq_pairs(text) else {
        return false;
    };
    let is_libpq = pairs
        .iter()
        .any(|(key, _)| matches!(key.as_str(), "dbname" | "sslmode" | "user"));
    pairs.len() >= 2 && read(&pairs, is_libpq.then_some(Service::POSTGRES), mentions)
}

/// Reads the properties behind a URL: `serverName=h;portNumber=1433`.
pub(super) fn read_properties(text: &str, service: Option<Service>, mentions: &mut Mentions) {
    read(
        &semicolon_pairs(text).unwrap_or_default(),
        service,
        mentions,
    );
}

/// Reads `(ADDRESS=(PROTOCOL=TCP)(HOST=h)(PORT=1521))` and `(host=h,port=3306,…)`.
pub(super) fn read_parentheses(text: &str, service: Option<Service>, mentions: &mut Mentions) {
    let service = service.unwrap_or(Service::any(Protocol::TCP));
    let mut text = text.to_ascii_lowercase();
    text.retain(|c| !c.is_whitespace());
    let value = |text: &str| {
        let end = text.find([')', ',', '(']).unwrap_or(text.len());
        text.get(..end).unwrap_or_default().to_owned()
    };
    // What follows one host, up to the next, may hold its port.
    for part in text.replace(",host=", "(host=").split("(host=").skip(1) {
        let port = part
            .split_once("(port=")
            .or_else(|| part.split_once(",port="))
            .map(|(_, port)| value(port));
        let host = value(part);
        let address = match port {
            Some(port) => format!("{host}:{port}"),
            None => host,
        };
        if let Some((host, port)) = with_port(&address) {
            mentions.push(Mention::of(service, host, port));
        }
    }
}

/// Takes the name of an instance off: `host\SQLEXPRESS:1433`.
pub(super) fn without_instance(server: &str) -> String {
    let Some((host, instance)) = server.split_once('\\') else {
        return server.to_owned();
    };
    match instance.split_once(':') {
        Some((_, port)) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// What has more keys is data, and not worth the time.
const MOST_KEYS: usize = 256;

type Pair<'t> = (String, &'t str);

fn read(pairs: &[Pair<'_>], service: Option<Service>, mentions: &mut Mentions) -> bool {
    let get = |key: &str| {
        pairs
            .iter()
            .find(|(other, _)| other == key)
            .map(|(_, value)| *value)
    };
    for (key, value) in pairs {
        if key.ends_with("endpoint") && value.contains("://") {
            url::read(value, Schemes::Any, mentions);
        }
    }
    let endpoints = pairs.iter().any(|(key, _)| key.ends_with("endpoint"));
    let Some(hosts) = HOSTS.into_iter().find_map(get) else {
        return endpoints;
    };
    let ports = get("port")
        .or_else(|| get("portnumber"))
        .unwrap_or_default();
    let ports: Vec<_> = ports.split(',').map(str::trim).collect();
    let mut service = service;
    for (index, host) in servers(hosts, &mut service).into_iter().enumerate() {
        let shared = ports.first().filter(|_| ports.len() == 1);
        let said = ports.get(index).or(shared);
        let said = said.and_then(|digits| super::host::port(digits));
        if let Some((host, port)) = with_port(&host) {
            let known = service.unwrap_or(Service::any(Protocol::TCP));
            mentions.push(Mention::of(known, host, port.or(said)));
        }
    }
    true
}

/// The servers of a value, ports behind a colon: `tcp:host\instance,1433`, `h1,h2:5433`.
fn servers(value: &str, service: &mut Option<Service>) -> Vec<String> {
    let value = value.trim();
    let value = match value.split_once(':') {
        Some((transport, rest)) if transport.eq_ignore_ascii_case("tcp") => {
            *service = service.or(Some(Service::SQL_SERVER));
            rest.trim()
        }
        _ => value,
    };
    if value.contains("://") {
        return Vec::new();
    }
    if let Some((host, port)) = value.split_once(',') {
        let port = port.trim();
        if super::host::port(port).is_some() {
            *service = service.or(Some(Service::SQL_SERVER));
            let host = host.split('\\').next().unwrap_or_default().trim();
            return vec![format!("{host}:{port}")];
        }
    }
    let servers = value.split(',').map(str::trim);
    servers.map(without_instance).collect()
}

/// Which database keys of ADO and ODBC tell.
fn ado_service(pairs: &[Pair<'_>]) -> Option<Service> {
    let has = |keys: &[&str]| pairs.iter().any(|(key, _)| keys.contains(&key.as_str()));
    let driver = pairs
        .iter()
        .find(|(key, _)| key == "driver" || key == "provider");
    let driver = driver.map(|(_, value)| value.to_ascii_lowercase());
    let driver_has = |text| driver.as_ref().is_some_and(|driver| driver.contains(text));
    if driver_has("postgres") || has(&["host"]) && has(&["username"]) {
        Some(Service::POSTGRES)
    } else if driver_has("mysql") || driver_has("mariadb") {
        Service::named("mysql")
    } else if driver_has("sql server")
        || driver_has("sqloledb")
        || has(&[
            "initialcatalog",
            "integratedsecurity",
            "multipleactiveresultsets",
            "trustedconnection",
            "trustservercertificate",
        ])
    {
        Some(Service::SQL_SERVER)
    } else {
        None
    }
}

/// Takes the driver of PHP's PDO off: `pgsql:host=h;port=5432`.
fn without_driver(text: &str) -> (Option<Service>, &str) {
    match text.split_once(':') {
        Some((driver, rest)) => match Service::named(&driver.to_ascii_lowercase()) {
            Some(service) => (Some(service), rest),
            None => (None, text),
        },
        None => (None, text),
    }
}

/// A key without what differs between drivers: `Data Source`, `data_source`.
fn simplified(key: &str) -> Option<String> {
    let key = key.trim();
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.');
    if key.is_empty() || key.len() > 40 || !key.chars().all(is_key) {
        return None;
    }
    let kept = key.chars().filter(char::is_ascii_alphanumeric);
    Some(kept.collect::<String>().to_ascii_lowercase())
}

/// Splits `Key=value;Key="va;lue";Key={va;lue}`. What has no `=` is the rest of a sloppy value.
fn semicolon_pairs(text: &str) -> Option<Vec<Pair<'_>>> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while let Some((key, behind)) = rest.split_once('=').filter(|_| pairs.len() < MOST_KEYS) {
        let behind = behind.trim_start();
        let close = match behind.chars().next() {
            Some(quote @ ('"' | '\'')) => Some(quote),
            Some('{') => Some('}'),
            _ => None,
        };
        let quoted = close.and_then(|close| behind.get(1..)?.split_once(close));
        let value;
        (value, rest) = match quoted {
            Some((value, after)) => (value, after.split_once(';').map_or("", |(_, rest)| rest)),
            None => behind.split_once(';').unwrap_or((behind, "")),
        };
        let is_first = pairs.is_empty();
        match simplified(key.rsplit(';').next().unwrap_or_default()) {
            Some(_) if is_first && key.contains(';') => return None,
            Some(key) => pairs.push((key, value)),
            None if is_first => return None,
            None => {}
        }
    }
    (!pairs.is_empty()).then_some(pairs)
}

/// Splits `key=value key='va lue'`; nothing else may stand between.
fn libpq_pairs(text: &str) -> Option<Vec<Pair<'_>>> {
    let mut pairs = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (key, behind) = rest.split_once('=')?;
        let key = key.trim_end();
        let is_key = |c: char| c.is_ascii_lowercase() || matches!(c, '_');
        if key.is_empty() || key.len() > 40 || !key.chars().all(is_key) {
            return None;
        }
        let behind = behind.trim_start();
        let value;
        (value, rest) = match behind.strip_prefix('\'') {
            Some(quoted) => {
                let end = end_of_quote(quoted)?;
                let (value, after) = quoted.split_at_checked(end)?;
                (value, after.get(1..)?)
            }
            None => behind
                .split_once(char::is_whitespace)
                .unwrap_or((behind, "")),
        };
        pairs.push((simplified(key)?, value));
        rest = rest.trim_start();
    }
    (!pairs.is_empty()).then_some(pairs)
}

/// Where a value in single quotes ends. A backslash takes the meaning from what follows it.
fn end_of_quote(quoted: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\'' => return Some(at),
            _ => {}
        }
    }
    None
}
