use super::aws;
use super::endpoint::Host;
use crate::net::Protocol;

/// What a scheme or a product's name tells about an endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    /// The port that everyone uses unless told otherwise.
    pub(super) port: Option<u16>,
    /// TCP or UDP.
    pub(super) protocol: Protocol,
    /// Whether a proxy may carry it.
    pub(super) is_http: bool,
    /// Whether TLS starts with the first byte.
    pub(super) is_tls: bool,
}

/// What a scheme is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scheme {
    /// A service with known habits.
    Known(Service),
    /// A name to be looked up as an SRV record, which tells hosts and ports.
    Srv,
    /// A target that gRPC resolves: `dns:///host:port`.
    Target,
    /// Nothing one connects to by host name: files, buckets, secrets, images.
    Elsewhere,
    /// Never heard of.
    Unknown,
}

const ELSEWHERE: [&str; 37] = [
    "about",
    "arn",
    "awssm",
    "awsparamstore",
    "az",
    "chrome-extension",
    "classpath",
    "data",
    "docker",
    "docker-daemon",
    "ecr",
    "env",
    "file",
    "gcpsm",
    "gs",
    "hdfs",
    "http+unix",
    "jar",
    "mailto",
    "mem",
    "memory",
    "oci",
    "op",
    "otpauth",
    "pkg",
    "ref+awsssm",
    "s3",
    "s3a",
    "s3n",
    "secret",
    "secretsmanager",
    "ssm",
    "sqlite",
    "sqlite3",
    "unix",
    "urn",
    "vault",
];

impl Service {
    const fn tcp(port: u16) -> Self {
        Self {
            port: Some(port),
            protocol: Protocol::TCP,
            is_http: false,
            is_tls: false,
        }
    }

    const fn udp(port: u16) -> Self {
        Self {
            protocol: Protocol::UDP,
            ..Self::tcp(port)
        }
    }

    const fn http(port: u16) -> Self {
        Self {
            is_http: true,
            ..Self::tcp(port)
        }
    }

    /// The same service, with TLS from the first byte on.
    const fn over_tls(self) -> Self {
        Self {
            is_tls: true,
            ..self
        }
    }

    /// A service without a port of its own.
    pub(super) const fn any(protocol: Protocol) -> Self {
        Self {
            port: None,
            protocol,
            is_http: false,
            is_tls: false,
        }
    }

    /// HTTP over TLS.
    pub(super) const HTTPS: Self = Self::http(443).over_tls();
    pub(super) const SQL_SERVER: Self = Self::tcp(1433);
    pub(super) const POSTGRES: Self = Self::tcp(5432);
    pub(super) const ORACLE: Self = Self::tcp(1521);
    /// Metrics over UDP.
    pub(super) const STATSD: Self = Self::udp(8125);

    /// The port that this service has on this host. AWS serves its search by HTTPS only.
    pub(super) fn port_on(self, host: &Host) -> Option<u16> {
        match host {
            Host::Name(name) if self.port == Some(9200) && aws::is_under_domain(name) => Some(443),
            _ => self.port,
        }
    }

    /// The service by a product's name or a scheme, in lower case.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "postgres" | "postgresql" | "pgsql" | "pg" | "postgis" | "psql" | "pgx" => {
                Self::POSTGRES
            }
            "cockroach" | "cockroachdb" => Self::tcp(26257),
            "mysql" | "mysql2" | "mysqlx" | "mariadb" => Self::tcp(3306),
            "redis" | "valkey" => Self::tcp(6379),
            "rediss" | "valkeys" => Self::tcp(6379).over_tls(),
            "redis-sentinel" | "sentinel" => Self::tcp(26379),
            "amqp" | "rabbitmq" => Self::tcp(5672),
            "amqps" => Self::tcp(5671).over_tls(),
            "mongodb" | "mongo" | "docdb" => Self::tcp(27017),
            "kafka" => Self::tcp(9092),
            "zookeeper" | "zk" => Self::tcp(2181),
            "nats" => Self::tcp(4222),
            "http" | "ws" => Self::http(80),
            "https" | "wss" => Self::HTTPS,
            "ldap" => Self::tcp(389),
            "ldaps" => Self::tcp(636).over_tls(),
            "smtp" => Self::tcp(25),
            "smtps" => Self::tcp(465).over_tls(),
            "submission" => Self::tcp(587),
            "imap" => Self::tcp(143),
            "imaps" => Self::tcp(993).over_tls(),
            "ftp" => Self::tcp(21),
            "ftps" => Self::tcp(990).over_tls(),
            "sftp" | "ssh" => Self::tcp(22),
            "git" => Self::tcp(9418),
            "memcached" | "memcache" => Self::tcp(11211),
            "clickhouse" => Self::tcp(9000),
            "cassandra" | "scylla" => Self::tcp(9042),
            "elasticsearch" | "opensearch" | "elastic" => Self::tcp(9200),
            "sqlserver" | "mssql" | "sqlsrv" => Self::SQL_SERVER,
            "oracle" => Self::ORACLE,
            "redshift" => Self::tcp(5439),
            "db2" => Self::tcp(50000),
            "neo4j" | "bolt" => Self::tcp(7687),
            "neo4j+s" | "bolt+s" => Self::tcp(7687).over_tls(),
            "mqtt" => Self::tcp(1883),
            "mqtts" => Self::tcp(8883).over_tls(),
            "nfs" => Self::tcp(2049),
            "statsd" | "dogstatsd" => Self::STATSD,
            "syslog" => Self::udp(514),
            "gelf" => Self::udp(12201),
            "tcp" | "grpc" | "thrift" => Self::any(Protocol::TCP),
            "tcps" | "ssl" | "tls" | "grpcs" => Self::any(Protocol::TCP).over_tls(),
            "udp" => Self::any(Protocol::UDP),
            _ => return None,
        })
    }
}

impl Scheme {
    /// What is known about a scheme, in any case. A driver may stand behind a plus sign, or the
    /// transport: `postgresql+asyncpg`, `git+https`.
    pub(super) fn of(scheme: &str) -> Self {
        let scheme = scheme.to_ascii_lowercase();
        if scheme == "mongodb+srv" || scheme == "srv" {
            return Self::Srv;
        }
        if scheme == "dns" || scheme == "passthrough" {
            return Self::Target;
        }
        if ELSEWHERE.contains(&scheme.as_str()) {
            return Self::Elsewhere;
        }
        let (front, back) = scheme.split_once('+').unwrap_or((&scheme, ""));
        if ELSEWHERE.contains(&back) {
            return Self::Elsewhere;
        }
        let by_transport = || Service::named(back);
        let by_front = || Service::named(front);
        let service = if matches!(front, "git" | "svn" | "hg" | "syslog" | "gelf" | "docker") {
            by_transport().or_else(by_front)
        } else {
            Service::named(&scheme)
                .or_else(by_front)
                .or_else(by_transport)
        };
        service.map_or(Self::Unknown, Self::Known)
    }
}
