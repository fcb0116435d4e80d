//! What the name of a variable, an option or a key tells about its value.

use super::named::Origin;
use super::service::Service;

/// Last words of names that hold a host.
const HOSTS: [&str; 24] = [
    "ADDR",
    "ADDRESS",
    "ADDRESSES",
    "ADDRS",
    "BROKER",
    "BROKERS",
    "ENDPOINT",
    "ENDPOINTS",
    "HOST",
    "HOSTNAME",
    "HOSTNAMES",
    "HOSTS",
    "NODES",
    "PEERS",
    "POINTS",
    "SEEDS",
    "SENTINELS",
    "SERVER",
    "SERVERS",
    "UPSTREAM",
    "URI",
    "URIS",
    "URL",
    "URLS",
];

/// Those that people write without an underscore too: `PGHOST`, `redisUrl`.
const GLUED: [&str; 10] = [
    "HOSTNAME", "HOST", "ENDPOINT", "ADDRESS", "ADDR", "BROKERS", "SERVERS", "SERVER", "URL", "URI",
];

/// Words that only sound like it.
const NOT_GLUED: [&str; 4] = ["CURL", "GHOST", "LOCALHOST", "OBSERVER"];

/// Words that tell one server of a group from another: `DB_HOST_READER`, `DB_READER_HOST`.
const ROLES: [&str; 14] = [
    "MASTER",
    "PRIMARY",
    "READ",
    "READER",
    "READONLY",
    "REPLICA",
    "RO",
    "RW",
    "SECONDARY",
    "SLAVE",
    "STANDBY",
    "WRITE",
    "WRITER",
    "LEADER",
];

/// Where the service's own name and addresses stand, and what isn't connected to.
const OWN_WORDS: [&str; 15] = [
    "ADVERTISE",
    "ADVERTISED",
    "BIND",
    "BINDING",
    "CALLBACK",
    "COOKIE",
    "CORS",
    "IMAGE",
    "IMAGES",
    "LISTEN",
    "LISTENER",
    "LISTENERS",
    "LISTENING",
    "REDIRECT",
    "TRUSTED",
];

const OWN_ENDS: [&str; 9] = [
    "NONPROXYHOSTS",
    "ALLOWEDHOSTS",
    "DOMAIN",
    "DOMAINS",
    "NOPROXY",
    "ORIGIN",
    "ORIGINS",
    "SERVERNAME",
    "VIRTUALHOST",
];

const OWN_NAMES: [&str; 8] = [
    "APPBASEURL",
    "APPURL",
    "BASEURL",
    "EXTERNALURL",
    "PUBLICURL",
    "ROOTURL",
    "SELFURL",
    "SITEURL",
];

/// Words in the names of credentials and of what is no host either.
const OPAQUE_WORDS: [&str; 22] = [
    "AUTHORIZATION",
    "AUTH",
    "BEARER",
    "COMMIT",
    "CREDS",
    "CRON",
    "DIGEST",
    "HASH",
    "JWT",
    "KEY",
    "KEYS",
    "LICENSE",
    "LOGIN",
    "PORT",
    "SALT",
    "SCHEDULE",
    "SHA",
    "SIG",
    "SIGNATURE",
    "TAG",
    "UID",
    "VERSION",
];

const OPAQUE_PARTS: [&str; 6] = [
    "ACCESSKEY",
    "APIKEY",
    "CREDENTIAL",
    "SECRET",
    "TOKEN",
    "USER",
];

/// Parts of the names of passwords, in which nothing is looked for at all.
const PASSWORDS: [&str; 3] = ["PASSPHRASE", "PASSW", "PWD"];

/// Parts of names that tell a service, the more telling ones first. ElastiCache is either of two.
const SERVICES: [(&str, &str); 20] = [
    ("STATSD", "statsd"),
    ("DDAGENT", "statsd"),
    ("POSTGRES", "postgres"),
    ("MYSQL", "mysql"),
    ("MARIADB", "mysql"),
    ("SENTINEL", "sentinel"),
    ("REDIS", "redis"),
    ("VALKEY", "redis"),
    ("MONGO", "mongodb"),
    ("RABBIT", "amqp"),
    ("AMQP", "amqp"),
    ("KAFKA", "kafka"),
    ("BROKERS", "kafka"),
    ("MEMCACHE", "memcached"),
    ("ELASTICACHE", ""),
    ("ELASTIC", "elasticsearch"),
    ("OPENSEARCH", "elasticsearch"),
    ("LDAP", "ldap"),
    ("SMTP", "smtp"),
    ("MAIL", "smtp"),
];

/// What a name tells about its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// The task's own address, or nothing one connects to.
    Own,
    /// A password.
    Password,
    /// Another credential, a port, a version.
    Opaque,
    /// A proxy on the way out.
    Proxy,
    /// A host, whose port may stand next to it.
    Host(Siblings),
    /// Anything.
    Plain,
}

