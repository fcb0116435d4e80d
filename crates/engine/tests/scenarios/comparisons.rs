//! The same shop in two snapshots, and what became of its services.

use awsvpc_auditor_engine::checks::{Presence, compare};
use awsvpc_auditor_engine::facts::{Facts, Observations, Reason, Service, Snapshot};
use awsvpc_auditor_engine::report::{Style, difference_text, difference_v1::DifferenceV1};
use serde_json::json;

use super::account::Account;

fn shop() -> Account {
    Account::read("web-behind-a-load-balancer")
}

/// The shop after somebody has closed its database.
fn broken() -> Account {
    let mut account = shop();
    account.resource("SecurityGroups", "sg-db")["IpPermissions"] = json!([]);
    account
}

/// The facts with these services alone.
fn with_services(snapshot: &Snapshot, services: Facts<Service>) -> Snapshot {
    let observations: &Observations = snapshot;
    Snapshot::new(Observations {
        services,
        ..observations.clone()
    })
}

#[test]
fn what_broke_and_what_was_mended_is_told() {
    let (fine, broken) = (shop().snapshot(), broken().snapshot());
    let there = compare(&fine, &broken, None).unwrap();
    insta::assert_snapshot!("difference_text", difference_text(&there, Style::Plain));
    let json = serde_json::to_value(DifferenceV1::from(there.as_slice())).unwrap();
    assert_eq!(json["services"][0]["service"], "shop/web");
    assert_eq!(
        json["services"][0]["broken"][0]["check"],
        "dependency-unreachable"
    );
    let back = compare(&broken, &fine, None).unwrap();
    let effect = back[0].effect();
    assert_eq!((effect.broken.len(), effect.mended.len()), (0, 1));
    let same = compare(&broken, &broken, None).unwrap();
    assert!(same[0].effect().is_empty());
    assert_eq!(same[0].effect().still_there, 1);
}

/// Where a service isn't, it is gone only if somebody looked.
#[test]
fn services_come_and_go() {
    let snapshot = broken().snapshot();
    let none = with_services(&snapshot, Facts::known([]));
    let unseen = with_services(&snapshot, Facts::missing(Reason::NotObserved));
    let deleted = with_services(
        &snapshot,
        Facts::known(snapshot.services.seen().cloned().map(|service| Service {
            status: Some("INACTIVE".to_owned()),
            ..service
        })),
    );
    for (before, after, presence, counts) in [
        (&none, &snapshot, Presence::New, (1, 0)),
        (&deleted, &snapshot, Presence::New, (1, 0)),
        (&unseen, &snapshot, Presence::UnknownBefore, (0, 1)),
        (&snapshot, &none, Presence::Gone, (0, 0)),
        (&snapshot, &deleted, Presence::Gone, (0, 0)),
        (&snapshot, &unseen, Presence::UnknownAfter, (0, 0)),
    ] {
        let compared = compare(before, after, None).unwrap();
        assert_eq!(compared.len(), 1);
        let effect = compared[0].effect();
        assert_eq!(compared[0].presence, presence);
        assert_eq!(
            (effect.broken.len(), effect.changed.len()),
            counts,
            "{presence:?}"
        );
    }
}

#[test]
fn a_service_that_neither_has_is_a_slip() {
    let snapshot = shop().snapshot();
    let error = compare(&snapshot, &snapshot, Some(("shop", "wbe"))).unwrap_err();
    assert!(error.to_string().contains("shop/web"), "{error}");
    let one = compare(&snapshot, &snapshot, Some(("shop", "web"))).unwrap();
    assert_eq!(one.len(), 1);
}
