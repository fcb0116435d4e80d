//! JDBC and R2DBC strings: `jdbc:<driver>[:<mode>…]://<hosts>/<database>?<properties>`, and the forms
//! that Oracle and SQL Server have of their own.

use super::dsn;
use super::host::with_port;
use super::mention::{Mention, Mentions};
use super::service::Service;
use super::url::{self, Schemes};

/// Reads a text that begins with `jdbc:` or `r2dbc:`. `false` if it doesn't.
pub(super) fn read(text: &str, mentions: &mut Mentions) -> bool {
    let Some((prefix, rest)) = text.split_once(':') else {
        return false;
    };
    if !prefix.eq_ignore_ascii_case("jdbc") && !prefix.eq_ignore_ascii_case("r2dbc") {
        return false;
    }
    let starts_with = |prefix: &str| {
        rest.get(..prefix.len())
            .is_some_and(|front| front.eq_ignore_ascii_case(prefix))
    };
    if starts_with("oracle:") {
        oracle(rest, mentions);
    } else if let Some((drivers, behind)) = rest.split_once("//") {
        let service = drivers.split(':').find_map(by_driver);
        if starts_with("sqlserver:") || starts_with("jtds:sqlserver:") {
            sql_server(behind, mentions);
        } else if behind.contains('(') {
            dsn::read_parentheses(behind, service, mentions);
        } else if let Some(service) = service {
            url::read_known(behind, service, mentions);
        } else if let Some(scheme) = drivers.trim_end_matches(':').rsplit(':').next() {
            let url = format!("{scheme}://{behind}");
            url::read(&url, Schemes::Any, mentions);
        }
    }
    true
}

fn by_driver(driver: &str) -> Option<Service> {
    let driver = driver.to_ascii_lowercase();
    match driver.as_str() {
        // Its JDBC driver speaks HTTP.
        "clickhouse" | "ch" => Service::named("http").map(|http| Service {
            port: Some(8123),
            ..http
        }),
        "snowflake" | "awsathena" => Some(Service::HTTPS),
        _ => Service::named(&driver),
    }
}

/// `jdbc:sqlserver://host\instance:1433;property=value`, or the host among the properties.
fn sql_server(behind: &str, mentions: &mut Mentions) {
    let (server, properties) = behind.split_once(';').unwrap_or((behind, ""));
    let server = server.split('/').next().unwrap_or_default();
    if server.is_empty() {
        dsn::read_properties(properties, Some(Service::SQL_SERVER), mentions);
    } else if let Some((host, port)) = with_port(&dsn::without_instance(server)) {
        mentions.push(Mention::of(Service::SQL_SERVER, host, port));
    }
}

/// `jdbc:oracle:thin:[user/password]@` and then `//host:port/service`, `host:port:sid`, a TNS
/// descriptor, or a name that stands in a file.
fn oracle(rest: &str, mentions: &mut Mentions) {
    let Some((_, behind)) = rest.rsplit_once('@') else {
        return;
    };
    if behind.contains('(') {
        dsn::read_parentheses(behind, Some(Service::ORACLE), mentions);
        return;
    }
    let (transport, address) = behind.split_once("//").unwrap_or(("", behind));
    if transport.eq_ignore_ascii_case("ldap:") || transport.eq_ignore_ascii_case("ldaps:") {
        url::read(behind, Schemes::Known, mentions);
        return;
    }
    let is_alias = transport.is_empty() && !behind.contains([':', '/', '.']);
    let end = address.find(['/', '?']).unwrap_or(address.len());
    let address = address.get(..end).unwrap_or_default();
    for host in address.split(',').filter(|_| !is_alias) {
        // The third part is the database's SID.
        let host = match host.match_indices(':').nth(1) {
            Some((sid, _)) if !host.starts_with('[') => host.get(..sid).unwrap_or(host),
            _ => host,
        };
        if let Some((host, port)) = with_port(host) {
            mentions.push(Mention::of(Service::ORACLE, host, port));
        }
    }
}
