//! Audits of a service as a whole, beside those of its tasks: changes, sweeps, and its end.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::alert::Kind::{Opened, Resolved};
use awsvpc_auditor_engine::alert::{Observation, Scope, Tags};
use awsvpc_auditor_engine::change::Change;
use awsvpc_auditor_engine::checks::Subject;

use crate::service::Dns::{Off, On};
use crate::service::{Life, check, facts, kinds, minute, observation, of_service};

/// The service audited at a minute, while the resolver of one of its VPCs is off, or not.
fn swept(is_broken: bool, at: u64) -> Observation {
    let dns = if is_broken { Off } else { On };
    of_service(&facts(dns, On, &[], &[]), minute(at))
}

#[test]
fn an_audit_of_the_service_ends_what_tasks_told() {
    let mut life = Life::default();
    let broken = observation(&facts(Off, On, &[("1", "a")], &[]), minute(0));
    assert_eq!(kinds(&life.sees(&broken, minute(0))), [Opened]);
    assert!(
        life.sees(&swept(true, 1), minute(1)).is_empty(),
        "the same alert"
    );
    assert_eq!(kinds(&life.sees(&swept(false, 2), minute(2))), [Resolved]);
}

/// It says nothing about which of its subnets is at fault, so that tasks in one of them are no proof.
#[test]
fn what_a_sweep_told_is_mended_when_all_of_its_subnets_are() {
    let mut life = Life::default();
    assert_eq!(kinds(&life.sees(&swept(true, 0), minute(0))), [Opened]);
    let one = observation(&facts(On, On, &[("1", "a")], &[]), minute(1));
    assert!(life.sees(&one, minute(1)).is_empty());
    let both = observation(&facts(On, On, &[("2", "b")], &[]), minute(2));
    assert_eq!(kinds(&life.sees(&both, minute(2))), [Resolved]);
}

fn change(name: &str, component: &str, minute: u32) -> Change {
    Change {
        at: format!("2026-11-25T00:{minute:02}:00Z"),
        name: name.to_owned(),
        components: BTreeSet::from([component.to_owned()]),
        by: "arn:aws:iam::123456789012:user/ann".to_owned(),
    }
}

#[test]
fn a_message_names_the_changes_of_what_is_at_fault_the_newest_first() {
    let mut life = Life::default();
    let mut seen = swept(true, 0);
    let dns = |minute| change("ModifyVpcAttribute", "vpc-a", minute);
    seen.changes = vec![dns(1), change("CreateRoute", "rtb-1", 2), dns(3), dns(3)];
    let told = life.sees(&seen, minute(0));
    assert_eq!(told[0].changes, [dns(3), dns(1)]);
    // Where none of them is what is at fault, all that are known are worth knowing.
    let mut life = Life::default();
    let mut seen = swept(true, 0);
    seen.changes = (1..9)
        .map(|minute| change("CreateRoute", "rtb-1", minute))
        .collect();
    let told = life.sees(&seen, minute(0));
    assert_eq!(told[0].changes.len(), 5);
    assert_eq!(told[0].changes[0].at, "2026-11-25T00:08:00Z");
}

#[test]
fn alerts_of_a_service_that_is_no_more_end_once() {
    let mut life = Life::default();
    let facts = facts(Off, On, &[], &[]);
    let scope = Scope::of(&Subject::Service(facts.services.seen().next().unwrap()));
    life.sees(&swept(true, 0), minute(0));
    let ended = life.ends(&scope, minute(5));
    assert_eq!(kinds(&ended), [Resolved]);
    let caveat = ended[0].caveat.as_deref().unwrap();
    assert!(caveat.starts_with("The service is no more"), "{caveat}");
    assert!(life.ends(&scope, minute(6)).is_empty());
}

/// What is remembered of a task definition may be older than what a task's audit read.
#[test]
fn remembered_tags_don_t_undo_newer_ones() {
    let mut life = Life::default();
    let ignored = Tags {
        ignored_checks: BTreeSet::from([check().id.to_owned()]),
        ..Tags::default()
    };
    let mut read = observation(&facts(On, On, &[("1", "a")], &[]), minute(0));
    read.definition_tags = ignored.clone();
    life.sees(&read, minute(0));
    let mut remembered = swept(true, 1);
    remembered.tags = Some(Tags::default());
    remembered.definition_is_remembered = true;
    assert!(
        life.sees(&remembered, minute(1)).is_empty(),
        "it is ignored"
    );
    assert_eq!(life.state.tags, ignored);
    // A service that nobody has looked at yet has what is remembered.
    let mut life = Life::default();
    let mut remembered = swept(true, 1);
    remembered.tags = Some(Tags::default());
    remembered.definition_is_remembered = true;
    remembered.definition_tags = ignored;
    assert!(life.sees(&remembered, minute(1)).is_empty());
}

#[test]
fn somebody_who_saw_it_since_keeps_an_alert_of_a_service_from_ending() {
    let mut life = Life::default();
    let facts = facts(Off, On, &[], &[]);
    let scope = Scope::of(&Subject::Service(facts.services.seen().next().unwrap()));
    life.sees(&swept(true, 7), minute(7));
    assert!(
        life.ends(&scope, minute(5)).is_empty(),
        "it was there at minute 7"
    );
    assert_eq!(kinds(&life.ends(&scope, minute(8))), [Resolved]);
}
