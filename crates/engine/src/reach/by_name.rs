//! Questions about a host name.

use super::ask::{connect, to_interface, to_public};
use super::name::{self, Meaning};
use super::station::Station;
use super::walk::Goal;
use super::{Answer, Direction, Explanation, Leg, Note};
use crate::facts::{FactKind, Missing, NetworkInterface, PrefixListId, Reason, Snapshot, VpcId};
use crate::net::{AddressFamily, AddressScope, Traffic};

pub(super) fn to_host(
    snapshot: &Snapshot,
    sender: &Station<'_>,
    host: &str,
    asked: &Traffic,
) -> Answer {
    let resolution = match name::resolve(snapshot, &sender.vpc, host) {
        Ok(resolution) => resolution,
        Err(missing) => return Answer::unknown(asked, missing),
    };
    let unclear = resolution.unclear.unwrap_or_else(|| {
        let what = format!("the answer depends on which address of {host} a client is given");
        Missing::new(FactKind::ChosenAddress, Reason::Invisible(what))
    });
    let meanings = resolution.meanings.into_iter();
    let answers = meanings.map(|meaning| to_meaning(snapshot, sender, meaning, host, asked));
    let mut answer = answers
        .reduce(|one, other| one.either(other, &unclear))
        .unwrap_or_else(|| Answer::unknown(asked, unclear.clone()));
    for (code, component, message) in resolution.passed_over {
        if answer.is_complete() {
            answer.notes.push(Note { component, message });
        } else {
            let direction = Direction::Ingress;
            let leg = Leg::Forward;
            answer.explanations.insert(
                0,
                Explanation {
                    code,
                    component,
                    direction,
                    leg,
                    message,
                },
            );
        }
    }
    answer
}

/// A name with several addresses: a client may be given any of them.
fn to_meaning(
    snapshot: &Snapshot,
    sender: &Station<'_>,
    meaning: Meaning<'_>,
    host: &str,
    asked: &Traffic,
) -> Answer {
    let what = format!("the answer depends on which address of {host} a client is given");
    let which = Missing::new(FactKind::ChosenAddress, Reason::Invisible(what));
    let to = |scope| connect(snapshot, sender, Goal::anybody_at(scope), asked);
    let answers: Vec<_> = match meaning {
        Meaning::Interfaces(interfaces) => interfaces
            .into_iter()
            .filter_map(|i| {
                snapshot
                    .network_interfaces
                    .get(&i.network_interface_id)
                    .ok()
            })
            .map(|interface| to_interface(snapshot, sender, interface, asked))
            .collect(),
        Meaning::Prefixes(_, prefixes) => {
            let scopes: Vec<_> = prefixes.into_iter().map(AddressScope::from_net).collect();
            let usable = |scope: &AddressScope| sender.address(scope.family()).is_some();
            let ipv4 = scopes
                .iter()
                .filter(|scope| scope.family() == AddressFamily::V4);
            let chosen: Vec<_> = if ipv4.clone().any(usable) {
                ipv4.collect()
            } else {
                scopes.iter().collect()
            };
            chosen.into_iter().copied().map(to).collect()
        }
        Meaning::Public(families) => {
            let own = families
                .iter()
                .find(|family| sender.address(**family).is_some());
            let family = own
                .or(families.first())
                .copied()
                .unwrap_or(AddressFamily::V4);
            vec![to_public(snapshot, sender, family, asked)]
        }
    };
    let all = answers
        .into_iter()
        .reduce(|one, other| one.either(other, &which));
    all.unwrap_or_else(|| Answer::unknown(asked, which))
}

/// What a name leads to, as an end of a connection.
#[derive(Debug, Clone)]
pub enum NamedEnd<'a> {
    /// An interface, as an endpoint's.
    Interface(&'a NetworkInterface),
    /// An AWS service behind a prefix list.
    PrefixList(PrefixListId),
    /// Somebody on the internet.
    Internet,
}

/// What a name leads to in a VPC; nothing where the facts don't tell.
pub fn named_ends<'a>(snapshot: &'a Snapshot, vpc: &VpcId, host: &str) -> Vec<NamedEnd<'a>> {
    let Ok(resolution) = name::resolve(snapshot, vpc, host) else {
        return Vec::new();
    };
    let ends = resolution
        .meanings
        .into_iter()
        .flat_map(|meaning| match meaning {
            Meaning::Interfaces(interfaces) => {
                interfaces.into_iter().map(NamedEnd::Interface).collect()
            }
            Meaning::Prefixes(list, _) => vec![NamedEnd::PrefixList(list)],
            Meaning::Public(_) => vec![NamedEnd::Internet],
        });
    ends.collect()
}
