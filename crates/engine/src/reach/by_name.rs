//! Questions about a host name.

use super::ask::{connect, to_interface};
use super::name::{self, Meaning};
use super::station::Station;
use super::walk::Goal;
use super::{Answer, Direction, Explanation, Leg, Note};
use crate::facts::{FactKind, Missing, Reason, Snapshot};
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
        Meaning::Prefixes(prefixes) => {
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
            vec![to(AddressScope::Internet(family))]
        }
    };
    let all = answers
        .into_iter()
        .reduce(|one, other| one.either(other, &which));
    all.unwrap_or_else(|| Answer::unknown(asked, which))
}
