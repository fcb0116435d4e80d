use std::net::{IpAddr, Ipv6Addr};

use super::aws;
use super::endpoint::Host;

/// Beginnings of access keys and tokens that pass for host names.
const KEYS: [&str; 14] = [
    "akia",
    "asia",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "pk_",
    "rk_",
    "sk-",
    "sk_",
    "xox",
];

/// Single words that stand before a colon or in a variable called `…_HOST` and are no hosts.
const WORDS: [&str; 17] = [
    "admin",
    "auto",
    "changeme",
    "default",
    "disabled",
    "enabled",
    "false",
    "guest",
    "none",
    "null",
    "off",
    "password",
    "root",
    "true",
    "undefined",
    "user",
    "username",
];

/// Endings of files, which look like domains.
const FILES: [&str; 27] = [
    "cer",
    "cfg",
    "conf",
    "crt",
    "css",
    "csv",
    "env",
    "html",
    "ini",
    "jar",
    "js",
    "json",
    "key",
    "log",
    "p12",
    "pem",
    "php",
    "png",
    "properties",
    "svg",
    "toml",
    "ts",
    "txt",
    "xml",
    "yaml",
    "yml",
    "zip",
];

/// Where a package of Java begins, and a domain ends.
const PACKAGES: [&str; 6] = ["com", "io", "java", "javax", "net", "org"];

impl Host {
    /// Reads a DNS name or an IP address without brackets.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self::Address(address.to_canonical()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        is_name(name).then(|| Self::Name(name.to_ascii_lowercase()))
    }

    /// Whether it is outside the task. Loopback and link-local addresses never leave it, and an
    /// unspecified one is what a server listens on.
    pub(super) fn is_outside(&self) -> bool {
        match self {
            Self::Name(name) => {
                name != "localhost"
                    && name != "localhost.localdomain"
                    && name != "ip6-localhost"
                    && !name.ends_with(".localhost")
                    && !name.ends_with(".docker.internal")
            }
            Self::Address(IpAddr::V4(address)) => {
                let [first, ..] = address.octets();
                first != 0 && first < 224 && !address.is_loopback() && !address.is_link_local()
            }
            Self::Address(IpAddr::V6(address)) => {
                !address.is_unspecified()
                    && !address.is_loopback()
                    && !address.is_unicast_link_local()
                    && !address.is_multicast()
                    && !is_instance_service(*address)
            }
        }
    }

    /// Whether it is an address or has a dot, so that it can't be any word.
    pub(super) fn is_qualified(&self) -> bool {
        match self {
            Self::Name(name) => name.contains('.'),
            Self::Address(_) => true,
        }
    }

    /// The kind of AWS resource that its name tells.
    pub(super) fn aws_resource(&self) -> Option<&'static str> {
        match self {
            Self::Name(name) => aws::resource(name),
            Self::Address(_) => None,
        }
    }
}

/// The services of the Nitro hypervisor, such as time and metadata, link-local in all but name.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html>
fn is_instance_service(address: Ipv6Addr) -> bool {
    matches!(address.segments(), [0xfd00, 0xec2, ..])
}

/// Whether it is a DNS name. No top-level domain begins with a digit, but versions do.
fn is_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let begins_with_letter = last.starts_with(|c: char| c.is_ascii_alphabetic());
    name.len() <= 253
        && name.split('.').all(is_label)
        && last.contains(|c: char| c.is_ascii_alphabetic())
        && (begins_with_letter || !name.contains('.'))
}

fn is_label(label: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=63).contains(&label.len())
        && label.chars().all(is_inner)
        && !label.starts_with(['-', '_'])
        && !label.ends_with(['-', '_'])
}

/// Reads `host`, `host:port`, `[address]:port`, or an IPv6 address without brackets.
pub(super) fn with_port(text: &str) -> Option<(Host, Option<u16>)> {
    if let Some(inside) = text.strip_prefix('[') {
        let (address, rest) = inside.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        let host = Host::Address(IpAddr::V6(address).to_canonical());
        return match rest.strip_prefix(':') {
            Some(digits) => Some((host, Some(port(digits)?))),
            None => rest.is_empty().then_some((host, None)),
        };
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some((Host::Address(IpAddr::V6(address).to_canonical()), None));
    }
    match text.split_once(':') {
        Some((host, digits)) => Some((Host::parse(host)?, Some(port(digits)?))),
        None => Some((Host::parse(text)?, None)),
    }
}

/// Reads a port that one can connect to.
pub(super) fn port(digits: &str) -> Option<u16> {
    let is_number = digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|_| is_number)?;
    (port != 0).then_some(port)
}

/// Whether a text without a port is a host rather than a class, a file, a version or a word. Only
/// for text that ought to be a host.
pub(super) fn is_plausible(text: &str, host: &Host) -> bool {
    let Host::Name(name) = host else {
        return true;
    };
    if !name.contains('.') {
        return !is_word_or_key(name);
    }
    let (first, last) = (name.split('.').next(), name.rsplit('.').next());
    let last_as_written = text.trim_end_matches('.').rsplit('.').next();
    let is_class = last_as_written.is_some_and(|last| last.starts_with(char::is_uppercase))
        && text.contains(char::is_lowercase);
    let is_package = first.is_some_and(|first| PACKAGES.contains(&first));
    let is_file = last.is_some_and(|last| FILES.contains(&last));
    !is_class && !is_package && !is_file && !aws::is_registry(name)
}

/// Whether `host:port` may be taken for one in a text of any kind. Half of a credential, a version
/// or a word of prose must not pass.
pub(super) fn is_guessable(text: &str, host: &Host, port: u16) -> bool {
    let Host::Name(name) = host else {
        return true;
    };
    if text.contains(char::is_uppercase) || port < 10 || aws::is_registry(name) {
        return false;
    }
    name.contains('.')
        || name.len() >= 2
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && !is_word_or_key(name)
            && !is_random(name)
}

fn is_word_or_key(label: &str) -> bool {
    WORDS.contains(&label) || KEYS.iter().any(|key| label.starts_with(key))
}

/// Whether a label looks drawn at random: a long run without a hyphen that mixes letters and digits.
fn is_random(label: &str) -> bool {
    label.split('-').any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() >= 12 && digits >= 2 && digits < part.len()
    })
}
