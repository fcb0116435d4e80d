use super::endpoint::{Certainty, Host};
use super::host::{is_guessable, is_plausible, with_port};
use super::mention::{Mention, Mentions};
use super::value::Reading;

/// Reads hosts that stand by themselves, one or many: `h1:9092,h2:9092`. `false` if that isn't all
/// the text is, apart from options at its end: `h1:6379,h2:6379,password=…`.
pub(super) fn read(text: &str, reading: Reading, mentions: &mut Mentions) -> bool {
    let mut found = Vec::new();
    let parts = text.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace());
    for part in parts.map(|part| part.trim_matches(['"', '\''])) {
        if is_option(part) {
            break;
        }
        if part.is_empty() {
            continue;
        }
        match one(part, reading) {
            Some(host) => found.push(host),
            None => return false,
        }
    }
    let certainty = if reading == Reading::Host || is_list(&found) {
        Certainty::Stated
    } else {
        Certainty::Guessed
    };
    let has_some = !found.is_empty();
    for (host, port) in found {
        let certainty = match host.aws_resource() {
            Some(_) => Certainty::Stated,
            None => certainty,
        };
        mentions.push(Mention::bare(host, port, certainty));
    }
    has_some
}

/// Whether it is `password=…`, behind which nothing is a host.
fn is_option(part: &str) -> bool {
    let name = part.split_once('=').map_or("", |(name, _)| name);
    name.len() >= 3 && name.chars().all(|c| c.is_ascii_alphabetic())
}

fn one(text: &str, reading: Reading) -> Option<(Host, Option<u16>)> {
    let (address, path) = text.split_once('/').unwrap_or((text, ""));
    // `host:/path` is what mounts a file system.
    let mounted = address.strip_suffix(':').filter(|_| text.contains(":/"));
    let address = mounted.unwrap_or(address);
    let (host, port) = with_port(address)?;
    let is_named = matches!(host, Host::Name(_));
    let is_aws = host.aws_resource().is_some();
    let as_written = address.split(':').next().unwrap_or_default();
    let is_host = match (reading, port) {
        // A colon in the path is an image's tag, an address before a path is a network.
        _ if path.contains(':') => false,
        (_, None) if text.contains('/') && !(is_named && host.is_qualified()) => false,
        (Reading::Host, None) => is_plausible(as_written, &host),
        (Reading::Host, Some(_)) => is_plausible("", &host),
        (_, None) => is_aws,
        (Reading::Plain, Some(port)) => {
            is_aws || path.is_empty() && is_guessable(as_written, &host, port)
        }
        (Reading::Opaque, Some(_)) => false,
    };
    is_host.then_some((host, port))
}

/// Whether hosts with ports look like a list of brokers, not of weights or labels: `blue:90,green:10`.
fn is_list(found: &[(Host, Option<u16>)]) -> bool {
    let [(_, first), rest @ ..] = found else {
        return false;
    };
    let is_same_port = rest.iter().all(|(_, port)| port == first);
    let is_qualified = found.iter().all(|(host, _)| host.is_qualified());
    !rest.is_empty() && first.is_some() && (is_same_port || is_qualified)
}