/// The names that may tell more about a host, without what separates words, the best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Siblings {
    pub(super) ports: Vec<String>,
    pub(super) engines: Vec<String>,
}

/// A name, read.
#[derive(Debug, Clone)]
pub(super) struct Name {
    words: Vec<String>,
    /// In upper case without what separates words: `DB_HOST` and `dbHost` are `DBHOST`.
    pub(super) squashed: String,
}

impl Name {
    pub(super) fn read(name: &str) -> Self {
        let words = words(name);
        Self {
            squashed: words.concat(),
            words,
        }
    }

    pub(super) fn role(&self, origin: Origin) -> Role {
        let is_variable = origin == Origin::Variables;
        if self.is_own(is_variable) {
            return Role::Own;
        }
        if ["HTTPPROXY", "HTTPSPROXY", "ALLPROXY", "FTPPROXY"]
            .iter()
            .any(|proxy| self.squashed.ends_with(proxy))
        {
            return Role::Proxy;
        }
        if let Some((prefix, suffix, is_url)) = self.around_host() {
            // A variable `PORT` is the one that the task listens on.
            let has_siblings = !(is_url || is_variable && prefix.is_empty());
            let siblings = has_siblings.then(|| siblings(&prefix, &suffix));
            return Role::Host(siblings.unwrap_or_default());
        }
        let has_part = |parts: &[&str]| parts.iter().any(|part| self.squashed.contains(part));
        let mut words = self.words.iter().map(String::as_str);
        // What a single letter of a command line means is anyone's guess.
        let is_letter = !is_variable && self.squashed.len() == 1;
        if has_part(&PASSWORDS) || words.clone().next_back() == Some("PASS") {
            Role::Password
        } else if is_letter
            || has_part(&OPAQUE_PARTS)
            || words.any(|word| OPAQUE_WORDS.contains(&word))
        {
            Role::Opaque
        } else {
            Role::Plain
        }
    }

    fn is_own(&self, is_variable: bool) -> bool {
        let squashed = self.squashed.as_str();
        is_variable && matches!(squashed, "HOST" | "HOSTNAME")
            || OWN_NAMES.contains(&squashed)
            || OWN_ENDS.iter().any(|end| squashed.ends_with(end))
            || self
                .words
                .iter()
                .any(|word| OWN_WORDS.contains(&word.as_str()))
    }

    /// The words before and behind the one that says host, and whether that one says URL.
    fn around_host(&self) -> Option<(Vec<String>, String, bool)> {
        let is_role = |word: &String| ROLES.contains(&word.as_str()) || is_number(word);
        let end = self.words.iter().rposition(|word| !is_role(word))?;
        let (front, suffix) = self.words.split_at_checked(end + 1)?;
        let (last, prefix) = front.split_last()?;
        let mut prefix = prefix.to_vec();
        if !HOSTS.contains(&last.as_str()) {
            let mut glued = GLUED.iter().filter_map(|end| last.strip_suffix(end));
            let glued = glued.find(|_| !NOT_GLUED.contains(&last.as_str()))?;
            prefix.push(glued.to_owned());
        }
        let urls = ["URL", "URLS", "URI", "URIS"];
        let is_url = urls.iter().any(|url| last.ends_with(url));
        Some((prefix, suffix.concat(), is_url))
    }

    /// The service that the name is about.
    pub(super) fn service(&self) -> Option<Service> {
        let is_pg = self
            .words
            .first()
            .is_some_and(|word| word == "PG" || word == "PGHOST");
        if is_pg {
            return Some(Service::POSTGRES);
        }
        let known = SERVICES.into_iter();
        let mut known = known.filter(|(part, _)| self.squashed.contains(part));
        known
            .next()
            .and_then(|(_, service)| Service::named(service))
    }
}

fn siblings(prefix: &[String], suffix: &str) -> Siblings {
    let is_role = |word: &String| ROLES.contains(&word.as_str());
    let end = prefix.iter().rposition(|word| !is_role(word));
    let group = prefix
        .get(..end.map_or(0, |end| end + 1))
        .unwrap_or_default();
    let (group, prefix) = (group.concat(), prefix.concat());
    let mut ports = vec![
        format!("{prefix}PORT{suffix}"),
        format!("{prefix}{suffix}PORT"),
        format!("{prefix}PORT"),
        format!("{group}PORT"),
    ];
    ports.dedup();
    let engines = [
        "ENGINE",
        "CONNECTION",
        "DIALECT",
        "DRIVER",
        "TYPE",
        "ADAPTER",
        "CLIENT",
        "SCHEME",
        "PROTOCOL",
    ];
    Siblings {
        ports,
        engines: engines.map(|engine| format!("{group}{engine}")).to_vec(),
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Splits `DB_HOST`, `db-host`, `dbHost`, `DBHost` and `db.host` into words in upper case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let is_next_lower = chars.peek().is_some_and(char::is_ascii_lowercase);
        let begins_word = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && is_next_lower);
        if begins_word || !c.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_uppercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}
